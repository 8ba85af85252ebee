package dev.tidewright.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.PodFields;
import dev.tidewright.serving.Diagnosis.Finding;
import dev.tidewright.serving.Diagnosis.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiagnosisTest {

    private static final String TAKEN = "the cluster does not take it: Deployment a-r1 is there already and is not this"
            + " platform's: delete or rename it";

    @Test
    void anEndpointWithoutAnyReplicaSaysWhatIsInItsWay() {
        assertThat(unexplained(EndpointPhase.DEGRADED, "POD_REFUSED", TAKEN, null))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                    assertThat(finding.code()).isEqualTo("POD_REFUSED");
                    assertThat(finding.sentence()).isEqualTo(TAKEN);
                    assertThat(finding.remedy()).contains("an admin of the cluster");
                });
        assertThat(unexplained(EndpointPhase.ROLLING_OUT, "QUOTA", "no room", null))
                .extracting(Finding::severity)
                .containsExactly(Severity.WARNING);
    }

    @Test
    void whatIsWellOrToldAlreadyIsNotToldAgain() {
        assertThat(unexplained(EndpointPhase.SERVING, "", "1 replica ready", null))
                .isEmpty();
        assertThat(unexplained(EndpointPhase.DEGRADED, "ROLLED_BACK", "revision 1 serves again", null))
                .isEmpty();
        for (var code : List.of("POD_REFUSED", "CRASH_LOOP")) {
            var told = new ArrayList<>(List.of(new Finding(Severity.ERROR, code, "replica a: no", "mend it")));
            Diagnosis.unexplained(new Condition(EndpointPhase.DEGRADED, "POD_REFUSED", TAKEN), null, told);
            assertThat(told).hasSize(1);
        }
        var other =
                new ArrayList<>(List.of(new Finding(Severity.WARNING, "AUTOSCALER_BLIND", "no metric", "change it")));
        Diagnosis.unexplained(new Condition(EndpointPhase.DEGRADED, "POD_REFUSED", TAKEN), null, other);
        assertThat(other).as("another thing that is wrong").hasSize(2);
    }

    @Test
    void aSelectorOfOnesOwnIsForOneselfToCorrect() {
        var selecting = PodFields.of(Map.of("pool", "a100"), null, null);
        assertThat(unexplained(EndpointPhase.DEGRADED, "NODE_MISMATCH", "no node takes it", selecting)
                        .getFirst()
                        .remedy())
                .contains("correct pod.nodeSelector");
        assertThat(unexplained(EndpointPhase.DEGRADED, "NODE_MISMATCH", "no node takes it", null)
                        .getFirst()
                        .remedy())
                .contains("an admin of the cluster");
    }

    private static List<Finding> unexplained(
            EndpointPhase phase, String reason, String message, @Nullable PodFields pod) {
        var findings = new ArrayList<Finding>();
        Diagnosis.unexplained(new Condition(phase, reason, message), pod, findings);
        return findings;
    }
}
