"""The launcher's small parts: requirements, metrics, globs, sentences."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "launcher"))

from tidewright_launcher import environment, metrics, outputs, requirements  # noqa: E402
from tidewright_launcher.ending import Failed, last_sentence  # noqa: E402
from tidewright_launcher.process import plain  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "supervisor"))

import supervise  # noqa: E402


class Requirements(unittest.TestCase):
    def test_one_wish_has_one_form(self):
        first = requirements.normal(["Scikit_Learn == 1.9.1  # why", "", "numpy>=2 , <3", "numpy>=2,<3"])
        second = requirements.normal(["numpy>=2,<3", "scikit-learn==1.9.1"])
        self.assertEqual(first, second)

    def test_addresses_markers_and_hashes_stay(self):
        lines = [
            "pkg @ https://example.org/pkg-1.0.tar.gz#sha256=abc",
            'a==1; python_version < "4"',
            "b==2 --hash=sha256:abc",
            "--extra-index-url https://example.org/simple",
        ]
        made = requirements.normal(lines)
        self.assertIn("pkg @ https://example.org/pkg-1.0.tar.gz#sha256=abc", made)
        self.assertIn('a==1; python_version < "4"', made)
        self.assertIn("b==2 --hash=sha256:abc", made)
        self.assertEqual(made[0], "--extra-index-url https://example.org/simple")

    def test_includes_are_read_and_stay_inside(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "requirements.txt").write_text("-r more/base.txt\na==1\n")
            (folder / "more").mkdir()
            (folder / "more" / "base.txt").write_text("b==2 \\\n  --hash=sha256:00\n")
            self.assertEqual(requirements.read(folder / "requirements.txt"), ["b==2 --hash=sha256:00", "a==1"])
            for bad in ("-r ../outside.txt", "-r requirements.txt", "-r missing.txt"):
                (folder / "requirements.txt").write_text(bad)
                with self.assertRaises(Failed) as caught:
                    requirements.read(folder / "requirements.txt")
                self.assertEqual(caught.exception.code, 120)

    def test_the_users_version_wins_over_the_platforms(self):
        self.assertEqual(requirements.with_platform(["Papermill==2.6.0"], ["papermill==2.7.0", "ipykernel==7.4.0"]), ["ipykernel==7.4.0", "papermill==2.6.0"])

    def test_the_telling_line_is_found(self):
        pip = ["Collecting x", "ERROR: Could not find a version that satisfies the requirement x==9 (from versions: none)", "ERROR: No matching distribution found for x==9"]
        self.assertEqual(environment.telling_line(pip), "No matching distribution found for x==9")
        clash = ["ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.", "The conflict is caused by:", "ERROR: ResolutionImpossible: for help visit"]
        self.assertIn("Cannot install a==1 and b==2", environment.telling_line(clash))
        uv = ["  × No solution found when resolving dependencies:", "  ╰─▶ Because x was not found in the package registry and you require", "      x==9, we can conclude that your requirements are unsatisfiable."]
        self.assertEqual(environment.telling_line(uv), "Because x was not found in the package registry and you require x==9, we can conclude that your requirements are unsatisfiable.")
        newer = ["error: No solution found when resolving dependencies", "  cause: Because there is no version of greet==2.0 and you require greet==2.0,", "         we can conclude that your requirements are unsatisfiable."]
        self.assertTrue(environment.telling_line(newer).startswith("Because there is no version of greet==2.0 and you require greet==2.0, we can"))
        self.assertEqual(environment.telling_line(["starting", "disk full", ""]), "disk full")
        self.assertEqual(environment.telling_line([]), "the installer said nothing")


class Metrics(unittest.TestCase):
    def points(self, line):
        return metrics.parse(json.dumps(line).encode() if not isinstance(line, bytes) else line, 1_700_000_000_000)

    def test_all_forms_are_understood(self):
        self.assertEqual(self.points({"key": "a", "value": 1, "step": 2, "timestamp": 5e11})[0], [{"key": "a", "value": 1.0, "step": 2, "timestamp": 500_000_000_000}])
        self.assertEqual(self.points({"name": "a", "value": "0.5"})[0][0]["value"], 0.5)
        self.assertEqual([point["key"] for point in self.points({"loss": 0.3, "acc": 1, "phase": "train", "step": 1})[0]], ["loss", "acc"])
        self.assertEqual(self.points({"parameters": {"alpha": 0.5, "mode": "fast"}}), ([], {"alpha": "0.5", "mode": "fast"}))

    def test_numbers_that_json_has_no_word_for(self):
        for given, sent in ((b"NaN", "NaN"), (b"Infinity", "Infinity"), (b"-Infinity", "-Infinity"), (b'"nan"', "NaN"), (b"1e999", "Infinity")):
            self.assertEqual(self.points(b'{"key":"a","value":' + given + b"}")[0][0]["value"], sent)

    def test_times_in_seconds_milliseconds_and_words(self):
        for given in (1_600_000_000, 1_600_000_000_000, "2020-09-13T12:26:40+00:00"):
            self.assertEqual(self.points({"key": "a", "value": 1, "timestamp": given})[0][0]["timestamp"], 1_600_000_000_000)

    def test_what_is_malformed_is_refused(self):
        for line in (b"{", b"[1]", b"7", b"{}", b'{"step":1}', b'{"key":"a","value":"x"}', b'{"key":"a","value":1,"step":1.5}', b'{"key":"a","value":1,"timestamp":-1}', b'{"key":"a","value":1,"timestamp":"9999-01-01T00:00:00Z"}', b'{"key":"a","value":[1]}', b"\xff"):
            with self.assertRaises(metrics.Malformed, msg=line):
                self.points(line)


    def test_what_the_server_takes_as_a_name_is_known(self):
        for name in ("a", "ä/b c", "k" * 250, "😀" * 125):
            self.assertIsNone(metrics.unfit(name), name)
        for name in ("", " ", "a\0", "a\n", "\x9f", "\ud800", "k" * 251, "😀" * 126):
            self.assertIsNotNone(metrics.unfit(name), name)
        self.assertIsNone(metrics.unfit_parameter("a", "two\nlines"))
        for value in ("x" * 6001, "a\0b"):
            self.assertIsNotNone(metrics.unfit_parameter("a", value))


class Outputs(unittest.TestCase):
    def test_globs(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "output"
            for path in ("a.txt", "model/m.bin", "model/deep/x.txt", "logs/l.log"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text("x")
            (folder / "secret").symlink_to("/etc/passwd")
            (folder / "dangling").symlink_to("nowhere")

            def kept(*globs):
                return sorted(path.relative_to(folder).as_posix() for path in outputs.kept(folder, list(globs)))

            self.assertEqual(kept("**"), ["a.txt", "logs/l.log", "model/deep/x.txt", "model/m.bin"])
            self.assertEqual(kept("*.txt"), ["a.txt"])
            self.assertEqual(kept("**/*.txt"), ["a.txt", "model/deep/x.txt"])
            self.assertEqual(kept("model/"), ["model/deep/x.txt", "model/m.bin"])
            self.assertEqual(kept("model/*.bin", "logs/**"), ["logs/l.log", "model/m.bin"])


class Sentences(unittest.TestCase):
    def test_last_words_have_no_colours(self):
        line = "no \x1b[1;31mdata\x1b[0m\there \x1b]8;;http://x\x07link\x1b]8;;\x07"
        self.assertEqual(plain(line), "no data here link")
        log = supervise.Log.__new__(supervise.Log)
        log.tail = b"first\n" + line.replace("\t", " ").encode() + b"\n"
        self.assertEqual(log.last_line(), "no data here link")

    def test_the_termination_message_is_one_short_line(self):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "t"
            for text in ("ä" * 10_000, "\x01" * 9000, "a\nb", '"' * 5000):
                last_sentence(str(path), "USER_CODE_FAILED", text)
                data = path.read_bytes()
                self.assertLessEqual(len(data), 4096)
                self.assertEqual(data.count(b"\n"), 1)
                self.assertEqual(json.loads(data)["reason"], "USER_CODE_FAILED")


if __name__ == "__main__":
    unittest.main()
