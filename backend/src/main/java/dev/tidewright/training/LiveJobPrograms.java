package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Caller;
import dev.tidewright.tenancy.LivePrograms;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Which attempts' programs still speak for their jobs: until they have ended, and no longer than the job's deadline. */
@Component
class LiveJobPrograms implements LivePrograms {

    private final JdbcClient jdbc;
    private final InstantSource clock;

    LiveJobPrograms(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Override
    public Optional<Caller.Program> find(UUID attempt, Name namespace) {
        return jdbc.sql("""
                SELECT j.id, j.name, j.started_at, j.spec ->> 'deadline' AS deadline
                FROM job_attempt a JOIN training_job j ON j.id = a.job_id
                WHERE a.id = ? AND a.ended_at IS NULL AND j.namespace = ?
                    AND j.status IN ('STARTING', 'RUNNING', 'STOPPING')
                """)
                .params(attempt, namespace.value())
                .query(Found.class)
                .optional()
                .filter(this::inTime)
                .map(found -> new Caller.Program(found.id(), new Name(found.name()), namespace));
    }

    private boolean inTime(Found found) {
        var started = found.startedAt();
        return started == null
                || started.plus(Durations.parse("deadline", found.deadline()))
                        .plus(JobStep.PATIENCE)
                        .isAfter(clock.instant());
    }

    private record Found(UUID id, String name, @Nullable Instant startedAt, String deadline) {}
}
