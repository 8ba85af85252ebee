"""What a data scientist does with `mlflow deployments … -t tidewright`, with the plug-in of clients/python beside an unmodified client.

Serves what flows.py has left behind: a line that is 31 at 10.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import mlflow
import numpy
import pandas
from mlflow import MlflowClient
from mlflow.deployments import get_deploy_client
from mlflow.exceptions import MlflowException

MODEL = "Served Line"
NAME = "line"
# One of the two runs does what takes a while and is the same for both: another flavour, and MLflow's own server on this machine.
LOCALLY = "--locally" in sys.argv


def command(*words: str, fails: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mlflow", "deployments", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200)
    assert (done.returncode != 0) == fails, f"mlflow deployments {' '.join(words)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def refused(part: str, function, *arguments, code: str = "INVALID_PARAMETER_VALUE", **named):
    try:
        function(*arguments, **named)
    except MlflowException as refusal:
        assert part in str(refusal) and refusal.error_code == code, f"{refusal.error_code}: {refusal}"
        return
    raise AssertionError(f"{function.__name__}{arguments}{named} was not refused")


def waits_for(what, seconds=120):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.5)


def near(answer: dict, *expected: float) -> bool:
    return answer.keys() == {"predictions"} and numpy.allclose(answer["predictions"], expected)


def refusals(client):
    refused("there is no setting 'replica'; there are replicas, cpu,", client.create_deployment, "none", f"models:/{MODEL}/1", config={"replica": 1})
    refused("register it", client.create_deployment, "none", "runs:/abc/model")
    refused("leave it away", client.create_deployment, "none", f"models:/{MODEL}/1", "sklearn")
    refused("Nothing Here", client.create_deployment, "none", "models:/Nothing Here/1")
    refused("900", client.create_deployment, "none", f"models:/{MODEL}/1", config={"replicas": 900})
    refused("none", client.get_deployment, "none", code="RESOURCE_DOES_NOT_EXIST")
    refused("none", client.predict, "none", pandas.DataFrame([[1]]), code="RESOURCE_DOES_NOT_EXIST")
    refused("nobodys", get_deploy_client("tidewright:nobodys").list_deployments, code="RESOURCE_DOES_NOT_EXIST")


def made_and_asked(client):
    ended = command("create", "-t", "tidewright", "--name", NAME, "-m", f"models:/{MODEL}@Champion", "-C", "memory=1Gi", "-C", "cpu=500m",
                    "-C", "rollout.progressDeadline=15m", "-C", "reason=made by mlflow")
    assert f"python_function deployment {NAME} is created" in ended, ended
    rows = Path("rows.json")
    rows.write_text(json.dumps([{"x": 10.0}]))
    said = command("predict", "-t", "tidewright", "--name", NAME, "-I", str(rows))
    assert near(json.loads(said.strip().splitlines()[-1]), 31), said
    for inputs in (pandas.DataFrame({"x": [10.0, 0.0]}), numpy.array([[10.0], [0.0]]), {"instances": [[10.0], [0.0]]}):
        answer = client.predict(NAME, inputs)
        assert near(answer, 31, 1) and numpy.allclose(answer.get_predictions("ndarray"), [31, 1]), (inputs, answer)
    refused("received 2", client.predict, NAME, pandas.DataFrame({"x": [1.0], "y": [2.0]}))
    refused(NAME, client.create_deployment, NAME, f"models:/{MODEL}/1", code="RESOURCE_ALREADY_EXISTS")
    assert NAME in command("list", "-t", "tidewright")
    assert f"serves: {MODEL} version 1 (follows Champion)" in command("get", "-t", "tidewright", "--name", NAME)


def followed_and_updated(client):
    registry = MlflowClient()
    second = registry.copy_model_version(f"models:/{MODEL}/1", MODEL).version
    registry.set_registered_model_alias(MODEL, "Champion", second)
    waits_for(lambda: (now := client.get_deployment(NAME))["serves"].startswith(f"{MODEL} version {second} ") and now["phase"] == "SERVING")
    assert client.get_deployment(NAME)["model"]["follow"] is True
    command("update", "-t", "tidewright", "--name", NAME, "-m", f"models:/{MODEL}/1", "-C", "labels.team=a")
    now = client.get_deployment(NAME)
    assert (now["model"], now["revision"], now["config"]["labels"]) == ({"model": MODEL, "version": 1}, 3, {"team": "a"}), now
    assert now["config"]["resources"]["memory"] == "1Gi", now
    # What fails is told in the platform's words, and what served before goes on.
    said = command("update", "-t", "tidewright", "--name", NAME, "-C", "environment.PYTHONHOME=/nowhere", "-C", "rollout.progressDeadline=3s", fails=True)
    assert "revision 4 of line does not serve" in said, said
    print("a rollout that fails is told so:", [line for line in said.splitlines() if "does not serve" in line][-1][:300])
    assert near(client.predict(NAME, [[10.0]]), 31)


class Narrow(mlflow.pyfunc.PythonModel):
    """Takes nothing but the type that its signature says, as networks do; JSON has only wider ones."""

    def predict(self, context, model_input, params=None):
        assert model_input.dtype == numpy.float32, model_input.dtype
        return 3 * model_input[:, 0] + 1


def code_of_ones_own(client):
    """Another flavour, in the environment that is there already; the others are in flavours.py."""
    needed = Path(mlflow.pyfunc.get_model_dependencies(f"models:/{MODEL}/1")).read_text().splitlines()
    where = {"name": "model"} if int(mlflow.__version__.split(".")[0]) >= 3 else {"artifact_path": "model"}
    mlflow.set_experiment("deployments")
    with mlflow.start_run():
        mlflow.pyfunc.log_model(python_model=Narrow(), input_example=numpy.array([[1.0]], dtype=numpy.float32), pip_requirements=needed, registered_model_name="Own Code", **where)
    client.create_deployment("own", "models:/Own Code/1", config={"cpu": "500m", "memory": "1Gi"})
    for inputs in (numpy.array([[10]]), {"instances": [[10]]}):
        assert near(client.predict("own", inputs), 31), inputs
    client.delete_deployment("own", config={"wait": False})


def ended(client):
    command("delete", "-t", f"tidewright:{client.get_deployment(NAME)['namespace']}", "--name", NAME)
    assert NAME not in [each["name"] for each in client.list_deployments()]
    client.delete_deployment(NAME)


def served_locally():
    assert "-C name=value" in command("help", "-t", "tidewright")
    port = os.environ["LOCAL_PORT"]
    server = subprocess.Popen([sys.executable, "-m", "mlflow", "deployments", "run-local", "-t", "tidewright", "--name", NAME, "-m", f"models:/{MODEL}/1", "-C", f"port={port}"],
                              start_new_session=True)

    def answers():
        assert server.poll() is None, f"the local server ended with {server.returncode}"
        request = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", b'{"inputs": [[10.0]]}', {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return near(json.load(answer), 31)
        except OSError:
            return False

    try:
        waits_for(answers)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


if __name__ == "__main__":
    began = time.monotonic()
    client = get_deploy_client("tidewright")
    for step in (refusals, made_and_asked, followed_and_updated, *([code_of_ones_own] if LOCALLY else []), ended):
        step(client)
        print(f"{step.__name__}: passed ({time.monotonic() - began:.1f} s)", flush=True)
    if LOCALLY:
        served_locally()
        print(f"served_locally: passed ({time.monotonic() - began:.1f} s)", flush=True)
