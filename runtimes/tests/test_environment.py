"""Environments are built once, whole or not at all. Packages come from a folder of wheels that the tests make: no registry is asked."""

import base64
import hashlib
import signal
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from control_plane import Plane  # noqa: E402
from test_source import zip_of  # noqa: E402
from workplace import Workplace, eventually  # noqa: E402


def wheel(folder: Path, name: str, version: str, requires: tuple[str, ...] = ()) -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = {version!r}\ndef main(): print({name!r}, version)\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {line}\n" for line in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name}-say = {name}:main\n",
    }
    record = ""
    for path, text in files.items():
        seen = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={seen},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


# A build backend that refuses to work when it sees the token.
BACKEND = """
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    assert 'TIDEWRIGHT_TOKEN' not in os.environ
    name = 'mine-1-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:
        wheel.writestr('mine.py', '')
        wheel.writestr('mine-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: mine\\nVersion: 1\\n')
        wheel.writestr('mine-1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr('mine-1.dist-info/RECORD', '')
    return name
"""


class Environments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._temporary = tempfile.TemporaryDirectory(prefix="tidewright-wheels-")
        cls.wheels = Path(cls._temporary.name)
        wheel(cls.wheels, "greet", "1.0")
        wheel(cls.wheels, "greet", "2.0")
        wheel(cls.wheels, "needsold", "1.0", ("greet<2",))

    @classmethod
    def tearDownClass(cls):
        cls._temporary.cleanup()

    def setUp(self):
        self.place = Workplace()
        self.planes = []
        self.addCleanup(self.place.close)

    def variables(self) -> dict[str, str]:
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(self.wheels)}

    def plane(self, text: str = "import greet; greet.main()", **spec) -> Plane:
        plane = Plane().job("train.py", text.encode(), **spec).start()
        self.addCleanup(plane.stop)
        return plane

    def environments(self) -> list[str]:
        return [path.name for path in (self.place.cache / "environments").iterdir() if path.is_symlink()]

    def leftovers(self) -> list[str]:
        home = self.place.cache / "environments"
        used = {(home / name).readlink().name for name in self.environments()}
        return [path.name for path in home.iterdir() if path.name.startswith(".") and path.name not in used]

    def test_requirements_are_installed_with_their_programs_and_found_again(self):
        plane = self.plane(command=["greet-say"], requirements=["Greet == 1.0"])
        self.assertEqual(self.place.run(plane, 120, **self.variables()), 0, self.place.said())
        self.assertIn("greet 1.0", self.place.said())
        again = self.plane(requirements=["greet==1.0  # the same"])
        self.assertEqual(self.place.run(again, 60, **self.variables()), 0, self.place.said())
        self.assertIn("was built before", self.place.said())
        self.assertEqual((len(self.environments()), self.leftovers()), (1, []))
        self.assertIn("BUILDING_ENVIRONMENT", plane.phases)

    def test_requirements_of_the_source_count_unless_the_spec_has_some(self):
        data = zip_of(("train.py", "import greet; print('version', greet.version)"), ("requirements.txt", "greet==1.0"))
        for spec, version in ((None, "1.0"), (["greet==2.0"], "2.0")):
            plane = Plane().job("s.zip", data, "archive", requirements=spec).start()
            self.addCleanup(plane.stop)
            self.assertEqual(self.place.run(plane, 120, **self.variables()), 0, self.place.said())
            self.assertIn(f"version {version}", self.place.said())

    def test_two_at_once_build_once(self):
        planes = [self.plane(requirements=["greet"]) for _ in range(2)]
        others = [self.place, Workplace(self.place.cache)]
        self.addCleanup(others[1].close)
        processes = [place.start("job", plane, **self.variables()) for place, plane in zip(others, planes)]
        self.assertEqual([process.wait(120) for process in processes], [0, 0], others[0].said() + others[1].said())
        said = others[0].said() + others[1].said()
        self.assertEqual(said.count("built in"), 1, said)
        self.assertEqual(said.count("greet 2.0"), 2)

    def test_a_builder_that_is_killed_leaves_nothing_half_made(self):
        plane = self.plane(requirements=["greet"])
        for how in (signal.SIGKILL, signal.SIGTERM):
            home = self.place.cache / "environments"
            before = set(home.glob(".*")) if home.exists() else set()
            process = self.place.start("job", plane, **self.variables())
            eventually(lambda: set(home.glob(".*")) - before if home.exists() else False, 30, "a half built environment")
            process.send_signal(how)
            self.assertEqual(process.wait(20), -9 if how == signal.SIGKILL else 143)
            self.assertEqual(self.environments(), [])
            time.sleep(0.5)
        self.assertEqual(self.place.run(plane, 120, **self.variables()), 0, self.place.said())
        self.assertEqual((len(self.environments()), self.leftovers()), (1, []))

    def test_what_does_not_resolve_is_120_with_the_telling_line(self):
        for wish, telling in ((["no-such-package-here==9"], "no-such-package-here"), (["needsold", "greet==2.0"], "needsold"), (["greet==="], "greet")):
            plane = self.plane(requirements=wish)
            code = self.place.run(plane, 120, **self.variables())
            ending = self.place.ending()
            self.assertEqual((code, ending["reason"]), (120, "ENVIRONMENT_FAILED"), self.place.said())
            self.assertIn(telling, ending["message"])
        self.assertEqual((self.environments(), self.leftovers()), ([], []))

    def test_the_token_is_hidden_from_installers_but_not_from_jobs(self):
        source = zip_of(
            ("train.py", "import os, mine; print('token', 'TIDEWRIGHT_TOKEN' in os.environ)"),
            ("requirements.txt", "./pkg"),
            ("pkg/pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "mine"\nversion = "1"\n'),
            ("pkg/backend.py", BACKEND),
        )
        plane = Plane().job("s.zip", source, "archive").start()
        self.addCleanup(plane.stop)
        self.assertEqual(self.place.run(plane, 120, **self.variables()), 0, self.place.said())
        self.assertIn("token True", self.place.said())

    def test_without_requirements_the_base_python_runs(self):
        plane = self.plane("import sys; print('prefix', sys.prefix == sys.base_prefix)")
        self.assertEqual(self.place.run(plane), 0)
        self.assertIn("prefix True", self.place.said())
        self.assertNotIn("BUILDING_ENVIRONMENT", plane.phases)


if __name__ == "__main__":
    unittest.main()
