"""How a run ends: the exit code, and the last sentence in the termination log."""

import json
import os

ENVIRONMENT = 120
SOURCE = 121
COMMAND = 122
UPLOAD = 123
MODEL = 124
STOPPED = 143

MOST_BYTES = 4096


class Failed(Exception):
    """Ends the launcher with this exit code, reason and sentence."""

    def __init__(self, code: int, reason: str, message: str):
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message


class Stopped(Exception):
    """The platform asked us to stop (SIGTERM or SIGINT)."""


def environment_failed(message: str) -> Failed:
    return Failed(ENVIRONMENT, "ENVIRONMENT_FAILED", message)


def source_invalid(message: str) -> Failed:
    return Failed(SOURCE, "SOURCE_INVALID", message)


def source_unavailable(message: str) -> Failed:
    return Failed(SOURCE, "SOURCE_UNAVAILABLE", message)


def command_not_found(message: str) -> Failed:
    return Failed(COMMAND, "COMMAND_NOT_FOUND", message)


def say(text: str) -> None:
    """One line of the launcher's own in the log. Never fails: a closed log must not end a run."""
    try:
        os.write(1, f"[tidewright] {text}\n".encode("utf-8", "replace"))
    except OSError:
        pass


def last_sentence(path: str | None, reason: str, message: str, warning: str = "") -> None:
    """Leaves the termination message: one JSON line of at most 4 KiB, visible whole or not at all."""
    if not path:
        return
    message = " ".join(message.split())
    also = {"warning": warning} if warning else {}
    line = json.dumps({"reason": reason, "message": message} | also, ensure_ascii=False)
    while len(line.encode("utf-8", "replace")) > MOST_BYTES - 1:
        over = len(line.encode("utf-8", "replace")) - MOST_BYTES + 1
        message = message[: max(0, len(message) - max(over // 4, 1) - 1)] + "…"
        line = json.dumps({"reason": reason, "message": message} | also, ensure_ascii=False)
    part = f"{path}.part"
    try:
        with open(part, "w", encoding="utf-8", errors="replace") as file:
            file.write(line + "\n")
        os.replace(part, path)
    except OSError as fault:
        # A mounted file (as on Kubernetes) cannot be replaced, only written.
        try:
            with open(path, "w", encoding="utf-8", errors="replace") as file:
                file.write(line + "\n")
        except OSError:
            say(f"could not write the termination log: {fault}")
