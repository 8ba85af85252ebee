"""Trains a linear model on scikit-learn's diabetes data, epoch by epoch, and keeps it with what is known of it.

Runs anywhere: `python train.py`. On Tidewright, parameters come from $TIDEWRIGHT_PARAMETERS and results go to $TIDEWRIGHT_OUTPUT.
"""

import json
import os
from importlib.metadata import version
from pathlib import Path

import joblib
import numpy as np
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


def log(file, **point) -> None:
    file.write(json.dumps(point) + "\n")
    file.flush()


def train(alpha: float, max_iter: int, test_size: float, seed: int, output: Path) -> dict:
    data = load_diabetes(scaled=False)
    x_train, x_test, y_train, y_test = train_test_split(data.data, data.target, test_size=test_size, random_state=seed)
    scaler = StandardScaler().fit(x_train)
    model = SGDRegressor(penalty="elasticnet", alpha=alpha, l1_ratio=0.5, eta0=0.005, learning_rate="constant", random_state=seed)

    curve = []
    with open(output / "metrics.jsonl", "a") as metrics:
        log(metrics, parameters={"alpha": alpha, "max_iter": max_iter, "test_size": test_size, "seed": seed})
        for epoch in range(1, max_iter + 1):
            model.partial_fit(scaler.transform(x_train), y_train)
            losses = [root_mean_squared_error(y, model.predict(scaler.transform(x))) for x, y in ((x_train, y_train), (x_test, y_test))]
            curve.append(losses)
            log(metrics, train_rmse=losses[0], test_rmse=losses[1], step=epoch)
        found = model.predict(scaler.transform(x_test))
        final = {"rmse": root_mean_squared_error(y_test, found), "mae": mean_absolute_error(y_test, found), "r2": r2_score(y_test, found)}
        for key, value in final.items():
            log(metrics, key=key, value=float(value), step=max_iter)

    save(make_pipeline(scaler, model), x_test, data.feature_names, output / "model")
    (output / "learning-curve.svg").write_text(drawn(curve))
    return final


def save(model, x_test, names, folder: Path) -> None:
    """A folder that a serving runtime can serve: the model, an example to try it with, and the versions it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / "model.joblib")
    (folder / "input_example.json").write_text(json.dumps({"columns": list(names), "data": x_test[:2].tolist()}))
    packages = ("scikit-learn", "numpy", "scipy", "joblib", "threadpoolctl")
    (folder / "requirements.txt").write_text("".join(f"{name}=={version(name)}\n" for name in packages))


def drawn(curve: list) -> str:
    """The learning curve as a small SVG; a plotting library would be most of the environment."""
    values = np.asarray(curve)
    low, high = values.min(), values.max()
    across = np.linspace(40, 390, len(values))
    lines = ""
    for at, (colour, name) in enumerate((("#2563eb", "train"), ("#ea580c", "test"))):
        down = 180 - (values[:, at] - low) / max(high - low, 1e-9) * 150
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down))
        lines += f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>'
        lines += f'<text x="330" y="{40 + 16 * at}" fill="{colour}">{name} rmse</text>'
    axis = f'<path d="M40 20V185H395" fill="none" stroke="#94a3b8"/><text x="4" y="34">{high:.0f}</text><text x="4" y="184">{low:.0f}</text>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200" font-family="sans-serif" font-size="12">{axis}{lines}</svg>\n'


if __name__ == "__main__":
    folder = Path(os.environ.get("TIDEWRIGHT_OUTPUT", "output"))
    folder.mkdir(parents=True, exist_ok=True)
    wanted = parameters()
    print("parameters", wanted)
    results = train(float(wanted["alpha"]), int(wanted["max_iter"]), float(wanted["test_size"]), int(wanted["seed"]), folder)
    print("results", {key: round(float(value), 3) for key, value in results.items()})
