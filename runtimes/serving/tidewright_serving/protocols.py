"""Translates between the protocols' JSON and batches; knows no HTTP."""

import csv
import io
import math
from typing import Any

from .batch import Batch, numpy
from .problems import BadRequest

_PREDICT = ("features", "instances", "inputs", "dataframe_records")
_INVOCATIONS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_INTEGERS = {"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"}
_DATATYPES = _INTEGERS | {"BOOL", "FP16", "FP32", "FP64", "BYTES"}
_NAMES = {"b": "BOOL", "U": "BYTES", "S": "BYTES", "O": "BYTES"}


def predict_request(body: Any) -> Batch:
    key = _only(_object(body), _PREDICT + ("dataframe_split",))
    return Batch.split(body[key], key) if key == "dataframe_split" else Batch.of(body[key], key)


def v1_request(body: Any) -> Batch:
    key = _only(_object(body), ("instances", "inputs"))
    batch = Batch.of(body[key], key)
    # An instance may be a plain value here: then each is a row of its own.
    return Batch([[value] for value in batch.rows[0]], None, key) if batch.single and batch.columns is None else batch


def invocations_request(body: Any) -> Batch:
    key = _only(_object(body), _INVOCATIONS)
    return Batch.split(body[key], key) if key == "dataframe_split" else Batch.of(body[key], key)


def csv_request(text: str) -> Batch:
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if len(rows) < 2:
        raise BadRequest("must have a header line and at least one row", "csv")
    return Batch.split({"columns": rows[0], "data": [[_cell(cell) for cell in row] for row in rows[1:]]}, "csv")


def v2_request(body: Any, width: int | None) -> Batch:
    inputs = _object(body).get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise BadRequest("must be a list of at least one tensor", "inputs")
    tensors = [_tensor(tensor, f"inputs[{at}]") for at, tensor in enumerate(inputs)]
    if len(tensors) == 1:
        _, shape, flat = tensors[0]
        if len(shape) == 1 and shape[0] != width:
            return Batch([[value] for value in flat], None, "inputs[0].data")
        return Batch(_folded(flat, shape) if len(shape) > 1 else [flat], None, "inputs[0].data")
    counts = {shape[0] for _, shape, _ in tensors}
    if len(counts) != 1 or any(math.prod(shape) != shape[0] for _, shape, _ in tensors):
        raise BadRequest("several tensors must each have the shape [n] or [n, 1] with the same n", "inputs")
    names = [name for name, _, _ in tensors]
    if len(set(names)) != len(names):
        raise BadRequest("must have different names", "inputs")
    return Batch([list(row) for row in zip(*(flat for _, _, flat in tensors))], names, "inputs")


def v2_answer(result: Any, name: str, version: str | None, request_id: Any) -> dict[str, Any]:
    array = result if numpy is not None and isinstance(result, numpy.ndarray) else None
    if array is None and numpy is not None:
        try:
            array = numpy.asarray(result)
        except ValueError:
            array = None
    if array is not None and array.dtype.kind != "O":
        shape, flat = list(array.shape), array.reshape(-1).tolist()
        datatype = _NAMES.get(array.dtype.kind) or {"f": "FP", "i": "INT", "u": "UINT"}[array.dtype.kind] + str(array.dtype.itemsize * 8)
    else:
        items = result if isinstance(result, list) else [result]
        shape, datatype, flat = [len(items)], "BYTES", [item if isinstance(item, str) else _text(item) for item in items]
    answer: dict[str, Any] = {"model_name": name}
    if version:
        answer["model_version"] = version
    if request_id is not None:
        answer["id"] = str(request_id)
    answer["outputs"] = [{"name": "predict", "shape": shape or [1], "datatype": datatype, "data": clean(flat)}]
    return answer


def clean(value: Any) -> Any:
    """Plain JSON: arrays as lists, and null where a number is not one."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {str(key): clean(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return str(value)


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def _only(body: dict[str, Any], keys: tuple[str, ...]) -> str:
    found = [key for key in keys if key in body]
    if len(found) != 1:
        had = f"it has {', '.join(map(repr, list(body)[:5]))}" if not found else f"it has both {' and '.join(map(repr, found))}"
        raise BadRequest(f"the body must have exactly one of {', '.join(keys)}; {had if body else 'it is empty'}", found[0] if found else keys[0])
    return found[0]


def _tensor(tensor: Any, field: str) -> tuple[str, list[int], list[Any]]:
    if not isinstance(tensor, dict):
        raise BadRequest("must be a tensor object", field)
    name, shape, datatype, data = (tensor.get(key) for key in ("name", "shape", "datatype", "data"))
    if not isinstance(name, str) or not name:
        raise BadRequest("must be a text", f"{field}.name")
    if datatype not in _DATATYPES:
        raise BadRequest(f"must be one of {', '.join(sorted(_DATATYPES))}", f"{field}.datatype")
    if not isinstance(shape, list) or not shape or not all(type(size) is int and size > 0 for size in shape):
        raise BadRequest("must be a list of positive whole numbers", f"{field}.shape")
    if not isinstance(data, list):
        raise BadRequest("must be a list", f"{field}.data")
    flat = _flat(data)
    if len(flat) != math.prod(shape):
        raise BadRequest(f"has {len(flat)} values, but the shape {shape} wants {math.prod(shape)}", f"{field}.data")
    for at, value in enumerate(flat):
        if not _fits(value, datatype):
            raise BadRequest(f"value {at} ({value!r}) is not a {datatype}", f"{field}.data")
    return name, shape, flat


def _fits(value: Any, datatype: str) -> bool:
    if datatype == "BYTES":
        return isinstance(value, str)
    if datatype == "BOOL":
        return isinstance(value, bool) or value in (0, 1)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value is None and datatype.startswith("FP")
    return datatype not in _INTEGERS or value == int(value) if math.isfinite(value) else datatype not in _INTEGERS


def _flat(data: list[Any]) -> list[Any]:
    while any(isinstance(item, list) for item in data):
        data = [part for item in data for part in (item if isinstance(item, list) else [item])]
    return data


def _folded(flat: list[Any], shape: list[int]) -> list[Any]:
    for size in reversed(shape[1:]):
        flat = [flat[at : at + size] for at in range(0, len(flat), size)]
    return flat


def _cell(text: str) -> Any:
    if text == "":
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _text(value: Any) -> str:
    import json

    return json.dumps(clean(value))
