"""What user code finds around it, the same for jobs and services."""

import json
import re
from pathlib import Path
from typing import Any

from . import requirements
from .setting import Setting

HERE = Path(__file__).resolve().parent


def wanted(spec: dict[str, Any], root: Path) -> list[str]:
    """The requirements of the spec, else of the source; an empty list in the spec asks for none."""
    if spec.get("requirements") is not None:
        return requirements.normal([str(line) for line in spec["requirements"]])
    file = root / "requirements.txt"
    return requirements.read(file) if file.is_file() else []


def variables(setting: Setting, spec: dict[str, Any], root: Path, given: dict[str, str]) -> dict[str, str]:
    parameters = spec.get("parameters") or {}
    file = setting.workdir / "parameters.json"
    file.write_text(json.dumps(parameters, indent=2), encoding="utf-8")
    # Packages that user code installs as it runs are its own: the shared environment stays as it was built.
    own = setting.workdir / "site-packages"
    own.mkdir(exist_ok=True)
    made = given | {
        "TIDEWRIGHT_SOURCE": str(root),
        "TIDEWRIGHT_PARAMETERS": str(file),
        "PIP_TARGET": str(own),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": ":".join(filter(None, (given.get("PYTHONPATH"), str(own)))),
    }
    for name, value in parameters.items():
        made["TIDEWRIGHT_PARAM_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()] = _text(value)
    return {name: value for name, value in made.items() if "\0" not in name + value}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
