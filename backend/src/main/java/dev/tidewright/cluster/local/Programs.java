package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Translates a workload into what a supervisor is told to do. */
record Programs(LocalSettings settings, Path launcher, Path cache, SortedMap<String, String> passed) {

    static final String SECRETS = "secrets.json";

    SupervisorFiles.Order order(Workload workload, Path workloadFolder, Path replica, int port) {
        var batch = workload instanceof Workload.Batch;
        var size = settings.serviceLog();
        var batchSize = settings.batchLog();
        return new SupervisorFiles.Order(
                command(workload.program().entry()),
                environment(workload, replica, port),
                replica.resolve("work").toString(),
                replica.resolve("home").toString(),
                cache.toString(),
                replica.resolve("termination.log").toString(),
                workloadFolder.resolve(SECRETS).toString(),
                batch,
                !batch,
                workload.resources().memoryBytes(),
                seconds(workload.stopGrace()),
                deadline(workload),
                batch ? batchSize.segment().toBytes() : size.segment().toBytes(),
                batch ? batchSize.segments() : size.segments(),
                port);
    }

    private List<String> command(Program.Entry entry) {
        return switch (entry) {
            case Program.Launcher(var arguments) ->
                Stream.concat(Stream.of(settings.python(), launcher.toString()), arguments.stream())
                        .toList();
            case Program.Command(var arguments) -> arguments;
            case Program.Image image ->
                throw new IllegalArgumentException("an image is never started here: " + image.reference());
        };
    }

    /** From weakest to strongest: what is passed on, defaults, the program's own, the contract of every adapter. */
    private SortedMap<String, String> environment(Workload workload, Path replica, int port) {
        var all = new TreeMap<>(passed);
        all.put("PYTHONUNBUFFERED", "1"); // so that a log line appears when it is written
        var threads =
                Long.toString(Math.max(1, Math.ceilDiv(workload.resources().cpuMillis(), 1000L)));
        if (workload.resources().cpuMillis() > 0) {
            // Declared cpu is not enforced on processes; numeric libraries at least keep to it.
            for (var name : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")) {
                all.put(name, threads);
            }
        }
        all.putAll(workload.program().environment());
        all.put("HOME", replica.resolve("home").toString());
        all.put("TIDEWRIGHT_WORKDIR", replica.resolve("work").toString());
        all.put("TIDEWRIGHT_CACHE", cache.toString());
        all.put("TIDEWRIGHT_CACHE_LIMIT", Long.toString(settings.cacheSize().toBytes()));
        all.put("TIDEWRIGHT_TERMINATION_LOG", replica.resolve("termination.log").toString());
        if (port > 0) {
            all.put("PORT", Integer.toString(port));
        }
        return all;
    }

    private static @Nullable Double deadline(Workload workload) {
        return workload instanceof Workload.Batch batch && batch.deadline() != null
                ? (Double) seconds(batch.deadline())
                : null;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
