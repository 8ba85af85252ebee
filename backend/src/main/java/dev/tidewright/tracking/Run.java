package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** One recording. */
// Only what has changed is written: tags are added to the row by statements of their own.
@Entity
@DynamicUpdate
class Run extends AbstractAggregateRoot<Run> {

    @Id
    private UUID id;

    @Version
    private @Nullable Long version;

    private Name namespace;
    private String name;
    private @Nullable String sourceKind;
    private @Nullable UUID sourceId;
    private @Nullable String sourceName;
    private boolean sourceOwn = true;

    @Enumerated(EnumType.STRING)
    private RunStatus status;

    private String reason;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> tags;

    private Instant startedAt;
    private @Nullable Instant endedAt;
    private String createdBy;
    private long experiment;
    private boolean experimentOpen;
    private @Nullable Instant deletedAt;

    @SuppressWarnings("NullAway.Init")
    protected Run() {}

    Run(StartRun command, Instant now) {
        this.id = Ids.next(now);
        this.namespace = command.namespace();
        this.name = command.name();
        var source = command.source();
        if (source != null) {
            this.sourceKind = source.kind();
            this.sourceId = source.id();
            this.sourceName = source.name();
            this.sourceOwn = source.own();
        }
        this.status = RunStatus.RUNNING;
        this.reason = "";
        this.tags = command.tags();
        this.startedAt = (command.startedAt() == null ? now : command.startedAt()).truncatedTo(ChronoUnit.MILLIS);
        this.createdBy = command.actor().name();
        this.experiment = command.experiment();
        this.experimentOpen = command.experimentOpen();
        note("started", null, RunStatus.RUNNING, "", command.actor(), now);
    }

    /** Ends it; harmless when it has ended in just this way. */
    void end(RunStatus outcome, String why, Actor actor, Instant now) {
        if (!outcome.isTerminal()) {
            throw new Refusal.Invalid("invalid-status", "status", "a run ends as FINISHED, FAILED or KILLED");
        }
        if (status != outcome) {
            moveTo(outcome, why, actor, now);
            endedAt = now;
        }
    }

    /** Takes an ended run up again; harmless when it records already. */
    void resume(Actor actor, Instant now) {
        if (status != RunStatus.RUNNING) {
            moveTo(RunStatus.RUNNING, "", actor, now);
            endedAt = null;
        }
    }

    /**
     * What its client says of it, who may also correct how it has ended.
     *
     * @param at when it ended, as the client says; null for now
     */
    void change(RunStatus next, @Nullable Instant at, Actor actor, Instant now) {
        experimentOpen = false;
        if (status != next) {
            moveTo(next, "", actor, now);
            endedAt = next.isTerminal() ? now : null;
        }
        // Clients that take a run up again send the time at which it had ended.
        if (at != null && next.isTerminal()) {
            endedAt = at.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /** Goes to the experiment that its program has chosen; false when it was told one before, or has begun to log. */
    boolean follow(long chosen) {
        if (!experimentOpen || deletedAt != null) {
            return false;
        }
        experiment = chosen;
        return true;
    }

    void rename(String next) {
        name = Keys.checked("name", next);
    }

    void delete(Actor actor, Instant now) {
        if (deletedAt == null) {
            note("deleted", null, status, "", actor, now);
            deletedAt = now;
        }
    }

    void restore(Actor actor, Instant now) {
        if (deletedAt != null) {
            note("restored", null, status, "", actor, now);
            deletedAt = null;
        }
    }

    private void moveTo(RunStatus next, String why, Actor actor, Instant now) {
        note("status", status, next, why, actor, now);
        status = next;
        reason = why;
    }

    private void note(String verb, @Nullable RunStatus from, RunStatus to, String why, Actor actor, Instant now) {
        registerEvent(new Transition(
                namespace.value(),
                "run",
                id,
                name,
                verb,
                from == null ? null : from.name(),
                to.name(),
                why,
                actor,
                now,
                Map.of()));
    }

    UUID id() {
        return id;
    }

    RunView view() {
        var source = sourceKind == null || sourceId == null || sourceName == null
                ? null
                : new RunSource(sourceKind, sourceId, sourceName, sourceOwn);
        return new RunView(
                id,
                namespace,
                name,
                source,
                status,
                reason,
                Map.copyOf(tags),
                startedAt,
                endedAt,
                createdBy,
                version == null ? 0 : version,
                experiment,
                deletedAt);
    }
}
