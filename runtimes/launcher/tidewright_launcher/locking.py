"""Locks between processes that share the cache; they go with their holder, however that ends."""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Iterator

from .ending import say


@contextlib.contextmanager
def exclusive(path: Path, what: str) -> Iterator[None]:
    """One builder at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = _open(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another replica is preparing {what}; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def attempt(path: Path) -> Iterator[bool]:
    """Like `exclusive`, for whoever has nothing to wait for: says whether the lock, on a file or a folder, was free."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path.is_dir() else _open(path)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        yield free
    finally:
        os.close(handle)


def use(folder: Path) -> int | None:
    """Marks a folder as in use, by a handle that what this process becomes inherits; None when there is no such folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(handle, fcntl.LOCK_SH)
    try:
        there = os.path.samestat(os.stat(folder), os.fstat(handle))
    except FileNotFoundError:
        there = False
    if not there:  # whoever made room was faster
        os.close(handle)
        return None
    os.utime(handle)
    os.set_inheritable(handle, True)
    return handle


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
