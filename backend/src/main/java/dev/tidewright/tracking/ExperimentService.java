package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Text;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Order;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, changes and finds experiments. That of number 0 is made when somebody first asks for anything. */
@Service
@Transactional
public class ExperimentService {

    private final Experiments experiments;
    private final InstantSource clock;

    ExperimentService(Experiments experiments, InstantSource clock) {
        this.experiments = experiments;
        this.clock = clock;
    }

    /** Answers the new one's number. */
    public long create(Name namespace, String name, Map<String, String> tags, Actor actor) {
        Keys.checked("name", name, Keys.MAX_EXPERIMENT);
        tags.forEach(ExperimentService::checkTag);
        ensureDefault(namespace);
        return experiments
                .add(namespace, name, tags, actor.name(), clock.instant())
                .orElseThrow(() -> taken(namespace, name));
    }

    /** The number of the experiment of this name, which is made if there is none; refuses a deleted one. */
    public long ensure(Name namespace, String name, Actor actor) {
        Keys.checked("experiment", name, Keys.MAX_EXPERIMENT);
        ensureDefault(namespace);
        return experiments
                .find(namespace, name)
                .map(Experiment::number)
                .or(() -> experiments.add(namespace, name, Map.of(), actor.name(), clock.instant()))
                .map(number -> requireActive(namespace, number).number())
                // Somebody else has made it just now.
                .orElseGet(
                        () -> requireActive(namespace, require(namespace, name).number())
                                .number());
    }

    /** An experiment, a deleted one too, or refuses. */
    public Experiment require(Name namespace, long number) {
        if (number == Experiment.DEFAULT) {
            ensureDefault(namespace);
        }
        return experiments.find(namespace, number).orElseThrow(() -> new Refusal.NotFound("experiment", number));
    }

    /** The same by its name. */
    public Experiment require(Name namespace, String name) {
        ensureDefault(namespace);
        return experiments.find(namespace, name).orElseThrow(() -> new Refusal.NotFound("experiment", name));
    }

    /** An experiment that takes changes, or refuses. */
    public Experiment requireActive(Name namespace, long number) {
        var experiment = require(namespace, number);
        if (experiment.deletedAt() != null) {
            throw new Refusal.Invalid(
                    "experiment-deleted",
                    "experiment_id",
                    "experiment " + number + " (\"" + Text.shortened(experiment.name(), 60)
                            + "\") is deleted: restore it first");
        }
        return experiment;
    }

    public void rename(Name namespace, long number, String name) {
        Keys.checked("name", name, Keys.MAX_EXPERIMENT);
        if (requireActive(namespace, number).name().equals(name)) {
            return;
        }
        if (experiments.find(namespace, name).isPresent()) {
            throw taken(namespace, name);
        }
        experiments.rename(namespace, number, name, clock.instant());
    }

    /** Its runs go with it. */
    public void delete(Name namespace, long number) {
        requireActive(namespace, number);
        if (number == Experiment.DEFAULT) {
            throw new Refusal.Invalid(
                    "default-experiment",
                    "experiment_id",
                    "this experiment is where jobs and runs are that name none: delete its runs instead");
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        experiments.delete(namespace, number, now, now);
    }

    /** The runs that went with it come back; those that were deleted before do not. */
    public void restore(Name namespace, long number) {
        if (require(namespace, number).deletedAt() != null) {
            experiments.delete(namespace, number, null, clock.instant());
        }
    }

    public void tag(Name namespace, long number, String key, String value) {
        checkTag(key, value);
        requireActive(namespace, number);
        experiments.tag(namespace, number, Map.of(key, value), clock.instant());
    }

    public void untag(Name namespace, long number, String key) {
        requireActive(namespace, number);
        if (!experiments.untag(namespace, number, key)) {
            throw new Refusal.NotFound("tag", key);
        }
    }

    /** The newest first unless asked otherwise. */
    public Slice<Experiment> search(
            Name namespace,
            Lifecycle lifecycle,
            List<Condition> conditions,
            List<Order> orders,
            @Nullable String cursor,
            int limit) {
        ensureDefault(namespace);
        return experiments.search(namespace, lifecycle, conditions, orders, cursor, limit);
    }

    /** What goes on in these experiments, by their numbers; one without runs is missing. */
    @Transactional(readOnly = true)
    public Map<Long, ExperimentActivity> activity(Name namespace, Collection<Long> numbers) {
        return experiments.activity(namespace, numbers);
    }

    private void ensureDefault(Name namespace) {
        if (experiments.find(namespace, Experiment.DEFAULT).isEmpty()) {
            experiments.addDefault(namespace, clock.instant());
        }
    }

    private Refusal taken(Name namespace, String name) {
        var deleted = experiments.find(namespace, name).stream().anyMatch(known -> known.deletedAt() != null);
        return new Refusal.Conflict(
                "experiment-exists",
                "an experiment \"" + Text.shortened(name, 80) + "\" exists already"
                        + (deleted ? ", but is deleted: restore it, or choose another name" : ": choose another name"));
    }

    private static void checkTag(String key, String value) {
        Keys.checkedValue(Keys.checked("tag", key), value, Keys.MAX_EXPERIMENT_TAG);
    }
}
