package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Transition;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Announces, changes and finds the models that runs write. Their files belong to {@code ("logged-model", id)}. */
@Service
@Transactional
public class LoggedModelService {

    private final LoggedModels models;
    private final ModelMetrics metrics;
    private final RunService runs;
    private final ExperimentService experiments;
    private final ApplicationEventPublisher events;
    private final InstantSource clock;

    LoggedModelService(
            LoggedModels models,
            ModelMetrics metrics,
            RunService runs,
            ExperimentService experiments,
            ApplicationEventPublisher events,
            InstantSource clock) {
        this.models = models;
        this.metrics = metrics;
        this.runs = runs;
        this.experiments = experiments;
        this.events = events;
        this.clock = clock;
    }

    public LoggedModel create(LogModel command) {
        experiments.requireActive(command.namespace(), command.experiment());
        if (command.sourceRun() != null) {
            runs.requireActive(command.namespace(), command.sourceRun());
        }
        var id = Ids.next(clock.instant());
        models.add(id, command, clock.instant());
        var model = require(command.namespace(), id);
        note(model, "logged", null, model.status(), command.actor());
        return model;
    }

    /** A model of this namespace that is not deleted, or refuses. */
    @Transactional(readOnly = true)
    public LoggedModel require(Name namespace, UUID id) {
        return models.find(namespace, id).orElseThrow(() -> new Refusal.NotFound("logged model", id));
    }

    /** A model of whichever namespace; who asks has to look whether he may see it. */
    @Transactional(readOnly = true)
    public Optional<LoggedModel> find(UUID id) {
        return models.find(id);
    }

    /** Says how the writing of its files went. */
    public LoggedModel finish(Name namespace, UUID id, LoggedModelStatus status, Actor actor) {
        var model = require(namespace, id);
        if (model.status() != status) {
            models.status(id, status, clock.instant());
            note(model, "status", model.status(), status, actor);
        }
        return require(namespace, id);
    }

    public void tag(Name namespace, UUID id, Map<String, String> tags) {
        var checked = Keys.checkedTags(tags);
        require(namespace, id);
        models.tag(id, checked, clock.instant());
    }

    public void untag(Name namespace, UUID id, String key) {
        require(namespace, id);
        if (!models.untag(id, key)) {
            throw new Refusal.NotFound("tag", key);
        }
    }

    /** Adds parameters; those that are there keep their values. */
    public void addParams(Name namespace, UUID id, Map<String, String> params) {
        var checked = LogModel.checkedParams(params);
        require(namespace, id);
        models.addParams(id, checked);
    }

    /** Nobody finds it any more; what was registered of it has copies of its own. */
    public void delete(Name namespace, UUID id, Actor actor) {
        var model = require(namespace, id);
        models.delete(id, clock.instant());
        note(model, "deleted", model.status(), model.status(), actor);
    }

    /**
     * The newest first unless asked otherwise.
     *
     * @param datasets none: whatever was measured counts; otherwise only what was measured on one of them, and only models
     *     of which something was
     * @param sorted what was measured on this one is sorted by; none: on those of {@code datasets}
     */
    @Transactional(readOnly = true)
    public Slice<LoggedModel> search(
            RunQuery query, List<ModelMetric.Dataset> datasets, List<ModelMetric.Dataset> sorted) {
        return models.search(query, datasets, sorted.isEmpty() ? datasets : sorted);
    }

    /** Keeps what a run has measured of models of its namespace; of several points the newest. */
    public void measured(Name namespace, List<ModelMetric> measured) {
        measured.stream().map(ModelMetric::model).distinct().forEach(model -> require(namespace, model));
        metrics.add(measured);
    }

    /** What was measured of these models, by key, the oldest first. */
    @Transactional(readOnly = true)
    public Map<UUID, List<ModelMetric>> metrics(Collection<UUID> ids) {
        return metrics.of(ids);
    }

    /** What these runs have written, the oldest first; at most 200. */
    @Transactional(readOnly = true)
    public List<LoggedModel> of(Name namespace, Collection<UUID> ids) {
        return models.of(namespace, ids);
    }

    /** What these runs of one namespace have written, whatever client they had. */
    @Transactional(readOnly = true)
    public List<WrittenModel> written(Name namespace, List<RunView> by) {
        var logged = of(namespace, by.stream().map(RunView::id).toList());
        return by.stream().flatMap(run -> WrittenModel.of(run, logged)).toList();
    }

    /** Notes which models a run has written. */
    public void addOutputs(Name namespace, UUID run, List<ModelOutput> outputs) {
        runs.requireActive(namespace, run);
        outputs.forEach(output -> {
            require(namespace, output.model());
            models.addOutput(run, output.model(), output.step());
        });
    }

    /** Notes which models a run has read; the same again changes nothing. */
    public void addInputs(Name namespace, UUID run, List<UUID> inputs) {
        runs.requireActive(namespace, run);
        inputs.forEach(model -> {
            require(namespace, model);
            models.addInput(run, model);
        });
    }

    private void note(
            LoggedModel model, String verb, @Nullable LoggedModelStatus from, LoggedModelStatus to, Actor actor) {
        events.publishEvent(new Transition(
                model.namespace().value(),
                "logged-model",
                model.id(),
                model.name(),
                verb,
                from == null ? null : from.name(),
                to.name(),
                "",
                actor,
                clock.instant(),
                Map.of()));
    }
}
