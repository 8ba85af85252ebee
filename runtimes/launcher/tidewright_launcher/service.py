"""Becomes a service: prepares what it needs, then hands this very process over to it."""

import os
import signal
from pathlib import Path
from typing import Any

from . import command, environment, model, requirements, source, surroundings
from .control import Away, Control, Refused, path_of
from .ending import Failed, say, source_unavailable
from .setting import Setting

USUAL = ("app.py", "main.py", "serve.py", "service.py", "server.py")
SERVING = surroundings.HERE.parent.parent / "serving"


def run(setting: Setting, control: Control) -> None:
    """Does not return: the service takes over this process, so that signals and exit codes are its own."""
    revision = setting.required_id("TIDEWRIGHT_REVISION_ID")
    port = setting.required("PORT")
    spec = _spec(control, revision)
    root = source.fetch(control, path_of("revisions", revision, "source"), spec.get("source"), setting.workdir / "source", setting.workdir)
    model_folder = model.fetch(control, revision, spec["model"], setting.cache, setting.variables) if spec.get("model") else None
    own_code = bool(spec.get("command") or spec.get("entryPoint") or any(root.iterdir()))
    wanted = surroundings.wanted(spec, root)
    if not own_code:
        wanted = _serving_requirements(spec, model_folder)
    digest = (spec.get("source") or {}).get("digest")
    python = environment.build(setting.cache, wanted, root, digest, setting.variables)
    variables = surroundings.variables(setting, spec, root, python.variables(setting.without_token()))
    variables["PORT"] = port
    if model_folder:
        variables["MODEL_DIR"] = str(model_folder)
        variables["TIDEWRIGHT_MODEL"] = str(spec["model"].get("name", "model"))
        variables["TIDEWRIGHT_MODEL_VERSION"] = str(spec["model"].get("version", ""))
    if own_code:
        entry = command.entry(spec, root, USUAL)
        if entry.notebook:
            raise Failed(121, "SOURCE_INVALID", "A notebook cannot be served; set a command that listens on $PORT.")
        argv = entry.argv
    else:
        argv = ["python", "-u", str(SERVING / "serve.py")]
    _become(argv, root, variables)


def _serving_requirements(spec: dict[str, Any], model_folder: Path | None) -> list[str]:
    if model_folder is None:
        raise Failed(121, "SOURCE_INVALID", "The revision has neither a model nor a source; there is nothing to serve.")
    platform = requirements.read(SERVING / "requirements.txt")
    file = model_folder / "requirements.txt"
    if spec.get("requirements") is not None:
        wanted = requirements.normal([str(line) for line in spec["requirements"]])
    elif file.is_file():
        wanted = requirements.read(file)
    else:
        say("the model has no requirements.txt; it is served with the platform's default versions, which may differ from the training's")
        wanted = requirements.read(SERVING / "default-requirements.txt")
    if (model_folder / "MLmodel").is_file() and "sklearn:" in (model_folder / "MLmodel").read_text(encoding="utf-8", errors="replace"):
        # The runtime loads this flavour itself; MLflow with all it brings would only make the environment larger.
        wanted = [line for line in wanted if requirements.key(line) not in ("mlflow", "mlflow-skinny")]
    return requirements.with_platform(wanted, platform)


def _become(argv: list[str], root: Path, variables: dict[str, str]) -> None:
    program = command.executable(argv, root, variables)
    say(f"starting {' '.join(argv)[:200]} on port {variables['PORT']}")
    os.chdir(root)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(program, [program, *argv[1:]], variables)
    except OSError as fault:
        raise Failed(122, "COMMAND_NOT_FOUND", f"The command {argv[0]!r} could not be started: {fault}.") from None


def _spec(control: Control, revision: str) -> dict[str, Any]:
    try:
        return control.get(path_of("revisions", revision))
    except Refused as fault:
        raise source_unavailable(f"The control plane refused to describe the revision: {fault}") from None
    except (Away, ValueError) as fault:
        raise source_unavailable(f"The revision's description could not be fetched: the control plane is away ({fault}).") from None
