"""What a data scientist does with the `mlflow` client, run by an unmodified one against the running platform.

Runs under the client's own Python; where the platform is, is told as users tell it: by MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN.
"""

import base64
import hashlib
import hmac
import http.server
import json
import math
import os
import queue
import tempfile
import threading
import time
import unittest
import unittest.mock
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import mlflow
import numpy
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

GENERATION = int(mlflow.__version__.split(".")[0])
EXPERIMENT = f"flows with {mlflow.__version__}"
SERVED = "Served Line"
X = numpy.arange(8.0).reshape(-1, 1)
TEN = numpy.array([[10.0]])


def call_get(address, token):
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {os.environ[token]}"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


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

    def test_images_are_logged_by_key_and_step(self):
        with mlflow.start_run() as run:
            for step in (1, 7):
                mlflow.log_image(numpy.full((4, 4, 3), step, dtype=numpy.uint8), key="scan", step=step, synchronous=True)
        names = [file.path for file in self.client.list_artifacts(run.info.run_id, "images")]
        for step in (1, 7):
            # The image, and a smaller one for tables of them. Clients of 2.x write % between the parts of the name, later ones +.
            of_step = [name for name in names if name.startswith((f"images/scan%step%{step}%", f"images/scan+step+{step}+"))]
            self.assertEqual(2, len(of_step), names)
            image = mlflow.artifacts.load_image(f"{run.info.artifact_uri}/{next(name for name in of_step if name.endswith('.png'))}")
            self.assertEqual((step, step, step), image.getpixel((0, 0)))

    def test_a_file_goes_in_parts_where_it_is_asked_for(self):
        content = os.urandom(12 << 20)
        asked = {
            "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true", "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "1", "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 << 20),
            "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true", "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE": str(5 << 20)}
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, asked):
            Path(folder, "parts.bin").write_bytes(content)
            with mlflow.start_run() as run:
                mlflow.log_artifact(f"{folder}/parts.bin", "in a folder")
            there = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="in a folder/parts.bin", dst_path=f"{folder}/back")
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
            if GENERATION >= 3:
                held_out = mlflow.data.from_numpy(x, name="held-out")
                mlflow.log_metric("acc", 0.9, dataset=held_out, model_id=logged.model_id)
        for uri in {logged.model_uri, f"runs:/{run.info.run_id}/model"}:
            for load in (mlflow.pyfunc.load_model, mlflow.sklearn.load_model):
                self.assertAlmostEqual(31.0, float(load(uri).predict(numpy.array([[10.0]]))[0]))
        if GENERATION >= 3:
            found = mlflow.search_logged_models([self.experiment.experiment_id], filter_string="name = 'model'", output_format="list")
            self.assertEqual([logged.model_id], [model.model_id for model in found])
            self.assertEqual("READY", str(found[0].status.value))
            self.assertIn(("acc", 0.9, "held-out", run.info.run_id), [(one.key, one.value, one.dataset_name, one.run_id) for one in found[0].metrics])
            better = lambda least, name: mlflow.search_logged_models(
                [self.experiment.experiment_id], filter_string=f"metrics.acc > {least}", datasets=[{"dataset_name": name}], output_format="list")
            self.assertEqual([logged.model_id], [model.model_id for model in better(0.8, "held-out")])
            self.assertEqual([], [*better(0.95, "held-out"), *better(0.8, "another")])
            self.client.set_logged_model_tags(logged.model_id, {"quality": "good"})
            self.assertEqual("good", self.client.get_logged_model(logged.model_id).tags["quality"])
            outputs = self.client.get_run(run.info.run_id).outputs.model_outputs
            self.assertEqual([logged.model_id], [output.model_id for output in outputs])
            self.client.log_inputs(run.info.run_id, models=[mlflow.entities.LoggedModelInput(logged.model_id)])
            self.assertEqual([logged.model_id], [read.model_id for read in self.client.get_run(run.info.run_id).inputs.model_inputs])
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


@unittest.skipIf(GENERATION < 3, "clients of 2.x have no webhooks")
class Webhooks(unittest.TestCase):
    """Receivers are named by an admin; what is told is what anybody does."""

    def setUp(self):
        heard = self.heard = queue.Queue()

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.put((self.headers, body))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"thanks")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/models"
        self.client = MlflowClient()
        self.asked = os.environ["MLFLOW_TRACKING_TOKEN"]
        os.environ["MLFLOW_TRACKING_TOKEN"] = os.environ["FLOWS_ADMIN_TOKEN"]

    def tearDown(self):
        os.environ["MLFLOW_TRACKING_TOKEN"] = self.asked
        self.server.shutdown()
        self.server.server_close()

    def next(self, secret):
        headers, body = self.heard.get(timeout=20)
        signed = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
        self.assertEqual(f"v1,{expected}", headers["X-MLflow-Signature"])
        self.assertLess(abs(time.time() - int(headers["X-MLflow-Timestamp"])), 60)
        told = json.loads(body)
        return f"{told['entity']}.{told['action']}", told["data"]

    def test_webhooks(self):
        events = ["registered_model.created", "model_version.created", "model_version_tag.set", "model_version_tag.deleted",
                  "model_version_alias.created", "model_version_alias.deleted"]
        hook = self.client.create_webhook(name="ci", url=self.url, events=events, secret="s3cret", description="builds")
        self.assertEqual((events, "builds", "ACTIVE"), ([str(event) for event in hook.events], hook.description, hook.status.value))
        self.assertEqual("ci", self.client.get_webhook(hook.webhook_id).name)
        self.assertIn(hook.webhook_id, [found.webhook_id for found in self.client.list_webhooks(max_results=10)])

        tested = self.client.test_webhook(hook.webhook_id, "model_version.created")
        self.assertEqual((True, 200, "thanks"), (tested.success, tested.response_status, tested.response_body))
        self.assertEqual("model_version.created", self.next("s3cret")[0])

        os.environ["MLFLOW_TRACKING_TOKEN"] = self.asked  # what follows is anybody's
        name = "Told of"
        self.client.create_registered_model(name, tags={"team": "a"}, description="about lines")
        self.assertEqual(("registered_model.created", {"name": name, "tags": {"team": "a"}, "description": "about lines"}), self.next("s3cret"))
        from sklearn.linear_model import LinearRegression

        mlflow.set_experiment(f"{EXPERIMENT}: webhooks")
        with mlflow.start_run() as run:
            logged = mlflow.sklearn.log_model(LinearRegression().fit(X, X[:, 0]), name="model", pip_requirements=["scikit-learn"])
        version = mlflow.register_model(logged.model_uri, name)
        event, data = self.next("s3cret")
        self.assertEqual("model_version.created", event)
        self.assertEqual({"name": name, "version": "1", "source": version.source, "run_id": run.info.run_id, "tags": {}, "description": None}, data)
        self.client.set_model_version_tag(name, "1", "quality", "good")
        self.assertEqual(("model_version_tag.set", {"name": name, "version": "1", "key": "quality", "value": "good"}), self.next("s3cret"))
        self.client.delete_model_version_tag(name, "1", "quality")
        self.assertEqual(("model_version_tag.deleted", {"name": name, "version": "1", "key": "quality"}), self.next("s3cret"))
        self.client.set_registered_model_alias(name, "best", "1")
        self.assertEqual(("model_version_alias.created", {"name": name, "alias": "best", "version": "1"}), self.next("s3cret"))
        self.client.delete_registered_model_alias(name, "best")
        self.assertEqual(("model_version_alias.deleted", {"name": name, "alias": "best"}), self.next("s3cret"))
        with self.assertRaises(MlflowException) as refused:
            self.client.list_webhooks()
        self.assertEqual("PERMISSION_DENIED", refused.exception.error_code)

        os.environ["MLFLOW_TRACKING_TOKEN"] = os.environ["FLOWS_ADMIN_TOKEN"]
        changed = self.client.update_webhook(hook.webhook_id, status="DISABLED", events=["model_version_tag.set"])
        self.assertEqual(("DISABLED", ["model_version_tag.set"], self.url), (changed.status.value, [str(event) for event in changed.events], changed.url))
        self.client.set_model_version_tag(name, "1", "unheard", "x")
        self.client.update_webhook(hook.webhook_id, status="ACTIVE", secret="another")
        self.client.set_model_version_tag(name, "1", "heard", "x")
        self.assertEqual("heard", self.next("another")[1]["key"])
        self.client.delete_webhook(hook.webhook_id)
        with self.assertRaises(MlflowException) as refused:
            self.client.get_webhook(hook.webhook_id)
        self.assertEqual("RESOURCE_DOES_NOT_EXIST", refused.exception.error_code)

    def test_what_is_wrong_with_a_webhook_is_told(self):
        for wrong in ({"url": "ftp://example.org"}, {"url": "http://169.254.169.254/latest"}, {"events": ["prompt.created"]}, {"name": "a b"}):
            with self.assertRaises(MlflowException) as refused:
                self.client.create_webhook(**{"name": "wrong", "url": self.url, "events": ["model_version.created"], **wrong})
            self.assertEqual("INVALID_PARAMETER_VALUE", refused.exception.error_code, wrong)


class Registry(unittest.TestCase):
    def setUp(self):
        self.client = MlflowClient()
        mlflow.set_experiment(f"{EXPERIMENT}: {self._testMethodName}")
        # Spaces, capital letters and a dot, as people call their models.
        self.name = f"Line {self._testMethodName.removeprefix('test_')} v{mlflow.__version__}"

    def tearDown(self):
        mlflow.end_run()

    def logged(self, slope=3, **options):
        """A line through (0, 1), logged as a model."""
        import sklearn
        from sklearn.linear_model import LinearRegression

        # Left to find out by itself what a model needs, the client loads each one in a process of its own, which takes ten seconds.
        options.setdefault("pip_requirements", [f"scikit-learn=={sklearn.__version__}", f"numpy=={numpy.__version__}"])
        where = {"name": "model"} if GENERATION >= 3 else {"artifact_path": "model"}
        with mlflow.start_run() as run:
            mlflow.log_param("slope", slope)
            mlflow.log_metric("loss", 1 / slope)
            logged = mlflow.sklearn.log_model(LinearRegression().fit(X, slope * X[:, 0] + 1), input_example=X[:2], **where, **options)
        return run.info.run_id, logged

    def registered(self, *slopes):
        """As many versions as slopes."""
        for slope in slopes:
            run, _ = self.logged(slope)
            mlflow.register_model(f"runs:/{run}/model", self.name)
        return self.name

    def at_ten(self, uri):
        return round(float(mlflow.pyfunc.load_model(uri).predict(TEN)[0]), 3)

    def test_a_model_is_logged_and_registered_at_once(self):
        run, _ = self.logged(registered_model_name=self.name)
        version = self.client.get_model_version(self.name, "1")
        self.assertEqual((run, "READY", "None"), (version.run_id, version.status, version.current_stage))
        self.assertEqual(31.0, self.at_ten(f"models:/{self.name}/1"))
        self.assertAlmostEqual(31.0, float(mlflow.sklearn.load_model(f"models:/{self.name}/latest").predict(TEN)[0]))
        self.logged(5, registered_model_name=self.name)
        self.assertEqual(51.0, self.at_ten(f"models:/{self.name}/latest"))
        self.assertEqual(["2"], [v.version for v in self.client.get_registered_model(self.name).latest_versions])

    def test_what_a_run_has_logged_is_registered_later(self):
        run, logged = self.logged()
        for uri in {f"runs:/{run}/model", logged.model_uri}:
            made = mlflow.register_model(uri, self.name, tags={"quality": "good"})
            self.assertEqual(run, made.run_id)
            self.assertEqual({"quality": "good"}, self.client.get_model_version(self.name, made.version).tags)
            self.assertEqual(31.0, self.at_ten(f"models:/{self.name}/{made.version}"))
        # What is registered has files of its own.
        self.client.delete_run(run)
        self.assertEqual(31.0, self.at_ten(f"models:/{self.name}/1"))

    def test_aliases(self):
        name = self.registered(3, 5)
        self.client.set_registered_model_alias(name, "Champion", "1")
        self.assertEqual(31.0, self.at_ten(f"models:/{name}@Champion"))
        self.client.set_registered_model_alias(name, "Champion", "2")
        self.assertEqual(51.0, self.at_ten(f"models:/{name}@Champion"))
        self.assertEqual(["Champion"], list(self.client.get_model_version_by_alias(name, "Champion").aliases))
        self.assertEqual({"Champion": "2"}, dict(self.client.get_registered_model(name).aliases))
        self.client.delete_registered_model_alias(name, "Champion")
        with self.assertRaises(MlflowException):
            self.client.get_model_version_by_alias(name, "Champion")
        with self.assertRaises(MlflowException):
            self.client.set_registered_model_alias(name, "v1", "1")

    def test_a_protected_alias_waits_for_a_second_person(self):
        name = self.registered(3, 5)
        self.client.set_registered_model_alias(name, "guarded", "1")
        platform = os.environ["MLFLOW_TRACKING_URI"]
        namespace = os.environ["FLOWS_NAMESPACE"]
        model = f"{platform}/api/v1/namespaces/{namespace}/models/{urllib.parse.quote(name)}"

        def call(method, address, token, body=None):
            request = urllib.request.Request(address, method=method, data=json.dumps(body or {}).encode(), headers={
                "Authorization": f"Bearer {os.environ[token]}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read() or b"null")

        call("PUT", f"{model}/protected-aliases/guarded", "FLOWS_ADMIN_TOKEN")
        for move in (lambda: self.client.set_registered_model_alias(name, "guarded", "2"), lambda: self.client.delete_registered_model_alias(name, "guarded")):
            with self.assertRaises(MlflowException) as refused:
                move()
            self.assertEqual("PERMISSION_DENIED", refused.exception.error_code)
            self.assertIn("awaits the approval of a second person", str(refused.exception))
            self.assertIn(f"{platform}/ns/{namespace}/models/", str(refused.exception))
        self.assertEqual("1", self.client.get_model_version_by_alias(name, "guarded").version)
        asked = call_get(f"{model}/alias-requests?status=WAITING", "MLFLOW_TRACKING_TOKEN")["items"]
        moving = next(request for request in asked if request.get("version") == 2)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            call("POST", f"{model}/alias-requests/{moving['id']}/approve", "MLFLOW_TRACKING_TOKEN")
        self.assertEqual(403, refused.exception.code)
        call("POST", f"{model}/alias-requests/{moving['id']}/approve", "FLOWS_SECOND_TOKEN")
        self.assertEqual("2", self.client.get_model_version_by_alias(name, "guarded").version)
        self.assertEqual(51.0, self.at_ten(f"models:/{name}@guarded"))

    def test_stages(self):
        name = self.registered(3, 5)
        self.client.transition_model_version_stage(name, "1", "Production")
        self.assertEqual(31.0, self.at_ten(f"models:/{name}/Production"))
        moved = self.client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
        self.assertEqual("Production", moved.current_stage)
        self.assertEqual(51.0, self.at_ten(f"models:/{name}/Production"))
        latest = {v.current_stage: v.version for v in self.client.get_latest_versions(name)}
        self.assertEqual({"Archived": "1", "Production": "2"}, latest)
        with self.assertRaises(MlflowException):
            self.client.transition_model_version_stage(name, "1", "Elsewhere")

    def test_models_and_versions_are_found(self):
        name = self.registered(3, 5, 7)
        run = self.client.get_model_version(name, "2").run_id
        self.client.set_registered_model_tag(name, "team", "a b")
        self.client.set_model_version_tag(name, "2", "quality", "good")
        self.assertIn(name, [model.name for model in self.client.search_registered_models()])
        self.assertEqual([name], [m.name for m in self.client.search_registered_models(f"name = '{name}'", order_by=["name DESC"])])
        self.assertIn(name, [m.name for m in mlflow.search_registered_models(filter_string="tags.team = 'a b' AND name ILIKE 'line%'")])

        def numbers(more, **options):
            return [int(v.version) for v in self.client.search_model_versions(f"name = '{name}'{more}", **options)]

        # The tag was the last change.
        self.assertEqual([2, 3, 1], numbers(""))
        self.assertEqual([1, 2, 3], numbers("", order_by=["version_number ASC"]))
        self.assertEqual([2], numbers(" AND tags.quality = 'good'"))
        self.assertEqual([2], numbers(f" AND run_id = '{run}'"))
        self.assertEqual([2, 3, 1], [int(v.version) for v in mlflow.search_model_versions(filter_string=f"name = '{name}'", max_results=2)] + numbers(" AND version_number = 1"))
        page = self.client.search_model_versions(f"name = '{name}'", max_results=2)
        self.assertEqual([1], [int(v.version) for v in self.client.search_model_versions(f"name = '{name}'", max_results=2, page_token=page.token)])
        with self.assertRaises(MlflowException):
            self.client.search_model_versions("colour = 'red'")

    def test_models_are_described_renamed_and_deleted(self):
        name = self.registered(3, 5)
        self.client.update_registered_model(name, "about lines")
        self.client.update_model_version(name, "1", "the first")
        self.client.set_registered_model_tag(name, "team", "a")
        self.client.delete_registered_model_tag(name, "team")
        self.client.set_model_version_tag(name, "1", "k", "v")
        self.client.delete_model_version_tag(name, "1", "k")
        self.client.rename_registered_model(name, f"{name} anew")
        renamed = self.client.get_registered_model(f"{name} anew")
        self.assertEqual((f"{name} anew", "about lines", {}), (renamed.name, renamed.description, dict(renamed.tags)))
        version = self.client.get_model_version(renamed.name, "1")
        self.assertEqual(("the first", {}), (version.description, dict(version.tags)))
        self.client.delete_model_version(renamed.name, "1")
        with self.assertRaises(MlflowException) as refused:
            self.client.get_model_version(renamed.name, "1")
        self.assertEqual("RESOURCE_DOES_NOT_EXIST", refused.exception.error_code)
        self.client.delete_registered_model(renamed.name)
        with self.assertRaises(MlflowException):
            self.client.get_registered_model(renamed.name)
        self.assertEqual("1", mlflow.register_model(f"runs:/{version.run_id}/model", renamed.name).version)

    def test_a_version_is_copied_to_another_model(self):
        name = self.registered(3)
        copy = self.client.copy_model_version(f"models:/{name}/1", f"{name} prod")
        self.assertEqual((f"{name} prod", "1", f"models:/{name}/1"), (copy.name, copy.version, copy.source))
        self.client.delete_model_version(name, "1")
        self.assertEqual(31.0, self.at_ten(f"models:/{name} prod/1"))

    def test_thirty_two_writers_get_thirty_two_numbers(self):
        run, logged = self.logged()
        source = logged.model_uri if GENERATION >= 3 else f"{self.client.get_run(run).info.artifact_uri}/model"
        self.client.create_registered_model(self.name)
        numbers = []

        def write():
            numbers.append(int(MlflowClient().create_model_version(self.name, source, run).version))

        writers = [threading.Thread(target=write) for _ in range(32)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        self.assertEqual(list(range(1, 33)), sorted(numbers))

    def test_refusals_are_told_at_once_and_in_words(self):
        with self.assertRaisesRegex(MlflowException, "a/b"):
            self.client.create_registered_model("a/b")
        self.client.create_registered_model(self.name)
        with self.assertRaises(MlflowException) as refused:
            self.client.create_registered_model(self.name)
        self.assertEqual("RESOURCE_ALREADY_EXISTS", refused.exception.error_code)
        with self.assertRaisesRegex(MlflowException, "no place that models are registered from"):
            self.client.create_model_version(self.name, "s3://bucket/model")

    def test_what_is_served(self):
        """Left behind for whoever runs this: deployed as an endpoint, it answers 31 at 10."""
        self.logged(registered_model_name=SERVED, pip_requirements=None)
        self.client.set_registered_model_alias(SERVED, "Champion", "1")
        self.assertEqual(31.0, self.at_ten(f"models:/{SERVED}@Champion"))


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(__import__("__main__")))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed", flush=True)
    raise SystemExit(1 if failed or not result.testsRun else 0)
