"""Answers at once, for load tests: what is measured is then the way to it.

One thread per connection, HTTP/1.1 with keep-alive, standard library only. On SIGTERM it takes no new connections, answers what is
under way with `Connection: close`, and ends.
"""

import os
import signal
import socket
import threading
import time

REVISION = os.environ.get("TIDEWRIGHT_REVISION", "0")
MOST_BYTES = 16 << 20
IDLE_SECONDS = 75
DRAIN_SECONDS = 20

stopping = threading.Event()
busy = 0
lock = threading.Lock()


def answer(connection: socket.socket) -> None:
    global busy
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.settimeout(IDLE_SECONDS)
    waiting = b""
    try:
        while True:
            while (end := waiting.find(b"\r\n\r\n")) < 0:
                if len(waiting) > 65536 or not (data := connection.recv(65536)):
                    return
                waiting += data
            with lock:
                busy += 1
            try:
                head, waiting = waiting[:end].decode("latin-1").split("\r\n"), waiting[end + 4 :]
                method, target, version = head[0].split(" ", 2)
                headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                if headers.get("expect", "").lower() == "100-continue":
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                body, waiting = read_body(connection, headers, waiting)
                stay = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close" and not stopping.is_set()
                connection.sendall(response(method, target.split("?")[0], body, stay))
            finally:
                with lock:
                    busy -= 1
            if not stay:
                return
    except (OSError, ValueError):
        pass
    finally:
        connection.close()


def read_body(connection: socket.socket, headers: dict, waiting: bytes) -> tuple[bytes, bytes]:
    def more() -> bytes:
        data = connection.recv(65536)
        if not data:
            raise ValueError("the client went away")
        return data

    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = b""
        while True:
            while b"\r\n" not in waiting:
                waiting += more()
            size, _, waiting = waiting.partition(b"\r\n")
            wanted = int(size.split(b";")[0], 16) + 2
            if len(body) + wanted > MOST_BYTES:
                raise ValueError("too large")
            while len(waiting) < wanted:
                waiting += more()
            body, waiting = body + waiting[: wanted - 2], waiting[wanted:]
            if wanted == 2:
                return body, waiting
    length = int(headers.get("content-length") or 0)
    if not 0 <= length <= MOST_BYTES:
        raise ValueError("too large")
    while len(waiting) < length:
        waiting += more()
    return waiting[:length], waiting[length:]


def response(method: str, path: str, body: bytes, stay: bool) -> bytes:
    status, kind = "200 OK", "application/json"
    if path in ("/", "/healthz", "/predict") or path.startswith("/echo"):
        if method == "POST":
            kind, content = "application/octet-stream", body
        else:
            content = f'{{"revision":"{REVISION}","pid":{os.getpid()}}}'.encode()
    else:
        status, content = "404 Not Found", b'{"error":"there is only /, /predict, /echo and /healthz"}'
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        f"X-Echo-Revision: {REVISION}\r\nConnection: {'keep-alive' if stay else 'close'}\r\n\r\n"
    )
    return head.encode() + (b"" if method == "HEAD" else content)


def main() -> None:
    host, port = os.environ.get("TIDEWRIGHT_BIND", "127.0.0.1"), int(os.environ.get("PORT", "5001"))
    listener = socket.create_server((host, port), backlog=512, reuse_port=False)
    listener.settimeout(0.2)
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.set())
    signal.signal(signal.SIGINT, lambda number, frame: stopping.set())
    print(f"echo revision {REVISION} listens on {host}:{port}", flush=True)
    threading.stack_size(256 * 1024)
    while not stopping.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        threading.Thread(target=answer, args=(connection,), daemon=True).start()
    # Whoever has connected already is answered too.
    listener.setblocking(False)
    try:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()
    except BlockingIOError:
        listener.close()
    until = time.monotonic() + DRAIN_SECONDS
    quiet = 0
    while time.monotonic() < until and quiet < 3:
        quiet = quiet + 1 if busy == 0 else 0
        time.sleep(0.05)
    print(f"echo revision {REVISION} has drained", flush=True)


if __name__ == "__main__":
    main()
