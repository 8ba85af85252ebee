package dev.tidewright.cluster;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a replica executes. The contract with it on every adapter: environment variables in; exit code, HTTP readiness
 * and standard output out; a last sentence may be left in the file {@code $TIDEWRIGHT_TERMINATION_LOG}.
 *
 * @param entry what is started
 * @param environment variables that may be shown
 * @param secrets variables that may not (tokens); part of the program, kept out of every log and answer
 * @param pod where it may run, and by what its image is pulled
 */
public record Program(
        Entry entry, SortedMap<String, String> environment, SortedMap<String, String> secrets, PodFields pod) {

    public Program {
        environment = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        secrets = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(secrets));
    }

    public Program(Entry entry, Map<String, String> environment, Map<String, String> secrets) {
        this(entry, environment, secrets, null);
    }

    public Program(Entry entry, Map<String, String> environment, Map<String, String> secrets, @Nullable PodFields pod) {
        this(entry, new TreeMap<>(environment), new TreeMap<>(secrets), pod == null ? PodFields.NONE : pod);
    }

    /** What is started in a replica. */
    public sealed interface Entry {}

    /**
     * The platform's own launcher ({@code runtimes/launcher}, plain Python), which fetches the source, builds the
     * environment and runs the user's command.
     *
     * @param arguments the launcher's arguments, e.g. {@code ["job"]} or {@code ["service"]}
     */
    public record Launcher(List<String> arguments) implements Entry {
        public Launcher {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * A command as it stands, for adapters without images of their own: an argument list, no shell.
     *
     * @param arguments the program and its arguments
     */
    public record Command(List<String> arguments) implements Entry {
        public Command {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * A container image.
     *
     * @param arguments replaces the image's command; empty keeps it
     * @param carried the launcher fetches the source before it starts ({@code $TIDEWRIGHT_SOURCE}, where it starts then) and
     *     brings its outputs home after it ({@code $TIDEWRIGHT_OUTPUT}), beside the image and whatever that brings
     * @param startsInSource whether there is a source to start in
     */
    public record Image(String reference, List<String> arguments, boolean carried, boolean startsInSource)
            implements Entry {
        public Image {
            arguments = List.copyOf(arguments);
        }

        public Image(String reference, List<String> arguments) {
            this(reference, arguments, false, false);
        }
    }
}
