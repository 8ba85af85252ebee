"""Jobs through the real launcher process and a real (small) control plane."""

import json
import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from control_plane import Plane  # noqa: E402
from test_source import tar_link, tar_of, zip_of  # noqa: E402
from workplace import Workplace, eventually  # noqa: E402


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class JobCase(unittest.TestCase):
    def setUp(self):
        self.plane = Plane()
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.addCleanup(self.plane.stop)

    def run_script(self, text: str, seconds: float = 60, **spec) -> int:
        self.plane.job("train.py", text.encode(), **spec).start()
        return self.place.run(self.plane, seconds)

    def ended(self, code: int, reason: str, *parts: str, rc: int) -> None:
        ending = self.place.ending()
        self.assertEqual((rc, ending["reason"]), (code, reason), f"{ending}\n{self.place.said()}")
        for part in parts:
            self.assertIn(part, ending["message"])


class Running(JobCase):
    def test_a_script_runs_with_its_parameters_and_its_outputs_are_kept(self):
        rc = self.run_script(
            "import json, os, pathlib\n"
            "out = pathlib.Path(os.environ['TIDEWRIGHT_OUTPUT'])\n"
            "print('hello from', os.getcwd() == os.environ['TIDEWRIGHT_SOURCE'])\n"
            "given = json.load(open(os.environ['TIDEWRIGHT_PARAMETERS']))\n"
            "(out / 'model').mkdir()\n"
            "(out / 'model' / 'ä b.txt').write_text('kept')\n"
            "(out / 'scratch.tmp').write_text('not kept')\n"
            "(out / 'seen.json').write_text(json.dumps([given, os.environ['TIDEWRIGHT_PARAM_LEARNING_RATE'], os.environ['TIDEWRIGHT_PARAM_ON']]))\n",
            parameters={"learning-rate": 0.1, "on": True},
            keep=["model/", "*.json"],
        )
        self.ended(0, "COMPLETED", rc=rc)
        self.assertIn("hello from True", self.place.said())
        self.assertEqual(sorted(self.plane.artifacts), ["model/%C3%A4%20b.txt", "seen.json"])
        self.assertEqual(json.loads(self.plane.artifacts["seen.json"]), [{"learning-rate": 0.1, "on": True}, "0.1", "true"])
        self.assertEqual(self.plane.phases, ["FETCHING", "RUNNING", "UPLOADING"])

    def test_failure_tells_the_last_line_keeps_outputs_and_the_code(self):
        rc = self.run_script(
            "import os, sys\nopen(os.environ['TIDEWRIGHT_OUTPUT'] + '/part.txt', 'w').write('x')\n"
            "def f():\n    raise ValueError('bad alpha')\ntry:\n    f()\nexcept ValueError:\n    import traceback; traceback.print_exc(); sys.exit(7)\n"
        )
        self.ended(7, "USER_CODE_FAILED", "exit code 7", "ValueError: bad alpha", rc=rc)
        self.assertIn("part.txt", self.plane.artifacts)

    def test_a_signal_is_told_by_name(self):
        rc = self.run_script("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
        self.ended(137, "USER_CODE_FAILED", "SIGKILL", rc=rc)

    def test_a_command_runs_without_a_shell(self):
        self.plane.job(None, command=["printf", "%s|", "a b", "$HOME", "*"]).start()
        rc = self.place.run(self.plane)
        self.ended(0, "COMPLETED", rc=rc)
        self.assertIn("a b|$HOME|*|", self.place.said())

    def test_a_missing_command_is_122(self):
        self.plane.job("train.py", b"", command=["no-such-program", "x"]).start()
        self.ended(122, "COMMAND_NOT_FOUND", "no-such-program", rc=self.place.run(self.plane))

    def test_a_missing_entry_point_names_what_is_there(self):
        self.plane.job("s.zip", zip_of(("other.py", b""), ("more.py", b"")), "archive", entryPoint="train.py").start()
        self.ended(121, "SOURCE_INVALID", "train.py", "other.py", rc=self.place.run(self.plane))

    def test_output_appears_while_the_job_runs_and_partial_lines_too(self):
        self.plane.job("train.py", b"import time, sys\nprint('first')\nsys.stdout.write('50%'); sys.stdout.flush()\ntime.sleep(30)\n").start()
        process = self.place.start("job", self.plane)
        try:
            eventually(lambda: "first" in self.place.said() and "50%" in self.place.said(), 15, "output in the log")
        finally:
            process.terminate()
            process.wait(15)

    def test_what_user_code_leaves_running_is_ended(self):
        rc = self.run_script(
            "import os, subprocess, sys\n"
            "p = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
            "open(os.environ['TIDEWRIGHT_OUTPUT'] + '/pid', 'w').write(str(p.pid))\n",
            20,
        )
        self.ended(0, "COMPLETED", rc=rc)
        self.assertFalse(alive(int(self.plane.artifacts["pid"])))

    def test_user_code_dies_with_a_killed_launcher(self):
        self.plane.job("train.py", b"import os, time\nprint('pid', os.getpid(), 'end')\ntime.sleep(300)\n").start()
        process = self.place.start("job", self.plane)
        eventually(lambda: " end" in self.place.said(), 15, "the script's line")
        pid = int(self.place.said().split("pid ")[1].split()[0])
        process.kill()
        process.wait(10)
        eventually(lambda: not alive(pid), 5, "end of the script")

    def test_a_job_that_had_ended_is_not_run(self):
        rc = self.run_script("print('ran')", terminated=True)
        self.assertEqual(rc, 143)
        self.assertNotIn("\nran", self.place.said())


class Sources(JobCase):
    def test_hostile_archives_are_121(self):
        import tarfile

        for data in (zip_of(("../evil.py", b"x")), tar_of((tar_link(tarfile.SYMTYPE, "/etc"), b"")), tar_of((tarfile.TarInfo("/abs"), b"x")), b"no archive"):
            self.plane.stop()
            self.plane = Plane().job("s.zip", data, "archive").start()
            self.ended(121, "SOURCE_INVALID", rc=self.place.run(self.plane))
        self.assertFalse((self.place.folder / "work" / "evil.py").exists())

    def test_a_damaged_source_is_fetched_again_and_then_refused(self):
        self.plane.damage_downloads = 1
        self.ended(0, "COMPLETED", rc=self.run_script("print('ok')"))
        self.plane.damage_downloads = 2
        self.ended(121, "SOURCE_INVALID", "damaged", rc=self.place.run(self.plane))

    def test_a_broken_download_is_taken_up_again(self):
        self.plane.cut_downloads = 2
        self.ended(0, "COMPLETED", rc=self.run_script("print('ok')\n" + "#" * 100_000))

    def test_a_bad_notebook_is_121(self):
        self.plane.job("n.ipynb", b"not json", "notebook").start()
        self.ended(121, "SOURCE_INVALID", "n.ipynb", rc=self.place.run(self.plane))

    def test_a_refused_token_ends_at_once(self):
        self.plane.job("train.py", b"").start()
        self.ended(121, "SOURCE_UNAVAILABLE", "401", rc=self.place.start("job", self.plane, TIDEWRIGHT_TOKEN="stale").wait(20))

    def test_a_file_name_with_a_path_is_refused(self):
        self.plane.job("../../evil.py", b"x").start()
        self.ended(121, "SOURCE_INVALID", "plain file name", rc=self.place.run(self.plane))


class ControlPlaneAway(JobCase):
    def test_every_call_outlives_refused_connections_and_5xx(self):
        self.plane.reserve().job("train.py", b"import os\nopen(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','w').write('{\"loss\":1,\"step\":1}\\n')\n")
        for pattern in ("GET .*attempts/1$", "source", "metrics", "artifacts"):
            self.plane.fail(pattern, 503, 2)
        process = self.place.start("job", self.plane)
        time.sleep(1.5)
        self.plane.start()
        self.ended(0, "COMPLETED", rc=process.wait(40))
        self.assertEqual((self.plane.keys(), list(self.plane.artifacts)), (["loss"], ["metrics.jsonl"]))

    def test_metrics_survive_a_restart_while_the_job_runs(self):
        self.plane.job(
            "train.py",
            b"import os, time, json\nf = open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','a')\n"
            b"for step in range(40):\n    f.write(json.dumps({'loss': 1/(step+1), 'step': step})+'\\n'); f.flush(); time.sleep(.1)\n",
        ).start()
        process = self.place.start("job", self.plane)
        eventually(lambda: self.plane.points, 20, "the first metrics")
        self.plane.stop()
        time.sleep(1.5)
        self.plane.start()
        self.ended(0, "COMPLETED", rc=process.wait(40))
        self.assertEqual([point["step"] for point in self.plane.of("loss")], list(range(40)))

    def test_it_gives_up_with_a_sentence(self):
        self.plane.reserve()
        rc = self.place.start("job", self.plane, TIDEWRIGHT_RETRY_SECONDS="1").wait(20)
        self.ended(121, "SOURCE_UNAVAILABLE", "away", rc=rc)

    def test_a_refused_upload_is_123(self):
        self.plane.fail("artifacts", 413, 1)
        rc = self.run_script("import os\nopen(os.environ['TIDEWRIGHT_OUTPUT']+'/a','w').write('x')\n")
        self.ended(123, "UPLOAD_FAILED", "413", rc=rc)

    def test_a_refused_upload_does_not_hide_why_user_code_failed(self):
        self.plane.fail("artifacts", 413, 1)
        rc = self.run_script("import os, sys\nopen(os.environ['TIDEWRIGHT_OUTPUT']+'/a','w').write('x')\nsys.exit(3)\n")
        self.ended(3, "USER_CODE_FAILED", rc=rc)


class Following(JobCase):
    def test_metrics_arrive_while_the_job_runs(self):
        self.plane.job("train.py", b"import os, time\nf = open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','a')\nf.write('{\"loss\":0.5,\"step\":1}\\n'); f.flush()\ntime.sleep(60)\n").start()
        process = self.place.start("job", self.plane)
        try:
            eventually(lambda: self.plane.of("loss"), 15, "the metric")
            self.assertIsNone(process.poll())
        finally:
            process.terminate()
            process.wait(15)

    def test_malformed_lines_are_told_by_number_and_the_rest_is_sent(self):
        rc = self.run_script(
            "import os\nf = open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','w')\n"
            "f.write('garbage\\n{\"loss\":1,\"step\":1}\\n[]\\n{\"parameters\":{\"a\":1}}\\n{\"key\":\"last\",\"value\":NaN}')\n"
        )
        self.ended(0, "COMPLETED", rc=rc)
        self.assertEqual(self.plane.keys(), ["last", "loss"])
        self.assertEqual(self.plane.of("last")[0]["value"], "NaN")
        self.assertEqual(self.plane.parameters, {"a": "1"})
        for words in ("line 1 is passed over because it is not JSON", "line 3 is passed over because it is not a JSON object"):
            self.assertIn(words, self.place.said())
        self.assertIn("2 values of metrics.jsonl were not taken", self.place.ending()["warning"])

    def test_a_name_that_the_server_would_refuse_takes_nothing_else_along(self):
        for bad in ("'k' * 1000", "'a\\0b'"):
            self.plane.stop()
            self.plane = Plane()
            rc = self.run_script(
                "import json, os\nwith open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','w') as f:\n"
                f"    for step in range(11): f.write(json.dumps({{'loss' if step != 5 else {bad}: step, 'step': step}})+'\\n')\n"
            )
            self.ended(0, "COMPLETED", rc=rc)
            self.assertEqual((self.plane.keys(), len(self.plane.points)), (["loss"], 10))
            self.assertIn("line 6 is passed over because its name has", self.place.said())
            self.assertIn("1 value of metrics.jsonl was not taken", self.place.ending()["warning"])

    def test_of_a_batch_that_is_refused_only_the_refused_point_is_lost(self):
        self.plane.fail("metrics", 422, 2)
        rc = self.run_script(
            "import os\nf = open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','w')\n"
            "f.write('{\"first\":1}\\n{\"second\":1}\\n'); f.close()\n"
        )
        self.ended(0, "COMPLETED", rc=rc)
        self.assertEqual(self.plane.keys(), ["second"])
        self.assertIn("'first' was refused: 422", self.place.said())

    def test_many_points_go_in_batches_and_all_arrive(self):
        rc = self.run_script(
            "import os, json\nwith open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','w') as f:\n"
            "    for step in range(50000): f.write(json.dumps({'loss': step/7, 'step': step})+'\\n')\n",
            keep=["nothing"],
        )
        self.ended(0, "COMPLETED", rc=rc)
        self.assertEqual(len(self.plane.points), 50_000)
        self.assertLess(self.plane.batches, 200)


class Stopping(JobCase):
    def test_sigterm_reaches_all_user_code_and_the_last_metrics_are_sent(self):
        self.plane.job(
            "train.py",
            b"import os, signal, subprocess, sys, time\n"
            b"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
            b"f = open(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','a')\n"
            b"def stop(n, frame):\n    f.write('{\"key\":\"goodbye\",\"value\":1}\\n'); f.flush(); print('stopping'); sys.exit(0)\n"
            b"signal.signal(signal.SIGTERM, stop)\nprint('child', child.pid, 'ready')\ntime.sleep(300)\n",
        ).start()
        process = self.place.start("job", self.plane)
        eventually(lambda: " ready" in self.place.said(), 15, "the script's line")
        child = int(self.place.said().split("child ")[1].split()[0])
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 143)
        self.assertLess(time.monotonic() - began, 10)
        self.assertFalse(alive(child))
        self.assertEqual(self.plane.keys(), ["goodbye"])
        self.assertIn("stopping", self.place.said())
        self.assertIn("asked to stop", self.place.ending()["message"])

    def test_sigterm_while_the_control_plane_is_away_ends_soon(self):
        self.plane.reserve()
        process = self.place.start("job", self.plane)
        eventually(lambda: "away" in self.place.said(), 15, "the launcher's line")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), 143)

    def test_sigterm_with_nobody_to_send_to_ends_within_seconds(self):
        self.plane.job("train.py", b"import os, time\nopen(os.environ['TIDEWRIGHT_OUTPUT']+'/metrics.jsonl','w').write('{\"a\":1}\\n')\nprint('ready now')\ntime.sleep(300)\n").start()
        process = self.place.start("job", self.plane)
        eventually(lambda: "ready now" in self.place.said(), 15, "the script's line")
        self.plane.stop()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(15), 143)


if __name__ == "__main__":
    unittest.main()
