"""Runs user code as a group of processes: its lines go to the log, signals go to all of it, and nothing of it stays."""

import ctypes
import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections import deque
from pathlib import Path

from .ending import command_not_found, say

FLUSH_PARTIAL = 0.3
LONGEST_LINE = 1 << 16
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36

try:
    _libc = ctypes.CDLL(None, use_errno=True)
    _prctl = _libc.prctl
except (OSError, AttributeError):
    _prctl = None


class Process:
    """User code in a process group of its own."""

    def __init__(self, argv: list[str], executable: str, cwd: Path, variables: dict[str, str]):
        # Orphans of user code come to us instead of to init, so that they can be ended.
        if _prctl:
            _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            self._process = subprocess.Popen(
                [executable, *argv[1:]],
                cwd=cwd,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
                preexec_fn=die_with_parent,
            )
        except (FileNotFoundError, PermissionError, OSError, ValueError) as fault:
            raise command_not_found(f"The command {argv[0]!r} could not be started: {fault}.") from None
        self._last: dict[str, deque[str]] = {"out": deque(maxlen=20), "err": deque(maxlen=20)}
        self._pump = threading.Thread(target=self._pass_on, name="log", daemon=True)
        self._pump.start()

    def signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def wait(self) -> int:
        return self._process.wait()

    def settle(self) -> None:
        """Ends whatever user code left running, and waits for its last lines."""
        if self._process.poll() is None:
            self.signal(signal.SIGKILL)
            self._process.wait()
        _end_descendants()
        self._pump.join(5)

    def last_words(self) -> str:
        """The last line on standard error, else on standard output; where Python says what went wrong."""
        for stream in ("err", "out"):
            if self._last[stream]:
                return self._last[stream][-1]
        return ""

    def _pass_on(self) -> None:
        streams = {self._process.stdout: (1, "out"), self._process.stderr: (2, "err")}
        waiting = {stream: b"" for stream in streams}
        with selectors.DefaultSelector() as ready:
            for stream in streams:
                os.set_blocking(stream.fileno(), False)
                ready.register(stream, selectors.EVENT_READ)
            while ready.get_map():
                events = ready.select(FLUSH_PARTIAL)
                for key, _ in events:
                    stream, (target, name) = key.fileobj, streams[key.fileobj]
                    data = _read(stream.fileno())
                    if data is None:
                        continue
                    if not data:
                        ready.unregister(stream)
                    lines, newline, rest = (waiting[stream] + data).rpartition(b"\n")
                    if not data or len(rest) > LONGEST_LINE:
                        lines, newline, rest = lines + newline + rest, b"", b""
                    self._remember(name, lines)
                    _write(target, lines + newline)
                    waiting[stream] = rest
                if not events:
                    # A prompt or a progress bar has no end of line, and is wanted in the log all the same.
                    for stream, (target, name) in streams.items():
                        self._remember(name, waiting[stream])
                        _write(target, waiting[stream])
                        waiting[stream] = b""

    def _remember(self, name: str, lines: bytes) -> None:
        for line in lines.replace(b"\r", b"\n").split(b"\n")[-20:]:
            text = plain(line.decode("utf-8", "replace"))
            if text:
                self._last[name].append(text[:1000])


_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])?")


def plain(line: str) -> str:
    """Without colours: they are for a terminal, and these words go into a sentence."""
    return "".join(one for one in _ESCAPES.sub("", line).expandtabs(1) if one.isprintable()).strip()


def die_with_parent() -> None:
    """To be called in a child before it becomes another program: it is not to outlive a launcher that is killed."""
    if _prctl:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _read(handle: int) -> bytes | None:
    try:
        return os.read(handle, 1 << 16)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _write(target: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(target, data) :]
    except OSError:
        pass


def _end_descendants() -> None:
    """Everything user code started and left behind: asked once, then ended, until nothing is left."""
    asked, until = set(), time.monotonic() + 2
    while living := _descendants():
        force = time.monotonic() > until
        for pid in living:
            if force or pid not in asked:
                _kill(pid, signal.SIGKILL if force else signal.SIGTERM)
                asked.add(pid)
        if time.monotonic() > until + 3:
            say(f"{len(living)} processes of user code could not be ended")
            return
        time.sleep(0.05)


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _descendants() -> list[int]:
    _reap()
    parents: dict[int, int] = {}
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] != b"Z":
            parents[pid] = int(fields[1])
    found, me = [], os.getpid()
    for pid in parents:
        above, steps = parents[pid], 0
        while above in parents and above != me and steps < 1000:
            above, steps = parents[above], steps + 1
        if above == me:
            found.append(pid)
    return found


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
