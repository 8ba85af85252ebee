"""What the demo and the crash, soak and bench runs share: the packaged platform as a real process, and its REST API.

Python's standard library only: a newcomer's machine has nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import http.cookiejar
import itertools
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Problem(Exception):
    """An answer of the API that is no success."""

    def __init__(self, method: str, path: str, status: int, body: bytes):
        self.status = status
        try:
            self.body = json.loads(body)
        except ValueError:
            self.body = {"detail": body.decode(errors="replace")[:500]}
        self.code = self.body.get("code", "")
        detail = self.body.get("detail") or self.body.get("title") or "no explanation"
        errors = "".join(f"; {e.get('field', '')}: {e.get('message', '')}" for e in self.body.get("errors") or [])
        super().__init__(f"{method} {path} answered {status}: {detail}{errors}")


class Failed(Exception):
    """A step did not do what it should; the message is for people."""


class Api:
    """The REST API with one token."""

    def __init__(self, base: str, token: str | None):
        self.base = base
        self.token = token

    def call(self, method, path, body=None, headers=None, timeout=30.0, raw=False):
        """Answers (parsed body, headers). A `bytes` body is sent as it is, anything else as JSON."""
        headers = dict(headers or {})
        data = None
        if isinstance(body, bytes):
            data = body
            headers.setdefault("Content-Type", "application/octet-stream")
        elif body is not None:
            data = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                content = answer.read()
                parsed = content if raw else (json.loads(content) if content.strip() else None)
                return parsed, answer.headers
        except urllib.error.HTTPError as error:
            raise Problem(method, path, error.code, error.read()) from None

    def get(self, path, **options):
        return self.call("GET", path, **options)[0]

    def post(self, path, body=None, **options):
        return self.call("POST", path, body if body is not None else {}, **options)[0]

    def put(self, path, body=None, **options):
        return self.call("PUT", path, body, **options)[0]

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)[0]

    def exists(self, path):
        try:
            return self.get(path)
        except Problem as problem:
            if problem.status == 404:
                return None
            raise


def unavailable(error: Exception) -> bool:
    """Whether an error says that nobody is there just now, as after a kill."""
    if isinstance(error, Problem):
        return error.status in (502, 503, 504)
    return isinstance(error, (urllib.error.URLError, ConnectionError, http.client.HTTPException, TimeoutError, OSError))


def wait_for(what, probe, timeout, pause=0.2, platform=None):
    """Calls `probe` until it answers something true; that is the answer."""
    deadline = time.monotonic() + timeout
    last = None
    while True:
        try:
            found = probe()
            if found:
                return found
        except Exception as error:  # the platform may be starting or away
            if not unavailable(error):
                raise
            last = error
        if platform is not None and platform.ended():
            raise Failed(f"the platform ended while waiting for {what}; its log: {platform.log}")
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout:.0f} s for {what}" + (f" (last: {last})" if last else ""))
        time.sleep(pause)


def free_port() -> int:
    """Below those that the system gives to outgoing connections: until the platform listens, such a one could take it."""
    while True:
        port = random.SystemRandom().randint(15_000, 29_999)
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))
                return port
            except OSError:
                continue


def port_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def build() -> str:
    """The path of the unpacked jar, built if need be."""
    done = subprocess.run([ROOT / "dev/build"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed("the build failed (see above)")
    return done.stdout.strip().splitlines()[-1]


class Database:
    """A PostgreSQL for several servers, in a folder; it ends with this script. Needs what the platform's own needs."""

    def __init__(self, folder: Path, jar: str):
        folder.mkdir(parents=True)
        command = [java("java"), "-cp", f"{Path(jar).parent}/lib/*", ROOT / "dev/java/Database.java", folder]
        if os.geteuid() == 0 and subprocess.run(["unshare", "-U", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            # PostgreSQL refuses to be root.
            folder.chmod(0o777)
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(folder / "log", "w"), text=True, start_new_session=True)
        self.url = next((line.strip() for line in self.process.stdout if line.startswith("jdbc:")), "")
        if not self.url:
            raise Failed(f"the database did not start; its log: {folder / 'log'}")

    def environment(self) -> dict[str, str]:
        return {"SPRING_DATASOURCE_URL": self.url, "SPRING_DATASOURCE_USERNAME": "postgres"}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)


class Kubernetes:
    """The cluster that KUBECONFIG names, or the project's own test cluster, which is started if need be."""

    def __init__(self, instance: str | None = None):
        self.own = not os.environ.get("KUBECONFIG")
        # Several platforms may share a cluster: each sees only what carries its name.
        self.instance = instance or f"dev-{secrets.token_hex(4)}"
        if self.own:
            for command in (["cluster", "up"], ["images"]):
                script, *arguments = command
                if subprocess.run([ROOT / "dev/cluster" / script, *arguments]).returncode != 0:
                    raise Failed("the test cluster did not start (see above)")
            found = subprocess.run([ROOT / "dev/cluster/cluster", "kubeconfig"], stdout=subprocess.PIPE, text=True, check=True)
            self.kubeconfig = found.stdout.strip()
        else:
            self.kubeconfig = os.environ["KUBECONFIG"]
        self.host = outward_address()

    @classmethod
    def chosen(cls, cluster: str, instance: str | None = None) -> Kubernetes | None:
        return cls(instance) if cluster == "kubernetes" else None

    def environment(self, port: int, gateway_port: int) -> dict[str, str]:
        return {
            "TIDEWRIGHT_CLUSTER": "kubernetes",
            "TIDEWRIGHT_KUBECONFIG": self.kubeconfig,
            "TIDEWRIGHT_INSTANCE": self.instance,
            # Where pods reach it; nothing else of this machine is opened.
            "TIDEWRIGHT_ADDRESS": self.host,
            "TIDEWRIGHT_API_ADDRESS": f"http://{self.host}:{port}",
            "TIDEWRIGHT_GATEWAY_URL": f"http://{self.host}:{gateway_port}",
        }

    def kubectl(self, *arguments: str) -> str:
        installed = None if self.own else shutil.which("kubectl")
        command = [installed] if installed else [ROOT / "dev/cluster/cluster", "kubectl"]
        done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "KUBECONFIG": self.kubeconfig})
        return done.stdout

    def fake_nodes(self, count: int):
        """Nodes of which only the API knows; those of the test cluster are made where there are fewer."""
        there = self.kubectl("get", "nodes", "-l", "tidewright.dev/fake=true", "-o", "name").split()
        if len(there) < count:
            subprocess.run([ROOT / "dev/cluster/cluster", "fake-nodes", str(count)], check=True, stdout=sys.stderr)

    @property
    def audit_log(self) -> Path:
        log = Path(self.kubeconfig).with_name("audit.log")
        if not log.exists():
            raise Failed(f"this needs the audit log of the API server, and there is no {log}: use the cluster of `make cluster-up`")
        return log

    def clean_up(self):
        """Everything of this platform, without waiting for the end of it."""
        self.kubectl("delete", "namespace", "--wait=false", "-l", f"app.kubernetes.io/instance={self.instance}")


class Audit(threading.Thread):
    """Reads the API server's audit log while it is written, over its rotations: what was answered that concerns one namespace."""

    def __init__(self, log: Path, namespace: str):
        super().__init__(daemon=True)
        self.path = log
        self.mark = f'"namespace":"{namespace}"'
        self.entries: list[dict] = []
        self.stopped = threading.Event()
        self.file = open(log)
        self.file.seek(0, os.SEEK_END)

    def run(self):
        rest = ""
        while True:
            last = self.stopped.is_set()
            # Looked at first: what was written to a file before it was moved away is still read from it.
            moved = os.fstat(self.file.fileno()).st_ino != self.path.stat().st_ino if self.path.exists() else False
            while piece := self.file.read(1 << 20):
                *lines, rest = (rest + piece).split("\n")
                # A stream has an entry for its beginning too.
                self.entries += [json.loads(line) for line in lines if self.mark in line and '"stage":"ResponseComplete"' in line]
            if moved:
                self.file.close()
                self.file, rest = open(self.path), ""
            elif last:
                return
            else:
                self.stopped.wait(0.2)

    def stop(self) -> list[dict]:
        """All of it; the API server writes a request down when it was answered, so a moment later."""
        time.sleep(2)
        self.stopped.set()
        self.join()
        return self.entries


def add_cluster(arguments: argparse.ArgumentParser):
    arguments.add_argument("--cluster", choices=("local", "kubernetes"), default="local", help="what runs the workloads")


def outward_address() -> str:
    """This machine's own address, as others see it; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
            return probe.getsockname()[0]
        except OSError:
            found = subprocess.run(["hostname", "-I"], stdout=subprocess.PIPE, text=True).stdout.split()
            if not found:
                raise Failed("this machine has no address that pods could reach") from None
            return found[0]


class Platform:
    """One installation: a home folder and two ports, started and stopped as often as wanted."""

    kubernetes: Kubernetes | None = None

    def __init__(self, home: Path, port: int, gateway_port: int, token: str, password: str, jar: str | None = None):
        self.home = home
        self.port = port
        self.gateway_port = gateway_port
        self.token = token
        self.password = password
        self.jar = jar or build()
        self.log = home / "platform.log"
        self.process: subprocess.Popen | None = None
        self.api = Api(self.url, token)

    def on(self, kubernetes: Kubernetes | None):
        """Workloads run there; on this machine without it."""
        self.kubernetes = kubernetes
        self.api = Api(self.url, self.token)
        return self

    @property
    def host(self):
        return self.kubernetes.host if self.kubernetes else "127.0.0.1"

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    @property
    def gateway(self):
        return f"http://{self.host}:{self.gateway_port}"

    @classmethod
    @contextlib.contextmanager
    def temporary(cls, name: str, kubernetes: Kubernetes | None = None):
        """In a folder and on ports of its own; everything is gone afterwards, unless it failed."""
        home = Path(tempfile.mkdtemp(prefix=f"tidewright-{name}-"))
        platform = cls(home, free_port(), free_port(), new_token(), secrets.token_urlsafe(18)).on(kubernetes)
        try:
            yield platform
        except BaseException:
            platform.clean_up()
            print(f"kept for a look: {home}", file=sys.stderr)
            raise
        platform.clean_up()
        shutil.rmtree(home, ignore_errors=True)

    def start(self, environment: dict[str, str] | None = None, options: list[str] = ()):
        if self.alive():
            raise Failed("it runs already")
        self.home.mkdir(parents=True, exist_ok=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SPRING_", "TIDEWRIGHT_"))}
        env.update(
            TIDEWRIGHT_HOME=str(self.home),
            TIDEWRIGHT_PORT=str(self.port),
            TIDEWRIGHT_GATEWAY_PORT=str(self.gateway_port),
            TIDEWRIGHT_ADMIN_TOKEN=self.token,
            TIDEWRIGHT_ADMIN_PASSWORD=self.password,
        )
        if self.kubernetes:
            env.update(self.kubernetes.environment(self.port, self.gateway_port))
        env.update(environment or {})
        with open(self.log, "ab") as log:
            # A session of its own: Ctrl-C reaches this script first, which then stops the platform politely.
            self.process = subprocess.Popen(
                [ROOT / "dev/launch", self.jar, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, start_new_session=True,
            )

    def wait_ready(self, timeout=180.0):
        def ready():
            # Without the token: it is made known only when the first start is done.
            return Api(self.url, None).get("/actuator/health/readiness")["status"] == "UP"

        try:
            wait_for("the platform to become ready", ready, timeout, 0.1, self)
        except Failed as failed:
            raise Failed(f"{failed}\n{self.tail()}") from None
        return self

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ended(self) -> bool:
        """Whether it was started here and runs no more."""
        return self.process is not None and not self.alive()

    def stop(self, timeout=40.0) -> bool:
        """Politely. False when it had to be forced."""
        if not self.alive():
            return True
        self.process.terminate()
        try:
            self.process.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def kill(self):
        """As `kill -9`: of the control plane alone, its workloads and its database live on."""
        if self.alive():
            self.process.kill()
            self.process.wait()

    def wait_dead(self, timeout=60.0) -> int:
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"the platform still runs after {timeout:.0f} s") from None

    def leftovers(self) -> list[int]:
        """Processes that belong to this home: workloads outlive the control plane on purpose. Linux only."""
        mine = []
        marker = f"{self.home}/".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            if int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                cwd = os.readlink(entry / "cwd")
                if f"{cwd}/".startswith(f"{self.home}/") or marker in (entry / "environ").read_bytes():
                    mine.append(int(entry.name))
        return mine

    def clean_up(self):
        self.stop()
        if self.kubernetes:
            self.kubernetes.clean_up()
        for attempt in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.leftovers():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, attempt)
            with contextlib.suppress(Failed):
                wait_for("workloads to end", lambda: not self.leftovers(), 5)

    def tail(self, lines=40) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def cpu_seconds(self) -> float:
        """User and system time of the control plane so far. Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def java(tool: str) -> str:
    """The path of a tool of the JDK that the platform runs on."""
    found = subprocess.run(["bash", "-c", 'source dev/find-tools.sh && find_jdk && echo "$JAVA_HOME"'], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.strip()
    return f"{found}/bin/{tool}"


def signed_in(platform: Platform) -> dict[str, str]:
    """The session cookie of a browser that signed in as the first admin."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    form = browser.open(f"{platform.url}/sign-in").read().decode()
    token = re.search(r'name="_csrf" value="([^"]+)"', form)[1]
    fields = {"username": "admin", "password": platform.password, "_csrf": token}
    browser.open(f"{platform.url}/sign-in", urllib.parse.urlencode(fields).encode()).read()
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)}


class Gateways:
    """Gateways in processes of their own, on the database of a platform without any; killed and started as wanted."""

    def __init__(self, platform: Platform, count: int, database: Database):
        self.platform = platform
        self.database = database
        self.ports = [free_port() for _ in range(count)]
        self.processes: dict[int, subprocess.Popen] = {}
        # Clients of one that is being killed may see broken connections; they go to another one.
        self.down: set[int] = set()
        self._turn = itertools.count()

    def __enter__(self):
        try:
            for port in self.ports:
                self.start(port)
            for port in self.ports:
                self.wait_ready(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.kill()
            process.wait()

    def start(self, port: int):
        home = self.platform.home / f"gateway-{port}"
        home.mkdir(exist_ok=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SPRING_", "TIDEWRIGHT_"))}
        env.update(self.database.environment(), TIDEWRIGHT_ROLE="gateway", TIDEWRIGHT_HOME=str(home), TIDEWRIGHT_PORT="0",
                   TIDEWRIGHT_ADDRESS=self.platform.host, TIDEWRIGHT_GATEWAY_PORT=str(port))
        with open(home / "log", "ab") as log:
            self.processes[port] = subprocess.Popen([ROOT / "dev/launch", self.platform.jar], stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log, env=env, start_new_session=True)

    def wait_ready(self, port: int, timeout=120.0):
        wait_for("a gateway to become ready",
                 lambda: Api(f"http://{self.platform.host}:{port}", None).get("/-/ready", raw=True), timeout)
        self.down.discard(port)

    def kill(self, port: int):
        """As `kill -9`."""
        self.down.add(port)
        self.processes[port].kill()
        self.processes[port].wait()

    def one(self) -> int:
        """The next one that is not down."""
        up = [port for port in self.ports if port not in self.down]
        return up[next(self._turn) % len(up)]


def new_token() -> str:
    return secrets.token_urlsafe(32)


def idempotent(key=None):
    return {"Idempotency-Key": key or secrets.token_hex(12)}


class Load:
    """Sends requests without pause from several threads: on connections that are kept and on new ones, by turns."""

    def __init__(self, platform: Platform, path: str, body, threads=2, pause=0.0, limit=None,
                 gateways: Gateways | None = None):
        self.platform = platform
        self.gateways = gateways
        self.broken = 0
        self.path = path
        self.body = json.dumps(body).encode()
        self.pause = pause
        self.limit = limit
        self.sent = 0
        self.failures: list[str] = []
        self.revisions: Counter[str] = Counter()
        self.seconds: list[float] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number % 2 == 0,), daemon=True) for number in range(threads)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def failed(self) -> int:
        return len(self.failures)

    def wait_for_revision(self, revision, timeout=60):
        """Until answers of this revision came."""
        wait_for(f"an answer of revision {revision}", lambda: self.revisions.get(str(revision)), timeout)

    def _run(self, keep: bool):
        connection, port = None, self.platform.gateway_port
        while not self._stop.is_set():
            with self._lock:
                if self.limit is not None and self.sent >= self.limit:
                    return
                self.sent += 1
            started = time.perf_counter()
            try:
                if connection is None:
                    port = self.gateways.one() if self.gateways else port
                    connection = http.client.HTTPConnection(self.platform.host, port, timeout=30)
                connection.request("POST", self.path, self.body, {
                    "Content-Type": "application/json", "Authorization": f"Bearer {self.platform.token}",
                })
                answer = connection.getresponse()
                content = answer.read()
                if answer.status >= 300:
                    self._fail(f"{answer.status}: {content[:200].decode(errors='replace')}")
                with self._lock:
                    self.revisions[answer.headers.get("X-Serving-Revision", "none")] += 1
                    self.seconds.append(time.perf_counter() - started)
                if not keep or answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                if self.gateways and port in self.gateways.down:
                    with self._lock:
                        self.broken += 1
                else:
                    self._fail(f"{type(error).__name__}: {error}")
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.05)
            if self.pause:
                time.sleep(self.pause)

    def _fail(self, what: str):
        with self._lock:
            self.failures.append(what)


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
