"""Carries the files of $TIDEWRIGHT_OUTPUT home after the run."""

import hashlib
import mimetypes
import os
import re
import stat
import time
from pathlib import Path

from .control import Away, Control, Refused, path_of
from .ending import UPLOAD, Failed, say

CHUNK = 1 << 20
_TYPES = {".ipynb": "application/x-ipynb+json", ".jsonl": "application/x-ndjson", ".md": "text/markdown", ".svg": "image/svg+xml"}


def kept(folder: Path, globs: list[str]) -> list[Path]:
    """The files whose path below the folder matches one of the globs, smallest first. Links out of the folder are left."""
    patterns = [_pattern(glob) for glob in globs]
    found: list[tuple[int, Path]] = []
    inside = folder.resolve()
    for where, folders, files in os.walk(folder):
        folders.sort()
        for name in files:
            path = Path(where) / name
            relative = path.relative_to(folder).as_posix()
            if not any(pattern.fullmatch(relative) for pattern in patterns):
                continue
            try:
                info = path.stat()
            except OSError:
                say(f"output {relative} is a broken link and is not kept")
                continue
            if not stat.S_ISREG(info.st_mode) or not path.resolve().is_relative_to(inside):
                say(f"output {relative} is not a file inside the output folder and is not kept")
                continue
            found.append((info.st_size, path))
    return [path for _, path in sorted(found)]


def upload(control: Control, job: str, attempt: str, folder: Path, globs: list[str], seconds: float | None) -> int:
    """Uploads everything that is kept and answers how many files that were."""
    deadline = None if seconds is None else time.monotonic() + seconds
    files = kept(folder, globs)
    for file in files:
        name = file.relative_to(folder).as_posix()
        left = None if deadline is None else max(0.1, deadline - time.monotonic())
        try:
            digest, size = _digest(file)
            control.put_file(path_of("jobs", job, "attempts", attempt, "artifacts", name), file, digest, size, _kind(file), left)
        except (Refused, Away, OSError) as fault:
            raise Failed(UPLOAD, "UPLOAD_FAILED", f"Output {name} could not be uploaded: {fault}.") from None
    return len(files)


def _pattern(glob: str) -> re.Pattern[str]:
    """`*` and `?` stay within a folder, `**` crosses them, and a folder's name means all that is in it."""
    made, at = "", 0
    glob = glob.removeprefix("./").strip("/")
    while at < len(glob):
        if glob.startswith("**/", at):
            made, at = made + "(?:[^/]+/)*", at + 3
        elif glob.startswith("**", at):
            made, at = made + ".*", at + 2
        elif glob[at] == "*":
            made, at = made + "[^/]*", at + 1
        elif glob[at] == "?":
            made, at = made + "[^/]", at + 1
        else:
            made, at = made + re.escape(glob[at]), at + 1
    return re.compile(made + "(?:/.*)?", re.DOTALL)


def _digest(file: Path) -> tuple[str, int]:
    seen, size = hashlib.sha256(), 0
    with open(file, "rb") as content:
        while chunk := content.read(CHUNK):
            seen.update(chunk)
            size += len(chunk)
    return f"sha256:{seen.hexdigest()}", size


def _kind(file: Path) -> str:
    return _TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
