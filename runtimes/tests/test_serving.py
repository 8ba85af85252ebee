"""The serving runtime: all protocols over real HTTP, all kinds of models, in an environment made from its pinned requirements."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "launcher"))

from tidewright_launcher import environment, requirements  # noqa: E402
from workplace import RUNTIMES, eventually  # noqa: E402

CACHE = Path(os.environ.get("TIDEWRIGHT_TEST_CACHE") or HERE.parents[1] / "target" / "runtimes-cache")
SERVING = RUNTIMES / "serving"
ROW = [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]

# Trains the models that are served below; runs inside the serving environment.
MODELS = """
import json, pickle, sys
from pathlib import Path
import joblib, numpy, skops.io
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

home = Path(sys.argv[1])
x, y = load_diabetes(return_X_y=True, scaled=False)
model = make_pipeline(StandardScaler(), LinearRegression()).fit(x, y)
def folder(name):
    (home / name).mkdir(parents=True)
    return home / name
joblib.dump(model, folder("joblib") / "model.joblib")
(home / "joblib" / "input_example.json").write_text(json.dumps({"columns": list("abcdefghij"), "data": x[:2].tolist()}))
pickle.dump(model, open(folder("pickle") / "model.pkl", "wb"))
skops.io.dump(model, folder("skops") / "model.skops")
skops.io.dump(make_pipeline(StandardScaler(), LinearRegression()).set_params(linearregression=__import__("unknown_type").Odd()), folder("untrusted") / "model.skops")
flavour = folder("mlflow")
pickle.dump(model, open(flavour / "model.pkl", "wb"))
names = load_diabetes().feature_names
(flavour / "MLmodel").write_text("flavors:\\n  python_function:\\n    loader_module: mlflow.sklearn\\n  sklearn:\\n    pickled_model: model.pkl\\nsignature:\\n  inputs: '" + json.dumps([{"type": "double", "name": n} for n in names]) + "'\\n")
(flavour / "input_example.json").write_text(json.dumps({"columns": names, "data": x[:1].tolist()}))
xi, yi = load_iris(return_X_y=True)
joblib.dump(LogisticRegression(max_iter=500).fit(xi, numpy.array(["red", "green", "blue"])[yi]), folder("classes") / "model.joblib")
joblib.dump(model, folder("nested/model") / "model.joblib")
(home / "nested" / "metrics.jsonl").write_text("")
joblib.dump(model, folder("badexample") / "model.joblib")
(home / "badexample" / "input_example.json").write_text("[[1, 2]]")
(folder("broken") / "model.joblib").write_bytes(b"not a model")
flawed = folder("flawed")
(flawed / "inside.pkl").write_bytes(b"not a model")
(flawed / "MLmodel").write_text("flavors:\\n  sklearn:\\n    pickled_model: inside.pkl\\n")
(folder("empty") / "notes.txt").write_text("")
pickle.dump(__import__("unknown_type").Odd(), open(folder("missing") / "model.pkl", "wb"))
(folder("code") / "model.py").write_text('''
import time
def load(model_dir):
    return {"factor": 2}
def predict(model, inputs):
    if inputs == [["slow"]]:
        time.sleep(1.5)
    if inputs == [["crash"]]:
        raise RuntimeError("secret detail")
    return [value if isinstance(value, str) else [part * model["factor"] for part in value] if all(isinstance(p, (int, float)) for p in value) else "text" for value in inputs]
''')
print(json.dumps({"expected": float(model.predict(x[:1])[0]), "row": x[0].tolist(), "names": names}))
"""


class Server:
    """serve.py as a process, on a free port."""

    def __init__(self, python: Path, folder: Path, **more: str):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.termination = Path(tempfile.mkdtemp()) / "termination.json"
        self.log = self.termination.with_name("log")
        variables = {"PATH": os.environ["PATH"], "MODEL_DIR": str(folder), "PORT": str(self.port), "TIDEWRIGHT_MODEL": "diabetes"}
        variables |= {"TIDEWRIGHT_MODEL_VERSION": "3", "TIDEWRIGHT_ENDPOINT": "sugar", "TIDEWRIGHT_TERMINATION_LOG": str(self.termination)}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(python), "-u", str(SERVING / "serve.py")], env=variables | more, stdout=log, stderr=subprocess.STDOUT)

    def ready(self) -> "Server":
        eventually(lambda: self.process.poll() is not None or self.status("/v2/health/ready") == 200, 60, f"readiness ({self.log.read_text()})")
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        return self

    def status(self, path: str) -> int | None:
        try:
            return self.call("GET", path)[0]
        except OSError:
            return None

    def call(self, method: str, path: str, body=None, kind: str = "application/json", seconds: float = 15, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            data = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
            connection.request(method, path, body=data, headers={"Content-Type": kind} | headers)
            response = connection.getresponse()
            text = response.read()
            try:
                return response.status, json.loads(text)
            except ValueError:
                return response.status, text.decode()
        finally:
            connection.close()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(40)

    def ending(self) -> dict:
        return json.loads(self.termination.read_text())


class ServingCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        wanted = requirements.read(SERVING / "requirements.txt") + requirements.read(SERVING / "default-requirements.txt")
        cls.python = environment.build(CACHE, wanted, None, None, dict(os.environ)).bin / "python"
        cls._temporary = tempfile.TemporaryDirectory(prefix="tidewright-models-")
        cls.models = Path(cls._temporary.name)
        (cls.models / "unknown_type.py").write_text("from sklearn.linear_model import LinearRegression\nclass Odd(LinearRegression): pass\n")
        made = subprocess.run(
            [str(cls.python), "-c", MODELS, str(cls.models / "m")], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(cls.models)}
        )
        assert made.returncode == 0, made.stderr
        cls.known = json.loads(made.stdout.splitlines()[-1])

    @classmethod
    def tearDownClass(cls):
        cls._temporary.cleanup()

    def server(self, name: str, **more: str) -> Server:
        server = Server(self.python, self.models / "m" / name, **more)
        self.addCleanup(server.stop)
        return server


class Protocols(ServingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = Server(cls.python, cls.models / "m" / "joblib").ready()
        cls.row, cls.expected = cls.known["row"], cls.known["expected"]

    @classmethod
    def tearDownClass(cls):
        cls.one.stop()
        super().tearDownClass()

    def answers(self, path: str, body, kind: str = "application/json"):
        status, answer = self.one.call("POST", path, body, kind)
        self.assertEqual(status, 200, answer)
        return answer

    def close_to(self, values: list, count: int = 1) -> None:
        self.assertEqual(len(values), count)
        for value in values:
            self.assertAlmostEqual(value, self.expected, places=6)

    def test_plain(self):
        for key in ("features", "instances", "inputs"):
            self.close_to(self.answers("/predict", {key: [self.row, self.row]})["predictions"], 2)
            self.close_to([self.answers("/predict", {key: self.row})["prediction"]])
        self.close_to(self.answers("/predict", {"features": [dict(zip("abcdefghij", self.row))]})["predictions"])

    def test_v1(self):
        for name in ("diabetes", "sugar"):
            self.close_to(self.answers(f"/v1/models/{name}:predict", {"instances": [self.row]})["predictions"])
        self.assertEqual(self.one.call("GET", "/v1/models/diabetes"), (200, {"name": "diabetes", "ready": True}))
        self.assertEqual(self.one.call("GET", "/v1/models"), (200, {"models": ["diabetes"]}))

    def test_v2(self):
        for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/diabetes/ready", "/v2/models/diabetes/versions/3/ready"):
            self.assertEqual(self.one.call("GET", path)[0], 200, path)
        self.assertIn("name", self.one.call("GET", "/v2")[1])
        described = self.one.call("GET", "/v2/models/diabetes")[1]
        self.assertEqual((described["name"], described["versions"], described["inputs"][0]["shape"]), ("diabetes", ["3"], [-1, 10]))
        for shape, data in (([1, 10], self.row), ([1, 10], [self.row]), ([10], self.row)):
            tensor = {"name": "in", "shape": shape, "datatype": "FP64", "data": data}
            answer = self.answers("/v2/models/diabetes/infer", {"id": "q1", "inputs": [tensor]})
            self.assertEqual((answer["id"], answer["model_name"], answer["model_version"]), ("q1", "diabetes", "3"))
            output = answer["outputs"][0]
            self.assertEqual((output["shape"], output["datatype"]), ([1], "FP64"))
            self.close_to(output["data"])
        columns = [{"name": name, "shape": [2, 1], "datatype": "FP64", "data": [value, value]} for name, value in zip("abcdefghij", self.row)]
        self.close_to(self.answers("/v2/models/diabetes/infer", {"inputs": columns})["outputs"][0]["data"], 2)

    def test_mlflow(self):
        names = list("abcdefghij")
        records = [dict(zip(names, self.row))]
        for body in ({"dataframe_split": {"columns": names, "data": [self.row]}}, {"dataframe_records": records}, {"instances": [self.row]}, {"inputs": [self.row]}, {"inputs": {n: [v] for n, v in records[0].items()}}):
            self.close_to(self.answers("/invocations", body)["predictions"])
        self.close_to(self.answers("/invocations", ",".join(names) + "\n" + ",".join(map(str, self.row)) + "\n", "text/csv")["predictions"])
        for path in ("/ping", "/health", "/version"):
            self.assertEqual(self.one.call("GET", path)[0], 200)

    def test_bad_requests_name_the_field(self):
        good = {"name": "in", "shape": [1, 10], "datatype": "FP64", "data": self.row}
        v2, cases = "/v2/models/diabetes/infer", []
        cases += [("/predict", body, 400, field) for body, field in (
            ({}, "features"), ({"features": []}, "features"), ({"features": 3}, "features"), ({"features": [1, 2]}, "features"),
            ({"instances": [self.row, [1]]}, "instances"), ({"instances": [self.row, 1]}, "instances"), ({"inputs": {"a": [1, 2], "b": [1]}}, "inputs"),
            ({"features": self.row, "inputs": self.row}, "features"),
        )]
        cases += [(v2, {"inputs": [good | change]}, 400, f"inputs[0].{field}") for change, field in (
            ({"shape": [2, 10]}, "data"), ({"shape": [-1, 10]}, "shape"), ({"datatype": "FLOAT"}, "datatype"), ({"name": 3}, "name"),
            ({"data": "x"}, "data"), ({"data": ["x"] * 10}, "data"), ({"datatype": "INT64"}, "data"),
        )]
        cases += [(v2, {"inputs": []}, 400, "inputs"), ("/invocations", {"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}, 400, "dataframe_split.data")]
        cases += [("/predict", {"features": ["x"] * 10}, 422, "features"), ("/predict", {"features": [None] * 10}, 422, "features")]
        for path, body, wanted, field in cases:
            status, answer = self.one.call("POST", path, body)
            self.assertEqual((status, answer.get("field")), (wanted, field), f"{path} {body} {answer}")
            self.assertIn(field, answer["error"])

    def test_other_refusals(self):
        self.assertEqual(self.one.call("POST", "/predict", "{")[0], 400)
        self.assertEqual(self.one.call("POST", "/predict", "[" * 200_000)[0], 400)
        self.assertEqual(self.one.call("POST", "/predict", b"\xff\xfe{}")[0], 400)
        self.assertEqual(self.one.call("POST", "/invocations", "x", "text/plain")[0], 415)
        self.assertEqual(self.one.call("POST", "/invocations", "a,b", "text/csv")[0], 400)
        self.assertEqual(self.one.call("POST", "/v1/models/other:predict", {"instances": [self.row]})[0], 404)
        self.assertEqual(self.one.call("GET", "/v2/models/diabetes/versions/9")[0], 404)
        self.assertEqual(self.one.call("GET", "/nope")[0], 404)
        status, answer = self.one.call("GET", "/predict")
        self.assertEqual(status, 405)
        self.assertIn("error", answer)

    def test_a_body_that_is_too_large_is_413(self):
        self.assertEqual(self.one.call("POST", "/predict", b" " * ((64 << 20) + 1))[0], 413)

    def test_many_at_once_on_kept_connections(self):
        wrong = []

        def work():
            connection = http.client.HTTPConnection("127.0.0.1", self.one.port, timeout=30)
            for _ in range(50):
                connection.request("POST", "/predict", json.dumps({"features": self.row}), {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = json.loads(response.read())
                if response.status != 200 or abs(answer["prediction"] - self.expected) > 1e-6:
                    wrong.append(answer)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(wrong, [])


class Kinds(ServingCase):
    def prediction(self, server: Server, row) -> object:
        status, answer = server.ready().call("POST", "/predict", {"features": row})
        self.assertEqual(status, 200, answer)
        return answer["prediction"]

    def test_pickle_skops_and_a_nested_folder(self):
        for name in ("pickle", "skops", "nested"):
            self.assertAlmostEqual(self.prediction(self.server(name), self.known["row"]), self.known["expected"], places=6)

    def test_an_mlflow_folder_takes_columns_by_name_in_any_order(self):
        server = self.server("mlflow").ready()
        row = dict(reversed(list(zip(self.known["names"], self.known["row"]))))
        status, answer = server.call("POST", "/invocations", {"dataframe_records": [row | {"more": 1}]})
        self.assertEqual(status, 200, answer)
        self.assertAlmostEqual(answer["predictions"][0], self.known["expected"], places=6)
        row.pop("bmi")
        status, answer = server.call("POST", "/invocations", {"dataframe_records": [row]})
        self.assertEqual(status, 400)
        self.assertIn("'bmi'", answer["error"])

    def test_classes_and_probabilities(self):
        self.assertEqual(self.prediction(self.server("classes"), [5.1, 3.5, 1.4, 0.2]), "red")
        server = self.server("classes", TIDEWRIGHT_PARAM_PREDICT_METHOD="predict_proba").ready()
        tensor = {"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}
        output = server.call("POST", "/v2/models/diabetes/infer", {"inputs": [tensor]})[1]["outputs"][0]
        self.assertEqual(output["shape"], [1, 3])
        self.assertAlmostEqual(sum(output["data"]), 1.0)

    def test_model_py(self):
        server = self.server("code")
        self.assertEqual(self.prediction(server, [1, 2]), [2, 4])
        status, answer = server.call("POST", "/predict", {"features": ["crash"]})
        self.assertEqual((status, "secret" in json.dumps(answer)), (500, False))
        self.assertEqual(server.call("POST", "/predict", {"features": [1]})[0], 200)

    def test_a_connection_outlives_a_fault_of_the_model(self):
        server = self.server("code").ready()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
        self.addCleanup(connection.close)
        seen, ports = [], set()
        for row in ("crash", "fine", "crash", "fine"):
            connection.request("POST", "/predict", json.dumps({"features": [row]}), {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            seen.append(response.status)
            time.sleep(0.1)  # a server that closes after its answer does it now
            ports.add(connection.sock.getsockname())
        self.assertEqual((seen, len(ports)), ([500, 200, 500, 200], 1))
        self.assertIn("secret detail", server.log.read_text())

    def test_what_cannot_be_served_says_why_and_ends(self):
        for name, reason, words in (
            ("empty", "MODEL_NOT_FOUND", ("MLmodel", "model.py", "model.joblib", "model.skops", "notes.txt")),
            ("nowhere", "MODEL_NOT_FOUND", ("no files",)),
            ("broken", "MODEL_FAILED", ("model.joblib could not be unpickled",)),
            ("flawed", "MODEL_FAILED", ("inside.pkl could not be unpickled",)),
            ("missing", "MODEL_FAILED", ("unknown_type", "requirements.txt")),
            ("untrusted", "MODEL_FAILED", ("unknown_type.Odd", "trusted_types")),
            ("badexample", "MODEL_FAILED", ("example", "10 values")),
        ):
            server = self.server(name)
            self.assertEqual(server.process.wait(60), 124, name)
            ending = server.ending()
            self.assertEqual(ending["reason"], reason)
            for word in words:
                self.assertIn(word, ending["message"])


class Ending(ServingCase):
    def test_requests_under_way_are_answered_after_sigterm(self):
        server = self.server("code").ready()
        got = []
        thread = threading.Thread(target=lambda: got.append(server.call("POST", "/predict", {"features": ["slow"]})))
        thread.start()
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        thread.join(15)
        self.assertEqual(got[0][0], 200, got)
        self.assertIn(server.process.wait(10), (0, -signal.SIGTERM))


if __name__ == "__main__":
    unittest.main()
