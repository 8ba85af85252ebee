"""Reads requirements files: one normal form, so that the same wish finds the same environment."""

import re
from pathlib import Path

from .ending import environment_failed

DEEPEST = 10
_INCLUDE = re.compile(r"^(?:-r|--requirement)(?:\s+|=)?(?P<path>\S+)$")
_CONSTRAINT = re.compile(r"^(?:-c|--constraint)(?:\s+|=)?(?P<path>\S+)$")
_EDITABLE = re.compile(r"^(?:-e|--editable)(?:\s+|=)(?P<path>.+)$")
_NAME = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<rest>.*)$", re.DOTALL)


def read(path: Path, root: Path | None = None, depth: int = 0) -> list[str]:
    """The lines of a requirements file with its includes in their places."""
    root = (root or path.parent).resolve()
    if depth > DEEPEST:
        raise environment_failed(f"{path.name} includes itself.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise environment_failed(f"The requirements file {path.name} does not exist in the source.") from None
    except UnicodeDecodeError:
        raise environment_failed(f"{path.name} is not UTF-8 text.") from None
    lines: list[str] = []
    for line in normal(text.replace("\\\n", " ").splitlines()):
        included = _INCLUDE.match(line)
        if not included:
            lines.append(line)
            continue
        target = (path.parent / included["path"]).resolve()
        if not target.is_relative_to(root):
            raise environment_failed(f"{path.name} includes {included['path']}, which is outside the source.")
        lines += read(target, root, depth + 1)
    return lines


def normal(lines: list[str]) -> list[str]:
    """Without comments, needless space and doubles; names in one spelling; options first, the rest sorted."""
    clean = []
    for line in lines:
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        line = re.sub(r"\s+", " ", line)
        if not line:
            continue
        if any(mark in line for mark in ("\n", "\r", "\0")):
            raise environment_failed("A requirement must be one line.")
        editable = _EDITABLE.match(line)
        if editable:
            # The environment outlives the source folder, so nothing in it may point there.
            line = editable["path"]
        clean.append(line if line.startswith("-") else _spelled(line))
    options = [line for line in clean if line.startswith("-")]
    return list(dict.fromkeys(options)) + sorted(set(clean) - set(options))


def local(lines: list[str]) -> bool:
    """Whether something is installed from the source folder itself, so that the source is part of the wish."""
    return any(
        line.startswith((".", "/", "file:")) or "@ file:" in line or "@file:" in line or bool(_CONSTRAINT.match(line))
        for line in lines
    )


def names(lines: list[str]) -> set[str]:
    return {key(line) for line in lines if not line.startswith(("-", ".", "/"))}


def key(line: str) -> str:
    found = _NAME.match(line)
    return re.sub(r"[-_.]+", "-", found["name"]).lower() if found else line


def with_platform(wanted: list[str], platform_lines: list[str]) -> list[str]:
    """Adds what the platform needs, except where the user named a version of the same package."""
    theirs = names(wanted)
    return normal(wanted + [line for line in platform_lines if key(line) not in theirs])


def _spelled(line: str) -> str:
    found = _NAME.match(line)
    if not found or "://" in line.split("@")[0] or line.endswith((".whl", ".tar.gz", ".zip")):
        return line
    rest = found["rest"].strip()
    if not rest.startswith("@"):
        head, mark, tail = rest.partition(";")
        rest = re.sub(r"\s+", "", head) if "--" not in head else head
        rest = f"{rest}; {tail.strip()}" if mark else rest
    else:
        rest = " " + rest
    return key(line) + rest
