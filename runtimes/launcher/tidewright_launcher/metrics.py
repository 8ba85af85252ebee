"""Follows metrics.jsonl while user code writes it, and sends the points in batches."""

import json
import math
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Iterator

from .control import Away, Control, Refused
from .ending import say

INTERVAL = 1.0
MOST_POINTS = 1000
MOST_BYTES = 1 << 20
LONGEST_LINE = 1 << 20
# What the control plane takes, counted as it counts: in UTF-16. It would refuse the whole call for one point over them.
LONGEST_KEY, LONGEST_PARAMETER = 250, 6000
EARLIEST, LATEST = -10_000 * 86_400_000, 1_000_000 * 86_400_000
MOST_COMPLAINTS = 10
_WORDS = {"nan": "NaN", "inf": "Infinity", "infinity": "Infinity", "-inf": "-Infinity", "-infinity": "-Infinity"}
_PARAMETERS = ("parameters", "params")


class Malformed(Exception):
    pass


def parse(line: bytes, seen_at: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """One line: {"key", "value", "step"?, "timestamp"?}, or {"loss": 0.3, "step": 1}, or {"parameters": {…}}."""
    try:
        point = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None
    if not isinstance(point, dict):
        raise Malformed("it is not a JSON object")
    step, timestamp = _step(point.pop("step", 0)), _timestamp(point.pop("timestamp", None), seen_at)
    parameters = {}
    for name in _PARAMETERS:
        if isinstance(point.get(name), dict):
            parameters |= {str(key): _text(value) for key, value in point.pop(name).items()}
    key = point.get("key", point.get("name"))
    if isinstance(key, str) and "value" in point:
        values = {key: point["value"]}
    else:
        values = {name: value for name, value in point.items() if _is_number(value)}
        if not values and not parameters:
            raise Malformed("it has no number in it")
    return [{"key": name, "value": _value(value), "step": step, "timestamp": timestamp} for name, value in values.items()], parameters


def unfit(key: str) -> str | None:
    """Why this cannot be the name of a metric or parameter; None when it can."""
    if not key.strip():
        return "its name is blank"
    if _units(key) > LONGEST_KEY:
        return f"its name has {_units(key)} characters, more than {LONGEST_KEY}"
    if any(ord(one) < 32 or 127 <= ord(one) < 160 or 0xD800 <= ord(one) < 0xE000 for one in key):
        return "its name has control characters"
    return None


def unfit_parameter(key: str, value: str) -> str | None:
    if _units(value) > LONGEST_PARAMETER:
        return f"its value has {_units(value)} characters, more than {LONGEST_PARAMETER}"
    if any(one == "\0" or 0xD800 <= ord(one) < 0xE000 for one in value):
        return "its value has a NUL or half a character"
    return unfit(key)


class Follower:
    """Reads and sends on a thread of its own; the file is the buffer, so a control plane that is away costs no memory."""

    def __init__(self, control: Control, path: str, file: Path):
        self._control, self._path, self._file = control, path, file
        self._position, self._line = 0, 0
        self.refused = 0
        self._rest = b""
        self._end = threading.Event()
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._follow, name="metrics", daemon=True)

    def start(self) -> "Follower":
        self._thread.start()
        return self

    def finish(self, seconds: float | None) -> None:
        """Sends what is left; with a limit, what cannot be sent in that many seconds is given up."""
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._end.set()
        self._thread.join(seconds)
        if self.refused > MOST_COMPLAINTS:
            say(f"metrics.jsonl: {self.refused} values in all were not taken; the first {MOST_COMPLAINTS} are told above")

    def _follow(self) -> None:
        while True:
            last = self._end.is_set()
            try:
                while self._send(last):
                    pass
            except (Refused, OSError) as fault:
                say(f"metrics are no longer taken: {fault}")
                return
            except Away as fault:
                if last:
                    say(f"the last metrics could not be sent: the control plane is away ({fault})")
                    return
            if last:
                return
            self._end.wait(INTERVAL)

    def _send(self, last: bool) -> bool:
        """One batch; answers whether there is more to send now."""
        position, rest = self._position, self._rest
        metrics: list[dict[str, Any]] = []
        parameters: dict[str, str] = {}
        now = int(time.time() * 1000)
        for line in self._lines(last):
            try:
                points, given = parse(line, now)
            except Malformed as fault:
                self._complain(fault, line.decode("utf-8", "replace"))
                continue
            metrics += [point for point in points if self._fits(point["key"], unfit(point["key"]))]
            parameters |= {key: value for key, value in given.items() if self._fits(key, unfit_parameter(key, value))}
        if not metrics and not parameters:
            return self._position > position
        for start in range(0, max(len(metrics), 1), MOST_POINTS):
            self._post(metrics[start : start + MOST_POINTS], parameters if start == 0 else {})
        return True

    def _post(self, metrics: list[dict[str, Any]], parameters: dict[str, str]) -> None:
        # Kept until it is taken: the same points with the same timestamps, so a repetition changes nothing.
        while True:
            try:
                self._control.post(self._path, {"metrics": metrics, "parameters": parameters}, self._patience())
                return
            except Refused as fault:
                if fault.status not in (400, 413, 422):
                    raise
                self._halved(metrics, parameters, fault)
                return
            except Away:
                if self._end.is_set():
                    raise

    def _halved(self, metrics: list[dict[str, Any]], parameters: dict[str, str], fault: Refused) -> None:
        """Nothing of a refused call is kept: its halves are sent apart, until only what is refused itself is left."""
        if len(metrics) + len(parameters) > 1:
            given, middle = list(parameters.items()), len(metrics) // 2
            for points, some in (metrics[:middle], given[: len(given) // 2]), (metrics[middle:], given[len(given) // 2 :]):
                if points or some:
                    self._post(points, dict(some))
            return
        what = repr(metrics[0]["key"] if metrics else next(iter(parameters)))
        self._count(f"metrics.jsonl: {what[:80]} was refused: {fault}")

    def _patience(self) -> float | None:
        if not self._end.is_set():
            return 5.0
        return None if self._deadline is None else max(0.1, self._deadline - time.monotonic())

    def _lines(self, last: bool) -> Iterator[bytes]:
        try:
            with open(self._file, "rb") as file:
                if file.seek(0, 2) < self._position:
                    say("metrics.jsonl was written anew; it is read from its beginning")
                    self._position, self._line, self._rest = 0, 0, b""
                file.seek(self._position)
                data = file.read(MOST_BYTES)
                at_end = len(data) < MOST_BYTES
                self._position += len(data)
        except FileNotFoundError:
            return
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        if (last and at_end) or len(rest) > LONGEST_LINE:
            whole, rest = whole + newline + rest, b""
        self._rest = rest
        for line in whole.split(b"\n") if whole or newline else ():
            self._line += 1
            if line.strip():
                yield line

    def _fits(self, name: str, fault: str | None) -> bool:
        if fault:
            self._complain(fault, repr(name))
        return not fault

    def _complain(self, fault: Malformed | str, what: str) -> None:
        shown = what if len(what) <= 120 else what[:119] + "…"
        self._count(f"metrics.jsonl: line {self._line} is passed over because {fault}: {shown}")

    def _count(self, complaint: str) -> None:
        self.refused += 1
        if self.refused <= MOST_COMPLAINTS:
            say(complaint)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, str) and value.strip().lower().lstrip("+") in _WORDS)


def _value(value: Any) -> float | int | str:
    if isinstance(value, str):
        word = _WORDS.get(value.strip().lower().lstrip("+"))
        if word:
            return word
        try:
            value = float(value)
        except ValueError:
            raise Malformed("its value is not a number") from None
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, (int, float)):
        raise Malformed("its value is not a number")
    try:
        value = float(value)
    except OverflowError:
        raise Malformed("its value is too large") from None
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _step(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) >= 2**63 or int(value) != value:
        raise Malformed("its step is not a whole number")
    return int(value)


def _timestamp(value: Any, seen_at: int) -> int:
    """Milliseconds; seconds and ISO 8601 are understood too."""
    if value is None:
        return seen_at
    if isinstance(value, str):
        try:
            millis = int(datetime.fromisoformat(value).astimezone().timestamp() * 1000)
        except (ValueError, OverflowError, OSError):
            raise Malformed("its timestamp is neither milliseconds nor ISO 8601") from None
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LATEST:
        raise Malformed("its timestamp is out of range")
    else:
        millis = int(value * 1000) if value < 1e11 else int(value)
    if not EARLIEST <= millis <= LATEST:
        raise Malformed("its timestamp is out of range")
    return millis


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _units(text: str) -> int:
    return len(text) + sum(one > "\uffff" for one in text)
