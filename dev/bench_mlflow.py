"""Tidewright beside `mlflow server`: the same questions over the same rows in the same PostgreSQL, asked by turns.

CPU is that of the server with all its workers and of PostgreSQL, in the turns in which it was asked; the client's is left out. MLflow's server
checks nobody's token and has no namespaces; Tidewright does both for each request.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow_clients
from harness import ROOT, Database, Failed, Platform, free_port, percentile, signed_in, wait_for

NS = "bench"
API = "/api/2.0/mlflow/"
METRICS = 500  # a batch of MLflow's own load script (mlflow/mlflow#17038), which has 64 writers; the limit is 1,000
WRITERS = 32
WARM = 2  # so many times as long as it is measured a JVM is asked before; measured: 40 s until CPU per request stands still, 15 s for each further question
AS_IN_THE_IMAGE = ["-XX:-UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=4", "-XX:ReservedCodeCacheSize=240m", "-XX:AOTMode=off"]


def cpu_of_tree(pid: int) -> float:
    """Of a process, those it has started, and those of them that have ended. Linux only."""
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    for one, (_, spent) in parents.items():
        above = one
        while above not in (0, 1, pid):
            above = parents.get(above, (0, 0))[0]
        if above == pid:
            total += spent
    return total / ticks


class Side:
    """One of the two: where it listens, how it is asked, and what it and its database have spent."""

    def __init__(self, name: str, port: int, headers: dict, pid: int, postmaster: int):
        self.name, self.port, self.headers, self.pid, self.postmaster = name, port, headers, pid, postmaster

    def spent(self) -> tuple[float, float]:
        return cpu_of_tree(self.pid), cpu_of_tree(self.postmaster)

    def ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None) -> bytes:
        connection.request(method, path, body, {"Content-Type": "application/json", **self.headers})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Failed(f"{self.name}: {method} {path} answered {answer.status}: {text[:500]!r}")
        return text


class MlflowServer:
    """`mlflow server` on a database, with so many workers."""

    def __init__(self, python: Path, store: str, folder: Path, workers: int):
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        # With its own pool of 5 connections it answers 400 to so many writers.
        environment.update(MLFLOW_DISABLE_TELEMETRY="true", GIT_PYTHON_REFRESH="quiet", MLFLOW_SQLALCHEMYSTORE_POOL_SIZE=str(2 * WRITERS // workers), MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW="0")
        self.log = folder / f"mlflow-{workers}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [python, "-m", "mlflow", "server", "--backend-store-uri", store, "--artifacts-destination", folder / "artifacts", "--host", "127.0.0.1",
                 "--port", str(self.port), "--workers", str(workers)],
                cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True)
        try:
            wait_for("mlflow server", self.ready, 180, 0.5)
        except Failed:
            raise Failed(f"mlflow server did not start:\n{self.log.read_text()[-3000:]}") from None

    def ready(self):
        if self.process.poll() is not None:
            raise Failed("it ended")
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
            return answer.status == 200

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()


def closed_loop(side: Side, request, seconds: float, threads: int) -> tuple[list[float], float]:
    """Each thread asks again when it is answered. `request(number)` gives method, path and body."""
    numbers, stop = itertools.count(), time.perf_counter() + seconds

    def run(_) -> list[float]:
        mine, connection = [], http.client.HTTPConnection("127.0.0.1", side.port, timeout=120)
        while (began := time.perf_counter()) < stop:
            side.ask(connection, *request(next(numbers)))
            mine.append(time.perf_counter() - began)
        connection.close()
        return mine

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        latencies = [one for mine in pool.map(run, range(threads)) for one in mine]
    return latencies, time.perf_counter() - began


def turns(sides: list[Side], request, seconds: float, threads=4) -> dict[str, dict]:
    """A/B/B/A, after each has answered the same question for a while: a JVM compiles what it is asked most, and a server that runs
    for weeks has done so long ago."""
    found = {side.name: {"latencies": [], "seconds": 0.0, "server": 0.0, "database": 0.0} for side in sides}
    for side in sides:
        closed_loop(side, request[side.name], seconds * WARM if side is sides[0] else seconds / 4, threads)
    for side in (*sides, *reversed(sides)):
        server, database = side.spent()
        latencies, took = closed_loop(side, request[side.name], seconds / 2, threads)
        after = side.spent()
        mine = found[side.name]
        mine["latencies"] += latencies
        mine["seconds"] += took
        mine["server"] += after[0] - server
        mine["database"] += after[1] - database
    return found


def compare(emit, figure: str, sides: list[Side], request, seconds: float, threads=4, per=1, unit="requests"):
    """One line: what each answers in a second, how soon, and at what cost; and how many times less CPU Tidewright takes."""
    if callable(request):
        request = {side.name: request for side in sides}
    values, cost = {}, {}
    for name, mine in turns(sides, request, seconds, threads).items():
        done = len(mine["latencies"]) * per
        cost[name] = (mine["server"] + mine["database"]) / done
        values[name] = {
            "perSecond": round(done / mine["seconds"], 1), "p50Ms": round(percentile(mine["latencies"], 0.5) * 1000, 2),
            "p99Ms": round(percentile(mine["latencies"], 0.99) * 1000, 2), "cpuSecondsPer1000": round(cost[name] * 1000, 4),
            "ofItPostgres": round(mine["database"] * 1000 / done, 4), unit: done}
    emit(figure, **values, timesLessCpu=round(cost["mlflow"] / cost["tidewright"], 1), threads=threads, unit=unit)


def get(path: str, **query):
    return "GET", f"{API}{path}?{urllib.parse.urlencode(query)}", None


def search(path: str, **body):
    return "POST", API + path, json.dumps(body).encode()


def registry(emit, sides, models: int, seconds: float):
    """Each request asks for another one."""
    name = lambda n: f"Model {n * 7919 % models + 1}"  # noqa: E731
    # What all requests go through takes the longest to be compiled.
    closed_loop(sides[0], lambda n: get("model-versions/get", name=name(n), version=1), 3 * WARM * seconds, 4)
    compare(emit, "mlflow-version-by-name", sides, lambda n: get("model-versions/get", name=name(n), version=n % 10 + 1), seconds)
    compare(emit, "mlflow-version-by-alias", sides, lambda n: get("registered-models/alias", name=name(n), alias="champion"), seconds)
    compare(emit, "mlflow-versions-by-tag-1-row", sides,
            lambda n: get("model-versions/search", filter=f"tags.n = '{name(n)}/{n % 10 + 1}'", max_results=100), seconds, threads=2)
    compare(emit, "mlflow-versions-by-tag-100-rows", sides,
            lambda n: get("model-versions/search", filter=f"tags.batch = 'b{n % (models // 10)}'", max_results=100), seconds, threads=2)
    compare(emit, "mlflow-versions-by-tag-a-third", sides,
            lambda n: get("model-versions/search", filter=f"tags.env = 'e{n % 3}'", max_results=100), seconds, threads=2)


def runs(emit, sides, seconds: float):
    """Pages of 100 of one experiment."""
    many = {"experiment_ids": ["1"], "max_results": 100}
    compare(emit, "mlflow-runs-newest", sides, lambda n: search("runs/search", **many), seconds, threads=2)
    compare(emit, "mlflow-runs-best-of-a-parameter", sides, lambda n: search(
        "runs/search", filter=f"params.p1 = '{n % 1000}' and metrics.m1 < 0.5", order_by=["metrics.m2 ASC"], **many), seconds, threads=2)
    compare(emit, "mlflow-runs-best-of-all", sides, lambda n: search("runs/search", order_by=[f"metrics.m{n % 5 + 1} ASC"], **many), seconds, threads=2)
    compare(emit, "mlflow-runs-by-tag", sides, lambda n: search("runs/search", filter=f"tags.team = 't{n % 100}'", **many), seconds, threads=2)


def ingest(emit, sides, seconds: float):
    """As many writers as MLflow's own script has, each with a run of its own."""
    ids = {}
    for side in sides:
        connection = http.client.HTTPConnection("127.0.0.1", side.port, timeout=60)
        ids[side.name] = [json.loads(side.ask(connection, *search("runs/create", experiment_id="0")))["run"]["info"]["run_id"] for _ in range(WRITERS)]
    steps = itertools.count()

    def batch(name):
        def of(number):
            step = next(steps)
            return search("runs/log-batch", run_id=ids[name][number % WRITERS], metrics=[
                {"key": f"k{key % 10}", "value": key / 7, "timestamp": 1_800_000_000_000 + step, "step": step * 50 + key // 10} for key in range(METRICS)])
        return of

    compare(emit, "mlflow-log-batch", sides, {side.name: batch(side.name) for side in sides}, seconds, WRITERS, METRICS, "metrics")


def first_paint(emit, python: Path, sides, platform: Platform, times: int):
    """A cold browser on the table of runs, by turns."""
    pages = {"tidewright": f"{platform.url}/ns/{NS}/experiments/1", "mlflow": f"http://127.0.0.1:{sides[1].port}/#/experiments/1/runs"}
    done = subprocess.run([python, ROOT / "dev/mlflow/first_paint.py", str(times), signed_in(platform)["Cookie"], *pages.values()],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"the browser failed: {done.stderr[-3000:]}")
    emit("mlflow-first-paint", **dict(zip(pages, json.loads(done.stdout), strict=True)), times=times, how="Chromium with an empty cache, the newest run is in sight")


def sql(python: Path, address: str, file: str | None = None, text: str = "", **values):
    """Through the driver that MLflow's environment has."""
    program = "import json, psycopg2, sys; c = psycopg2.connect(sys.argv[1]); c.autocommit = True; c.cursor().execute(sys.stdin.read(), json.loads(sys.argv[2]) or None)"
    done = subprocess.run([python, "-c", program, address, json.dumps(values)], input=(ROOT / "dev/mlflow" / file).read_text() if file else text,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"the rows could not be made: {done.stderr[-2000:]}")


def best_number_of_workers(python, store, folder, short: bool, emit) -> int:
    """By what it answers in a second, as somebody who tunes it would choose."""
    rates = {}
    for workers in (1, 2, 4):
        server = MlflowServer(python, store, folder, workers)
        try:
            side = Side("mlflow", server.port, {}, server.process.pid, server.process.pid)
            request = lambda n: get("model-versions/get", name=f"Model {n % 100 + 1}", version=1)  # noqa: E731
            closed_loop(side, request, 1, 4)
            latencies, took = closed_loop(side, request, 2 if short else 8, 4)
            rates[workers] = round(len(latencies) / took, 1)
        finally:
            server.stop()
    best = max(rates, key=rates.get)
    emit("mlflow-workers", best=best, versionReadsPerSecond=rates)
    return best


def run(short: bool, emit) -> int:
    """All figures; how many could not be measured."""
    version = mlflow_clients.CLIENTS[-1]
    python = mlflow_clients.installed(version, "psycopg2-binary==2.9.13", "playwright==1.58.0", purpose="-bench")
    models, many, seconds = (200, 2_000, 2) if short else (10_000, 100_000, 12)
    failed = 0
    with Platform.temporary("beside-mlflow") as platform, tempfile.TemporaryDirectory(prefix="mlflow-server-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # for PostgreSQL, which is another user
        database, server = Database(folder / "database", platform.jar), None
        try:
            address = urllib.parse.urlsplit(database.url.removeprefix("jdbc:"))
            common = f"postgresql://postgres@{address.hostname}:{address.port}/"
            postmaster = int((folder / "database/postgres/postmaster.pid").read_text().splitlines()[0])
            platform.start(database.environment(), AS_IN_THE_IMAGE)
            platform.wait_ready()
            platform.api.post("/api/v1/namespaces", {"name": NS})
            sql(python, f"{common}postgres", text="CREATE DATABASE mlflow")
            store = f"{common}mlflow".replace("postgresql:", "postgresql+psycopg2:")
            MlflowServer(python, store, folder, 1).stop()  # makes its tables
            sql(python, f"{common}postgres", "seed_tidewright.sql", namespace=NS, models=models, runs=many)
            sql(python, f"{common}mlflow", "seed_mlflow.sql", models=models, runs=many)
            for one in ("postgres", "mlflow"):
                sql(python, common + one, text="VACUUM ANALYZE")
            server = MlflowServer(python, store, folder, best_number_of_workers(python, store, folder, short, emit))
            token = {"Authorization": f"Bearer {platform.token}", "X-MLFLOW-WORKSPACE": NS}
            sides = [Side("tidewright", platform.port, token, platform.process.pid, postmaster), Side("mlflow", server.port, {}, server.process.pid, postmaster)]
            for part in (lambda: registry(emit, sides, models, seconds), lambda: runs(emit, sides, seconds), lambda: ingest(emit, sides, seconds),
                         lambda: first_paint(emit, python, sides, platform, 3 if short else 9)):
                try:
                    part()
                except Exception as error:
                    failed += 1
                    emit("beside-mlflow", error=str(error))
        finally:
            if server:
                server.stop()
            platform.stop()
            database.stop()
    return failed
