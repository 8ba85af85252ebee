package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Text;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Records runs and reads them back. */
@Service
@Transactional
public class Tracking {

    /** Characters of a parameter's value. */
    public static final int LONGEST_PARAMETER = Keys.MAX_VALUE;

    /** As many points as one call may bring. */
    public static final int MAX_BATCH = 10_000;

    private static final UUID NEWEST = new UUID(-1L, -1L);
    private static final Instant FIRST = Instant.EPOCH.minus(10_000, ChronoUnit.DAYS);
    private static final Instant LAST = Instant.EPOCH.plus(1_000_000, ChronoUnit.DAYS);

    private final Runs runs;
    private final MetricRows metrics;
    private final PointWriter writer;
    private final ExperimentService experiments;
    private final InstantSource clock;

    Tracking(Runs runs, MetricRows metrics, PointWriter writer, ExperimentService experiments, InstantSource clock) {
        this.runs = runs;
        this.metrics = metrics;
        this.writer = writer;
        this.experiments = experiments;
        this.clock = clock;
    }

    /** Begins a run and answers its id. A source that has its own already gets that one, recording again. */
    public UUID startRun(StartRun command) {
        var source = command.source();
        var known = source == null || !source.own() ? Optional.<Run>empty() : own(source);
        known.ifPresent(run -> run.resume(command.actor(), clock.instant()));
        if (known.isEmpty()) {
            experiments.requireActive(command.namespace(), command.experiment());
        }
        return runs.save(known.orElseGet(() -> new Run(command, clock.instant())))
                .id();
    }

    /**
     * Adds points and parameters. The same point again is no second point; the same parameter again is fine, with
     * another value it is refused and nothing of the call is kept.
     */
    public void log(UUID run, List<MetricPoint> points, Map<String, String> params) {
        if (points.size() > MAX_BATCH || params.size() > MAX_BATCH) {
            throw new Refusal.Invalid(
                    "batch-too-large",
                    "metrics",
                    Text.counted(Math.max(points.size(), params.size()), "value") + " in one call: send at most "
                            + MAX_BATCH);
        }
        // A batch has many points of few keys.
        points.stream().map(MetricPoint::key).distinct().forEach(key -> Keys.checked("metric", key));
        points.forEach(Tracking::checkTime);
        params.forEach((key, value) -> Keys.checkedValue(Keys.checked("parameter", key), value));
        requireExists(run);
        if (!params.isEmpty()) {
            metrics.addParams(run, params);
        }
        if (!points.isEmpty()) {
            writer.add(
                    run,
                    points.stream()
                            .map(point -> new MetricPoint(
                                    point.key(),
                                    point.value(),
                                    point.step(),
                                    point.at().truncatedTo(ChronoUnit.MILLIS)))
                            .toList());
        }
    }

    /** Ends a run; harmless when it has ended just so. Points may still follow: the last ones often come late. */
    public void end(UUID id, RunStatus status, String reason, Actor actor) {
        var run = runs.findById(id).orElseThrow(() -> new Refusal.NotFound("run", id));
        run.end(status, reason, actor, clock.instant());
        runs.save(run);
    }

    @Transactional(readOnly = true)
    public Optional<RunView> find(UUID run) {
        return runs.findById(run).map(Run::view);
    }

    /** The run that a source records. */
    @Transactional(readOnly = true)
    public Optional<RunView> of(RunSource source) {
        return own(source).map(Run::view);
    }

    /** What a source's program has begun beside the source's own run, the youngest first. */
    @Transactional(readOnly = true)
    public List<RunView> beside(RunSource source, int limit) {
        return runs
                .findBySourceIdAndSourceKindAndSourceOwnFalseAndDeletedAtIsNullOrderByIdDesc(
                        source.id(), source.kind(), Limit.of(limit))
                .stream()
                .map(Run::view)
                .toList();
    }

    /** Ends what a source's program has begun and not ended. */
    public void endBeside(RunSource source, RunStatus status, String reason, Actor actor) {
        var unfinished = runs.unfinishedBeside(source.kind(), source.id());
        unfinished.forEach(run -> run.end(status, reason, actor, clock.instant()));
        runs.saveAll(unfinished);
    }

    /** Brings a source's own run to the experiment that its program has chosen, as long as nobody else has chosen one. */
    public void follow(RunSource source, long experiment) {
        own(source).filter(run -> run.follow(experiment)).ifPresent(runs::save);
    }

    /** A run of this namespace, or refuses. */
    @Transactional(readOnly = true)
    public RunView require(Name namespace, UUID id) {
        return runs.findByIdAndNamespace(id, namespace)
                .map(Run::view)
                .orElseThrow(() -> new Refusal.NotFound("run", id));
    }

    /**
     * Newest first.
     *
     * @param source only runs of the job of this name
     */
    @Transactional(readOnly = true)
    public Slice<RunView> list(
            Name namespace, @Nullable RunStatus status, @Nullable String source, @Nullable String cursor, int limit) {
        var page = runs.page(namespace, Cursor.id(cursor).orElse(NEWEST), status, source, Limit.of(limit + 1));
        return Slice.of(page, limit, Run::id).map(Run::view);
    }

    @Transactional(readOnly = true)
    public Map<String, String> params(UUID run) {
        return metrics.params(run);
    }

    /** Every metric of a run with its last value, by key. */
    @Transactional(readOnly = true)
    public List<Latest> metrics(UUID run) {
        return metrics.latest(List.of(run)).getOrDefault(run, List.of());
    }

    /** The last value of every metric, by key. */
    @Transactional(readOnly = true)
    public Map<String, Double> latest(UUID run) {
        var values = new java.util.TreeMap<String, Double>();
        metrics(run).forEach(latest -> values.put(latest.key(), latest.value()));
        return values;
    }

    /** The same for many runs at once; a run without metrics is missing. */
    @Transactional(readOnly = true)
    public Map<UUID, List<Latest>> latest(Collection<UUID> ids) {
        return metrics.latest(ids);
    }

    /**
     * The curve of one metric, by step.
     *
     * @param maxPoints 10 to 10000; a longer curve is thinned out, its extremes stay
     */
    @Transactional(readOnly = true)
    public Series series(UUID run, String key, int maxPoints) {
        if (maxPoints < 10 || maxPoints > 10_000) {
            throw new Refusal.Malformed(
                    "invalid-limit", "maxPoints", "maxPoints is " + maxPoints + ": give 10 to 10000");
        }
        return metrics.series(run, key, maxPoints);
    }

    /** Every point of one metric, by step, page by page; empty when there is none. */
    @Transactional(readOnly = true)
    public Slice<Series.Point> points(UUID run, String key, @Nullable String cursor, int limit) {
        return metrics.points(run, key, cursor, limit);
    }

    private Optional<Run> own(RunSource source) {
        return runs.findBySourceKindAndSourceIdAndSourceOwnTrue(source.kind(), source.id());
    }

    private void requireExists(UUID run) {
        if (!runs.existsById(run)) {
            throw new Refusal.NotFound("run", run);
        }
    }

    private static void checkTime(MetricPoint point) {
        if (point.at().isBefore(FIRST) || point.at().isAfter(LAST)) {
            throw new Refusal.Invalid(
                    "invalid-timestamp",
                    "timestamp",
                    "the timestamp of \"" + Text.shortened(point.key(), 60)
                            + "\" is out of range: give milliseconds since 1970");
        }
    }
}
