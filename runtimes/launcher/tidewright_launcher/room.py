"""Keeps the cache within its limit: what was used longest ago goes first, what somebody uses or makes stays."""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping

from .ending import say
from .locking import attempt

DOWNLOADS = ("pip", "uv")


@dataclass(frozen=True)
class Entry:
    """An environment or a model: `NAME.lock`, `NAME` once it is whole, and hidden folders beside it."""

    lock: Path

    @property
    def visible(self) -> Path:
        return self.lock.with_suffix("")

    def hidden(self) -> list[Path]:
        return list(self.lock.parent.glob(f".{self.lock.stem[:32]}*"))

    def used(self) -> float:
        return max(path.stat().st_mtime for path in (self.lock, self.visible) if path.exists())

    def size(self) -> int:
        try:
            return int(json.loads((self.visible / "tidewright.json").read_text())["bytes"])
        except (OSError, ValueError, KeyError):
            return sum(measure(path) for path in [self.visible, *self.hidden()] if not path.is_symlink())

    def remove(self) -> bool:
        with attempt(self.lock) as unmade:
            if not unmade:
                return False
            if self.visible.exists():
                with attempt(self.visible) as unused:
                    if not unused:
                        return False
                    # From here on nobody finds it; what is left after a kill is found by the next who makes room.
                    os.replace(self.visible, self.lock.with_name(f".{self.lock.stem}.{secrets.token_hex(4)}"))
            return all([clear(path) for path in self.hidden()])


def make(cache: Path, variables: Mapping[str, str]) -> None:
    """To be called by whoever has put something into the cache."""
    limit = int(variables.get("TIDEWRIGHT_CACHE_LIMIT") or 0)
    if not limit:
        return
    with attempt(cache / "room.lock") as mine:
        if mine:
            _make(cache, limit)


def _make(cache: Path, limit: int) -> None:
    downloads = 0
    for name in DOWNLOADS:
        size = measure(cache / name)
        # They only save time when an environment with the same packages is built again.
        if size > limit // 4 and clear(cache / name):
            say(f"made room in the cache: downloads of {name}, {size >> 20} MiB")
        else:
            downloads += size
    sizes = {entry: entry.size() for entry in _entries(cache)}
    total = downloads + sum(sizes.values())
    for entry in sorted(sizes, key=Entry.used):
        if total <= limit:
            return
        if sizes[entry] and entry.remove():
            total -= sizes[entry]
            say(f"made room in the cache: {entry.lock.parent.name[:-1]} {entry.lock.stem[:12]}, {sizes[entry] >> 20} MiB")


def _entries(cache: Path) -> Iterator[Entry]:
    for kind in ("environments", "models"):
        for lock in (cache / kind).glob("*.lock"):
            yield Entry(lock)


def clear(path: Path) -> bool:
    """Removes a folder that nobody uses."""
    if path.is_symlink():
        path.unlink(missing_ok=True)
        return True
    with attempt(path) as unused:
        if unused:
            shutil.rmtree(path, ignore_errors=True)
    return not path.exists()


def measure(path: Path) -> int:
    """What the files below a path take on disk; a file with several names counts each time."""
    try:
        return sum(measure(Path(entry)) if entry.is_dir(follow_symlinks=False) else _blocks(entry) for entry in os.scandir(path))
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _blocks(entry: os.DirEntry) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except FileNotFoundError:
        return 0
