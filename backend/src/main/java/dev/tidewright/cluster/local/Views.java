package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Exit;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.cluster.local.SupervisorFiles.End;
import dev.tidewright.cluster.local.SupervisorFiles.LastWords;
import dev.tidewright.cluster.local.SupervisorFiles.State;
import dev.tidewright.kernel.Quantities;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Translates what is known of a workload into the port's words. Pure. */
final class Views {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(tools.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final String HOST = "127.0.0.1";

    private static final String NO_IMAGES = "container images do not run on this machine: give a source and a command"
            + " instead, or connect a Kubernetes cluster";

    private Views() {}

    static Observation of(Held held) {
        var id = held.workload().id();
        if (held.isImage()) {
            return new Observation(
                    id, Observation.Phase.FAILED, "IMAGE_UNSUPPORTED", NO_IMAGES, images(held), null, null);
        }
        var seen = held.replicas().stream().map(Seen::of).toList();
        var replicas = seen.stream().map(Views::of).toList();
        return held.workload() instanceof Workload.Batch
                ? batch(id, seen.getFirst(), replicas)
                : service(id, held, replicas);
    }

    /** What a replica's files said at one moment: read twice, they may say two things about one replica. */
    private record Seen(
            Replica replica,
            @Nullable State state,
            @Nullable End end) {
        static Seen of(Replica replica) {
            var end = replica.exit().orElse(null); // before the state, which is never younger
            return new Seen(replica, replica.state().orElse(null), end);
        }
    }

    private static List<ReplicaStatus> images(Held held) {
        return held.replicas().stream()
                .map(replica -> new ReplicaStatus(
                        replica.name(),
                        ReplicaStatus.Phase.ENDED,
                        null,
                        0,
                        0,
                        "IMAGE_UNSUPPORTED",
                        NO_IMAGES,
                        held.appliedAt()))
                .toList();
    }

    private static Observation batch(WorkloadId id, Seen seen, List<ReplicaStatus> replicas) {
        var status = replicas.getFirst();
        var startedAt = seen.state() == null ? null : seen.state().since();
        var end = seen.end();
        if (end == null) {
            var phase = startedAt == null ? Observation.Phase.PENDING : Observation.Phase.RUNNING;
            return new Observation(id, phase, status.reason(), status.message(), replicas, startedAt, null);
        }
        var exit = new Exit(end.code(), end.reason(), end.terminationLog(), end.peakMemoryBytes(), end.at());
        var well = end.reason().equals("COMPLETED");
        return new Observation(
                id,
                well ? Observation.Phase.SUCCEEDED : Observation.Phase.FAILED,
                status.reason(),
                status.message(),
                replicas,
                startedAt,
                exit);
    }

    private static Observation service(WorkloadId id, Held held, List<ReplicaStatus> replicas) {
        var troubled = replicas.stream()
                .filter(replica -> !replica.reason().isEmpty())
                .findFirst()
                .orElse(null);
        var waiting = !replicas.isEmpty()
                && replicas.stream().allMatch(replica -> replica.phase() == ReplicaStatus.Phase.PENDING);
        return new Observation(
                id,
                waiting ? Observation.Phase.PENDING : Observation.Phase.RUNNING,
                troubled == null ? "" : troubled.reason(),
                troubled == null ? "" : troubled.message(),
                replicas,
                held.appliedAt(),
                null);
    }

    private static ReplicaStatus of(Seen seen) {
        var replica = seen.replica();
        var state = seen.state();
        var end = seen.end();
        var drain = replica.drain().orElse(null);
        var since = state == null ? replica.card().createdAt() : state.since();
        if (drain != null) {
            return status(replica, ReplicaStatus.Phase.DRAINING, "", "", drain.since());
        }
        if (end != null) {
            return status(replica, ReplicaStatus.Phase.ENDED, reason(end), sentence(replica, end), end.at());
        }
        if (state == null) {
            var phase = replica.isAdmitted() ? ReplicaStatus.Phase.STARTING : ReplicaStatus.Phase.PENDING;
            return status(
                    replica,
                    phase,
                    replica.waiting().reason(),
                    replica.waiting().message(),
                    since);
        }
        var last = state.last();
        if (!state.isRunning() && last != null) {
            return status(replica, ReplicaStatus.Phase.CRASHED, crash(state, last), crashed(replica, state), since);
        }
        return running(replica, state, since);
    }

    private static ReplicaStatus running(Replica replica, State state, Instant since) {
        var probe = replica.probe().orElse(null);
        var ready = probe == null ? null : probe.readySince();
        if (ready != null) {
            return status(replica, ReplicaStatus.Phase.READY, "", "", ready);
        }
        var unready = probe == null ? null : probe.unreadySince();
        if (probe != null && unready != null) {
            return status(replica, ReplicaStatus.Phase.UNREADY, "READINESS_FAILED", probe.failure(), unready);
        }
        var last = state.last();
        return last == null
                ? status(replica, ReplicaStatus.Phase.STARTING, "", probe == null ? "" : probe.failure(), since)
                : status(replica, ReplicaStatus.Phase.STARTING, crash(state, last), crashed(replica, state), since);
    }

    private static ReplicaStatus status(
            Replica replica, ReplicaStatus.Phase phase, String reason, String message, Instant since) {
        var port = replica.port();
        var restarts = replica.state().map(State::restarts).orElse(0);
        return new ReplicaStatus(
                replica.name(), phase, port == 0 ? null : HOST, port, restarts, reason, message, since);
    }

    /** A known cause says more than that it repeats. */
    private static String crash(State state, End last) {
        var reason = reason(last);
        return reason.equals("EXIT_CODE") && state.restarts() >= 2 ? "CRASH_LOOP" : reason;
    }

    private static String crashed(Replica replica, State state) {
        var last = state.last();
        var sentence = last == null ? "" : sentence(replica, last);
        return sentence.isEmpty() ? "ended with exit code 0" : sentence;
    }

    private static String reason(End end) {
        var words = lastWords(end);
        var said = words == null ? null : words.reason();
        return switch (end.reason()) {
            case "EXIT_CODE" -> said == null || said.isBlank() || said.equals("COMPLETED") ? "EXIT_CODE" : said;
            case "COMPLETED" -> "";
            default -> end.reason();
        };
    }

    /** One sentence, empty when all went well. */
    private static String sentence(Replica replica, End end) {
        var limit = Quantities.memory(replica.workload().resources().memoryBytes());
        var words = lastWords(end);
        return switch (end.reason()) {
            case "COMPLETED" -> "";
            case "OUT_OF_MEMORY" ->
                "used " + memory(end.peakMemoryBytes()) + " of memory and was ended; it declares " + limit;
            case "DEADLINE_EXCEEDED" -> "ended because its time was over after " + end.ranSeconds() + " s";
            case "STOPPED" -> "stopped on request";
            case "LOST" -> "the process that watched over it was killed; nobody saw how it ended";
            case "COMMAND_NOT_FOUND" -> end.terminationLog();
            default ->
                words != null && words.message() != null ? words.message() : Exit.words(end.code(), end.lastLine());
        };
    }

    private static String memory(long bytes) {
        return Quantities.memory((bytes >> 20) << 20);
    }

    private static @Nullable LastWords lastWords(End end) {
        if (!end.terminationLog().startsWith("{")) {
            return null;
        }
        try {
            return JSON.readValue(end.terminationLog(), LastWords.class);
        } catch (JacksonException e) {
            return null; // user code may write what it likes
        }
    }
}
