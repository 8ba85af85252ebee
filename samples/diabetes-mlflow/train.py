"""Trains the linear model of ../diabetes and logs it with nothing but the `mlflow` client.

As a job of Tidewright the client finds the job's run in its environment; elsewhere MLFLOW_TRACKING_URI says where to.
"""

import json
import os
from pathlib import Path

import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import SGDRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DEFAULTS = {"alpha": 0.01, "max_iter": 40, "test_size": 0.2, "seed": 42}


def parameters() -> dict:
    given = os.environ.get("TIDEWRIGHT_PARAMETERS")
    return DEFAULTS | (json.loads(Path(given).read_text()) if given else {})


def train(alpha: float, max_iter: int, test_size: float, seed: int) -> None:
    x, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=test_size, random_state=seed)
    scaler = StandardScaler().fit(x_train)
    model = SGDRegressor(penalty="elasticnet", alpha=alpha, l1_ratio=0.5, eta0=0.005, learning_rate="constant", random_state=seed)
    for epoch in range(1, max_iter + 1):
        model.partial_fit(scaler.transform(x_train), y_train)
        mlflow.log_metrics(
            {
                "train_rmse": root_mean_squared_error(y_train, model.predict(scaler.transform(x_train))),
                "test_rmse": root_mean_squared_error(y_test, model.predict(scaler.transform(x_test))),
            },
            step=epoch,
        )
    whole = make_pipeline(scaler, model)
    found = whole.predict(x_test)
    mlflow.log_metrics({"rmse": root_mean_squared_error(y_test, found), "mae": mean_absolute_error(y_test, found), "r2": r2_score(y_test, found)}, step=max_iter)
    mlflow.sklearn.log_model(whole, name="model", signature=infer_signature(x_test, found), input_example=x_test[:2])


if __name__ == "__main__":
    wanted = parameters()
    print("parameters", wanted)
    with mlflow.start_run():
        mlflow.log_params(wanted)
        train(float(wanted["alpha"]), int(wanted["max_iter"]), float(wanted["test_size"]), int(wanted["seed"]))
