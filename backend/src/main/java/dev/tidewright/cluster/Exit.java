package dev.tidewright.cluster;

import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a batch ended.
 *
 * @param code exit code; 128 + signal number where a signal ended it; -1 where nobody saw the end
 * @param reason {@code COMPLETED}, {@code EXIT_CODE}, {@code OUT_OF_MEMORY}, {@code DEADLINE_EXCEEDED}, {@code
 *     COMMAND_NOT_FOUND}, {@code STOPPED}
 *     or {@code LOST}
 * @param terminationLog what the program left in {@code $TIDEWRIGHT_TERMINATION_LOG}, at most 4 KiB
 * @param peakMemoryBytes highest memory seen of all its processes together; 0 when unknown
 */
public record Exit(int code, String reason, String terminationLog, long peakMemoryBytes, Instant at) {

    /** What the launcher and the serving runtime say in a log: how things went, never why a program ended. */
    public static final String OUR_OWN = "[tidewright]";

    /** {@code ValueError: …}, {@code no such file}, {@code cannot open}: words that programs say what went wrong with. */
    private static final Pattern FAULT = Pattern.compile(
            "^[\\w.$]*(?:Error|Exception|Exit|Interrupt)\\b|(?i)\\b(?:errors?|exceptions?|fail(?:ed|ure|s)?|fatal|panic"
                    + "|abort(?:ed|ing)?|cannot|can't|could ?n[o']t|unable|no such|not? (?:found|permitted|allowed|enough)"
                    + "|denied|refused|invalid|illegal|missing|unknown|unexpected|unrecognized|undefined|out of|timed out"
                    + "|traceback|assertion|fault|killed)\\b");

    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"));

    /** {@code ended with exit code 3}, {@code ended by signal 9 (SIGKILL)}. */
    public static String words(int code) {
        var signal = SIGNALS.get(code - SIGNALLED);
        return signal == null
                ? "ended with exit code " + code
                : "ended by signal " + (code - SIGNALLED) + " (" + signal + ")";
    }

    /**
     * The same, with what the log says of it.
     *
     * @param lastLine of its log; empty when there is none
     */
    public static String words(int code, String lastLine) {
        if (lastLine.isEmpty() || lastLine.startsWith(OUR_OWN)) {
            return words(code);
        }
        return words(code) + (isCause(code, lastLine) ? ": " : "; the last line of its log: ") + lastLine;
    }

    /** Whether the last line of a log reads as why a program ended; most lines are just the last. */
    public static boolean isCause(int code, String lastLine) {
        return !isSignal(code) && FAULT.matcher(lastLine).find();
    }

    /** Whether a signal ended it: then the last line of a log is just a line, and no reason. */
    public static boolean isSignal(int code) {
        return SIGNALS.containsKey(code - SIGNALLED);
    }
}
