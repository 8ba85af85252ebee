package dev.tidewright.tracking;

import dev.tidewright.kernel.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model that a run has written, by a client of either generation.
 *
 * @param id of the logged model; null for one that is only a folder of its run
 * @param run that wrote it
 * @param uri by which a client loads or registers it
 * @param folder of its files in the run's tree
 * @param ready whether all its files are there
 */
public record WrittenModel(@Nullable UUID id, UUID run, String name, String uri, String folder, boolean ready) {

    private static final String HISTORY = "mlflow.log-model.history";
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What a run has written, told by its tags and by what it has announced. */
    static Stream<WrittenModel> of(RunView run, List<LoggedModel> logged) {
        return Stream.concat(
                logged.stream()
                        .filter(model -> run.id().equals(model.sourceRun()))
                        .map(model -> of(run, model)),
                old(run).stream().distinct());
    }

    private static WrittenModel of(RunView run, LoggedModel model) {
        return new WrittenModel(
                model.id(),
                run.id(),
                model.name(),
                "models:/m-" + Ids.hex(model.id()),
                RunFiles.folder(model),
                model.status() == LoggedModelStatus.READY);
    }

    /** Clients of 2.x tell the run in a tag which of its folders are models. */
    private static List<WrittenModel> old(RunView run) {
        var found = new ArrayList<WrittenModel>();
        try {
            for (var entry : JSON.readTree(run.tags().getOrDefault(HISTORY, "[]"))) {
                var path = entry.path("artifact_path").asString("");
                if (!path.isEmpty()) {
                    found.add(new WrittenModel(
                            null, run.id(), path, "runs:/" + Ids.hex(run.id()) + "/" + path, path, true));
                }
            }
        } catch (JacksonException somebodysOwnTag) {
            return List.of();
        }
        return found;
    }
}
