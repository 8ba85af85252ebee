"""Saves a line, 3 x + 1, by each of MLflow's flavours, loads it back by its own loader, deploys it by name, model and memory, and asks it.

Runs under a client of either generation that has the libraries, with the plug-in beside it; those flavours are passed over whose
library it has not. Says of each what it took, and ends with 1 if one failed.
"""

import importlib.util
import json
import sys
import time
import traceback

import mlflow
import numpy
import pandas
from mlflow.deployments import get_deploy_client

X = numpy.arange(32, dtype=numpy.float32).reshape(-1, 1)
Y = 3 * X[:, 0] + 1
TEN = numpy.array([[10.0]], dtype=numpy.float32)


def sklearn():
    from sklearn.linear_model import LinearRegression

    return mlflow.sklearn, LinearRegression().fit(X, Y), {}, lambda model: model.predict(TEN)


def sklearn_pickled():
    module, model, _, ask = sklearn()
    return module, model, {"serialization_format": "cloudpickle"}, ask


def pyfunc():
    class Line(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return 3 * numpy.asarray(model_input)[:, 0] + 1

    return mlflow.pyfunc, Line(), {}, lambda model: model.predict(None, TEN) if isinstance(model, Line) else model.predict(TEN)


def xgboost():
    import xgboost

    made = xgboost.train({"max_depth": 4, "eta": 0.5}, xgboost.DMatrix(X, Y), 40)
    return mlflow.xgboost, made, {"model_format": "json"}, lambda model: model.predict(xgboost.DMatrix(TEN))


def lightgbm():
    import lightgbm

    made = lightgbm.train({"min_data_in_leaf": 1, "min_data_in_bin": 1, "verbose": -1}, lightgbm.Dataset(X, Y), 80)
    return mlflow.lightgbm, made, {}, lambda model: model.predict(TEN)


def onnx():
    from onnx import TensorProto, helper

    def number(name, value):
        return helper.make_tensor(name, TensorProto.FLOAT, [1], [value])

    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "a"], ["ax"]), helper.make_node("Add", ["ax", "b"], ["y"])], "line",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])],
        [number("a", 3), number("b", 1)])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)

    def ask(model):
        import onnxruntime

        return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": TEN})[0]

    return mlflow.onnx, made, {}, ask


def pytorch():
    import torch

    made = torch.nn.Linear(1, 1)
    with torch.no_grad():
        made.weight.fill_(3)
        made.bias.fill_(1)
    return mlflow.pytorch, made, {}, lambda model: (model.module() if hasattr(model, "module") else model)(torch.from_numpy(TEN)).detach().numpy()


FLAVOURS = {made.__name__: made for made in (sklearn, sklearn_pickled, pyfunc, xgboost, lightgbm, onnx, pytorch)}
NEWER = int(mlflow.__version__.split(".")[0]) >= 3
THERE = [name for name in FLAVOURS if name in ("sklearn_pickled", "pyfunc") or importlib.util.find_spec({"pytorch": "torch"}.get(name, name))]
# What a replica is given where the default of 512 MiB does not do. MLflow writes PyTorch into the requirements of a scikit-learn
# model too when it is installed where the model is saved: skops imports it then, which alone takes half a GiB.
MEMORY = {"sklearn": "1Gi", "sklearn_pickled": "1Gi", "pytorch": "2Gi"} if "pytorch" in THERE else {}
# Those that run code of their maker where they are loaded; the rest is saved in formats that do not.
PICKLED = {"sklearn_pickled", "pyfunc"} | (set() if NEWER else {"sklearn", "pytorch"})


def number(answer) -> float:
    """The one number in an answer, however a flavour wraps it."""
    while not isinstance(answer, (int, float)):
        answer = next(iter(answer.values())) if isinstance(answer, dict) else answer.tolist() if hasattr(answer, "tolist") else answer[0]
    return float(answer)


def check(name: str, client) -> str:
    began = time.monotonic()
    module, model, options, ask = FLAVOURS[name]()
    what = {"python_model": model} if module is mlflow.pyfunc else {"onnx_model" if name == "onnx" else next_parameter(module): model}
    with mlflow.start_run():
        named = {"name" if NEWER else "artifact_path": "model"}
        logged = module.log_model(**what, **named, input_example=X[:2], registered_model_name=f"line by {name}", **options)
    expected = number(ask(model))
    assert abs(expected - 31) < 3, expected
    loaded = number(ask(module.load_model(f"models:/line by {name}/1")))
    assert abs(loaded - expected) < 0.01, f"loaded, it answers {loaded}, not {expected}"
    saved = time.monotonic() - began
    endpoint = name.replace("_", "-")
    memory = {"memory": MEMORY[name]} if name in MEMORY else {}
    client.create_deployment(endpoint, f"models:/line by {name}/1", config={**memory, "rollout.progressDeadline": "30m"})
    ready = time.monotonic() - began
    try:
        for inputs in (TEN, pandas.DataFrame([[10.0]]), {"instances": [[10]]}):
            answer = number(client.predict(endpoint, inputs)["predictions"])
            assert abs(answer - expected) < 0.01, f"asked with {inputs!r}, it answers {answer}, not {expected}"
    finally:
        client.delete_deployment(endpoint, config={"wait": False})
    shown = client._send("GET", f"/api/v1/namespaces/{client._space()}/models/line%20by%20{name}/versions/1").json()
    pickled = shown["status"]["pickled"]
    assert (pickled is not None) == (name in PICKLED), f"flagged as pickled: {pickled}"
    return f"saved and loaded in {saved:.1f} s, served {ready - saved:.1f} s later, answers {expected:.2f}; {json.dumps(sorted(mlflow.models.Model.load(logged.model_uri).flavors))}"


def next_parameter(module) -> str:
    """What a flavour calls the model: `sk_model`, `xgb_model` …"""
    import inspect

    return next(iter(inspect.signature(module.log_model).parameters))


if __name__ == "__main__":
    mlflow.set_experiment("flavours")
    client, failed = get_deploy_client("tidewright"), []
    for name in sys.argv[1:] or THERE:
        try:
            print(f"{name}: {check(name, client)}", flush=True)
        except Exception:
            failed.append(name)
            print(f"{name}: FAILED\n{traceback.format_exc()}", flush=True)
    print(f"{len(sys.argv[1:] or THERE) - len(failed)} passed, {len(failed)} failed", flush=True)
    raise SystemExit(1 if failed else 0)
