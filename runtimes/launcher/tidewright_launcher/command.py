"""Decides what is run: the command that was asked for, or the program that the source is."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .ending import command_not_found, source_invalid

USUAL = ("train.ipynb", "train.py", "main.py", "main.ipynb", "app.py")


@dataclass(frozen=True)
class Entry:
    """Either an argument list, or a notebook."""

    argv: list[str] | None
    notebook: Path | None


def entry(spec: dict[str, Any], root: Path, usual: tuple[str, ...] = USUAL) -> Entry:
    command, point = spec.get("command"), spec.get("entryPoint")
    if command:
        if not all(isinstance(word, str) and "\0" not in word for word in command):
            raise source_invalid("The command must be a list of words.")
        return Entry([str(word) for word in command], None)
    path = _named(point, root) if point else _found(root, usual)
    if path.suffix == ".ipynb":
        return Entry(None, path)
    if path.suffix == ".py":
        return Entry(["python", "-u", str(path.relative_to(root))], None)
    if path.suffix == ".sh":
        return Entry(["sh", str(path.relative_to(root))], None)
    if os.access(path, os.X_OK):
        return Entry([str(path)], None)
    raise source_invalid(f"The entry point {path.name} is neither a notebook, a Python script nor executable; set a command for it.")


def executable(argv: list[str], root: Path, variables: dict[str, str]) -> str:
    """The program of the first word, as a shell would find it, except that the source's folder is where we stand."""
    word = argv[0]
    if "/" in word:
        path = (root / word).absolute()
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
        why = "is not executable" if path.is_file() else "does not exist in the source"
        raise command_not_found(f"The command {word!r} {why}.")
    found = shutil.which(word, path=variables.get("PATH"))
    if not found:
        hint = " It is in the source: name it as ./" + word + "." if (root / word).is_file() else ""
        raise command_not_found(f"The command {word!r} was not found in the environment or on PATH.{hint}")
    return os.path.abspath(found)


def _named(point: str, root: Path) -> Path:
    path = (root / point).resolve()
    if not path.is_relative_to(root.resolve()):
        raise source_invalid(f"The entry point {point!r} is outside the source.")
    if not path.is_file():
        raise source_invalid(f"The entry point {point!r} is not in the source, which has {_listing(root)}.")
    return root / path.relative_to(root.resolve())


def _found(root: Path, usual: tuple[str, ...]) -> Path:
    programs = sorted(path for path in root.iterdir() if path.suffix in (".py", ".ipynb"))
    if len(programs) == 1:
        return programs[0]
    for name in usual:
        if (root / name).is_file():
            return root / name
    raise source_invalid(f"Nothing says what to run: set a command or an entry point; the source has {_listing(root)}.")


def _listing(root: Path) -> str:
    names = sorted(path.name + ("/" if path.is_dir() else "") for path in root.iterdir())
    return (", ".join(names[:10]) + (" …" if len(names) > 10 else "")) or "no files"
