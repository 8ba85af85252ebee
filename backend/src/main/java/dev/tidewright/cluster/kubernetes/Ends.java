package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Exit;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a container ended, in the port's words. Pure.
 *
 * @param reason as in {@link Exit}
 * @param sentence empty when all went well
 */
record Ends(int code, String reason, String sentence, String terminationLog, Instant at) {

    private static final int NOT_FOUND = 127;
    private static final int TERMINATED = 143;
    private static final int KILLED = 137;

    /** What the container runtime calls a command that it could not start. */
    private static final Set<String> NOT_STARTED = Set.of("StartError", "ContainerCannotRun");

    /** The end of a pod that runs once; empty while it has not ended. */
    static Optional<Ends> of(Pod pod, Instant now) {
        var phase = pod.getStatus().getPhase();
        if (!"Succeeded".equals(phase) && !"Failed".equals(phase)) {
            return Optional.empty();
        }
        var status = main(pod);
        var end = status == null ? null : status.getState().getTerminated();
        var reason = pod.getStatus().getReason();
        if ("DeadlineExceeded".equals(reason)) {
            var at = end == null ? now : Times.of(end.getFinishedAt(), now);
            return Optional.of(new Ends(TERMINATED, "DEADLINE_EXCEEDED", overdue(pod), "", at));
        }
        if (end == null || reason != null && !reason.isEmpty()) {
            var message = pod.getStatus().getMessage();
            return Optional.of(new Ends(
                    -1,
                    "LOST",
                    "its pod was taken away"
                            + (reason == null ? "" : " (" + reason + ")")
                            + (message == null ? "" : ": " + message),
                    "",
                    now));
        }
        return Optional.of(of(end, pod, now));
    }

    static Ends of(ContainerStateTerminated end, Pod pod, Instant now) {
        var code = end.getExitCode();
        var words = LastWords.of(end);
        var at = Times.of(end.getFinishedAt(), now);
        if ("OOMKilled".equals(end.getReason())) {
            return new Ends(KILLED, "OUT_OF_MEMORY", "used more than the " + memory(pod) + " that it declares", "", at);
        }
        if (NOT_STARTED.contains(String.valueOf(end.getReason()))) {
            return new Ends(NOT_FOUND, "COMMAND_NOT_FOUND", notStarted(end), notStarted(end), at);
        }
        if (code == 0) {
            return new Ends(0, "COMPLETED", "", file(end), at);
        }
        if (code == NOT_FOUND && words.message().isEmpty()) {
            return new Ends(code, "COMMAND_NOT_FOUND", words.line(), words.line(), at);
        }
        var named = words.reason().isEmpty() || words.reason().equals("COMPLETED") ? "EXIT_CODE" : words.reason();
        var sentence = words.message().isEmpty() ? Exit.words(code) + lastLine(code, words) : words.message();
        return new Ends(code, named, sentence, file(end).isEmpty() ? words.line() : file(end), at);
    }

    /** What the port calls the way a batch ended: a program's own reasons are in its termination log. */
    Exit exit() {
        var way = Set.of("COMPLETED", "OUT_OF_MEMORY", "DEADLINE_EXCEEDED", "COMMAND_NOT_FOUND", "LOST")
                        .contains(reason)
                ? reason
                : "EXIT_CODE";
        return new Exit(code, way, terminationLog, 0, at);
    }

    static @Nullable ContainerStatus main(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .filter(status -> Manifests.CONTAINER.equals(status.getName()))
                .findFirst()
                .orElse(null);
    }

    private static String lastLine(int code, LastWords words) {
        if (words.line().isEmpty()) {
            return "";
        }
        return (Exit.isSignal(code) ? "; the last line of its log: " : ": ") + words.line();
    }

    private static String file(ContainerStateTerminated end) {
        var text = end.getMessage() == null ? "" : end.getMessage();
        return text.startsWith("{") ? text : "";
    }

    private static String notStarted(ContainerStateTerminated end) {
        var text = String.valueOf(end.getMessage());
        var from = text.lastIndexOf("exec: ");
        return "the command cannot be started: " + (from < 0 ? text : text.substring(from + "exec: ".length()));
    }

    private static String overdue(Pod pod) {
        var limit = pod.getSpec().getActiveDeadlineSeconds();
        return "ended because its time was over"
                + (limit == null ? "" : " after " + Duration.ofSeconds(limit).toSeconds() + " s");
    }

    private static String memory(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(container -> Manifests.CONTAINER.equals(container.getName()))
                .map(container -> container.getResources().getLimits().get("memory"))
                .map(Quantity::getNumericalAmount)
                .map(amount -> Rooms.memory(amount.longValue()))
                .findFirst()
                .orElse("memory");
    }
}
