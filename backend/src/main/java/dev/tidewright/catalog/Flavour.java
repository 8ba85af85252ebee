package dev.tidewright.catalog;

import dev.tidewright.artifacts.Stored;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Collection;
import java.util.stream.Collectors;

/** How a model is loaded, told by the names of its files. */
public enum Flavour {
    /** A folder written by MLflow. */
    MLFLOW,
    /** The user's own {@code model.py}, beside whatever it loads. */
    PYTHON,
    /** A fitted scikit-learn estimator. */
    SKLEARN,
    /** Registered before its files could be understood. */
    UNKNOWN;

    /** Finds the flavour, or refuses a folder without a model. */
    static Flavour of(Collection<Stored> files, String where) {
        var names = files.stream().map(Stored::path).collect(Collectors.toSet());
        if (names.contains("MLmodel")) {
            return MLFLOW;
        }
        if (names.contains("model.py")) {
            return PYTHON;
        }
        if (names.contains("model.joblib") || names.contains("model.skops") || names.contains("model.pkl")) {
            return SKLEARN;
        }
        var found = names.stream().sorted().limit(10).collect(Collectors.joining(", "));
        throw new Refusal.Invalid(
                "no-model",
                "path",
                where + " has no model: looked for model.joblib, model.skops, model.pkl, model.py and MLmodel, found "
                        + (found.isEmpty() ? "no files at all" : Text.shortened(found, 200))
                        + ": save the model under one of these names");
    }
}
