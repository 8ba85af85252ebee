package dev.tidewright.cluster.kubernetes;

import java.util.regex.Pattern;

/** Why a container's command could not be started. Pure. */
final class Starts {

    private static final Pattern EXEC = Pattern.compile("exec: \"([^\"]*)\": (.*)");
    private static final Pattern SHELL = Pattern.compile("^\\S*sh: (?:line )?\\d+: exec: (.+): ([^:]+)$");

    private Starts() {}

    /** What the container runtime said; empty when it is not about the command. */
    static String sentence(String told) {
        var exec = EXEC.matcher(told);
        return exec.find() ? words(exec.group(1), exec.group(2)) : "";
    }

    /** The last line of the log, said plainly where it is the shell's that every command of ours goes through. */
    static String ofShell(String line) {
        var shell = SHELL.matcher(line);
        return shell.find() ? words(shell.group(1), shell.group(2)) : line;
    }

    /** Whether the shell says that it may not execute the command. */
    static boolean isForbidden(String line) {
        var shell = SHELL.matcher(line);
        return shell.find() && shell.group(2).equalsIgnoreCase("permission denied");
    }

    private static String words(String command, String why) {
        if (why.contains("not found") || why.contains("no such file")) {
            return "there is no command \"" + command + "\"";
        }
        if (why.toLowerCase(java.util.Locale.ROOT).contains("permission denied")) {
            return "\"" + command + "\" may not be executed (permission denied)";
        }
        if (why.toLowerCase(java.util.Locale.ROOT).contains("exec format error")) {
            return "\"" + command + "\" is no program for the processor of the node (exec format error)";
        }
        return "the command \"" + command + "\" cannot be started: " + why.replaceFirst(": unknown$", "");
    }
}
