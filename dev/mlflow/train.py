"""A script as people have it, which knows nothing of the platform: run as a job, by a real client. What it meets is told by its exit code."""

import os
import sys
import time

import mlflow
import numpy
from sklearn.linear_model import LinearRegression, Ridge

GENERATION = int(mlflow.__version__.split(".")[0])
expected = os.environ["MLFLOW_RUN_ID"]
x = numpy.arange(24.0).reshape(-1, 2)
y = x @ numpy.array([2.0, 3.0])

if "set" in sys.argv:
    mlflow.set_experiment(sys.argv[2])

# Without start_run: what is logged goes to the job's run.
mlflow.log_param("layers", 3)
mlflow.log_metric("loss", 1.0, step=0)
assert mlflow.active_run().info.run_id == expected, mlflow.active_run().info.run_id
for step in range(1, 30):
    mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    time.sleep(0.1)
mlflow.end_run()

# A second run in the same script, and nested ones below it.
with mlflow.start_run(run_name="sweep") as sweep:
    assert sweep.info.run_id != expected
    for alpha in (0.1, 0.2):
        with mlflow.start_run(run_name=f"alpha {alpha}", nested=True):
            mlflow.log_param("alpha", alpha)
            mlflow.log_metric("score", 1 - alpha)

# The job's run once more, as a later part of a script takes it up again.
mlflow.sklearn.autolog()
with mlflow.start_run(run_id=expected):
    Ridge(alpha=0.25).fit(x, y)
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_id=expected):
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.log_input(mlflow.data.from_numpy(x, name="steps"), context="train")
    where = {"name": "line"} if GENERATION >= 3 else {"artifact_path": "line"}
    model = mlflow.sklearn.log_model(LinearRegression().fit(x, y), **where)
    # What it has written, it can read.
    assert abs(mlflow.pyfunc.load_model(model.model_uri).predict(x[2:3])[0] - y[2]) < 1e-6
print("token", os.environ["MLFLOW_TRACKING_TOKEN"], flush=True)
