"""Builds Python environments once per wish and keeps them for all replicas and attempts that share the cache."""

import hashlib
import json
import os
import platform
import re
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from . import requirements as wishes
from . import room
from .ending import environment_failed, say
from .locking import exclusive, use
from .process import die_with_parent

LAYOUT = 1


@dataclass(frozen=True)
class Python:
    """A Python to run user code with; its programs are in `bin`, before everything else on PATH."""

    bin: Path
    isolated: bool

    def variables(self, given: Mapping[str, str]) -> dict[str, str]:
        made = {name: value for name, value in given.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}
        if self.isolated:
            made["VIRTUAL_ENV"] = str(self.bin.parent)
        path = f"{self.bin}{os.pathsep}{given.get('PATH', os.defpath)}"
        return {**made, "PATH": path, "PYTHONUNBUFFERED": "1"}


def build(cache: Path, wanted: list[str], source: Path | None, source_digest: str | None, variables: Mapping[str, str]) -> Python:
    """The environment for these requirements: found, or built by exactly one of those who want it."""
    lines = wishes.normal(wanted)
    if not lines:
        return _base(cache)
    name = _name(lines, source_digest if wishes.local(lines) else None)
    home = cache / "environments"
    home.mkdir(parents=True, exist_ok=True)
    visible = home / name
    usable = _usable(visible)
    if usable:
        say(f"environment {name[:12]} was built before")
    while not usable:
        with exclusive(home / f"{name}.lock", "the same environment"):
            if not os.access(visible / "bin" / "python", os.X_OK):
                _make(home, name, lines, source, variables)
                room.make(cache, variables)
        usable = _usable(visible)
    return Python(visible / "bin", isolated=True)


def _base(cache: Path) -> Python:
    """The Python that runs us, under the usual names: what PATH calls python may be another one, or missing."""
    real = os.path.realpath(sys.executable)
    names = cache / "base" / hashlib.sha256(real.encode()).hexdigest()[:16]
    names.mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3"):
        try:
            (names / name).symlink_to(real)
        except FileExistsError:
            pass
    return Python(names, isolated=False)


def _name(lines: list[str], source_digest: str | None) -> str:
    wish = {
        "layout": LAYOUT,
        "requirements": lines,
        "source": source_digest,
        "python": f"{platform.python_implementation()} {platform.python_version()} {os.path.realpath(sys.executable)}",
        "platform": f"{sysconfig.get_platform()} {'-'.join(platform.libc_ver())}",
    }
    return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()


def _usable(visible: Path) -> bool:
    """From then on it is in use, by this process and what it becomes."""
    return os.access(visible / "bin" / "python", os.X_OK) and use(visible) is not None


def _make(home: Path, name: str, lines: list[str], source: Path | None, variables: Mapping[str, str]) -> None:
    # An environment's scripts contain its own path, so it is never moved: what becomes visible at once is a link to it.
    for left in home.glob(f".{name[:32]}.*"):
        room.clear(left)
    folder = home / f".{name[:32]}.{secrets.token_hex(4)}"
    visible, link = home / name, home / f".{name[:32]}.link"
    started = time.monotonic()
    downloads = home.parent / ("uv" if _uv(variables) else "pip")
    downloads.mkdir(exist_ok=True)
    used = use(downloads)
    try:
        _install(folder, lines, source, variables)
        (folder / "tidewright.json").write_text(json.dumps({"requirements": lines, "python": sys.version, "bytes": room.measure(folder)}))
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        os.replace(link, visible)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        if used is not None:
            os.close(used)
    say(f"environment {name[:12]} built in {time.monotonic() - started:.1f} s")


def _install(folder: Path, lines: list[str], source: Path | None, variables: Mapping[str, str]) -> None:
    # What was downloaded once serves the next environment too.
    given = {"PIP_CACHE_DIR": str(folder.parent.parent / "pip"), "UV_CACHE_DIR": str(folder.parent.parent / "uv")}
    given |= {key: value for key, value in variables.items() if key not in ("TIDEWRIGHT_TOKEN", "PYTHONPATH", "PYTHONHOME", "PIP_TARGET")}
    given |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONUNBUFFERED": "1", "UV_PYTHON_DOWNLOADS": "never"}
    uv = _uv(given)
    python = str(folder / "bin" / "python")
    wish = folder / "requirements.txt"
    where = source or folder.parent
    if uv:
        say(f"building the environment with uv: {_short(lines)}")
        _run([uv, "venv", "--seed", "--python", sys.executable, str(folder)], where, given)
        wish.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _run([uv, "pip", "install", "--python", python, "-r", str(wish)], where, given, lines)
    else:
        say(f"building the environment with pip: {_short(lines)}")
        _run([sys.executable, "-m", "venv", str(folder)], where, given)
        wish.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _run([python, "-m", "pip", "install", "--progress-bar", "off", "--no-compile", "-r", str(wish)], where, given, lines)


def _uv(variables: Mapping[str, str]) -> str | None:
    return shutil.which("uv", path=variables.get("PATH"))


def _run(command: list[str], where: Path, variables: Mapping[str, str], lines: list[str] | None = None) -> None:
    said: deque[str] = deque(maxlen=400)
    process = subprocess.Popen(
        command,
        cwd=where,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        process_group=0,
        preexec_fn=die_with_parent,
    )
    try:
        for line in process.stdout:
            line = _named(line, lines or [])
            said.append(line.rstrip())
            os.write(1, line.encode("utf-8", "replace"))
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    if code:
        raise environment_failed(f"The environment could not be built: {telling_line(list(said))}")


def _named(text: str, lines: list[str]) -> str:
    """Installers speak of a line of our temporary file; the user knows the requirement itself."""

    def wish(found: re.Match[str]) -> str:
        number = int(found[1])
        return lines[number - 1] if 0 < number <= len(lines) else found[0]

    return re.sub(r"-r \S+ \(line (\d+)\)", wish, text)


def _end(process: subprocess.Popen) -> None:
    for what in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, what)
            process.wait(timeout=2)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def telling_line(lines: list[str]) -> str:
    """The one line of an installer's output that says what was wrong with the wish."""
    text = "\n".join(lines)
    # uv draws a tree of causes, or (since 0.13) writes "cause:" under its error; the deepest one tells most.
    uv = re.search(r"(?:╰─▶|^\s+cause:) (?P<why>(?:(?!╰─▶|^\s+cause:).)+?)(?:\n\s*\n|\n\s*hint:|\Z)", text, re.DOTALL | re.MULTILINE)
    if uv:
        return " ".join(uv["why"].split())
    errors = [re.sub(r"^(ERROR|error|fatal): *", "", line.strip()) for line in lines if re.match(r"\s*(ERROR|error|fatal):", line)]
    plain = [line for line in errors if not re.search(r"ResolutionImpossible|for help|from versions: none|subprocess-exited", line)]
    best = [line for line in plain if re.search(r"No matching distribution|Cannot install|Invalid requirement|requires a different Python|Failed to build", line)]
    for choice in (best, plain, errors, [line for line in lines if line.strip()][-1:]):
        if choice:
            return choice[0].strip()
    return "the installer said nothing"


def _short(lines: list[str]) -> str:
    return ", ".join(lines[:8]) + (f" and {len(lines) - 8} more" if len(lines) > 8 else "")
