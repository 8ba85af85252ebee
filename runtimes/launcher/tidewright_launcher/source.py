"""Fetches the source of a job or service and unpacks it without trusting it."""

import json
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Any, Iterator

from .control import Away, BadDigest, Control, Refused
from .ending import say, source_invalid, source_unavailable

MOST_BYTES = 2 << 30
MOST_ENTRIES = 100_000
CHUNK = 1 << 18
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


def fetch(control: Control, path: str, source: dict[str, Any] | None, folder: Path, workdir: Path) -> Path:
    """Puts the source into a fresh folder and answers the root of it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kind = (source or {}).get("kind", "none")
    if source is None or kind == "none":
        return folder
    name = _plain_name(source.get("fileName") or {"notebook": "notebook.ipynb", "script": "main.py"}.get(kind, "source"))
    fetched = workdir / ".source.part"
    try:
        control.download(path, fetched, source.get("digest"), source.get("size"))
    except BadDigest as fault:
        raise source_invalid(f"The source {name} arrived damaged: {fault}.") from None
    except Refused as fault:
        raise source_unavailable(f"The source {name} was refused with {fault}") from None
    except Away as fault:
        raise source_unavailable(f"The source {name} could not be fetched: the control plane is away ({fault}).") from None
    if kind == "archive":
        try:
            unpack(fetched, folder)
        finally:
            fetched.unlink(missing_ok=True)
        return _root(folder)
    os.replace(fetched, folder / name)
    if name.endswith(".ipynb"):
        check_notebook(folder / name)
    return folder


def check_notebook(path: Path) -> None:
    try:
        with open(path, encoding="utf-8") as file:
            notebook = json.load(file)
    except (ValueError, RecursionError) as fault:
        raise source_invalid(f"The notebook {path.name} is not JSON: {fault}.") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise source_invalid(f"The notebook {path.name} has no list of cells; save it in notebook format 4.")


def unpack(archive: Path, folder: Path, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
    """Unpacks a zip or tar(.gz). Everything is written by us, entry by entry: no library decides where a file goes."""
    if zipfile.is_zipfile(archive):
        entries = _zip_entries(archive)
    elif tarfile.is_tarfile(archive):
        entries = _tar_entries(archive)
    else:
        raise source_invalid("The source is neither a zip nor a tar.gz archive.")
    count, total = 0, 0
    try:
        for name, is_folder, executable, content in entries:
            count += 1
            if count > most_entries:
                raise source_invalid(f"The archive has more than {most_entries} entries.")
            target = folder / _inside(name)
            try:
                if is_folder:
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                total = _write(content, target, total, most_bytes)
            except (FileExistsError, IsADirectoryError, NotADirectoryError):
                raise source_invalid(f"The archive has the entry {name!r} both as a file and as a folder.") from None
            if executable:
                target.chmod(0o755)
    except UNREADABLE as fault:
        raise source_invalid(f"The archive cannot be read: {fault}.") from None
    except OSError as fault:
        # Decompressors report broken data as an OSError without a number; a full disk has one.
        if fault.errno is not None:
            raise
        raise source_invalid(f"The archive cannot be read: {fault}.") from None
    if count == 0:
        raise source_invalid("The archive is empty.")


def _zip_entries(archive: Path) -> Iterator[tuple[str, bool, bool, IO[bytes] | None]]:
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise source_invalid(f"The archive entry {info.filename!r} is a link or a special file; only files and folders are taken.")
            if info.flag_bits & 1:
                raise source_invalid(f"The archive entry {info.filename!r} is encrypted.")
            if info.is_dir():
                yield info.filename, True, False, None
            else:
                with file.open(info) as content:
                    yield info.filename, False, bool(mode & 0o100), content


def _tar_entries(archive: Path) -> Iterator[tuple[str, bool, bool, IO[bytes] | None]]:
    with tarfile.open(archive, "r:*") as file:
        for info in file:
            if info.isdir():
                yield info.name, True, False, None
            elif info.isreg() and not info.issparse():
                yield info.name, False, bool(info.mode & 0o100), file.extractfile(info)
            else:
                raise source_invalid(f"The archive entry {info.name!r} is a link or a special file; only files and folders are taken.")


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    drive = len(name) > 1 and name[1] == ":" and name[0].isalpha()
    if not name or "\0" in name or path.is_absolute() or drive or ".." in path.parts:
        raise source_invalid(f"The archive entry {name!r} would be written outside its folder.")
    return path


def _write(content: IO[bytes] | None, target: Path, total: int, most_bytes: int) -> int:
    # Declared sizes can lie, so what counts is what really comes out.
    with open(target, "wb") as file:
        while content is not None and (chunk := content.read(CHUNK)):
            total += len(chunk)
            if total > most_bytes:
                raise source_invalid(f"The archive unpacks to more than {most_bytes} bytes.")
            file.write(chunk)
    return total


def _plain_name(name: str) -> str:
    if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise source_invalid(f"The source's file name {name!r} must be a plain file name.")
    return name


def _root(folder: Path) -> Path:
    """Archives made from a folder (as by a repository's download button) hold that one folder: it is the root then."""
    inside = [entry for entry in folder.iterdir() if entry.name not in ("__MACOSX", ".DS_Store")]
    if len(inside) == 1 and inside[0].is_dir():
        say(f"the archive holds one folder, {inside[0].name}; it is the source's root")
        return inside[0]
    return folder
