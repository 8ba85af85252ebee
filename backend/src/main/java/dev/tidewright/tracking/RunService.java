package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What people and their clients do with runs, and how they find them; {@link Tracking} records what runs measure. */
@Service
@Transactional
public class RunService {

    /** Characters of a tag's value. */
    public static final int LONGEST_TAG = Keys.MAX_TAG;

    private final Runs runs;
    private final RunRows rows;
    private final LoggedModels models;
    private final MetricRows metrics;
    private final ExperimentService experiments;
    private final InstantSource clock;

    RunService(
            Runs runs,
            RunRows rows,
            LoggedModels models,
            MetricRows metrics,
            ExperimentService experiments,
            InstantSource clock) {
        this.runs = runs;
        this.rows = rows;
        this.models = models;
        this.metrics = metrics;
        this.experiments = experiments;
        this.clock = clock;
    }

    /** Whatever somebody asks for, the youngest first unless asked otherwise. */
    @Transactional(readOnly = true)
    public Slice<RunData> search(RunQuery query) {
        var page = rows.search(query);
        var whole = whole(page.items()).iterator();
        return page.map(run -> whole.next());
    }

    /** A run of this namespace with all that was logged into it, a deleted one too, or refuses. */
    @Transactional(readOnly = true)
    public RunData read(Name namespace, UUID id) {
        return whole(List.of(require(namespace, id).view())).getFirst();
    }

    /** A run of this namespace, a deleted one too. */
    @Transactional(readOnly = true)
    public Optional<RunView> find(Name namespace, UUID id) {
        return runs.findByIdAndNamespace(id, namespace).map(Run::view);
    }

    /** Refuses a run that is not there; a deleted one is. */
    @Transactional(readOnly = true)
    public void requirePresent(Name namespace, UUID id) {
        require(namespace, id);
    }

    /** Refuses a run that is not there, or takes no changes because it is deleted. */
    @Transactional(readOnly = true)
    public void requireActive(Name namespace, UUID id) {
        active(namespace, id);
    }

    /**
     * Changes what is given.
     *
     * @param endedAt when it ended, as its client says
     */
    public RunView change(
            Name namespace,
            UUID id,
            @Nullable RunStatus status,
            @Nullable Instant endedAt,
            @Nullable String name,
            Actor actor) {
        var run = active(namespace, id);
        run.change(status == null ? run.view().status() : status, endedAt, actor, clock.instant());
        if (name != null) {
            run.rename(name);
        }
        return runs.saveAndFlush(run).view();
    }

    public void delete(Name namespace, UUID id, Actor actor) {
        var run = require(namespace, id);
        run.delete(actor, clock.instant());
        runs.save(run);
    }

    /** Refuses while its experiment is deleted. */
    public void restore(Name namespace, UUID id, Actor actor) {
        var run = require(namespace, id);
        experiments.requireActive(namespace, run.view().experiment());
        run.restore(actor, clock.instant());
        runs.save(run);
    }

    /** Sets tags; the others stay. */
    public void tag(Name namespace, UUID id, Map<String, String> tags) {
        var checked = Keys.checkedTags(tags);
        active(namespace, id);
        rows.tag(id, checked);
    }

    /**
     * Sets one tag to what becomes of it. Of several at once each sees what the one before has made.
     *
     * @param change given the tag as it is, null where there is none; its value is at most as long as a tag may be
     */
    public void retag(Name namespace, UUID id, String key, Function<@Nullable String, String> change) {
        active(namespace, id);
        rows.tag(id, Keys.checkedTags(Map.of(key, change.apply(rows.lockedTag(id, key)))));
    }

    public void untag(Name namespace, UUID id, String key) {
        active(namespace, id);
        if (!rows.untag(id, key)) {
            throw new Refusal.NotFound("tag", key);
        }
    }

    /** Notes what a run has read; the same data set again adds to its tags. */
    public void addInputs(Name namespace, UUID id, List<DatasetInput> inputs) {
        active(namespace, id);
        inputs.forEach(input -> rows.addInput(id, input));
    }

    private Run active(Name namespace, UUID id) {
        var run = require(namespace, id);
        if (run.view().deletedAt() != null) {
            throw new Refusal.Invalid("run-deleted", "run_id", "run \"" + id + "\" is deleted: restore it first");
        }
        return run;
    }

    private Run require(Name namespace, UUID id) {
        return runs.findByIdAndNamespace(id, namespace).orElseThrow(() -> new Refusal.NotFound("run", id));
    }

    private List<RunData> whole(List<RunView> views) {
        var ids = views.stream().map(RunView::id).toList();
        var latest = metrics.latest(ids);
        var params = rows.params(ids);
        var inputs = rows.inputs(ids);
        var touched = models.ofRuns(ids);
        return views.stream()
                .map(run -> new RunData(
                        run,
                        latest.getOrDefault(run.id(), List.of()),
                        params.getOrDefault(run.id(), Map.of()),
                        inputs.getOrDefault(run.id(), List.of()),
                        touched.getOrDefault(run.id(), ModelsOfRun.NONE)))
                .toList();
    }
}
