"""A script that logs with a real MLflow client, run as a job: what the job shows of it, and what its token is good for."""

from __future__ import annotations

import re
from pathlib import Path


import journey
from harness import ROOT, Api, Failed, Platform, Problem

SCRIPT = ROOT / "dev/mlflow/train.py"
SAMPLE = ROOT / "samples/diabetes-mlflow"


def require(true: bool, what: str):
    if not true:
        raise Failed(what)


def check(platform: Platform, namespace: str, python: Path):
    """Runs the script twice: where the job names its experiment, and where the script does."""
    told = train(platform, namespace, python, "told", {"experiment": "shared question"}, [])
    require(told["experiment"] == "shared question", f"the run is in {told['experiment']!r}")
    chosen = train(platform, namespace, python, "chosen", {}, ["set", "a question of the script"])
    require(chosen["experiment"] == "a question of the script", f"the run is in {chosen['experiment']!r}")


def sample(platform: Platform, namespace: str):
    """The sample as its README says: with an environment of its own, and the job's parameters."""
    api = platform.api
    source = journey.upload(api, namespace, SAMPLE / "train.py")
    lines = [line for line in (SAMPLE / "requirements.txt").read_text().splitlines() if line]
    journey.submit(api, namespace, {
        "name": "sample", "source": {"upload": source["id"]}, "requirements": lines, "experiment": "diabetes",
        "parameters": {"alpha": 0.02, "max_iter": 20}, "environment": {"MLFLOW_DISABLE_TELEMETRY": "true"}, "resources": {"cpu": "1", "memory": "1Gi"}})
    job = journey.succeeded(journey.wait_for_job(api, namespace, "sample", 600, platform=platform), api, namespace)
    require(40 < job["status"]["metrics"]["rmse"] < 70, f"the sample's metrics are {job['status']['metrics']}")
    files = api.get(f"/api/v1/namespaces/{namespace}/runs/{job['status']['run']}/artifacts")["items"]
    require(any(file["path"].startswith("models/model-") and file["path"].endswith("/MLmodel") for file in files), f"the sample's model is not among {files}")


def train(platform: Platform, namespace: str, python: Path, name: str, spec: dict, arguments: list[str]) -> dict:
    api = platform.api
    source = journey.upload(api, namespace, SCRIPT)
    journey.submit(api, namespace, {
        "name": name, "source": {"upload": source["id"]}, "command": [str(python), "-u", "train.py", *arguments],
        "environment": {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"},
        "resources": {"cpu": "500m", "memory": "1Gi"}, **spec})
    seen = []

    def look(job):
        value = job["status"]["metrics"].get("loss")
        if journey.phase(job) == "RUNNING" and value is not None and value not in seen:
            seen.append(value)

    job = journey.succeeded(journey.wait_for_job(api, namespace, name, 300, look, platform), api, namespace)
    require(len(seen) > 3, f"while {name} ran, its metrics were seen as {seen}: that is not live")
    curve = api.get(f"/api/v1/namespaces/{namespace}/jobs/{name}/metrics/loss")["points"]
    require([point["step"] for point in curve] == list(range(30)), f"the curve of {name} is {curve}")
    require("training_r2_score" in job["status"]["metrics"], f"nothing was logged by itself: {job['status']['metrics']}")
    runs = {run["metadata"]["name"]: run for run in api.get(f"/api/v1/namespaces/{namespace}/runs?job={name}")["items"]}
    require(sorted(runs) == sorted([name, "sweep", "alpha 0.1", "alpha 0.2"]), f"runs of {name}: {sorted(runs)}")
    require({run["status"]["phase"] for run in runs.values()} == {"FINISHED"}, "not all runs are finished")
    require([each for each, run in runs.items() if run["spec"]["source"]["own"]] == [name], "the job's own run is not told from others")
    token_is_over(platform, namespace, name)
    workspace = {"X-MLFLOW-WORKSPACE": namespace}
    own = api.call("GET", f"/api/2.0/mlflow/runs/get?run_id={runs[name]['metadata']['uid'].replace('-', '')}", headers=workspace)[0]["run"]
    require("steps" in [each["dataset"]["name"] for each in own["inputs"]["dataset_inputs"]], "its data set is not noted")
    experiment = api.call("GET", f"/api/2.0/mlflow/experiments/get?experiment_id={own['info']['experiment_id']}", headers=workspace)[0]
    return {"experiment": experiment["experiment"]["name"]}


def token_is_over(platform: Platform, namespace: str, name: str):
    log = platform.api.call("GET", f"/api/v1/namespaces/{namespace}/jobs/{name}/logs", raw=True)[0].decode()
    token = re.search(r"token (\S+)", log).group(1)
    for path in ("/api/2.0/mlflow/experiments/search?max_results=5", "/api/v1/whoami"):
        try:
            Api(platform.url, token).get(path)
            raise Failed(f"the token of {name} is good after its end: GET {path} answered 200")
        except Problem as refused:
            require(refused.status == 401, f"the token of {name} is answered {refused.status} after its end")
