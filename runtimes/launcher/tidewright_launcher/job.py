"""One attempt of a job, from its spec to its artifacts."""

import json
import shutil
import signal
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import command, environment, outputs, requirements, source, surroundings
from .control import Away, Control, Refused, path_of
from .ending import STOPPED, Failed, Stopped, say, source_unavailable
from .metrics import Follower
from .process import Process
from .setting import Setting

# After a request to stop: what is still worth sending, and how long user code may take, before the platform's own force.
FLUSH_SECONDS = 4.0
STOP_SECONDS = 25.0


@dataclass(frozen=True)
class Outcome:
    code: int
    reason: str
    message: str
    warning: str = ""


class Job:
    def __init__(self, setting: Setting, control: Control):
        self._setting, self._control = setting, control
        self._id = setting.required_id("TIDEWRIGHT_JOB_ID")
        self._attempt = setting.required("TIDEWRIGHT_ATTEMPT")
        self._process: Process | None = None
        self._stopping = False

    def run(self) -> Outcome:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        spec = self._spec()
        if spec.get("terminated"):
            return Outcome(STOPPED, "COMPLETED", "The job had ended before this attempt began.")
        self._phase("FETCHING")
        root = source.fetch(
            self._control, path_of("jobs", self._id, "source"), spec.get("source"), self._setting.workdir / "source", self._setting.workdir
        )
        entry = command.entry(spec, root)
        if entry.notebook:
            source.check_notebook(entry.notebook)
        python = self._python(spec, root, entry)
        return self._run(spec, root, entry, python)

    def _spec(self) -> dict[str, Any]:
        try:
            return self._control.get(path_of("jobs", self._id, "attempts", self._attempt))
        except Refused as fault:
            raise source_unavailable(f"The control plane refused to describe the job: {fault}") from None
        except (Away, ValueError) as fault:
            raise source_unavailable(f"The job's description could not be fetched: the control plane is away ({fault}).") from None

    def _python(self, spec: dict[str, Any], root: Path, entry: command.Entry) -> environment.Python:
        wanted = surroundings.wanted(spec, root)
        if entry.notebook:
            wanted = requirements.with_platform(wanted, requirements.read(surroundings.HERE / "notebook-requirements.txt"))
        if wanted:
            self._phase("BUILDING_ENVIRONMENT", f"{len(wanted)} requirements")
        digest = (spec.get("source") or {}).get("digest")
        return environment.build(self._setting.cache, wanted, root, digest, self._setting.variables)

    def _run(self, spec: dict[str, Any], root: Path, entry: command.Entry, python: environment.Python) -> Outcome:
        output = self._setting.workdir / "output"
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir()
        given = python.variables(self._setting.variables) | {"TIDEWRIGHT_OUTPUT": str(output)}
        variables = surroundings.variables(self._setting, spec, root, given)
        fault_file = self._setting.workdir / "notebook-fault.json"
        fault_file.unlink(missing_ok=True)
        argv = entry.argv or self._notebook(entry.notebook, spec, root, output, fault_file, variables)
        executable = command.executable(argv, root, variables)
        follower = Follower(self._control, path_of("jobs", self._id, "metrics"), output / "metrics.jsonl")
        self._phase("RUNNING", entry.notebook.name if entry.notebook else " ".join(argv)[:200])
        code = self._execute(argv, executable, root, variables, follower)
        ended = self._outcome(code, argv, entry, fault_file)
        return self._bring_home(ended, follower, output, spec.get("keep") or ["**"])

    def _execute(self, argv: list[str], executable: str, root: Path, variables: dict[str, str], follower: Follower) -> int:
        process = self._process = Process(argv, executable, root, variables)
        follower.start()
        if self._stopping:
            process.signal(signal.SIGTERM)
        try:
            return process.wait()
        finally:
            process.settle()

    def _outcome(self, code: int, argv: list[str], entry: command.Entry, fault_file: Path) -> Outcome:
        if self._stopping:
            return Outcome(STOPPED, "USER_CODE_FAILED", "The job was asked to stop.")
        what = entry.notebook.name if entry.notebook else " ".join(argv)[:200]
        if code == 0:
            return Outcome(0, "COMPLETED", f"{what} finished.")
        words = self._process.last_words() if self._process else ""
        tail = f": {words}" if words else "."
        if code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
            hint = " (it may have used too much memory)" if -code == signal.SIGKILL else ""
            return Outcome(128 - code, "USER_CODE_FAILED", f"{what} was ended by signal {-code} ({name}){hint}{tail}")
        if entry.notebook and fault_file.exists():
            return Outcome(code, "NOTEBOOK_FAILED", _notebook_sentence(what, json.loads(fault_file.read_text(encoding="utf-8"))))
        return Outcome(code, "USER_CODE_FAILED", f"{what} ended with exit code {code}{tail}")

    def _bring_home(self, ended: Outcome, follower: Follower, output: Path, keep: list[str]) -> Outcome:
        limit = FLUSH_SECONDS if self._stopping else None
        if not self._stopping:
            self._phase("UPLOADING")
        try:
            follower.finish(limit)
            count = outputs.upload(self._control, self._id, self._attempt, output, keep, limit)
            say(f"{count} output files kept")
        except Failed as fault:
            if ended.code == 0:
                return Outcome(fault.code, fault.reason, fault.message)
            say(fault.message)
        except Stopped:
            return Outcome(STOPPED, "UPLOAD_FAILED", f"{ended.message} The job was asked to stop before its outputs were uploaded.")
        if follower.refused:
            lost = f"{follower.refused} {'value' if follower.refused == 1 else 'values'} of metrics.jsonl {'was' if follower.refused == 1 else 'were'} not taken: read the log for why"
            return replace(ended, warning=lost)
        return ended

    def _notebook(
        self, notebook: Path, spec: dict[str, Any], root: Path, output: Path, fault_file: Path, variables: dict[str, str]
    ) -> list[str]:
        wish = self._setting.workdir / "notebook.json"
        wish.write_text(
            json.dumps(
                {
                    "input": str(notebook),
                    "output": str(output / notebook.name),
                    "parameters": spec.get("parameters") or {},
                    "cwd": str(notebook.parent),
                    "result": str(fault_file),
                }
            ),
            encoding="utf-8",
        )
        # Kernels of this machine's user must not take the place of the environment's own.
        variables["JUPYTER_PREFER_ENV_PATH"] = "1"
        for name in ("IPYTHONDIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
            own = self._setting.workdir / ".jupyter" / name.lower()
            own.mkdir(parents=True, exist_ok=True)
            variables[name] = str(own)
        return ["python", "-u", str(surroundings.HERE / "notebook.py"), str(wish)]

    def _phase(self, phase: str, message: str = "") -> None:
        say(f"{phase.lower().replace('_', ' ')}{': ' + message if message else ''}")
        try:
            body = {"phase": phase, "message": message}
            self._control.post(path_of("jobs", self._id, "attempts", self._attempt, "phase"), body, seconds=1.0)
        except (Refused, Away):
            pass  # shown on a page, and nothing depends on it

    def _stop(self, number: int, frame: Any) -> None:
        if self._process is None:
            raise Stopped
        first, self._stopping = not self._stopping, True
        self._process.signal(signal.SIGTERM)
        if first:
            say("asked to stop; user code is told")
            force = threading.Timer(STOP_SECONDS, self._process.signal, (signal.SIGKILL,))
            force.daemon = True
            force.start()


def _notebook_sentence(name: str, fault: dict[str, Any]) -> str:
    value = " ".join(str(fault["value"]).split())[:1500]
    if fault["cell"] is None:
        return f"{name} failed: {fault['name']}: {value}"
    execution = f" (In [{fault['execution']}])" if fault.get("execution") else ""
    return f"Cell {fault['cell']}{execution} of {name} raised {fault['name']}: {value}"


def run(setting: Setting, control: Control) -> Outcome:
    return Job(setting, control).run()
