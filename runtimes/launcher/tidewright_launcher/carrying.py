"""Beside an image that knows nothing of the platform: brings its source before it starts, and its outputs home after it."""

import json
import os
import shutil
import time

from . import outputs, source
from .control import Control, path_of
from .ending import say, source_unavailable
from .job import Job, Outcome
from .metrics import Follower
from .setting import Setting

# The shell that this runs below makes it when the program has ended: Kubernetes tells a sidecar so by SIGTERM, which may come
# before Python listens.
OVER = ".over"
BETWEEN_SECONDS = 0.2


class Carrier(Job):
    def fetch(self) -> Outcome:
        spec = self._spec()
        if spec.get("terminated"):
            raise source_unavailable("The job had ended before this attempt began.")
        self._phase("FETCHING")
        workdir = self._setting.workdir
        folder = workdir / "source"
        root = source.fetch(self._control, path_of("jobs", self._id, "source"), spec.get("source"), folder, workdir)
        if root != folder:
            # The program is told where its source is before anybody has seen it.
            lifted = workdir / ".lifted"
            os.rename(root, lifted)
            shutil.rmtree(folder)
            os.rename(lifted, folder)
        (workdir / "output").mkdir(exist_ok=True)
        (workdir / "parameters.json").write_text(json.dumps(spec.get("parameters") or {}, indent=2), encoding="utf-8")
        self._phase("RUNNING")
        return Outcome(0, "COMPLETED", "The source is there.")

    def carry(self) -> Outcome:
        workdir = self._setting.workdir
        output = workdir / "output"
        keep = self._spec().get("keep") or ["**"]
        follower = Follower(self._control, path_of("jobs", self._id, "metrics"), output / "metrics.jsonl")
        follower.start()
        while not (workdir / OVER).exists():
            time.sleep(BETWEEN_SECONDS)
        self._phase("UPLOADING")
        seconds = float(self._setting.required("TIDEWRIGHT_CARRY_SECONDS"))
        follower.finish(seconds)
        count = outputs.upload(self._control, self._id, self._attempt, output, keep, seconds)
        say(f"{count} output files kept")
        return Outcome(0, "COMPLETED", "The outputs are kept.")


def run(mode: str, setting: Setting, control: Control) -> Outcome:
    carrier = Carrier(setting, control)
    return carrier.fetch() if mode == "fetch" else carrier.carry()
