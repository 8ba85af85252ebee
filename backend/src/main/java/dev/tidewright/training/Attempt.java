package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Text;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** One try to run a job. Changed by its job only. */
@Entity
@Table(name = "job_attempt")
class Attempt {

    static final String PULLING = "PULLING_IMAGE";
    private static final String RUNNING = "RUNNING";

    @Id
    private UUID id;

    @Version
    private @Nullable Long version;

    // Read by Hibernate alone: it is the other side of the job's list.
    @SuppressWarnings("UnusedVariable")
    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @JoinColumn(name = "job_id")
    private TrainingJob job;

    private int number;
    private String workload;
    private Instant createdAt;
    private @Nullable Instant startedAt;
    private @Nullable Instant endedAt;
    private @Nullable Integer exitCode;

    @Enumerated(EnumType.STRING)
    private @Nullable ReasonCode reasonCode;

    private String sentence = "";
    private long peakMemoryBytes;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<Stage> stages = new ArrayList<>();

    private long logStart;
    private @Nullable Long logEnd;
    private boolean cleared;

    @SuppressWarnings("NullAway.Init")
    protected Attempt() {}

    Attempt(TrainingJob job, int number, Instant now) {
        this.id = Ids.next(now);
        this.job = job;
        this.number = number;
        // A pass may die after it started this workload, so the same attempt always has the same name.
        this.workload = job.name() + "-a" + number;
        this.createdAt = now;
    }

    void started(Instant at) {
        if (startedAt == null) {
            startedAt = at;
            runs(at);
        }
    }

    /** The image is there: what was reported as a wait for it is followed by the run, also when its end came first. */
    private void runs(@Nullable Instant since) {
        for (var at = 0; at < stages.size(); at++) {
            if (stages.get(at).phase().equals(PULLING)) {
                var waited = stages.get(at).at();
                var begin = since == null ? waited : Math.max(waited, since.toEpochMilli());
                stages = new ArrayList<>(stages);
                stages.add(at + 1, new Stage(RUNNING, begin, ""));
                return;
            }
        }
    }

    /** The source of an image is there before the image has to be: what runs until it was seen is the wait for it. */
    void stage(String phase, String message, @Nullable String image, Instant at) {
        if (phase.equals(RUNNING) && image != null && startedAt == null) {
            stage(PULLING, "waits for the image " + image, at);
        } else {
            stage(phase, message, at);
        }
    }

    private void stage(String phase, String message, Instant at) {
        if (stages.isEmpty() || !stages.getLast().phase().equals(phase)) {
            stages = new ArrayList<>(stages);
            stages.add(new Stage(phase, at.toEpochMilli(), Text.shortened(message, 500)));
        }
    }

    void end(Ending ending) {
        if (startedAt == null && ending.exitCode() != null) {
            runs(null);
        }
        endedAt = ending.at();
        exitCode = ending.exitCode();
        reasonCode = ending.reason();
        sentence = ending.sentence();
        peakMemoryBytes = ending.peakMemoryBytes();
    }

    void logKept(long start, long end) {
        logStart = start;
        logEnd = end;
    }

    void clear() {
        cleared = true;
    }

    UUID id() {
        return id;
    }

    int number() {
        return number;
    }

    boolean ended() {
        return endedAt != null;
    }

    @Nullable
    ReasonCode reasonCode() {
        return reasonCode;
    }

    Snapshot snapshot() {
        return new Snapshot(id, number, workload, createdAt, startedAt, endedAt, cleared, logStart, logEnd);
    }

    View view() {
        var last = endedAt;
        var steps = new ArrayList<StageView>();
        for (var at = 0; at < stages.size(); at++) {
            var begin = Instant.ofEpochMilli(stages.get(at).at());
            var end = at + 1 < stages.size()
                    ? Instant.ofEpochMilli(stages.get(at + 1).at())
                    : last;
            steps.add(new StageView(
                    stages.get(at).phase(),
                    stages.get(at).message(),
                    begin,
                    end == null
                            ? null
                            : Math.max(0, Duration.between(begin, end).toMillis() / 1000.0)));
        }
        return new View(
                number,
                createdAt,
                startedAt,
                endedAt,
                exitCode,
                reasonCode,
                sentence,
                peakMemoryBytes,
                steps,
                logEnd != null);
    }

    /**
     * A stage that the launcher reported, but for {@code PULLING_IMAGE}: there is none in an image that is still to come.
     *
     * @param phase {@code FETCHING}, {@code BUILDING_ENVIRONMENT}, {@code PULLING_IMAGE}, {@code RUNNING} or {@code UPLOADING}
     * @param at milliseconds since 1970
     */
    record Stage(String phase, long at, String message) {}

    /**
     * What the reconciler and the log need of it.
     *
     * @param startedAt null until it was seen in the cluster
     * @param cleared true when the cluster has nothing of it any more
     * @param logStart offset of the first byte that was kept
     * @param logEnd offset after the last byte that was kept; null while the log is only in the cluster
     */
    record Snapshot(
            UUID id,
            int number,
            String workload,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            boolean cleared,
            long logStart,
            @Nullable Long logEnd) {}

    /**
     * An attempt as shown.
     *
     * @param peakMemoryBytes highest memory seen of all its processes together; 0 when unknown
     * @param logKept true when its log lies in the artifact store
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            int number,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Integer exitCode,
            @Nullable ReasonCode reasonCode,
            String sentence,
            long peakMemoryBytes,
            List<StageView> stages,
            boolean logKept) {}

    /** @param seconds how long it took; null while it lasts */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StageView(
            String phase,
            String message,
            Instant since,
            @Nullable Double seconds) {}
}
