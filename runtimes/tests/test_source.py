"""Archives are unpacked without trusting them."""

import io
import stat
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "launcher"))

from tidewright_launcher import source  # noqa: E402
from tidewright_launcher.ending import Failed  # noqa: E402


def zip_of(*entries) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def tar_of(*entries, mode="w:gz") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def tar_link(kind: bytes, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo("link")
    info.type, info.linkname = kind, target
    return info


class Unpacking(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = Path(self._temporary.name)
        (self.folder / "in").mkdir()

    def unpack(self, data: bytes, **limits) -> Path:
        archive = self.folder / "archive"
        archive.write_bytes(data)
        source.unpack(archive, self.folder / "in", **limits)
        return self.folder / "in"

    def refused(self, data: bytes, what: str, **limits) -> None:
        with self.assertRaises(Failed) as caught:
            self.unpack(data, **limits)
        self.assertEqual((caught.exception.code, caught.exception.reason), (121, "SOURCE_INVALID"))
        self.assertIn(what, caught.exception.message)

    def test_zip_and_tar_are_unpacked_with_folders_and_executable_files(self):
        info = zipfile.ZipInfo("bin/run.sh")
        info.external_attr = (stat.S_IFREG | 0o755) << 16
        inside = self.unpack(zip_of(("a/b.txt", b"one"), (info, b"#!/bin/sh\n")))
        self.assertEqual((inside / "a/b.txt").read_bytes(), b"one")
        self.assertTrue((inside / "bin/run.sh").stat().st_mode & stat.S_IXUSR)
        self.unpack(tar_of((tarfile.TarInfo("c/d.txt"), b"two")))
        self.assertEqual((inside / "c/d.txt").read_bytes(), b"two")

    def test_entries_that_leave_the_folder_are_refused(self):
        for name in ("../evil", "a/../../evil", "/etc/evil", "..\\evil", "C:\\evil", "\\evil"):
            self.refused(zip_of((name, b"x")), "outside its folder")
            self.refused(tar_of((tarfile.TarInfo(name), b"x")), "outside its folder")
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name == "evil"], [])

    def test_links_and_special_files_are_refused(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            self.refused(tar_of((tar_link(kind, "/etc/passwd"), b"")), "link or a special file")
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        self.refused(zip_of((info, b"/etc/passwd")), "link or a special file")

    def test_bombs_are_stopped_by_what_comes_out(self):
        zeros = b"\0" * 3_000_000
        self.refused(zip_of(("zeros", zeros)), "more than 1000000 bytes", most_bytes=1_000_000)
        self.refused(tar_of((tarfile.TarInfo("zeros"), zeros)), "more than 1000000 bytes", most_bytes=1_000_000)
        self.refused(zip_of(*((f"f{n}", b"") for n in range(51))), "more than 50 entries", most_entries=50)

    def test_a_zip_that_lies_about_its_sizes_is_refused(self):
        honest = zip_of(("zeros", b"\0" * 100_000))
        at = honest.rfind(b"PK\x01\x02")
        lying = bytearray(honest)
        lying[at + 24 : at + 28] = (10).to_bytes(4, "little")
        try:
            inside = self.unpack(bytes(lying), most_bytes=50_000)
        except Failed as fault:
            self.assertEqual(fault.code, 121)
        else:
            self.assertLessEqual((inside / "zeros").stat().st_size, 50_000)

    def test_what_is_no_archive_or_is_cut_short_is_refused(self):
        self.refused(b"hello", "neither a zip nor a tar.gz")
        whole = tar_of((tarfile.TarInfo("a"), bytes(range(256)) * 2000))
        self.refused(whole[: len(whole) // 2], "cannot be read")
        self.refused(zip_of(), "is empty")

    def test_a_name_that_is_file_and_folder_is_refused(self):
        self.refused(zip_of(("a", b"x"), ("a/b", b"y")), "both as a file and as a folder")

    def test_a_single_folder_is_the_root(self):
        inside = self.unpack(zip_of(("project/train.py", b"")))
        self.assertEqual(source._root(inside), inside / "project")

    def test_a_notebook_that_is_not_json_is_refused(self):
        for text in ("not json", "[]", '{"cells": 3}', "[" * 100_000):
            path = self.folder / "n.ipynb"
            path.write_text(text)
            with self.assertRaises(Failed) as caught:
                source.check_notebook(path)
            self.assertEqual(caught.exception.reason, "SOURCE_INVALID")


if __name__ == "__main__":
    unittest.main()
