"""Around an image: the source before it, its outputs after it."""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from control_plane import Plane  # noqa: E402
from test_source import zip_of  # noqa: E402
from workplace import Workplace, eventually  # noqa: E402


class Carrying(unittest.TestCase):
    def setUp(self):
        self.plane = Plane()
        self.place = Workplace()
        self.work = self.place.folder / "work"
        self.addCleanup(self.place.close)
        self.addCleanup(self.plane.stop)

    def run_mode(self, mode: str) -> int:
        return self.place.start(mode, self.plane, TIDEWRIGHT_CARRY_SECONDS="20").wait(30)

    def test_a_source_lies_where_the_program_was_told_it_would(self):
        self.plane.job("src.zip", zip_of(("repo-main/data/a.txt", b"here")), kind="archive", parameters={"alpha": 0.5}).start()
        self.assertEqual(self.run_mode("fetch"), 0, self.place.said())
        self.assertEqual((self.work / "source" / "data" / "a.txt").read_text(), "here")
        self.assertEqual(json.loads((self.work / "parameters.json").read_text()), {"alpha": 0.5})
        self.assertTrue((self.work / "output").is_dir())

    def test_a_source_that_cannot_be_used_says_so(self):
        self.plane.job("src.zip", b"no archive", kind="archive").start()
        self.assertEqual(self.run_mode("fetch"), 121)
        self.assertEqual(self.place.ending()["reason"], "SOURCE_INVALID")

    def test_outputs_go_home_once_the_program_is_over(self):
        self.plane.job("data.bin", b"x", kind="file", keep=["model/**"]).start()
        self.assertEqual(self.run_mode("fetch"), 0, self.place.said())
        carrier = self.place.start("carry", self.plane, TIDEWRIGHT_CARRY_SECONDS="20")
        output = self.work / "output"
        (output / "model").mkdir()
        (output / "model" / "weights").write_text("w")
        (output / "scratch").write_text("s")
        (output / "metrics.jsonl").write_text('{"key": "rmse", "value": 0.5, "step": 1}\n')
        eventually(lambda: self.plane.points, what="metrics that are sent while the program runs")
        self.assertEqual(self.plane.artifacts, {})
        (self.work / ".over").touch()
        self.assertEqual(carrier.wait(20), 0, self.place.said())
        self.assertEqual(list(self.plane.artifacts), ["model/weights"])


if __name__ == "__main__":
    unittest.main()
