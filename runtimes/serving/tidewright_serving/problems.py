"""What goes wrong, told apart by who can mend it."""

import json


class BadRequest(Exception):
    """The client can mend it; `field` names where."""

    def __init__(self, message: str, field: str | None = None, status: int = 400):
        super().__init__(f"{field}: {message}" if field else message)
        self.field, self.status = field, status


class ModelFault(Exception):
    """The model cannot be served, however often it is tried."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


EXIT_CODE = 124
MOST_BYTES = 4096


def last_sentence(path: str | None, fault: ModelFault) -> None:
    if not path:
        return
    text = " ".join(str(fault).split())
    while len(line := json.dumps({"reason": fault.reason, "message": text}).encode()) > MOST_BYTES - 1:
        text = text[: len(text) - max(1, (len(line) - MOST_BYTES) // 6 + 1) - 1] + "…"
    try:
        with open(path, "wb") as file:
            file.write(line + b"\n")
    except OSError as error:
        print(f"[tidewright] could not write the termination log: {error}", flush=True)
