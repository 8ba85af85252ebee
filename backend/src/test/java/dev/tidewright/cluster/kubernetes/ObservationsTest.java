package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.Exit;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the adapter makes of what a real Kubernetes 1.36 said. Of {@code node-lost} and {@code node-gone} the node was only a
 * record and the pod's status was written by hand; what the node controller, the taint manager and the garbage collector then
 * did to it is theirs. What else no cluster here can be made to say is changed by the test that needs it, in the open.
 */
class ObservationsTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', emptyValue = "", textBlock = """
            exit-3               | EXIT_CODE         | 3   | ended with exit code 3: no such column: age
            json-log             | EXIT_CODE         | 1   | ended with exit code 1: no such column: age
            signal               | EXIT_CODE         | 139 | ended by signal 11 (SIGSEGV); the last line of its log: epoch 7
            last-words           | NOTEBOOK_FAILED   | 1   | cell 3 failed: KeyError: age
            out-of-memory        | OUT_OF_MEMORY     | 137 | used more than the 64Mi of memory that it declares: give it more
            deadline             | DEADLINE_EXCEEDED | 143 | ended because its time was over after 3 s
            command-not-found    | COMMAND_NOT_FOUND | 127 | there is no command "no-such-program-9"
            start-error          | COMMAND_NOT_FOUND | 127 | there is no command "/no/such/command"
            start-error-path     | COMMAND_NOT_FOUND | 127 | there is no command "no-such-program-9"
            not-executable       | COMMAND_NOT_FOUND | 127 | "/etc/passwd" may not be executed (permission denied)
            forgotten-exit-3     | EXIT_CODE         | 3   | ended with exit code 3; its pod is gone, and with it what it said last
            deleted              | LOST              | -1  | its pod was deleted while it ran, by somebody else than this platform
            evicted              | LOST              | -1  | the cluster took its pod away: evicted, preempted, or its node went
            preempted            | LOST              | -1  | the cluster took its pod away: evicted, preempted, or its node went
            node-gone            | LOST              | -1  | the cluster took its pod away: evicted, preempted, or its node went
            disk-full            | EXIT_CODE         | 137 | wrote more than the 1Mi that its folder "work" may have: write less, or ask an admin of the platform for a larger tidewright.kubernetes.scratch-size
            """)
    void aBatchThatFailedSaysHow(String recorded, String reason, int code, String sentence) {
        var seen = Golden.of(recorded).observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo(reason);
        assertThat(seen.message()).isEqualTo(sentence);
        assertThat(exit(seen).code()).isEqualTo(code);
        assertThat(exit(seen).reason()).isEqualTo(reason.equals("NOTEBOOK_FAILED") ? "EXIT_CODE" : reason);
        assertThat(only(seen).phase()).isEqualTo(ReplicaStatus.Phase.ENDED);
        assertThat(only(seen).since()).isEqualTo(exit(seen).at());
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "forgotten", "child-out-of-memory"})
    void aBatchThatEndedWellNeedsNoExplanation(String recorded) {
        var seen = Golden.of(recorded).observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.SUCCEEDED);
        assertThat(seen.reason() + seen.message()).isEmpty();
        assertThat(exit(seen).reason()).isEqualTo("COMPLETED");
    }

    @Test
    void whatIsLeftInTheTerminationLogIsPassedOnAsItStands() {
        assertThat(exit(Golden.of("last-words").observed()).terminationLog())
                .isEqualTo("{\"reason\":\"NOTEBOOK_FAILED\",\"message\":\"cell 3 failed: KeyError: age\"}");
        assertThat(exit(Golden.of("json-log").observed()).terminationLog()).isEqualTo("no such column: age");
    }

    @Test
    void whatNeverStartedHasNotStartedInTheYear1970() {
        assertThat(Golden.of("start-error").observed().startedAt()).isEqualTo("2026-11-22T14:00:14Z");
        assertThat(Golden.of("completed").observed().startedAt()).isEqualTo("2026-11-22T14:00:06Z");
    }

    @Test
    void theEndIsNotToldBeforeTheLogIsKept() {
        var golden = Golden.of("exit-3");
        var seen = golden.observed(golden.made(), false);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.RUNNING);
        assertThat(seen.exit()).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            cpu-128            | UNSCHEDULABLE    | needs 128 cpu, the largest node has 2
            gpu                | UNSCHEDULABLE    | needs 2 nvidia.com/gpu, and no node has any device
            selector           | NODE_MISMATCH    | no node takes it: 1 node has other labels than pool=a100; no node has a label pool
            taint              | NODE_MISMATCH    | no node takes it: 1 node has other labels than kubernetes.io/hostname=gold-node, 1 node is reserved by a taint
            gated              | NO_CAPACITY      | something in the cluster holds it back (kueue.x-k8s.io/admission)
            no-room            | NO_CAPACITY      | what others than this platform run on the cluster leaves no room for it
            over-quota         | QUOTA            | the cluster's own quota for the namespace has no room: needs 0.01 cpu, 0.02 of 0.025 cpu are taken
            missing-secret     | CONTAINER_CONFIG | its container cannot be made: secret "job-missing-secret" not found
            slow-mount         | CONTAINER_CONFIG | its container cannot be made: MountVolume.SetUp failed for volume "work" : configmap "not-there" not found
            image-absent       | IMAGE_PULL       | the image localhost:5999/absent:1 cannot be pulled: localhost:5999 has no such image or tag
            image-private      | IMAGE_PULL       | the image localhost:5999/private:1 cannot be pulled: localhost:5999 gives it only to those who have credentials (401 Unauthorized)
            image-no-secret    | IMAGE_PULL       | the image localhost:5999/private:1 cannot be pulled: localhost:5999 gives it only to those who have credentials (401 Unauthorized); its pull secret registry-token is not in the namespace: an admin of the cluster can make it there, or leave its name out
            image-denied       | IMAGE_PULL       | the image localhost:5999/denied:1 cannot be pulled: localhost:5999 has no such image, or gives it only to those who have credentials
            image-arm          | IMAGE_PULL       | the image localhost:5999/arm:1 cannot be pulled: it is not built for the processor of the node
            image-limited      | IMAGE_PULL       | the image localhost:5999/limited:1 cannot be pulled: localhost:5999 answers 429 Too Many Requests
            image-broken       | IMAGE_PULL       | the image localhost:5999/broken:1 cannot be pulled: localhost:5999 answers 500 Internal Server Error
            image-refused      | IMAGE_PULL       | the image localhost:5998/team/model:1 cannot be pulled: localhost:5998 does not answer (connection refused)
            image-unknown-host | IMAGE_PULL       | the image registry.invalid/team/model:1 cannot be pulled: there is no registry registry.invalid (no such host)
            """)
    void aBatchThatWaitsSaysWhatFor(String recorded, String reason, String sentence) {
        var seen = Golden.of(recorded).observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(seen.reason()).isEqualTo(reason);
        assertThat(seen.message()).isEqualTo(sentence);
        assertThat(seen.startedAt()).isNull();
        assertThat(only(seen).phase()).isEqualTo(ReplicaStatus.Phase.PENDING);
        assertThat(only(seen).message()).isEqualTo(sentence);
    }

    @Test
    void aPodThatAPolicyRefusesNamesThePolicy() {
        for (var recorded : List.of("pod-security", "service-pod-security")) {
            var seen = Golden.of(recorded).observed();
            assertThat(seen.reason()).isEqualTo("POD_REFUSED");
            assertThat(seen.message())
                    .startsWith("the cluster refuses its pod: violates PodSecurity \"restricted:latest\": privileged"
                            + " (container \"main\" must not set securityContext.privileged=true)")
                    .doesNotContain("forbidden");
        }
    }

    @Test
    void whatOursHoldIsCounted() {
        var seen = Golden.of("no-room").beside("holder").observed();
        assertThat(seen.reason()).isEqualTo("NO_CAPACITY");
        assertThat(seen.message()).isEqualTo("needs 8Gi of memory; 3.44Gi of 23.44Gi are free on the only node");
    }

    @Test
    void aPodThatIsStillLookedAtHasNothingToExplain() {
        var golden = Golden.of("running");
        golden.pod().getStatus().setConditions(List.of());
        golden.pod().getStatus().setContainerStatuses(List.of());
        var seen = golden.observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(seen.reason() + seen.message()).isEmpty();
    }

    @Test
    void aLargeImageIsNoFaultButIsExplainedAfterTwoMinutes() {
        assertThat(Golden.of("image-slow").observed(Duration.ofMinutes(2)).message())
                .isEmpty();
        var seen = Golden.of("image-slow").observed(Duration.ofMinutes(200));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(seen.reason()).isEqualTo("IMAGE_SLOW");
        assertThat(seen.message())
                .isEqualTo("the image localhost:5999/slow:1 is still being pulled, for 199 min by now");
    }

    @ParameterizedTest
    @CsvSource({
        "image-absent, IMAGE_PULL",
        "image-refused, IMAGE_PULL",
        "missing-secret, CONTAINER_CONFIG",
        "pod-security, POD_REFUSED"
    })
    void whatCannotStartIsGivenUpAfterTenMinutes(String recorded, String reason) {
        var golden = Golden.of(recorded);
        var before = golden.observed(TEN_MINUTES.minusSeconds(1));
        assertThat(before.phase()).isEqualTo(Observation.Phase.PENDING);
        var after = golden.observed(TEN_MINUTES.plusSeconds(1));
        assertThat(after.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(after.reason()).isEqualTo(reason);
        assertThat(after.message()).isEqualTo(before.message() + "; this was tried for 10 min");
        assertThat(after.exit()).isNull();
        assertThat(only(after).phase()).isEqualTo(ReplicaStatus.Phase.ENDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu-128", "no-room", "over-quota", "image-slow", "selector"})
    void whatMayStillStartIsNotGivenUp(String recorded) {
        assertThat(Golden.of(recorded).observed(Duration.ofDays(1)).phase()).isEqualTo(Observation.Phase.PENDING);
    }

    @Test
    void aRefusalIsNotBlamedForTheTimeBeforeIt() {
        var golden = Golden.of("pod-security");
        var refused = golden.made();
        golden.owner()
                .getMetadata()
                .setCreationTimestamp(refused.minus(TEN_MINUTES).toString());
        assertThat(golden.observed(refused.plusSeconds(30), true).phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(golden.observed(refused.plusSeconds(30).plus(TEN_MINUTES), true)
                        .phase())
                .isEqualTo(Observation.Phase.FAILED);
    }

    @Test
    void podsThatTheQuotaCountsAtOnceAreNotRefused() {
        var golden = Golden.of("pod-security");
        golden.events()
                .forEach(event -> event.setMessage(
                        "Error creating: Operation cannot be fulfilled on resourcequotas \"tidewright\": the object has been"
                                + " modified; please apply your changes to the latest version and try again"));
        var seen = golden.observed(Duration.ofDays(1));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(seen.reason() + seen.message()).isEmpty();
    }

    @Test
    void anImageIsNotBlamedForTheTimeThatItsPodHadNoNode() {
        var golden = Golden.of("image-absent");
        golden.pod().getMetadata().setCreationTimestamp("2026-11-22T13:00:00Z");
        assertThat(golden.observed(Duration.ofMinutes(61)).phase()).isEqualTo(Observation.Phase.PENDING);
    }

    @Test
    void aNameThatIsNoneIsNotTriedAgain() {
        var seen = Golden.of("image-invalid").observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("IMAGE_PULL");
        assertThat(seen.message())
                .isEqualTo(
                        "the image localhost/UPPER:1 cannot be pulled: its name is not valid: repository name (UPPER)"
                                + " must be lowercase");
    }

    @Test
    void aDeadlineThatPassesWhileTheImageCannotBePulledBlamesTheImage() {
        var seen = Golden.of("image-deadline").observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("IMAGE_PULL");
        assertThat(seen.message())
                .isEqualTo("its time of 5 s was over before it could start: the image localhost:5999/absent:1 cannot be"
                        + " pulled: localhost:5999 has no such image or tag");
        assertThat(seen.exit()).isNull();
    }

    @Test
    void ofABackOffThatDoesNotSayItsCauseTheEventsDo() {
        var golden = Golden.of("image-absent");
        var status = golden.pod().getStatus().getContainerStatuses().getFirst();
        // As clusters before 1.32 say it.
        status.setState(new ContainerStateBuilder()
                .withNewWaiting("Back-off pulling image \"localhost:5999/absent:1\"", "ImagePullBackOff")
                .build());
        assertThat(golden.observed().message()).endsWith("localhost:5999 has no such image or tag");
        assertThat(golden.without(Event.class).observed().message())
                .endsWith("cannot be pulled: Back-off pulling image \"localhost:5999/absent:1\"");
    }

    @Test
    void aBatchRuns() {
        var seen = Golden.of("running").observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.RUNNING);
        assertThat(seen.startedAt()).isEqualTo("2026-11-22T14:00:23Z");
        assertThat(only(seen).name()).isEqualTo(ReplicaStatus.BATCH);
        assertThat(only(seen).phase()).isEqualTo(ReplicaStatus.Phase.READY);
    }

    @Test
    void aBatchThatIsTakenAwayIsDrainingUntilItIsGone() {
        var seen = Golden.of("preempted-going").observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.RUNNING);
        assertThat(only(seen).phase()).isEqualTo(ReplicaStatus.Phase.DRAINING);
        assertThat(seen.exit()).isNull();
    }

    @Test
    void aPodWhoseNodeNeverEndsItIsLostAMinuteAfterItsLastSecond() {
        var golden = Golden.of("node-lost");
        var last = Instant.parse(golden.pod().getMetadata().getDeletionTimestamp());
        assertThat(golden.observed(last.plusSeconds(60), true).phase()).isEqualTo(Observation.Phase.RUNNING);
        var seen = golden.observed(last.plusSeconds(61), false);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.message()).isEqualTo("its node gold-node does not answer any more");
        assertThat(exit(seen).reason()).isEqualTo("LOST");
        assertThat(exit(seen).at()).isEqualTo(last);
    }

    @Test
    void whatTheClusterHasNothingOfIsAbsent() {
        var id = new WorkloadId(new Name("gold"), "job", "x");
        var nothing = new Evidence(id, null, List.of(), List.of(), Golden.capacity(), List.of(), Set.of());
        assertThat(new Observations(TEN_MINUTES).of(nothing, true, Instant.EPOCH))
                .isEqualTo(Observation.absent(id));
        var service = new WorkloadId(new Name("gold"), "revision", "x");
        var none = new Evidence(service, null, List.of(), List.of(), Golden.capacity(), List.of(), Set.of());
        assertThat(new Observations(TEN_MINUTES).of(none, true, Instant.EPOCH))
                .isEqualTo(Observation.absent(service).missing("the Deployment x is missing"));
    }

    @Test
    void containersThatUsedTooMuchWithoutDeclaringAnyAreTheNodesMatter() {
        var golden = Golden.of("out-of-memory");
        golden.pod().getSpec().getContainers().getFirst().getResources().setLimits(Map.of());
        assertThat(golden.observed().message()).isEqualTo("the node had no memory left: declare how much it needs");
    }

    @Test
    void anExitOf127WithoutAWordStillHasASentence() {
        var golden = Golden.of("command-not-found");
        terminated(golden.pod()).setMessage(null);
        assertThat(golden.observed().message()).isEqualTo("its command, or one that it calls, does not exist");
        terminated(golden.pod()).setMessage("run.sh: line 3: mlflow: command not found\n");
        assertThat(golden.observed().message()).isEqualTo("run.sh: line 3: mlflow: command not found");
    }

    @Test
    void aStartThatFailsForAnotherReasonThanTheCommandBlamesNoCommand() {
        var golden = Golden.of("start-error");
        terminated(golden.pod())
                .setMessage(
                        "failed to create containerd task: failed to create shim task: OCI runtime create failed:"
                                + " runc create failed: unable to start container process: error mounting \"/x\": not a directory");
        var seen = golden.observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("CONTAINER_CONFIG");
        assertThat(seen.message())
                .isEqualTo("its container cannot be made: runc create failed: unable to start container process: error"
                        + " mounting \"/x\": not a directory");
        assertThat(seen.exit()).isNull();
    }

    @Test
    void warningsAboutAnEarlierJobOfTheSameNameAreNotBelieved() {
        var golden = Golden.of("pod-security");
        golden.events()
                .forEach(event -> event.setInvolvedObject(new ObjectReferenceBuilder(event.getInvolvedObject())
                        .withUid("of another")
                        .build()));
        assertThat(golden.observed().reason()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', emptyValue = "", textBlock = """
            ready            | READY    | 0 |                  |
            crash-loop       | CRASHED  | 3 | CRASH_LOOP       | ended with exit code 7: cannot find model.bin
            restarted        | STARTING | 1 | EXIT_CODE        | ended with exit code 1; the last line of its log: first try
            starting-503     | STARTING | 0 |                  | GET /health answers 503 instead of 2xx
            starting-refused | STARTING | 0 |                  | nothing listens on port 8080, which $PORT names
            starting-silent  | STARTING | 0 |                  | GET /health gives no answer within 2 s
            unready          | UNREADY  | 0 | READINESS_FAILED | GET /health answers 503 instead of 2xx
            unready-silent   | UNREADY  | 0 | READINESS_FAILED | GET /health gives no answer within 2 s
            service-image    | STARTING | 0 | IMAGE_PULL       | the image localhost:5999/absent:1 cannot be pulled: localhost:5999 has no such image or tag
            """)
    void aReplicaSaysHowItIs(String recorded, ReplicaStatus.Phase phase, int restarts, String reason, String sentence) {
        var seen = Golden.of(recorded).observed();
        assertThat(seen.phase()).isEqualTo(Observation.Phase.RUNNING);
        var replica = only(seen);
        assertThat(replica.phase()).isEqualTo(phase);
        assertThat(replica.restarts()).isEqualTo(restarts);
        assertThat(replica.reason()).isEqualTo(Objects.requireNonNullElse(reason, ""));
        assertThat(replica.message()).isEqualTo(Objects.requireNonNullElse(sentence, ""));
        assertThat(replica.host()).startsWith("10.244.0.");
        assertThat(replica.port()).isEqualTo(8080);
        assertThat(seen.reason()).isEqualTo(replica.reason());
        assertThat(seen.exit()).isNull();
    }

    @Test
    void aReplicaThatOnlyTheControlPlaneHoldsForUnreadyMayGoOnServing() {
        var golden = Golden.of("ready");
        golden.pod().getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .forEach(condition -> condition.setStatus("False"));
        var replica = only(golden.observed());
        assertThat(replica.isUnheard()).isTrue();
        assertThat(replica.message()).contains("does not answer");
    }

    @Test
    void aReplicaIsReadyOnceTheClusterListsItsAddress() {
        var golden = Golden.of("ready").unlisted();
        var since = Replicas.condition(golden.pod(), "Ready").orElseThrow().getLastTransitionTime();
        var soon = only(golden.observed(Instant.parse(since).plusSeconds(9), true));
        assertThat(soon.phase()).isEqualTo(ReplicaStatus.Phase.STARTING);
        assertThat(soon.reason() + soon.message()).isEmpty();
        var late = golden.observed(Instant.parse(since).plusSeconds(10), true);
        assertThat(only(late).phase()).isEqualTo(ReplicaStatus.Phase.STARTING);
        assertThat(late.reason()).isEqualTo("NOT_LISTED");
        assertThat(late.message())
                .isEqualTo("it is ready, and the cluster has not listed its address in an EndpointSlice");
    }

    @Test
    void aReplicaThatIsToldToGoIsDrainingSinceThen() {
        var seen = Golden.of("draining").observed();
        assertThat(seen.replicas())
                .extracting(ReplicaStatus::phase)
                .containsExactlyInAnyOrder(ReplicaStatus.Phase.DRAINING, ReplicaStatus.Phase.READY);
        assertThat(seen.replicas())
                .filteredOn(replica -> replica.phase() == ReplicaStatus.Phase.DRAINING)
                .singleElement()
                .satisfies(replica -> assertThat(replica.since()).isEqualTo("2026-11-22T14:02:43Z"));
        assertThat(Golden.of("two-ready").observed().ready()).hasSize(2);
    }

    @Test
    void aReplicaThatANodeTookWithItIsNotWaitedForForEver() {
        var golden = Golden.of("draining");
        golden.nodeIsSilent();
        assertThat(golden.observed(Instant.parse("2026-11-22T14:04:08Z"), true).replicas())
                .hasSize(2);
        assertThat(golden.observed(Instant.parse("2026-11-22T14:04:09Z"), true).replicas())
                .extracting(ReplicaStatus::phase)
                .containsExactly(ReplicaStatus.Phase.READY);
    }

    @Test
    void aPodThatIsOverWithoutHavingBegunHasNoLogToWaitFor() {
        assertThat(Ends.hasBegun(Golden.of("image-deadline").pod())).isFalse();
        assertThat(Ends.hasBegun(Golden.of("disk-full").pod())).isFalse();
        assertThat(Ends.hasBegun(Golden.of("running").pod())).isTrue();
        assertThat(Ends.hasBegun(Golden.of("completed").pod())).isTrue();
    }

    @Test
    void aServiceThatTheQuotaStopsSaysSoWhileItIsShortOfReplicas() {
        var golden = Golden.of("service-over-quota");
        var seen = golden.observed();
        assertThat(seen.ready()).hasSize(2);
        assertThat(seen.reason()).isEqualTo("QUOTA");
        assertThat(seen.message())
                .isEqualTo(
                        "the cluster's own quota for the namespace has no room: needs 0.01 cpu, 0.02 of 0.025 cpu are"
                                + " taken");
    }

    @Test
    void aReplicaWhoseNodeIsSilentIsNotBlamedForItsReadiness() {
        var golden = Golden.of("unready");
        golden.nodeIsSilent();
        var replica = only(golden.observed());
        assertThat(replica.phase()).isEqualTo(ReplicaStatus.Phase.UNREADY);
        assertThat(replica.reason()).isEqualTo("LOST");
        assertThat(replica.message()).isEqualTo("its node node-1 does not answer");
    }

    @Test
    void aWarningAboutAnEarlierContainerSaysNothingOfThisOne() {
        var golden = Golden.of("starting-503");
        var running = golden.pod().getStatus().getContainerStatuses().getFirst().getState();
        running.getRunning().setStartedAt("2026-11-22T15:00:00Z");
        assertThat(only(golden.observed()).message()).isEmpty();
    }

    @Test
    void aSlowImageIsNoTroubleOfAService() {
        var golden = Golden.of("service-image");
        golden.pod()
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .setState(new ContainerStateBuilder()
                        .withNewWaiting(null, "ContainerCreating")
                        .build());
        var replica = only(golden.observed(Duration.ofMinutes(5)));
        assertThat(replica.reason()).isEmpty();
        assertThat(replica.message()).contains("is still being pulled");
    }

    @Test
    void nodesWithATaintCountOnlyForWhatItsNameAsksFor() {
        var golden = Golden.of("gpu");
        golden.node().getStatus().getAllocatable().put("nvidia.com/gpu", new Quantity("4"));
        golden.node().getSpec().setTaints(List.of(new Taint("NoSchedule", "nvidia.com/gpu", null, "present")));
        assertThat(golden.observed().reason()).isEqualTo("NO_CAPACITY");
        golden.node().getSpec().setTaints(List.of(new Taint("NoSchedule", "reserved", null, "yes")));
        assertThat(golden.observed().message()).isEqualTo("the cluster has no node that takes pods");
    }

    private static io.fabric8.kubernetes.api.model.ContainerStateTerminated terminated(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getState().getTerminated();
    }

    private static ReplicaStatus only(Observation seen) {
        assertThat(seen.replicas()).hasSize(1);
        return seen.replicas().getFirst();
    }

    private static Exit exit(Observation seen) {
        return Objects.requireNonNull(seen.exit());
    }
}
