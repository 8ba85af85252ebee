"""Starts the launcher as the platform does: a process with the contract's variables, in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from control_plane import TOKEN, Plane

RUNTIMES = Path(__file__).resolve().parent.parent
SAMPLES = RUNTIMES.parent / "samples"
LAUNCH = RUNTIMES / "launcher" / "launch.py"
_GIVEN = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


class Workplace:
    def __init__(self, cache: Path | None = None):
        self.folder = Path(tempfile.mkdtemp(prefix="tidewright-test-"))
        self.cache = cache or self.folder / "cache"
        self.log = self.folder / "log"
        self.termination = self.folder / "termination.json"
        (self.folder / "work").mkdir()
        (self.folder / "home").mkdir()

    def variables(self, plane: Plane, **more: str) -> dict[str, str]:
        passed = {k: v for k, v in os.environ.items() if k in _GIVEN or k.startswith(("PIP_", "UV_"))}
        return passed | {
            "HOME": str(self.folder / "home"),
            "TIDEWRIGHT_API": plane.address,
            "TIDEWRIGHT_TOKEN": TOKEN,
            "TIDEWRIGHT_NAMESPACE": "demo",
            "TIDEWRIGHT_JOB": "test",
            "TIDEWRIGHT_JOB_ID": plane.id,
            "TIDEWRIGHT_ATTEMPT": "1",
            "TIDEWRIGHT_ENDPOINT": "test",
            "TIDEWRIGHT_REVISION": "1",
            "TIDEWRIGHT_REVISION_ID": plane.id,
            "TIDEWRIGHT_WORKDIR": str(self.folder / "work"),
            "TIDEWRIGHT_CACHE": str(self.cache),
            "TIDEWRIGHT_TERMINATION_LOG": str(self.termination),
            "TIDEWRIGHT_RETRY_SECONDS": "20",
        } | more

    def start(self, mode: str, plane: Plane, **more: str) -> subprocess.Popen:
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [sys.executable, str(LAUNCH), mode],
                env=self.variables(plane, **more),
                cwd=self.folder / "work",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, plane: Plane, seconds: float = 60, **more: str) -> int:
        return self.start("job", plane, **more).wait(seconds)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def ending(self) -> dict:
        return json.loads(self.termination.read_text(encoding="utf-8"))

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def eventually(condition, seconds: float = 10.0, what: str = "the condition") -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)
