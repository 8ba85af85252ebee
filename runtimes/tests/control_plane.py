"""A control plane for tests: the runtime REST contract over real HTTP, with the faults that a real one has."""

import hashlib
import json
import re
import socket
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOKEN = "test-token"


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass
class Plane:
    """What it knows and what it was told; `fail` makes the next calls of a kind go wrong."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    spec: dict[str, Any] = field(default_factory=dict)
    source: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    points: dict[tuple, dict] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    batches: int = 0
    phases: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[tuple[str, int, int]] = field(default_factory=list)
    cut_downloads: int = 0
    damage_downloads: int = 0
    port: int = 0

    def __post_init__(self):
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()

    # -- running

    def reserve(self) -> "Plane":
        """Takes a port without listening: connections are refused until start()."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        return self

    def start(self) -> "Plane":
        plane = self

        class Handler(_Handler):
            pass

        Handler.plane = plane
        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # -- setting up

    def job(self, name: str | None = None, content: bytes = b"", kind: str = "script", **spec: Any) -> "Plane":
        self.source = content
        described = None if name is None else {"kind": kind, "fileName": name, "digest": digest(content), "size": len(content)}
        self.spec = {
            "job": "test", "namespace": "demo", "attempt": 1, "source": described, "entryPoint": None, "command": None,
            "parameters": {}, "requirements": None, "keep": ["**"], "terminated": False,
        } | spec
        return self

    def revision(self, name: str | None = None, content: bytes = b"", kind: str = "archive", files: dict[str, bytes] | None = None, **spec: Any) -> "Plane":
        self.source, self.files = content, files or {}
        described = None if name is None else {"kind": kind, "fileName": name, "digest": digest(content), "size": len(content)}
        listed = [{"path": path, "digest": digest(data), "size": len(data)} for path, data in self.files.items()]
        self.spec = {
            "endpoint": "test", "namespace": "demo", "revision": 1, "source": described, "command": None, "entryPoint": None,
            "requirements": None, "parameters": {}, "runtime": "python" if files else None,
            "model": {"name": "diabetes", "version": 1, "files": listed} if files is not None else None,
        } | spec
        return self

    def fail(self, pattern: str, status: int, times: int) -> None:
        self.faults.append((pattern, status, times))

    def fault(self, call: str) -> int | None:
        with self._lock:
            for at, (pattern, status, times) in enumerate(self.faults):
                if times > 0 and re.search(pattern, call):
                    self.faults[at] = (pattern, status, times - 1)
                    return status
        return None

    def keys(self) -> list[str]:
        return sorted({point["key"] for point in self.points.values()})

    def of(self, key: str) -> list[dict]:
        return sorted((point for point in self.points.values() if point["key"] == key), key=lambda point: point["step"])


class _Handler(BaseHTTPRequestHandler):
    plane: Plane
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        if self._begin():
            self._get()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._begin():
            self._post(json.loads(body))

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._begin():
            self._put(body)

    def _begin(self) -> bool:
        call = f"{self.command} {self.path}"
        self.plane.calls.append(call)
        status = self.plane.fault(call)
        if status:
            self._answer(status, {"title": "as the test wants it", "detail": f"the test answers {status}"})
            return False
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"detail": "the token is not good"})
            return False
        return True

    def _get(self) -> None:
        plane, base = self.plane, "/api/v1/runtime/"
        if re.fullmatch(f"{base}jobs/{plane.id}/attempts/1", self.path) or self.path == f"{base}revisions/{plane.id}":
            return self._answer(200, plane.spec)
        if self.path in (f"{base}jobs/{plane.id}/source", f"{base}revisions/{plane.id}/source"):
            return self._bytes(plane.source)
        files = f"{base}revisions/{plane.id}/files/"
        if self.path.startswith(files) and self.path.removeprefix(files) in plane.files:
            return self._bytes(plane.files[self.path.removeprefix(files)])
        self._answer(404, {"detail": "there is no such thing"})

    def _post(self, body: Any) -> None:
        plane, base = self.plane, f"/api/v1/runtime/jobs/{self.plane.id}"
        if self.path == f"{base}/metrics":
            for point in body["metrics"]:
                assert set(point) == {"key", "value", "step", "timestamp"} and isinstance(point["step"], int), point
                plane.points[(point["key"], point["step"], point["timestamp"], point["value"])] = point
            plane.parameters |= body["parameters"]
            plane.batches += 1
            return self._answer(204)
        if self.path == f"{base}/attempts/1/phase":
            plane.phases.append(body["phase"])
            return self._answer(204)
        self._answer(404, {"detail": "there is no such thing"})

    def _put(self, body: bytes) -> None:
        base = f"/api/v1/runtime/jobs/{self.plane.id}/attempts/1/artifacts/"
        if not self.path.startswith(base):
            return self._answer(404, {"detail": "there is no such thing"})
        if self.headers.get("X-Content-Digest") != digest(body):
            return self._answer(400, {"detail": "the digest is another"})
        name = self.path.removeprefix(base)
        known = self.plane.artifacts.get(name) == body
        self.plane.artifacts[name], self.plane.kinds[name] = body, self.headers["Content-Type"]
        self._answer(200 if known else 201, {})

    def _bytes(self, data: bytes) -> None:
        if self.plane.cut_downloads > 0:
            self.plane.cut_downloads -= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
            return
        if self.plane.damage_downloads > 0:
            self.plane.damage_downloads -= 1
            data = bytes([data[0] ^ 1]) + data[1:]
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, status: int, body: Any = None) -> None:
        data = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def zipped(folder: Path) -> bytes:
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder).as_posix())
    return made.getvalue()
