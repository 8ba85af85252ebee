"""Fetches a model version's files once per cache and keeps them by digest."""

import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path, PurePosixPath
from typing import Any, Mapping

from . import room
from .control import Away, BadDigest, Control, Refused, path_of
from .ending import say, source_invalid, source_unavailable
from .locking import exclusive, use


def fetch(control: Control, revision: str, model: dict[str, Any], cache: Path, variables: Mapping[str, str]) -> Path:
    """The folder with the model's files; whoever comes first fetches them, the others wait and find them."""
    files = [(_safe(file["path"]), str(file["digest"]), int(file["size"])) for file in model.get("files") or []]
    home = cache / "models"
    name = digest(files)
    folder = home / name
    if use(folder) is not None:
        say(f"model {model.get('name')} version {model.get('version')} is in the cache")
        return folder
    while use(folder) is None:
        with exclusive(home / f"{name}.lock", "the same model"):
            if not folder.is_dir():
                _fetch(control, revision, files, home, name)
                say(f"model {model.get('name')} version {model.get('version')}: {len(files)} files fetched")
                room.make(cache, variables)
    return folder


def digest(files: list[tuple[str, str, int]]) -> str:
    return hashlib.sha256(json.dumps(sorted(files)).encode()).hexdigest()


def _fetch(control: Control, revision: str, files: list[tuple[str, str, int]], home: Path, name: str) -> None:
    for left in home.glob(f".{name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    part = home / f".{name}.{secrets.token_hex(4)}"
    part.mkdir(parents=True)
    try:
        for path, wanted, size in files:
            target = part / path
            target.parent.mkdir(parents=True, exist_ok=True)
            control.download(path_of("revisions", revision, "files", path), target, wanted, size)
            target.chmod(0o444)
        os.replace(part, home / name)
    except BadDigest as fault:
        raise source_invalid(f"The model file {path} arrived damaged: {fault}.") from None
    except Refused as fault:
        raise source_unavailable(f"The model file {path} was refused with {fault}") from None
    except Away as fault:
        raise source_unavailable(f"The model file {path} could not be fetched: the control plane is away ({fault}).") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _safe(name: str) -> str:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise source_invalid(f"The model has a file with the unsafe path {name!r}.")
    return path.as_posix()
