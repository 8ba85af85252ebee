package dev.tidewright.training;

import dev.tidewright.events.ClusterEvents;
import dev.tidewright.events.KeptEvent;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.Tracking;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads jobs for people and programs. */
@Service
@Transactional(readOnly = true)
class JobReader {

    /** How far back a warning is looked for. */
    private static final int WARNINGS = 20;

    private final TrainingJobs jobs;
    private final Namespaces namespaces;
    private final Tracking tracking;
    private final ClusterEvents events;
    private final JdbcClient jdbc;
    private final InstantSource clock;

    JobReader(
            TrainingJobs jobs,
            Namespaces namespaces,
            Tracking tracking,
            ClusterEvents events,
            JdbcClient jdbc,
            InstantSource clock) {
        this.events = events;
        this.jobs = jobs;
        this.namespaces = namespaces;
        this.tracking = tracking;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    public Resource<JobSpec, JobView> get(Name namespace, Name name) {
        var job = require(namespace, name);
        return JobView.whole(job, metrics(job.runId()), position(job), clock.instant());
    }

    public List<JobDiagnosis.Finding> diagnosis(Name namespace, Name name) {
        var job = require(namespace, name);
        var attempts = job.attempts().stream().map(Attempt::view).toList();
        var said = events.ofJob(namespace, name, job.facts().createdAt(), null, WARNINGS).items().stream()
                .filter(KeptEvent::warning)
                .findFirst();
        return JobDiagnosis.with(JobDiagnosis.of(job.facts(), job.spec(), attempts, position(job)), job.facts(), said);
    }

    /** What the cluster said of its attempts, the last first. */
    public Slice<KeptEvent> events(Name namespace, Name name, @Nullable String cursor, int limit) {
        return events.ofJob(namespace, name, require(namespace, name).facts().createdAt(), cursor, limit);
    }

    /** For the log and the files; never leaves the module. */
    public JobState state(Name namespace, Name name) {
        return require(namespace, name).state();
    }

    /** The tracking run of a job. */
    public UUID run(Name namespace, Name name) {
        var run = require(namespace, name).runId();
        if (run == null) {
            throw new Refusal.NotFound("run of job", name);
        }
        return run;
    }

    /**
     * Newest first. One query finds the page by key, one reads it, one reads the metrics, whatever the namespace has
     * gathered.
     */
    public Slice<Resource<JobSpec, JobView>> list(Name namespace, JobQuery query, int limit) {
        var where = new ArrayList<String>(List.of("namespace_id = :namespaceId"));
        var parameters = new HashMap<String, Object>();
        parameters.put("namespaceId", namespaces.require(namespace).id());
        query.addTo(where, parameters);
        Cursor.id(query.cursor()).ifPresent(before -> {
            where.add("id < :before");
            parameters.put("before", before);
        });
        parameters.put("limit", limit + 1);
        var ids = jdbc.sql("SELECT id FROM training_job WHERE " + String.join(" AND ", where)
                        + " ORDER BY id DESC LIMIT :limit")
                .params(parameters)
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
        var slice = Slice.<UUID>of(ids, limit, id -> id);
        var found =
                jobs.findByIdIn(slice.items()).stream().collect(Collectors.toMap(TrainingJob::id, Function.identity()));
        var latest = tracking.latest(found.values().stream()
                .map(TrainingJob::runId)
                .filter(Objects::nonNull)
                .toList());
        var now = clock.instant();
        var positions = positions(found.values().stream().toList());
        var items = new ArrayList<Resource<JobSpec, JobView>>();
        for (var id : slice.items()) {
            var job = found.get(id);
            if (job != null) {
                var metrics = job.runId() == null ? List.<Latest>of() : latest.getOrDefault(job.runId(), List.of());
                items.add(JobView.of(job.facts(), job.spec(), values(metrics), positions.get(id), now));
            }
        }
        return new Slice<>(items, slice.nextCursor());
    }

    /** How many there are, by status; the status filter itself is left aside, so that the others keep their numbers. */
    public Map<JobStatus, Long> count(Name namespace, JobQuery query) {
        var where = new ArrayList<String>(List.of("namespace_id = :namespaceId"));
        var parameters = new HashMap<String, Object>();
        parameters.put("namespaceId", namespaces.require(namespace).id());
        query.withoutStatus().addTo(where, parameters);
        var counts = new EnumMap<JobStatus, Long>(JobStatus.class);
        for (var status : JobStatus.values()) {
            counts.put(status, 0L);
        }
        jdbc.sql("SELECT status, count(*) AS number FROM training_job WHERE " + String.join(" AND ", where)
                        + " GROUP BY status")
                .params(parameters)
                .query(row -> {
                    counts.put(JobStatus.valueOf(row.getString("status")), row.getLong("number"));
                });
        return counts;
    }

    private Map<UUID, Integer> positions(List<TrainingJob> page) {
        var positions = new HashMap<UUID, Integer>();
        if (page.stream().anyMatch(job -> job.status() == JobStatus.QUEUED)) {
            jdbc.sql("""
                    SELECT id, row_number() OVER (ORDER BY id) AS place FROM training_job
                    WHERE namespace_id = ? AND status = 'QUEUED'
                    """).param(page.getFirst().namespaceId()).query(row -> {
                positions.put(row.getObject("id", UUID.class), row.getInt("place"));
            });
        }
        return positions;
    }

    private int position(TrainingJob job) {
        return job.status() == JobStatus.QUEUED ? jobs.position(job.namespaceId(), job.id()) : 0;
    }

    private Map<String, Double> metrics(@Nullable UUID run) {
        return run == null ? Map.of() : values(tracking.metrics(run));
    }

    private static Map<String, Double> values(List<Latest> metrics) {
        var values = new TreeMap<String, Double>();
        metrics.forEach(latest -> values.put(latest.key(), latest.value()));
        return new LinkedHashMap<>(values);
    }

    private TrainingJob require(Name namespace, Name name) {
        return jobs.findByNamespaceIdAndName(namespaces.require(namespace).id(), name)
                .orElseThrow(() -> new Refusal.NotFound("job", name));
    }
}
