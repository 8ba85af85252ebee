package dev.tidewright.mlflow;

import dev.tidewright.kernel.Ids;
import dev.tidewright.tracking.DatasetInput;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.ModelOutput;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunView;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run as MLflow's clients read it. */
record RunOnWire(Info info, Data data, Inputs inputs, Outputs outputs) {

    static RunOnWire of(RunData run) {
        return new RunOnWire(
                Info.of(run.run()),
                new Data(
                        run.metrics().stream().map(Metric::of).toList(),
                        Pair.of(run.params()),
                        Pair.of(run.run().tags())),
                new Inputs(
                        run.inputs().stream().map(Input::of).toList(),
                        run.models().read().stream().map(ModelInput::of).toList()),
                new Outputs(run.models().written().stream().map(Output::of).toList()));
    }

    /** Clients of different age read the id under one or the other name. */
    record Info(
            String runUuid,
            String runId,
            String runName,
            String experimentId,
            String userId,
            String status,
            long startTime,
            @Nullable Long endTime,
            String artifactUri,
            String lifecycleStage) {

        static Info of(RunView run) {
            var id = Ids.hex(run.id());
            var ended = run.endedAt();
            return new Info(
                    id,
                    id,
                    run.name(),
                    String.valueOf(run.experiment()),
                    run.tags().getOrDefault("mlflow.user", run.createdBy()),
                    run.status().name(),
                    run.startedAt().toEpochMilli(),
                    ended == null ? null : ended.toEpochMilli(),
                    ArtifactPlace.ofRun(run.experiment(), run.id()),
                    run.deletedAt() == null ? "active" : "deleted");
        }
    }

    record Data(List<Metric> metrics, List<Pair> params, List<Pair> tags) {}

    record Metric(String key, double value, long timestamp, long step) {

        static Metric of(Latest latest) {
            return of(latest.key(), latest.value(), latest.at(), latest.step());
        }

        static Metric of(String key, double value, Instant at, long step) {
            return new Metric(key, value, at.toEpochMilli(), step);
        }
    }

    record Inputs(List<Input> datasetInputs, List<ModelInput> modelInputs) {}

    record ModelInput(@Nullable String modelId) {

        static ModelInput of(UUID model) {
            return new ModelInput(LoggedModelOnWire.text(model));
        }

        UUID read() {
            return LoggedModelOnWire.id(Given.required("models.model_id", modelId));
        }
    }

    record Input(@Nullable List<Pair> tags, @Nullable Dataset dataset) {

        static Input of(DatasetInput input) {
            return new Input(
                    Pair.of(input.tags()),
                    new Dataset(
                            input.name(),
                            input.digest(),
                            input.sourceType(),
                            input.source(),
                            input.schema(),
                            input.profile()));
        }

        DatasetInput read() {
            var told = Given.required("dataset", dataset);
            return new DatasetInput(
                    Given.required("dataset.name", told.name()),
                    Given.required("dataset.digest", told.digest()),
                    Given.required("dataset.source_type", told.sourceType()),
                    Given.required("dataset.source", told.source()),
                    told.schema(),
                    told.profile(),
                    Pair.map("tag", tags));
        }
    }

    record Outputs(List<Output> modelOutputs) {}

    record Output(@Nullable String modelId, @Nullable Long step) {

        static Output of(ModelOutput output) {
            return new Output(LoggedModelOnWire.text(output.model()), output.step());
        }
    }

    record Dataset(
            @Nullable String name,
            @Nullable String digest,
            @Nullable String sourceType,
            @Nullable String source,
            @Nullable String schema,
            @Nullable String profile) {}
}
