package dev.tidewright.cluster.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts supervisors and finds them again. Starting one for a replica that has one is harmless; so whenever in doubt, one
 * is started.
 */
final class Supervisors {

    private final String python;
    private final Path folder;
    private final SortedMap<String, String> environment;
    private final Map<Path, Process> children = new ConcurrentHashMap<>();
    private volatile Runnable onEnd = () -> {};

    Supervisors(String python, Path folder, SortedMap<String, String> environment) {
        this.python = python;
        this.folder = folder;
        this.environment = environment;
    }

    void onEnd(Runnable listener) {
        onEnd = listener;
    }

    /** As a module and not as a script, so that Python keeps it compiled: that is a fifth of the start. */
    private static final String RUN =
            "import sys; sys.path.insert(0, sys.argv[1]); import supervise; sys.exit(supervise.main(sys.argv[2]))";

    /** Fails when Python is not there. */
    void start(Path replica) throws IOException {
        var builder = new ProcessBuilder(List.of(python, "-I", "-S", "-c", RUN, folder.toString(), replica.toString()))
                .directory(replica.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        replica.resolve("supervisor.log").toFile()));
        // Ours may hold passwords, and whatever a process is started with can be read in /proc.
        builder.environment().clear();
        builder.environment().putAll(environment);
        var child = builder.start();
        children.put(replica, child);
        var _ = child.onExit().thenRun(() -> {
            children.remove(replica, child);
            onEnd.run();
        });
    }

    boolean isAlive(Path replica) {
        var child = children.get(replica);
        return (child != null && child.isAlive()) || recorded(replica).isPresent();
    }

    /** Asks politely; what that means is the supervisor's business. */
    void terminate(Path replica) {
        recorded(replica).ifPresent(ProcessHandle::destroy);
    }

    /** The process that wrote {@code pid}, if it is still that one: the same number, start and boot. */
    private static Optional<ProcessHandle> recorded(Path replica) {
        try {
            var words = List.of(Files.readString(replica.resolve("pid")).strip().split(" ", -1));
            var alive = words.size() == 3
                    && words.get(1).equals(startTicks(words.get(0)))
                    && words.get(2).equals(bootId());
            return alive ? ProcessHandle.of(Long.parseLong(words.get(0))) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Field 22 of {@code /proc/PID/stat}; {@code 0} where there is no such file system, as the supervisor writes it. */
    private static String startTicks(String pid) throws IOException {
        var file = Path.of("/proc", pid, "stat");
        if (!Files.exists(Path.of("/proc/self/stat"))) {
            return "0";
        }
        var line = Files.readString(file, StandardCharsets.ISO_8859_1);
        var fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return fields[0].equals("Z") ? "ended" : fields[19];
    }

    private static String bootId() throws IOException {
        var file = Path.of("/proc/sys/kernel/random/boot_id");
        return Files.exists(file) ? Files.readString(file).strip() : "-";
    }
}
