package dev.tidewright.tracking;

import java.util.List;
import java.util.Map;

/** A run with all that was logged into it, of metrics the last values. */
public record RunData(
        RunView run, List<Latest> metrics, Map<String, String> params, List<DatasetInput> inputs, ModelsOfRun models) {}
