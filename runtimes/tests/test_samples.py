"""The samples through the launcher, as a newcomer would run them: real packages, real data, real requests."""

import http.client
import json
import os
import re
import signal
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from control_plane import Plane, zipped  # noqa: E402
from test_serving import CACHE, ROW  # noqa: E402
from workplace import SAMPLES, Workplace, eventually  # noqa: E402

WISH = (SAMPLES / "diabetes" / "requirements.txt").read_text().splitlines()
PARAMETERS = {"alpha": 0.05, "max_iter": 15, "test_size": 0.25, "seed": 7}


def call(port: int, method: str, path: str, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def answers(port: int, path: str) -> bool:
    try:
        return call(port, "GET", path)[0] == 200
    except (OSError, ValueError):
        return False


class SampleCase(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(CACHE)
        self.addCleanup(self.place.close)

    def job(self, name: str, kind: str, content: bytes | None = None, **spec) -> Plane:
        data = (SAMPLES / "diabetes" / name).read_bytes() if content is None else content
        plane = Plane().job(name, data, kind, **({"requirements": WISH, "parameters": PARAMETERS} | spec)).start()
        self.addCleanup(plane.stop)
        self.code = self.place.run(plane, 600)
        return plane

    def serve(self, plane: Plane, path: str) -> int:
        self.addCleanup(plane.start().stop)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.process = self.place.start("service", plane, PORT=str(port))
        self.addCleanup(lambda: self.process.poll() is None and (self.process.kill(), self.process.wait()))
        eventually(lambda: self.process.poll() is not None or answers(port, path), 600, "readiness")
        self.assertIsNone(self.process.poll(), self.place.said())
        return port

    def check_training(self, plane: Plane) -> None:
        self.assertEqual(self.code, 0, self.place.said())
        self.assertEqual(plane.keys(), ["mae", "r2", "rmse", "test_rmse", "train_rmse"])
        self.assertEqual(len(plane.of("train_rmse")), 15)
        self.assertEqual(plane.parameters["alpha"], "0.05")
        self.assertLess(plane.of("rmse")[0]["value"], 70)
        self.assertGreater(plane.of("r2")[0]["value"], 0.3)
        for name in ("model/model.joblib", "model/input_example.json", "model/requirements.txt", "learning-curve.svg", "metrics.jsonl"):
            self.assertIn(name, plane.artifacts)


class Diabetes(SampleCase):
    def test_the_script_trains_and_its_model_is_served(self):
        trained = self.job("train.py", "script")
        self.check_training(trained)
        files = {name.removeprefix("model/"): data for name, data in trained.artifacts.items() if name.startswith("model/")}
        port = self.serve(Plane().revision(files=files), "/v2/health/ready")
        status, answer = call(port, "POST", "/predict", {"features": ROW})
        self.assertEqual(status, 200, answer)
        self.assertTrue(25 < answer["prediction"] < 346)
        self.assertEqual(answer["model"], {"name": "diabetes", "version": "1"})
        self.assertNotIn("test-token", Path(f"/proc/{self.process.pid}/environ").read_text())
        self.process.send_signal(signal.SIGTERM)
        self.assertIn(self.process.wait(20), (0, -15))
        # The second replica fetches nothing: the model is in the cache by its digest.
        again = Plane().revision(files=files)
        self.serve(again, "/v2/health/ready")
        self.assertEqual([line for line in again.calls if "/files/" in line], [])

    def test_the_notebook_trains_and_is_kept_as_executed(self):
        trained = self.job("train.ipynb", "notebook")
        self.check_training(trained)
        executed = json.loads(trained.artifacts["train.ipynb"])
        self.assertIn("alpha = 0.05", "".join("".join(cell["source"]) for cell in executed["cells"]))
        self.assertIn("epoch 10", self.place.said())

    def test_script_and_notebook_agree(self):
        one, two = self.job("train.py", "script"), self.job("train.ipynb", "notebook")
        for key in ("rmse", "mae", "r2", "train_rmse"):
            self.assertEqual([p["value"] for p in one.of(key)], [p["value"] for p in two.of(key)])

    def test_a_notebook_that_fails_names_the_cell_and_is_kept(self):
        notebook = json.loads((SAMPLES / "diabetes" / "train.ipynb").read_text())
        plane = self.job("train.ipynb", "notebook", parameters=PARAMETERS | {"test_size": 7.5})
        ending = self.place.ending()
        self.assertEqual((self.code, ending["reason"]), (1, "NOTEBOOK_FAILED"), self.place.said())
        # The parameters cell that papermill adds is counted: the fourth cell became the fifth.
        self.assertTrue(notebook["cells"][3]["source"][1].startswith("x_train"))
        self.assertRegex(ending["message"], r"Cell \d+ \(In \[4\]\) of train\.ipynb raised InvalidParameterError: .*test_size")
        self.assertIn("InvalidParameterError", plane.artifacts["train.ipynb"].decode())

    def test_a_notebook_can_be_stopped(self):
        cells = [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": ["import os, time\n", "print('kernel', os.getpid(), 'ready', flush=True)\n", "time.sleep(300)"]}]
        content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
        plane = Plane().job("n.ipynb", content, "notebook", requirements=WISH).start()
        self.addCleanup(plane.stop)
        process = self.place.start("job", plane)
        eventually(lambda: " ready" in self.place.said() or process.poll() is not None, 600, "the kernel's line")
        kernel = re.search(r"kernel (\d+) ready", self.place.said())
        began = time.monotonic()
        process.terminate()
        self.assertEqual(process.wait(40), 143, self.place.said())
        self.assertLess(time.monotonic() - began, 20)
        self.assertFalse(Path(f"/proc/{kernel[1]}").exists())


class Services(SampleCase):
    def test_the_flask_service_runs_unchanged(self):
        port = self.serve(Plane().revision("s.zip", zipped(SAMPLES / "flask-service"), command=["python", "app.py"]), "/healthz")
        self.assertEqual(call(port, "POST", "/predict", {"features": [0] * 10}), (200, {"prediction": 152.1}))
        self.assertEqual(call(port, "POST", "/predict", {"features": "x"})[0], 400)
        self.process.terminate()
        self.process.wait(20)

    def test_the_echo_service_answers_and_drains(self):
        content = (SAMPLES / "echo-service" / "app.py").read_bytes()
        port = self.serve(Plane().revision("app.py", content, "script"), "/healthz")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for at in range(100):
            connection.request("POST", "/echo", f"hello {at}")
            response = connection.getresponse()
            self.assertEqual((response.read().decode(), response.headers["X-Echo-Revision"]), (f"hello {at}", "1"))
        connection.request("POST", "/echo", iter([b"in ", b"pieces"]))
        self.assertEqual(connection.getresponse().read(), b"in pieces")
        self.process.terminate()
        self.assertEqual(self.process.wait(10), 0)

    def test_a_service_whose_command_is_missing_is_122(self):
        plane = Plane().revision("app.py", b"", "script", command=["no-such-server"]).start()
        self.addCleanup(plane.stop)
        self.assertEqual(self.place.start("service", plane, PORT="1").wait(20), 122)
        self.assertEqual(self.place.ending()["reason"], "COMMAND_NOT_FOUND")

    def test_a_model_without_a_model_is_124(self):
        plane = Plane().revision(files={"readme.txt": b"x"}).start()
        self.addCleanup(plane.stop)
        self.assertEqual(self.place.start("service", plane, PORT="0").wait(600), 124, self.place.said())
        self.assertEqual(self.place.ending()["reason"], "MODEL_NOT_FOUND")

    def test_model_files_outside_the_folder_are_refused(self):
        plane = Plane().revision(files={"../evil": b"x"}).start()
        self.addCleanup(plane.stop)
        self.assertEqual(self.place.start("service", plane, PORT="1").wait(20), 121)


if __name__ == "__main__":
    unittest.main()
