"""What a data scientist does with the `mlflow` client, run by an unmodified one against the running platform.

Runs under the client's own Python; where the platform is, is told as users tell it: by MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN.
"""

import math
import os
import tempfile
import threading
import unittest
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

GENERATION = int(mlflow.__version__.split(".")[0])
EXPERIMENT = f"flows with {mlflow.__version__}"


class Tracking(unittest.TestCase):
    def setUp(self):
        self.client = MlflowClient()
        self.experiment = mlflow.set_experiment(f"{EXPERIMENT}: {self._testMethodName}")

    def tearDown(self):
        mlflow.end_run()

    def test_the_first_steps(self):
        with mlflow.start_run(run_name="first", tags={"team": "a"}) as run:
            mlflow.log_param("alpha", 0.5)
            mlflow.log_params({"beta": 1, "gamma": "x"})
            mlflow.log_metric("loss", 0.25, step=1)
            mlflow.log_metrics({"loss": 0.125, "val/acc": 0.75}, step=2)
            mlflow.set_tag("stage", "try")
            mlflow.log_text("hello", "notes/hello.txt")
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "data.json").write_text('{"a": 1}')
                mlflow.log_artifact(f"{folder}/data.json")
                mlflow.log_artifacts(folder, "all")
        found = mlflow.search_runs([self.experiment.experiment_id], "metrics.loss < 0.2 AND params.alpha = '0.5'")
        self.assertEqual([run.info.run_id], list(found["run_id"]))
        self.assertEqual(0.75, found["metrics.val/acc"][0])
        read = self.client.get_run(run.info.run_id)
        self.assertEqual("FINISHED", read.info.status)
        self.assertEqual({"alpha": "0.5", "beta": "1", "gamma": "x"}, read.data.params)
        self.assertEqual({"loss": 0.125, "val/acc": 0.75}, read.data.metrics)
        self.assertEqual("try", read.data.tags["stage"])
        self.assertEqual([0.25, 0.125], [m.value for m in self.client.get_metric_history(run.info.run_id, "loss")])
        self.assertEqual(["all", "data.json", "notes"], sorted(f.path for f in self.client.list_artifacts(run.info.run_id)))
        self.assertEqual("hello", mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/hello.txt"))
        self.assertEqual({"a": 1}, mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/all/data.json"))

    def test_numbers_that_are_none(self):
        with mlflow.start_run() as run:
            for step, value in enumerate((math.nan, math.inf, -math.inf)):
                mlflow.log_metric("odd", value, step=step)
        values = [m.value for m in self.client.get_metric_history(run.info.run_id, "odd")]
        self.assertTrue(math.isnan(values[0]))
        self.assertEqual([math.inf, -math.inf], values[1:])
        self.assertEqual(-math.inf, self.client.get_run(run.info.run_id).data.metrics["odd"])

    def test_a_parameter_cannot_change(self):
        with mlflow.start_run():
            mlflow.log_param("a", 1)
            mlflow.log_param("a", 1)
            with self.assertRaises(MlflowException) as refused:
                mlflow.log_param("a", 2)
            self.assertIn("INVALID_PARAMETER_VALUE", refused.exception.error_code)

    def test_runs_are_resumed_nested_deleted_and_restored(self):
        with mlflow.start_run() as parent:
            with mlflow.start_run(nested=True) as child:
                mlflow.log_metric("m", 1)
        with mlflow.start_run(run_id=parent.info.run_id):
            mlflow.log_metric("later", 2)
        mine = [self.experiment.experiment_id]
        children = self.client.search_runs(mine, f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
        self.assertEqual([child.info.run_id], [run.info.run_id for run in children])
        self.client.delete_run(child.info.run_id)
        self.assertEqual(1, len(self.client.search_runs(mine)))
        self.assertEqual(1, len(self.client.search_runs(mine, run_view_type=ViewType.DELETED_ONLY)))
        self.client.restore_run(child.info.run_id)
        self.assertEqual(2, len(self.client.search_runs(mine, run_view_type=ViewType.ALL)))

    def test_experiments(self):
        identity = self.experiment.experiment_id
        self.client.set_experiment_tag(identity, "team", "a")
        self.client.rename_experiment(identity, f"{EXPERIMENT}: renamed")
        found = mlflow.search_experiments(filter_string="tags.team = 'a' AND name LIKE '%renamed'")
        self.assertEqual([identity], [e.experiment_id for e in found])
        self.client.delete_experiment(identity)
        self.assertEqual("deleted", self.client.get_experiment(identity).lifecycle_stage)
        self.client.restore_experiment(identity)
        self.assertIsNone(mlflow.get_experiment_by_name("there is no such experiment"))

    def test_many_points_in_batches_and_pages(self):
        run = self.client.create_run(self.experiment.experiment_id)
        for first in range(0, 30_000, 1000):
            self.client.log_batch(run.info.run_id, metrics=[Metric("loss", 1 / (n + 1), 1_800_000_000_000 + n, n) for n in range(first, first + 1000)])
        self.client.log_batch(run.info.run_id, params=[Param(f"p{n}", str(n)) for n in range(100)], tags=[RunTag(f"t{n}", "v") for n in range(100)])
        self.client.set_terminated(run.info.run_id)
        history = self.client.get_metric_history(run.info.run_id, "loss")
        self.assertEqual(list(range(30_000)), [m.step for m in history])

    def test_writers_at_the_same_time(self):
        run = self.client.create_run(self.experiment.experiment_id).info.run_id
        failed = []

        def write(number):
            try:
                client = MlflowClient()
                for step in range(20):
                    client.log_metric(run, "shared", number, step=step)
                    client.set_tag(run, f"writer {number}", str(step))
                client.log_param(run, f"p{number}", number)
            except Exception as error:  # told below, in the test's own thread
                failed.append(error)

        writers = [threading.Thread(target=write, args=[number]) for number in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        self.assertEqual([], failed)
        read = self.client.get_run(run).data
        self.assertEqual(8, len(read.params))
        self.assertEqual({"19"}, {read.tags[f"writer {number}"] for number in range(8)})
        # The client gives each point the time of day, and the same value twice in one millisecond is one point.
        self.assertGreater(len(self.client.get_metric_history(run, "shared")), 150)

    def test_data_sets_are_noted(self):
        import numpy

        with mlflow.start_run() as run:
            mlflow.log_input(mlflow.data.from_numpy(numpy.zeros((4, 1)), name="zeros"), context="train")
        inputs = self.client.get_run(run.info.run_id).inputs.dataset_inputs
        self.assertEqual(["zeros"], [each.dataset.name for each in inputs])
        found = self.client.search_runs([self.experiment.experiment_id], "datasets.name = 'zeros' AND datasets.context = 'train'")
        self.assertEqual(1, len(found))

    def test_a_large_file_comes_back_whole(self):
        content = os.urandom(1 << 20) * 40
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "large.bin").write_bytes(content)
            with mlflow.start_run() as run:
                mlflow.log_artifact(f"{folder}/large.bin")
            there = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="large.bin", dst_path=f"{folder}/back")
            self.assertEqual(content, Path(there).read_bytes())

    def test_refusals_are_told_at_once_and_in_words(self):
        with self.assertRaisesRegex(MlflowException, "joined by AND"):
            self.client.search_runs([self.experiment.experiment_id], "params.a = 'x' OR params.b = 'y'")
        with self.assertRaisesRegex(MlflowException, "no run"):
            self.client.get_run("0" * 32)

    def test_a_model_is_logged_and_loaded(self):
        import numpy
        from sklearn.linear_model import LinearRegression

        x = numpy.arange(8.0).reshape(-1, 1)
        with mlflow.start_run() as run:
            mlflow.log_metric("loss", 0.1)
            where = {"name": "model"} if GENERATION >= 3 else {"artifact_path": "model"}
            logged = mlflow.sklearn.log_model(LinearRegression().fit(x, 3 * x[:, 0] + 1), input_example=x[:2], **where)
        for uri in {logged.model_uri, f"runs:/{run.info.run_id}/model"}:
            for load in (mlflow.pyfunc.load_model, mlflow.sklearn.load_model):
                self.assertAlmostEqual(31.0, float(load(uri).predict(numpy.array([[10.0]]))[0]))
        if GENERATION >= 3:
            found = mlflow.search_logged_models([self.experiment.experiment_id], filter_string="name = 'model'", output_format="list")
            self.assertEqual([logged.model_id], [model.model_id for model in found])
            self.assertEqual("READY", str(found[0].status.value))
            self.client.set_logged_model_tags(logged.model_id, {"quality": "good"})
            self.assertEqual("good", self.client.get_logged_model(logged.model_id).tags["quality"])
            outputs = self.client.get_run(run.info.run_id).outputs.model_outputs
            self.assertEqual([logged.model_id], [output.model_id for output in outputs])
            self.client.delete_logged_model(logged.model_id)
            with self.assertRaisesRegex(MlflowException, "no logged model"):
                self.client.get_logged_model(logged.model_id)
        else:
            self.assertIn("mlflow.log-model.history", self.client.get_run(run.info.run_id).data.tags)

    def test_autologging(self):
        import numpy
        from sklearn.linear_model import Ridge

        mlflow.sklearn.autolog()
        try:
            with mlflow.start_run() as run:
                Ridge(alpha=0.25).fit(numpy.arange(12.0).reshape(-1, 2), numpy.arange(6.0))
        finally:
            mlflow.sklearn.autolog(disable=True)
        data = self.client.get_run(run.info.run_id).data
        self.assertEqual("0.25", data.params["alpha"])
        self.assertIn("training_r2_score", data.metrics)
        self.assertEqual([6.0], [round(float(v), 0) for v in mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model").predict(numpy.array([[12.0, 13.0]]))])


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(__import__("__main__")))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed", flush=True)
    raise SystemExit(1 if failed or not result.testsRun else 0)
