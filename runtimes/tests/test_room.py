"""The cache keeps within its limit, and nobody loses what they use."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "launcher"))

from control_plane import Plane  # noqa: E402
from test_environment import wheel  # noqa: E402
from tidewright_launcher import room  # noqa: E402
from tidewright_launcher.locking import exclusive, use  # noqa: E402
from workplace import Workplace, eventually  # noqa: E402

MIB = 1 << 20
# Marks a folder as in use as the launcher does, and becomes another program as it does for services.
USER = f"""
import os, sys
sys.path.insert(0, {str(HERE.parent / "launcher")!r})
from pathlib import Path
from tidewright_launcher.locking import use
assert use(Path(sys.argv[1])) is not None
os.execv(sys.executable, [sys.executable, "-c", "import time; print('in use', flush=True); time.sleep(600)"])
"""


class Room(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="tidewright-room-")
        self.addCleanup(temporary.cleanup)
        self.cache = Path(temporary.name)
        for name in ("environments", "models", "pip"):
            (self.cache / name).mkdir()

    def model(self, name: str, used: int, mebibytes: int = 1) -> Path:
        folder = self.cache / "models" / name
        folder.with_suffix(".lock").touch()
        folder.mkdir()
        self.fill(folder, mebibytes)
        for path in (folder.with_suffix(".lock"), folder):
            os.utime(path, (used, used))
        return folder

    def environment(self, name: str, used: int, mebibytes: int = 1) -> Path:
        home = self.cache / "environments"
        folder, visible = home / f".{name}.1f", home / name
        folder.mkdir()
        self.fill(folder, mebibytes)
        visible.symlink_to(folder.name)
        (home / f"{name}.lock").touch()
        for path in (home / f"{name}.lock", folder):
            os.utime(path, (used, used))
        return visible

    @staticmethod
    def fill(folder: Path, mebibytes: int):
        (folder / "content").write_bytes(b"x" * mebibytes * MIB)

    def make(self, mebibytes: int):
        room.make(self.cache, {"TIDEWRIGHT_CACHE_LIMIT": str(mebibytes * MIB + 65536)})

    def paths(self) -> list[Path]:
        return [path for kind in ("environments", "models") for path in sorted((self.cache / kind).iterdir()) if path.suffix != ".lock"]

    def left(self) -> list[str]:
        return sorted(path.name for path in self.paths() if path.name[0] != ".")

    def hidden(self) -> list[str]:
        """What is beside the visible ones, less the folders that the visible links lead to."""
        used = {path.resolve() for path in self.paths() if path.is_symlink()}
        return [path.name for path in self.paths() if path.name[0] == "." and path.resolve() not in used]

    def in_use_elsewhere(self, folder: Path) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", USER, str(folder)], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: (process.kill(), process.wait()))
        self.assertEqual(process.stdout.readline(), b"in use\n")
        return process

    def test_what_was_used_longest_ago_goes_first(self):
        self.model("oldest", 1000)
        self.environment("old", 2000)
        self.model("new", 3000)
        self.environment("newest", 4000)
        self.make(4)
        self.assertEqual(len(self.left()), 4)
        use(self.cache / "models" / "oldest")
        self.make(2)
        self.assertEqual(self.left(), ["newest", "oldest"])
        self.assertEqual(self.hidden(), [])

    def test_without_a_limit_everything_stays(self):
        self.model("one", 1000)
        room.make(self.cache, {})
        self.assertEqual(self.left(), ["one"])

    def test_what_a_process_uses_stays_until_it_is_killed(self):
        users = [self.in_use_elsewhere(self.model("used", 1000)), self.in_use_elsewhere(self.environment("also", 1100))]
        self.model("unused", 2000)
        self.make(0)
        self.assertEqual(self.left(), ["also", "used"])
        for user in users:
            user.send_signal(signal.SIGKILL)
            user.wait()
        self.make(0)
        self.assertEqual((self.left(), self.hidden()), ([], []))

    def test_what_somebody_makes_stays_and_what_a_killed_one_left_goes(self):
        home = self.cache / "models"
        for name in ("making", "killed"):
            (home / f".{name}.2e").mkdir()
            self.fill(home / f".{name}.2e", 1)
        (home / "killed.lock").touch()
        with exclusive(home / "making.lock", "it"):
            self.make(0)
            self.assertEqual(self.hidden(), [".making.2e"])

    def test_two_make_room_at_once(self):
        for number in range(20):
            self.model(f"m{number:02}", 1000 + number)
        makers = [threading.Thread(target=self.make, args=(5,)) for _ in range(4)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        self.assertEqual(self.left(), [f"m{number:02}" for number in range(15, 20)])

    def test_downloads_are_dropped_when_they_are_a_quarter(self):
        self.model("kept", 1000)
        self.fill(self.cache / "pip", 3)
        self.make(16)
        self.assertTrue((self.cache / "pip").exists())
        builder = self.in_use_elsewhere(self.cache / "pip")
        self.make(8)
        self.assertTrue((self.cache / "pip").exists())
        builder.kill()
        builder.wait()
        self.make(8)
        self.assertFalse((self.cache / "pip").exists())
        self.assertEqual(self.left(), ["kept"])


class Jobs(unittest.TestCase):
    """The launcher itself: a job's environment survives others that need room, and goes when the job has ended."""

    def test_a_running_jobs_environment_stays(self):
        place = Workplace()
        self.addCleanup(place.close)
        wheels = place.folder / "wheels"
        wheels.mkdir()
        for name in ("one", "two", "three"):
            wheel(wheels, name, "1.0")
        given = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels), "TIDEWRIGHT_CACHE_LIMIT": "1"}

        def environments() -> set[str]:
            return {path.name for path in (place.cache / "environments").iterdir() if path.is_symlink()}

        def plane(name: str, text: str) -> Plane:
            made = Plane().job("train.py", text.encode(), requirements=[name]).start()
            self.addCleanup(made.stop)
            return made

        long = place.start("job", plane("one", "import one, time; print('it runs', flush=True); time.sleep(600)"), **given)
        eventually(lambda: "it runs" in place.said() or long.poll() is not None, 120, "the job's line")
        first = environments()
        self.assertEqual(place.run(plane("two", "import two"), 120, **given), 0, place.said())
        self.assertTrue(first < environments())
        long.terminate()
        self.assertEqual(long.wait(40), 143)
        self.assertEqual(place.run(plane("three", "import three"), 120, **given), 0, place.said())
        self.assertEqual(len(environments()), 1)
        self.assertFalse(first & environments())


if __name__ == "__main__":
    unittest.main()
