package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Exit;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a container ended, in the port's words. Pure.
 *
 * @param code as in {@link Exit}
 * @param reason as in {@link Exit}, or one that the program named itself, or why it never began
 * @param sentence empty when all went well
 */
record Ends(int code, String reason, String sentence, String terminationLog, Instant at) {

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    /** What the container runtime calls a command that it could not start. */
    private static final Set<String> NOT_STARTED = Set.of("StartError", "ContainerCannotRun");

    private static final Set<String> WAYS =
            Set.of("COMPLETED", "OUT_OF_MEMORY", "DEADLINE_EXCEEDED", "COMMAND_NOT_FOUND", "STOPPED", "LOST");

    private static final Pattern FULL = Pattern.compile("Usage of EmptyDir volume \"(.+)\" exceeds the limit \"(.+)\"");

    /** The end of a pod that runs once; empty while it has not ended. */
    static Optional<Ends> of(Pod pod, Instant now) {
        if (!isOver(pod)) {
            return Optional.empty();
        }
        var status = main(pod);
        var end = status == null ? null : status.getState().getTerminated();
        var at = end == null ? over(pod, now) : Times.of(end.getFinishedAt(), over(pod, now));
        if ("DeadlineExceeded".equals(pod.getStatus().getReason())) {
            if (Stops.asked(pod).isPresent()) {
                var code = end == null ? TERMINATED : end.getExitCode();
                return Optional.of(new Ends(code, "STOPPED", "stopped on request", "", at));
            }
            return Optional.of(new Ends(TERMINATED, "DEADLINE_EXCEEDED", overdue(pod, end != null), "", at));
        }
        var full = FULL.matcher(String.valueOf(pod.getStatus().getMessage()));
        if (full.find()) {
            return Optional.of(full(full.group(1), full.group(2), at));
        }
        var taken = taken(pod);
        if (!taken.isEmpty()) {
            return Optional.of(lost(taken, at));
        }
        if (end == null) {
            return Optional.of(
                    Carriers.unfetched(pod).map(fetch -> of(fetch, pod, at)).orElseGet(() -> lost("", at)));
        }
        var own = of(end, pod, at);
        return Optional.of(
                own.code() == 0
                        ? Carriers.left(pod).map(left -> stranded(left, at)).orElse(own)
                        : own);
    }

    static Ends of(ContainerStateTerminated end, Pod pod, Instant now) {
        var code = end.getExitCode();
        var words = LastWords.of(end);
        var at = Times.of(end.getFinishedAt(), now);
        if (code == 0) {
            // Also where one of its children used too much memory, and it went on without.
            return new Ends(0, "COMPLETED", "", words.file(), at);
        }
        if ("OOMKilled".equals(end.getReason())) {
            return new Ends(code, "OUT_OF_MEMORY", memory(pod), "", at);
        }
        if (NOT_STARTED.contains(String.valueOf(end.getReason()))) {
            return notStarted(String.valueOf(end.getMessage()), at);
        }
        var line = words.line();
        if (words.message().isEmpty() && (code == NOT_FOUND || (code == NOT_EXECUTABLE && Starts.isForbidden(line)))) {
            var sentence = line.isEmpty() ? "its command, or one that it calls, does not exist" : Starts.ofShell(line);
            return new Ends(code, "COMMAND_NOT_FOUND", sentence, sentence, at);
        }
        var named = words.reason().isEmpty() || words.reason().equals("COMPLETED") ? "EXIT_CODE" : words.reason();
        var sentence = words.message().isEmpty() ? Exit.words(code, line) : words.message();
        var left = words.file().isEmpty() && Exit.isCause(code, line) ? line : words.file();
        return new Ends(code, named, sentence, left, at);
    }

    /** The program ended well, and what it made was not brought home. */
    private static Ends stranded(ContainerStateTerminated carrier, Instant at) {
        var words = LastWords.of(carrier);
        var sentence = words.message().isEmpty()
                ? "its outputs could not be brought home within " + Carriers.TIME.toMinutes() + " min"
                : words.message();
        var file = words.file().isEmpty()
                ? "{\"reason\":\"UPLOAD_FAILED\",\"message\":\"" + sentence + "\"}"
                : words.file();
        return new Ends(carrier.getExitCode(), "UPLOAD_FAILED", sentence, file, at);
    }

    /** @param how half a sentence; empty when nothing is known */
    static Ends lost(String how, Instant at) {
        var sentence = how.isEmpty() ? "its pod ended and nobody saw how" : how;
        return new Ends(-1, Trouble.LOST, sentence, "", at);
    }

    /** What the port calls the way a batch ended; null when it never began. A program's own reasons are in its file. */
    @Nullable
    Exit exit() {
        return reason.equals(Trouble.CONTAINER_CONFIG)
                ? null
                : new Exit(code, WAYS.contains(reason) ? reason : "EXIT_CODE", terminationLog, 0, at);
    }

    static @Nullable ContainerStatus main(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .filter(status -> Manifests.CONTAINER.equals(status.getName()))
                .findFirst()
                .orElse(null);
    }

    /** Only then there is a log: a pod may be over without. */
    static boolean hasBegun(Pod pod) {
        var status = main(pod);
        return status != null
                && (status.getState().getRunning() != null || status.getState().getTerminated() != null);
    }

    /** Nothing of this pod runs, or ever will again. */
    static boolean isOver(Pod pod) {
        var phase = pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    /** Who took the pod away and why; empty when its program ended by itself. */
    private static String taken(Pod pod) {
        var reason = pod.getStatus().getReason();
        var message = pod.getStatus().getMessage();
        if (reason != null && !reason.isEmpty()) {
            var told = message == null
                    ? ""
                    : message.strip().replaceFirst("(?s)\\. .*$", "").replaceFirst("\\.$", "");
            return "its pod was taken away (" + reason + ")" + (told.isEmpty() ? "" : ": " + told);
        }
        var disruption = Replicas.condition(pod, "DisruptionTarget")
                .filter(condition -> "True".equals(condition.getStatus()))
                .orElse(null);
        return disruption == null || "Succeeded".equals(pod.getStatus().getPhase())
                ? ""
                : "its pod was taken away: " + disruption.getMessage();
    }

    /** Its own doing: another attempt would write as much. */
    private static Ends full(String folder, String limit, Instant at) {
        var sentence = "wrote more than the " + limit + " that its folder \"" + folder
                + "\" may have: write less, or ask an admin of the platform for a larger"
                + " tidewright.kubernetes.scratch-size";
        return new Ends(KILLED, "EXIT_CODE", sentence, sentence, at);
    }

    /** When anything about the pod changed last, where the container's end does not say when it was. */
    private static Instant over(Pod pod, Instant now) {
        return pod.getStatus().getConditions().stream()
                .map(condition -> Times.of(condition.getLastTransitionTime(), Instant.EPOCH))
                .max(Comparator.naturalOrder())
                .filter(last -> last.isAfter(Instant.EPOCH))
                .orElse(now);
    }

    private static Ends notStarted(String told, Instant at) {
        var command = Starts.sentence(told);
        return command.isEmpty()
                ? new Ends(-1, Trouble.CONTAINER_CONFIG, Replicas.unmade(told), "", at)
                : new Ends(NOT_FOUND, "COMMAND_NOT_FOUND", command, command, at);
    }

    private static String overdue(Pod pod, boolean began) {
        var limit = pod.getSpec().getActiveDeadlineSeconds();
        var time = limit == null ? "" : limit + " s";
        return began
                ? "ended because its time was over" + (limit == null ? "" : " after " + time)
                : "its time" + (limit == null ? "" : " of " + time) + " was over before it could start";
    }

    private static String memory(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(container -> Manifests.CONTAINER.equals(container.getName()))
                .flatMap(container ->
                        Optional.ofNullable(container.getResources().getLimits().get("memory")).stream())
                .map(Quantity::getNumericalAmount)
                .map(amount -> "used more than the " + Rooms.memory(amount.longValue())
                        + " of memory that it declares: give it more")
                .findFirst()
                .orElse("the node had no memory left: declare how much it needs");
    }
}
