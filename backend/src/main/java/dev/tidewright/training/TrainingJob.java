package dev.tidewright.training;

import dev.tidewright.cluster.Observation;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Transition;
import dev.tidewright.tenancy.Hold;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** A training job: what was asked, and how far it has come. */
@Entity
@Table(name = "training_job")
class TrainingJob extends AbstractAggregateRoot<TrainingJob> {

    /** A lost attempt is repeated this often, whatever the retries say: nobody's code is to blame. */
    static final int MAX_LOSSES = 3;

    private static final Actor RECONCILER = Actor.system("training");

    @Id
    private UUID id;

    @Version
    private @Nullable Long version;

    private UUID namespaceId;
    private Name namespace;
    private Name name;
    private String createdBy;
    private Instant createdAt;

    @JdbcTypeCode(SqlTypes.JSON)
    private JobSpec spec;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> labels;

    @Enumerated(EnumType.STRING)
    private JobStatus status;

    @Enumerated(EnumType.STRING)
    private @Nullable ReasonCode reasonCode;

    private String sentence = "";
    private @Nullable Instant admittedAt;
    private @Nullable Instant startedAt;
    private @Nullable Instant finishedAt;
    private @Nullable Instant unknownSince;
    private @Nullable String unknownReason;
    private @Nullable String stopSentence;
    private @Nullable Name rerunOf;
    private @Nullable UUID runId;
    private long experiment;

    @OneToMany(mappedBy = "job", cascade = CascadeType.ALL, orphanRemoval = true)
    @OrderBy("number")
    private List<Attempt> attempts = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    protected TrainingJob() {}

    /** @param id chosen before, because the quota and the source's copy are held under it */
    TrainingJob(
            Place place, JobSpec spec, Map<String, String> labels, @Nullable Name rerunOf, Actor actor, Instant now) {
        this.id = place.id();
        this.namespaceId = place.namespaceId();
        this.namespace = place.namespace();
        this.name = place.name();
        this.spec = spec;
        this.labels = labels;
        this.rerunOf = rerunOf;
        this.createdBy = actor.name();
        this.createdAt = now;
        this.status = JobStatus.QUEUED;
        note(new Move("submitted", null, status, rerunOf == null ? "" : "again, as " + rerunOf + " was", actor), now);
    }

    /** Who a new job is. */
    record Place(UUID id, UUID namespaceId, Name namespace, Name name) {
        static Place of(UUID namespaceId, Name namespace, Name name, Instant now) {
            return new Place(Ids.next(now), namespaceId, namespace, name);
        }
    }

    void recordInto(UUID run, long inExperiment) {
        runId = run;
        experiment = inExperiment;
    }

    /** The quota has no room; {@code why} says what is missing. */
    void waits(String why) {
        if (status == JobStatus.QUEUED) {
            reasonCode = ReasonCode.QUOTA;
            sentence = why;
        }
    }

    /** The quota is held: the first attempt may start. */
    void admit(Instant now) {
        admittedAt = now;
        moveTo(JobStatus.STARTING, null, "quota granted", RECONCILER, now);
        attempts.add(new Attempt(this, 1, now));
    }

    /** What the cluster says of an attempt that has not ended. Facts about an earlier attempt are stale. */
    void observed(int attempt, Observation seen, Instant now) {
        if (status.terminal()
                || status == JobStatus.QUEUED
                || attempt != current().number()) {
            return;
        }
        unknownSince = null;
        unknownReason = null;
        if (seen.phase() == Observation.Phase.RUNNING) {
            var since = seen.startedAt() == null ? now : seen.startedAt();
            current().started(since);
            startedAt = startedAt == null ? since : startedAt;
            if (status == JobStatus.STARTING) {
                moveTo(JobStatus.RUNNING, null, "attempt " + attempt + " runs", RECONCILER, now);
            }
        } else if (status == JobStatus.STARTING) {
            reasonCode = ReasonCode.whyWaiting(seen);
            sentence = seen.message();
        }
    }

    void stage(int attempt, String phase, String message, Instant now) {
        live(attempt).stage(phase, message, spec.image(), now);
    }

    /** The cluster does not answer: nothing is known, which is no failure. */
    void unknown(String why, Instant now) {
        if (!status.terminal() && status != JobStatus.QUEUED) {
            unknownSince = unknownSince == null ? now : unknownSince;
            unknownReason = why;
        }
    }

    /** An attempt ended; either another one follows or the job ends with it. Repeating it changes nothing. */
    void ended(int attempt, Ending ending, Instant now) {
        if (status.terminal() || attempt != current().number() || current().ended()) {
            return;
        }
        var again = status != JobStatus.STOPPING && goesOnAfter(ending, now);
        current().end(ending);
        unknownSince = null;
        unknownReason = null;
        if (again) {
            if (status == JobStatus.RUNNING) {
                moveTo(JobStatus.STARTING, null, "attempt " + attempt + ": " + ending.sentence(), RECONCILER, now);
            }
            reasonCode = ending.reason();
            sentence =
                    "attempt " + attempt + " ended: " + ending.sentence() + "; attempt " + (attempt + 1) + " follows";
            attempts.add(new Attempt(this, attempt + 1, now));
        } else {
            finishedAt = ending.at();
            moveTo(outcome(ending), ending.reason(), ending.sentence(), RECONCILER, now);
        }
    }

    /** What others had changed of it in the cluster was put back. */
    void repaired(String what, Instant now) {
        note(new Move("repaired", null, null, what, Actor.system("cluster")), now);
    }

    void logKept(int attempt, long start, long end) {
        attempts.get(attempt - 1).logKept(start, end);
    }

    void cleared(int attempt) {
        attempts.get(attempt - 1).clear();
    }

    /** Somebody wants it to end. A waiting job ends at once; asking twice is harmless. */
    void stop(Actor actor, String why, Instant now) {
        if (status == JobStatus.STOPPING || status == JobStatus.CANCELLED) {
            return;
        }
        if (status.terminal()) {
            throw new Refusal.Conflict(
                    "job-finished",
                    "job \"" + name + "\" is already " + status.label().toLowerCase(java.util.Locale.ROOT));
        }
        var asked = "stopped by " + actor.label() + (why.isBlank() ? "" : ": " + why.strip());
        stopSentence = asked;
        if (status == JobStatus.QUEUED) {
            finishedAt = now;
            moveTo(JobStatus.CANCELLED, ReasonCode.CANCELLED, asked, actor, now);
        } else {
            moveTo(JobStatus.STOPPING, ReasonCode.CANCELLED, asked, actor, now);
        }
    }

    /** Refuses unless everything of it has ended. */
    void requireDeletable() {
        if (!status.terminal()
                || attempts.stream().anyMatch(attempt -> !attempt.snapshot().cleared())) {
            throw new Refusal.Conflict(
                    "job-active",
                    "job \"" + name + "\" is " + status.label().toLowerCase(java.util.Locale.ROOT)
                            + ": cancel it and wait for its end before you delete it");
        }
    }

    void deleted(Actor actor, Instant now) {
        note(new Move("deleted", status, null, "by request", actor), now);
    }

    /** The attempt of this number, if it is the current one and has not ended; refuses otherwise. */
    Attempt live(int number) {
        if (attempts.isEmpty() || current().number() != number || current().ended()) {
            throw attemptEnded(number);
        }
        return current();
    }

    Refusal attemptEnded(int number) {
        return new Refusal.Conflict(
                "attempt-ended",
                "attempt " + number + " of job \"" + name + "\" has ended: nothing more is taken from it");
    }

    boolean settled() {
        return status.terminal()
                && attempts.stream().allMatch(attempt -> attempt.snapshot().cleared());
    }

    Hold hold() {
        return new Hold(id, "job", name.value(), spec.resources(), 1, 0);
    }

    JobState state() {
        return new JobState(
                id,
                namespaceId,
                namespace,
                name,
                spec,
                status,
                startedAt,
                runId,
                experiment,
                new JobState.Shown(reasonCode, sentence, unknownSince != null),
                stopSentence == null ? "" : stopSentence,
                attempts.stream().map(Attempt::snapshot).toList());
    }

    private boolean goesOnAfter(Ending ending, Instant now) {
        if (ending.succeeded() || timeIsUp(now)) {
            return false;
        }
        return ending.reason() == ReasonCode.LOST
                ? earlier(true) < MAX_LOSSES
                : spec.retries().covers(ending, earlier(false));
    }

    private boolean timeIsUp(Instant now) {
        return startedAt != null && !startedAt.plus(spec.deadlineLength()).isAfter(now.plus(Duration.ofSeconds(1)));
    }

    /** How many attempts ended lost, or otherwise failed. */
    private long earlier(boolean lost) {
        return attempts.stream()
                .filter(attempt -> attempt.ended() && (attempt.reasonCode() == ReasonCode.LOST) == lost)
                .count();
    }

    private JobStatus outcome(Ending ending) {
        return status == JobStatus.STOPPING
                ? JobStatus.CANCELLED
                : ending.succeeded() ? JobStatus.SUCCEEDED : JobStatus.FAILED;
    }

    private Attempt current() {
        return attempts.getLast();
    }

    private void moveTo(JobStatus next, @Nullable ReasonCode reason, String why, Actor actor, Instant at) {
        if (!status.mayBecome(next)) {
            throw new Refusal.Conflict(
                    "illegal-move", "job \"" + name + "\" is " + status + " and cannot become " + next);
        }
        note(new Move("status", status, next, why, actor), at);
        status = next;
        reasonCode = reason;
        sentence = reason == null ? "" : why;
    }

    private record Move(
            String verb, @Nullable JobStatus from, @Nullable JobStatus to, String why, Actor actor) {}

    private void note(Move move, Instant at) {
        registerEvent(new Transition(
                namespace.value(),
                "job",
                id,
                name.value(),
                move.verb(),
                move.from() == null ? null : move.from().name(),
                move.to() == null ? null : move.to().name(),
                move.why(),
                move.actor(),
                at,
                reasonCode == null ? Map.of() : Map.of("reasonCode", reasonCode.name())));
    }

    UUID id() {
        return id;
    }

    long version() {
        return version == null ? 0 : version;
    }

    UUID namespaceId() {
        return namespaceId;
    }

    Name namespace() {
        return namespace;
    }

    Name name() {
        return name;
    }

    JobSpec spec() {
        return spec;
    }

    Map<String, String> labels() {
        return labels;
    }

    JobStatus status() {
        return status;
    }

    @Nullable
    UUID runId() {
        return runId;
    }

    String sentence() {
        return sentence;
    }

    JobFacts facts() {
        return new JobFacts(
                id,
                version(),
                namespace,
                name,
                createdBy,
                createdAt,
                labels,
                status,
                reasonCode,
                sentence,
                admittedAt,
                startedAt,
                finishedAt,
                unknownSince,
                unknownReason,
                rerunOf,
                runId);
    }

    List<Attempt> attempts() {
        return attempts;
    }
}
