package dev.tidewright.training;

import dev.tidewright.cluster.Exit;
import dev.tidewright.cluster.Observation;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Text;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How an attempt ended.
 *
 * @param sentence one sentence for people
 * @param exitCode null when nothing ran or nobody saw the end
 * @param peakMemoryBytes 0 when unknown
 */
record Ending(ReasonCode reason, String sentence, @Nullable Integer exitCode, long peakMemoryBytes, Instant at) {

    private static final int SENTENCE = 1000;

    boolean succeeded() {
        return reason == ReasonCode.COMPLETED;
    }

    static Ending completed(Instant at) {
        return new Ending(ReasonCode.COMPLETED, ReasonCode.COMPLETED.words(), 0, 0, at);
    }

    static Ending lost(Instant at) {
        return new Ending(
                ReasonCode.LOST, "the cluster does not know it any more, and nobody saw its end", null, 0, at);
    }

    static Ending overdue(JobSpec spec, Instant at) {
        return new Ending(
                ReasonCode.DEADLINE_EXCEEDED, "it ran longer than its deadline of " + spec.deadline(), null, 0, at);
    }

    /** The end of an attempt that somebody asked for; {@code seen} is null when nothing of it is left. */
    static Ending stopped(String sentence, @Nullable Exit seen, Instant at) {
        return seen == null
                ? new Ending(ReasonCode.CANCELLED, sentence, null, 0, at)
                : new Ending(ReasonCode.CANCELLED, sentence, code(seen), seen.peakMemoryBytes(), seen.at());
    }

    /** A workload that can never start. */
    static Ending refused(Observation seen, Instant at) {
        var reason = ReasonCode.of(seen.reason(), ReasonCode.UNSCHEDULABLE);
        return new Ending(reason, sentence(seen.message(), reason.words()), null, 0, at);
    }

    /** @param seen the cluster's own sentence on it; empty when it has none */
    static Ending of(Exit exit, String seen, JobSpec spec) {
        var left = LastWords.parse(exit.terminationLog());
        var reason = switch (exit.reason()) {
            case "COMPLETED" -> exit.code() == 0 ? ReasonCode.COMPLETED : ReasonCode.EXIT_CODE;
            case "OUT_OF_MEMORY" -> ReasonCode.OUT_OF_MEMORY;
            case "DEADLINE_EXCEEDED" -> ReasonCode.DEADLINE_EXCEEDED;
            // Nobody asked for this stop here, so the attempt is lost: something else took it away.
            case "STOPPED", "LOST" -> ReasonCode.LOST;
            default -> exit.code() == 0 ? ReasonCode.COMPLETED : left.code();
        };
        var words = switch (reason) {
            case OUT_OF_MEMORY ->
                "it used more than its memory limit of " + spec.resources().memory()
                        + (exit.peakMemoryBytes() > 0 ? " (highest seen: " + roughly(exit.peakMemoryBytes()) + ")" : "")
                        + ": ask for more memory";
            case DEADLINE_EXCEEDED -> "it ran longer than its deadline of " + spec.deadline();
            case LOST -> sentence(seen, "its processes vanished and nobody saw how they ended");
            case COMPLETED -> reason.words() + (left.warning().isEmpty() ? "" : "; but " + left.warning());
            case EXIT_CODE ->
                left.message().isEmpty() && Exit.isSignal(exit.code())
                        ? Exit.words(exit.code()) + " before it could say why"
                        : exited(exit.code(), left.message());
            case QUOTA,
                    NO_CAPACITY,
                    UNSCHEDULABLE,
                    NODE_MISMATCH,
                    IMAGE_SLOW,
                    IMAGE_PULL,
                    CONTAINER_CONFIG,
                    POD_REFUSED,
                    ENVIRONMENT_FAILED,
                    SOURCE_INVALID,
                    SOURCE_UNAVAILABLE,
                    COMMAND_NOT_FOUND,
                    NOTEBOOK_FAILED,
                    UPLOAD_FAILED,
                    IMAGE_UNSUPPORTED,
                    CANCELLED -> sentence(left.message(), reason.words());
        };
        return new Ending(reason, Text.shortened(words, SENTENCE), code(exit), exit.peakMemoryBytes(), exit.at());
    }

    /** Null when nobody saw the end. */
    private static @Nullable Integer code(Exit exit) {
        return exit.code() < 0 ? null : exit.code();
    }

    /** The launcher names the code itself; what user code says of its end does not. */
    private static String exited(int code, String message) {
        var told = "exit code " + code;
        return message.isEmpty() ? told : message.contains(told) ? message : told + ": " + message;
    }

    private static String roughly(long bytes) {
        return Quantities.memory(bytes >> 20 << 20);
    }

    private static String sentence(String message, String otherwise) {
        return Text.shortened(message.isBlank() ? otherwise : message, SENTENCE);
    }

    /** What the launcher left in the termination log; user code may write there too, so anything is possible. */
    private record LastWords(
            @Nullable String reason,
            @Nullable String said,
            @Nullable String caution) {

        private static final JsonMapper JSON = JsonMapper.builder()
                .disable(tools.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();

        @com.fasterxml.jackson.annotation.JsonCreator
        private static LastWords of(
                @com.fasterxml.jackson.annotation.JsonProperty("reason") @Nullable String reason,
                @com.fasterxml.jackson.annotation.JsonProperty("message") @Nullable String message,
                @com.fasterxml.jackson.annotation.JsonProperty("warning") @Nullable String warning) {
            return new LastWords(reason, message, warning);
        }

        static LastWords parse(String text) {
            if (text.isBlank()) {
                return new LastWords(null, null, null);
            }
            try {
                return JSON.readValue(text, LastWords.class);
            } catch (JacksonException notFromTheLauncher) {
                return new LastWords(null, text.strip(), null);
            }
        }

        ReasonCode code() {
            return reason == null ? ReasonCode.EXIT_CODE : ReasonCode.of(reason, ReasonCode.EXIT_CODE);
        }

        String warning() {
            return caution == null ? "" : caution.strip();
        }

        String message() {
            // Half a sentence here: more may follow where it is told.
            return said == null ? "" : said.strip().replaceFirst("(?<![.])[.]$", "");
        }
    }
}
