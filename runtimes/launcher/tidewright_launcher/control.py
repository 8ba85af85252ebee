"""Talks to the control plane, which may be killed and started again at any moment."""

import hashlib
import http.client
import json
import random
import ssl
import threading
import time
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote, urlsplit

from .ending import say

CHUNK = 1 << 18
PATIENCE = 30.0
RETRIED = {408, 425, 429}


class Refused(Exception):
    """The control plane answered, and the answer is no: repeating the call would not help."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class Away(Exception):
    """The control plane could not be reached for as long as we were ready to wait."""


class BadDigest(Exception):
    """The bytes that arrived are not the bytes that were promised."""


class _Again(Exception):
    def __init__(self, why: str, after: float | None = None):
        super().__init__(why)
        self.after = after


class Control:
    """Calls with the replica's token. Every call is repeated with back-off while the control plane is away."""

    def __init__(self, api: str, token: str, retry_seconds: float):
        address = urlsplit(api)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise Refused(0, f"TIDEWRIGHT_API must be an http(s) address, not {api!r}")
        self._secure = address.scheme == "https"
        self._host, self._port = address.hostname, address.port
        self._base = address.path.rstrip("/")
        self._token = token
        self._retry_seconds = retry_seconds
        self._told = threading.Event()

    def get(self, path: str) -> Any:
        return json.loads(self._call("GET", path, lambda: None)[1] or b"null")

    def post(self, path: str, body: Any, seconds: float | None = None) -> int:
        data = json.dumps(body, allow_nan=False).encode()
        return self._call("POST", path, lambda: data, {"Content-Type": "application/json"}, seconds=seconds)[0]

    def put_file(self, path: str, file: Path, digest: str, size: int, kind: str, seconds: float | None = None) -> int:
        """Streams a file up; opened anew for every try."""
        headers = {"Content-Length": str(size), "X-Content-Digest": digest, "Content-Type": kind}
        return self._call("PUT", path, lambda: open(file, "rb"), headers, seconds=seconds)[0]

    def download(self, path: str, target: Path, digest: str | None, size: int | None) -> None:
        """Streams to a file and checks what arrived; a bad copy is fetched once more before it is believed."""
        for attempt in (1, 2):
            seen, length = self._call("GET", path, lambda: None, into=target)[1]
            if (size is None or length == size) and (digest is None or seen == digest.lower()):
                return
            target.unlink(missing_ok=True)
            fault = f"expected {digest or 'any digest'} of {size} bytes, received {seen} of {length} bytes"
            if attempt == 1:
                say(f"{path.rsplit('/', 1)[-1]} arrived damaged ({fault}); fetching it again")
        raise BadDigest(fault)

    def _call(
        self,
        method: str,
        path: str,
        body: Callable[[], Any],
        headers: dict[str, str] | None = None,
        into: Path | None = None,
        seconds: float | None = None,
    ) -> tuple[int, Any]:
        deadline = time.monotonic() + (self._retry_seconds if seconds is None else seconds)
        pause = 0.1
        while True:
            try:
                answer = self._once(method, path, body(), headers or {}, into, deadline)
                if self._told.is_set():
                    self._told.clear()
                    say("the control plane is back")
                return answer
            except _Again as fault:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Away(str(fault)) from None
                if pause > 1 and not self._told.is_set():
                    self._told.set()
                    say(f"the control plane is away ({fault}); trying again")
                wait = fault.after if fault.after is not None else pause * random.uniform(0.7, 1.3)
                time.sleep(max(0.0, min(wait, left, 10.0)))
                pause = min(pause * 2, 10.0)

    def _once(self, method, path, body, headers, into, deadline) -> tuple[int, Any]:
        timeout = max(0.5, min(PATIENCE, deadline - time.monotonic()))
        connection = self._connection(timeout)
        try:
            try:
                connection.request(
                    method,
                    self._base + path,
                    body=body,
                    headers={"Authorization": f"Bearer {self._token}", "Connection": "close", **headers},
                )
            except (BrokenPipeError, ConnectionResetError):
                # A refusal may be sent before the body was read whole: it is there to read, and tells why.
                response = _early_answer(connection, method)
            else:
                response = connection.getresponse()
            status = response.status
            if status >= 500 or status in RETRIED:
                raise _Again(f"answer {status}", _seconds(response.headers.get("Retry-After")))
            if status >= 300:
                raise Refused(status, _problem(status, response.read(65536)))
            return status, _save(response, into) if into else response.read()
        except (OSError, http.client.HTTPException) as fault:
            raise _Again(f"{type(fault).__name__}: {fault}") from None
        finally:
            connection.close()
            if hasattr(body, "close"):
                body.close()

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=ssl.create_default_context())
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)


def path_of(*segments: str) -> str:
    """A path below the runtime API; a segment that is itself a path keeps its slashes."""
    return "/api/v1/runtime/" + "/".join(quote(str(segment), safe="/") for segment in segments)


def _save(response: http.client.HTTPResponse, target: Path) -> tuple[str, int]:
    seen, length = hashlib.sha256(), 0
    with open(target, "wb") as file:
        while chunk := response.read(CHUNK):
            seen.update(chunk)
            length += len(chunk)
            file.write(chunk)
    if response.length:
        raise _Again(f"the answer broke off {response.length} bytes before its end")
    return f"sha256:{seen.hexdigest()}", length


def _early_answer(connection: http.client.HTTPConnection, method: str) -> http.client.HTTPResponse:
    if connection.sock is None:
        raise ConnectionResetError("connection lost while sending")
    connection.sock.settimeout(2)
    response = http.client.HTTPResponse(connection.sock, method=method)
    response.begin()
    return response


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None


def _problem(status: int, body: bytes) -> str:
    try:
        problem = json.loads(body)
        text = problem.get("detail") or problem.get("title") or problem.get("message")
    except (ValueError, AttributeError):
        text = body.decode("utf-8", "replace").strip()[:200]
    return f"{status}: {text}" if text else str(status)
