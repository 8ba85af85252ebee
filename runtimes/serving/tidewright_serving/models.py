"""Finds out what is in a model folder and loads it."""

import importlib.util
import inspect
import json
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any, Callable, Mapping

from .batch import Batch
from .problems import BadRequest, ModelFault

KNOWN = ("MLmodel", "model.py", "model.joblib", "model.pkl", "model.pickle", "model.skops")
METHODS = ("predict", "predict_proba", "decision_function", "transform", "score_samples")
# What ONNX calls them, and NumPy.
NUMBERS = {
    f"tensor({onnx})": name
    for onnx, name in {"float": "float32", "double": "float64", "float16": "float16", "bool": "bool"}.items()
    | {(name, name) for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}
}
EXAMPLES = ("input_example.json", "sample.json")


class Model:
    """A loaded model: a function from a batch to a result, and what is known of its inputs."""

    def __init__(self, function: Callable[[Batch], Any], flavour: str, names: list[str] | None = None, width: int | None = None):
        self._function = function
        self.flavour, self.names, self.width = flavour, names, width

    def predict(self, batch: Batch) -> Any:
        result = self._function(batch)
        if hasattr(result, "to_numpy"):
            result = result.to_numpy()
        return result


def load(folder: Path, parameters: Mapping[str, str]) -> Model:
    folder = root(folder)
    loaders = {"MLmodel": _mlflow, "model.py": _code, "model.skops": _skops}
    for name in KNOWN:
        if (folder / name).is_file():
            try:
                return loaders.get(name, _pickled)(folder, folder / name, parameters)
            except ModelFault:
                raise
            except ModuleNotFoundError as fault:
                raise ModelFault(
                    "MODEL_FAILED", f"{name} needs the module {fault.name!r}, which is not in the environment; add it to the model's requirements.txt."
                ) from fault
            except Exception as fault:
                raise ModelFault("MODEL_FAILED", f"{name} could not be loaded: {type(fault).__name__}: {fault}") from fault
    there = sorted(path.name for path in folder.iterdir())[:10] if folder.is_dir() else []
    raise ModelFault(
        "MODEL_NOT_FOUND",
        f"The model folder has none of {', '.join(KNOWN)}; it has {', '.join(there) or 'no files'}.",
    )


def root(folder: Path) -> Path:
    """The folder itself, or the only folder in it that holds a model (as when a job kept its output as model/…)."""
    if not folder.is_dir() or any((folder / name).is_file() for name in KNOWN):
        return folder
    inside = [path for path in folder.iterdir() if path.is_dir() and any((path / name).is_file() for name in KNOWN)]
    return inside[0] if len(inside) == 1 else folder


def example(folder: Path) -> Batch | None:
    """The first usable example input that came with the model."""
    for name in EXAMPLES:
        file = root(folder) / name
        if not file.is_file():
            continue
        try:
            value = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(value, dict):
                if "data" in value:
                    return Batch.split(value, name)
                for key in ("features", "instances", "inputs", "dataframe_records"):
                    if key in value:
                        return Batch.of(value[key], f"{name}: {key}")
                if "dataframe_split" in value:
                    return Batch.split(value["dataframe_split"], name)
            return Batch.of(value, name)
        except (ValueError, BadRequest) as fault:
            raise ModelFault("MODEL_FAILED", f"The example {name} of the model cannot be read: {fault}") from None
    return None


def _pickled(folder: Path, file: Path, parameters: Mapping[str, str]) -> Model:
    return _estimator(_unpickled(file), file.name, parameters)


def _unpickled(file: Path) -> Any:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            made = _read(file)
        except ImportError:
            raise
        except Exception as fault:
            raise ModelFault(
                "MODEL_FAILED",
                f"{file.name} could not be unpickled ({type(fault).__name__}: {fault}): it is no pickle, is damaged, or was written with other versions.",
            ) from fault
    for warning in said:
        if "Version" in warning.category.__name__:
            print(f"[tidewright] {warning.message}".splitlines()[0], flush=True)
    return made


def _read(file: Path) -> Any:
    try:
        import joblib
    except ImportError:
        with open(file, "rb") as content:
            return pickle.load(content)
    return joblib.load(file)


def _skops(folder: Path, file: Path, parameters: Mapping[str, str]) -> Model:
    import skops.io

    trusted = [name.strip() for name in parameters.get("TRUSTED_TYPES", "").split(",") if name.strip()]
    untrusted = sorted(set(skops.io.get_untrusted_types(file=file)) - set(trusted))
    if untrusted:
        raise ModelFault(
            "MODEL_FAILED",
            f"model.skops holds types that are not trusted: {', '.join(untrusted)}; name them in the parameter trusted_types to load it.",
        )
    return _estimator(skops.io.load(file, trusted=trusted), file.name, parameters)


def _estimator(estimator: Any, flavour: str, parameters: Mapping[str, str], names: list[str] | None = None) -> Model:
    method = parameters.get("PREDICT_METHOD", "predict")
    if method not in METHODS:
        raise ModelFault("MODEL_FAILED", f"The parameter predict_method must be one of {', '.join(METHODS)}, not {method!r}.")
    function = getattr(estimator, method, None)
    if not callable(function):
        raise ModelFault("MODEL_FAILED", f"{flavour} holds a {type(estimator).__name__}, which has no {method}.")
    trained = getattr(estimator, "feature_names_in_", None)
    if trained is not None:
        names = [str(name) for name in trained]
    width = getattr(estimator, "n_features_in_", None)
    return Model(lambda batch: function(batch.shaped(names, width)), flavour, names, width)


def _mlflow(folder: Path, file: Path, parameters: Mapping[str, str]) -> Model:
    import yaml

    described = yaml.safe_load(file.read_text(encoding="utf-8"))
    flavours = (described or {}).get("flavors") or {}
    names = _signature(described)
    if "sklearn" in flavours:
        inside = (folder / str(flavours["sklearn"].get("pickled_model", "model.pkl"))).resolve()
        if not inside.is_relative_to(folder.resolve()) or not inside.is_file():
            raise ModelFault("MODEL_NOT_FOUND", f"MLmodel names {flavours['sklearn'].get('pickled_model')!r}, which is not in the model folder.")
        if inside.suffix == ".skops":
            return _skops(folder, inside, parameters)
        return _estimator(_unpickled(inside), "mlflow sklearn", parameters, names)
    try:
        import mlflow.pyfunc
    except ImportError:
        raise ModelFault(
            "MODEL_FAILED",
            f"MLmodel has the flavours {', '.join(flavours) or 'none'}; without mlflow in the model's requirements only sklearn can be served.",
        ) from None
    loaded = mlflow.pyfunc.load_model(str(folder))
    schema = loaded.metadata.get_input_schema()
    if schema is not None and schema.is_tensor_spec():
        return Model(lambda batch: loaded.predict(_tensors(schema.inputs, batch)), "mlflow pyfunc")
    if schema is None and "onnx" in flavours:
        inputs = loaded.get_raw_model().get_inputs()
        return Model(lambda batch: loaded.predict(_graph(inputs, batch)), "mlflow pyfunc", [one.name for one in inputs] if len(inputs) > 1 else None)
    columns = [] if schema is None else schema.inputs
    # Without a schema, numbers of JSON are twice as wide as what networks are made of.
    narrow = schema is None and "pytorch" in flavours
    return Model(lambda batch: loaded.predict(_typed(columns, batch.shaped(names, None), narrow)), "mlflow pyfunc", names)


def _tensors(wanted: list[Any], batch: Batch) -> Any:
    """One array, or arrays by name, of the types that the model was saved with: JSON knows only two."""
    import numpy

    def array(rows: list[Any], spec: Any) -> Any:
        try:
            return numpy.asarray(rows, dtype=spec.type)
        except (TypeError, ValueError):
            raise BadRequest(f"cannot be an array of {spec.type}", batch.field) from None

    if len(wanted) == 1:
        made = array(batch.rows, wanted[0])
        return made if wanted[0].name is None else {wanted[0].name: made}
    names = [spec.name for spec in wanted]
    columns = batch.columns or names
    missing = [name for name in names if name not in columns]
    if missing or len(columns) != len(batch.rows[0]):
        raise BadRequest(f"must name the inputs of the model: {', '.join(map(repr, names))}", batch.field)
    return {spec.name: array([row[columns.index(spec.name)] for row in batch.rows], spec) for spec in wanted}


def _graph(inputs: list[Any], batch: Batch) -> Any:
    """What an ONNX graph is fed: it takes exactly the types that it declares, and JSON knows only two kinds of numbers."""
    names = [one.name for one in inputs]
    types = {one.name: NUMBERS[one.type] for one in inputs if one.type in NUMBERS}
    table = batch.shaped(names if len(names) > 1 else None, None)
    if len(names) > 1 and list(getattr(table, "columns", ())) != names:
        raise BadRequest(f"must name the inputs of the model: {', '.join(map(repr, names))}", batch.field)
    try:
        return table.astype(types) if len(names) > 1 else table.astype(types[names[0]]) if types else table
    except (TypeError, ValueError):
        wanted = ", ".join(f"{one.name!r} {one.type}" for one in inputs)
        raise BadRequest(f"must hold what the model takes: {wanted}", batch.field, 422) from None


def _typed(wanted: list[Any], table: Any, narrow: bool) -> Any:
    """The types of columns that are narrower than those of JSON; MLflow refuses to lose digits by itself."""
    if narrow and getattr(table, "dtype", None) is not None and table.dtype.kind == "f":
        return table.astype("float32")
    for spec in wanted:
        kind = getattr(getattr(spec, "type", None), "name", "")
        if kind in ("float", "integer") and spec.name in getattr(table, "columns", ()):
            column = table[spec.name]
            cast = column.astype("float32" if kind == "float" else "int32", errors="ignore")
            if kind == "float" or (cast == column).all():
                table[spec.name] = cast
    return table


def _signature(described: dict[str, Any]) -> list[str] | None:
    try:
        inputs = json.loads(described["signature"]["inputs"])
    except (KeyError, TypeError, ValueError):
        return None
    names = [column.get("name") for column in inputs if isinstance(column, dict)]
    return [str(name) for name in names] if names and all(names) else None


def _code(folder: Path, file: Path, parameters: Mapping[str, str]) -> Model:
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("model", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["model"] = module
    spec.loader.exec_module(module)
    load_function, predict = getattr(module, "load", None), getattr(module, "predict", None)
    loaded = load_function(str(folder)) if callable(load_function) else None
    if not callable(predict):
        predict = getattr(loaded, "predict", None)
        if not callable(predict):
            raise ModelFault("MODEL_FAILED", "model.py must have a function predict(inputs), beside load(model_dir).")
        return Model(lambda batch: predict(batch.plain()), "model.py")
    wanted = [p for p in inspect.signature(predict).parameters.values() if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(wanted) >= 2:
        return Model(lambda batch: predict(loaded, batch.plain()), "model.py")
    return Model(lambda batch: predict(batch.plain()), "model.py")
