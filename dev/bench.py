"""Prints one JSON line for each figure. Load is open-loop where it says so: latencies count from the moment at which a
request was due, so that a stall is not hidden by clients that wait for it.

A figure that could not be measured is a line with "error"; the exit code tells whether there was one.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import os
import platform as machine
import re
import statistics
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import bench_kubernetes
import bench_mlflow
import journey
from harness import ROOT, Failed, Platform, add_cluster, java, percentile, signed_in, wait_for

NS = "bench"
SCRIPT = b"""
import os, pathlib, time
output = pathlib.Path(os.environ["TIDEWRIGHT_OUTPUT"])
output.joinpath("started.txt").write_text(repr(time.time()))
output.joinpath("metrics.jsonl").write_text('{"key": "rmse", "value": 53.3, "step": 0}\\n')
output.joinpath("model").mkdir()
output.joinpath("model/model.pkl").write_bytes(b"to be registered, never loaded")
"""


def emit(figure: str, **values):
    print(json.dumps({"figure": figure, **values}), flush=True)


def machine_size() -> dict:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cores": os.cpu_count(), "memoryGiB": round(memory / 2**30, 1), "system": machine.platform(),
            "load1m": round(os.getloadavg()[0], 2)}


def quantiles(seconds: list[float]) -> dict:
    return {f"p{p}Ms": round(percentile(seconds, p / 100) * 1000, 2) for p in (50, 95, 99)}


# -- figures ----------------------------------------------------------------------------------------------------------


def start_up(platform: Platform, times: int):
    """Start to ready, on a database that is there and with the AOT cache that the first start leaves to be made."""
    wait_for("the AOT cache", lambda: list(Path(platform.jar).parent.glob("*.aot")), 600, 1)
    walls, processors = [], []
    for _ in range(times):
        platform.stop()
        began = time.monotonic()
        platform.start()
        platform.wait_ready()
        walls.append(time.monotonic() - began)
        processors.append(platform.cpu_seconds())
    emit("start-up", wallSeconds=round(statistics.median(walls), 2), cpuSeconds=round(statistics.median(processors), 2),
         times=times, how="unpacked jar, C1, serial collector, AOT cache")


def submit_to_start(platform: Platform, times: int):
    """POST of a job sent → first line of its own code, both by this machine's clock."""
    api = platform.api
    source = journey.upload(api, NS, name="mark.py", content=SCRIPT)["id"]
    took, answers = [], []
    for number in range(times + 2):
        name = f"start-{number}"
        sent = time.time()
        journey.submit(api, NS, {"name": name, "source": {"upload": source}, "resources": {"cpu": "100m", "memory": "64Mi"}})
        answered = time.time() - sent
        journey.succeeded(journey.wait_for_job(api, NS, name, 120, platform=platform), api, NS)
        started = float(api.get(f"/api/v1/namespaces/{NS}/jobs/{name}/artifacts/started.txt", raw=True))
        if number >= 2:  # the first ones pay for class loading and the environment
            took.append(started - sent)
            answers.append(answered)
    emit("submit", **quantiles(answers), times=times)
    emit("submit-to-start", **quantiles(took), times=times)


def open_loop(port: int, path: str, rate: float, seconds: float, headers: dict, body: bytes, threads=16) -> tuple[list, int]:
    """Latencies from the intended moment of sending, and how many failed."""
    total = int(rate * seconds)
    origin = time.perf_counter() + 0.2
    lock, latencies, state = threading.Lock(), [], {"next": 0, "failed": 0}

    def run():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                number = state["next"]
                if number >= total:
                    return
                state["next"] += 1
            due = origin + number / rate
            wait = due - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                ok = answer.status == 200
            except (OSError, http.client.HTTPException):
                connection.close()
                ok = False
            with lock:
                latencies.append(time.perf_counter() - due)
                state["failed"] += not ok

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return latencies, state["failed"]


def gateway(platform: Platform, rate: float, seconds: float):
    """The same backend with and without the gateway, by turns A/B/B/A at a constant arrival rate."""
    api = platform.api
    made = journey.create_echo(api, NS, "echo", 1, "to measure")
    journey.wait_for_revision(api, NS, "echo", journey.current_revision(made), platform=platform)
    replica = journey.replicas(api, NS, "echo")[0]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {platform.token}"}
    body = b'{"a": 1}'
    ways = {"gateway": (platform.gateway_port, f"/{NS}/echo/echo"), "direct": (replica["port"], "/echo")}
    found, failures, spent = {"gateway": [], "direct": []}, 0, 0.0
    for way in ("gateway", "direct"):  # warm-up, not counted
        open_loop(*ways[way], rate, 5, headers, body)
    for way in ("direct", "gateway", "gateway", "direct") * 2:
        before = platform.cpu_seconds()
        latencies, failed = open_loop(*ways[way], rate, seconds, headers, body)
        spent += (platform.cpu_seconds() - before) * (1 if way == "gateway" else -1)
        found[way] += latencies
        failures += failed
    emit("gateway-cpu", cpuSecondsPer1000=round(spent * 1000 / len(found["gateway"]), 3),
         how="of the control plane's process, less what it used in the direct turns")
    for way, latencies in found.items():
        emit(f"latency-{way}", **quantiles(latencies), requests=len(latencies), ratePerSecond=rate, failed=failures,
             how="open loop, A/B/B/A twice, from the intended moment of sending")


def closed_loop(platform: Platform, path: str, seconds: float, threads=4, headers=None) -> tuple[float, list[float]]:
    """Requests per second and latencies of threads that each send the next when the last is answered."""
    headers = headers or {"Authorization": f"Bearer {platform.token}"}
    stop = time.perf_counter() + seconds
    found: list[list[float]] = []

    def run():
        mine: list[float] = []
        found.append(mine)
        connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=30)
        while (began := time.perf_counter()) < stop:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise Failed(f"GET {path} answered {answer.status}")
            mine.append(time.perf_counter() - began)

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    latencies = [one for mine in found for one in mine]
    return len(latencies) / seconds, latencies


class Cpu:
    """CPU seconds of the control plane for each 1,000 operations: what a busy machine disturbs least."""

    def __init__(self, platform: Platform):
        self.platform = platform
        self.began = platform.cpu_seconds()

    def per_thousand(self, operations: int) -> float:
        return round((self.platform.cpu_seconds() - self.began) * 1000 / operations, 3)


def reads(platform: Platform, seconds: float):
    api = platform.api
    api.post(f"/api/v1/namespaces/{NS}/models", {"name": "bench"})
    api.post(f"/api/v1/namespaces/{NS}/models/bench/versions", {"job": "start-0", "path": "model"})
    path = f"/api/v1/namespaces/{NS}/models/bench/versions/1"
    closed_loop(platform, path, 5)
    cpu = Cpu(platform)
    rate, latencies = closed_loop(platform, path, seconds)
    emit("version-reads", perSecond=round(rate), **quantiles(latencies), cpuSecondsPer1000=cpu.per_thousand(len(latencies)), threads=4, how="closed loop, Python client on the same machine")


def list_page(platform: Platform, rows: int):
    """One page of 50 jobs and the rendered page, with this many in the namespace."""
    seed(platform, rows)
    for name, path, headers in (
        ("jobs-list-api", f"/api/v1/namespaces/{NS}/jobs?limit=50", None),
        ("jobs-list-page", f"/ns/{NS}/jobs", signed_in(platform)),
    ):
        closed_loop(platform, path, 3, 1, headers)
        cpu = Cpu(platform)
        rate, latencies = closed_loop(platform, path, 10, 1, headers)
        emit(name, rows=rows, **quantiles(latencies), perSecond=round(rate, 1),
             cpuSecondsPer1000=cpu.per_thousand(len(latencies)))


def seed(platform: Platform, rows: int):
    """Copies a finished job many times, by SQL: what is measured is reading."""
    driver = next((Path(platform.jar).parent / "lib").glob("postgresql-*.jar"))
    port = (platform.home / "postgres/postmaster.pid").read_text().splitlines()[3]
    done = subprocess.run(
        [java("java"), "-cp", str(driver), str(ROOT / "dev/java/Seed.java"), port,
         (platform.home / "postgres.password").read_text().strip(), NS, str(rows)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"the rows could not be made: {done.stderr[-2000:]}")


def heap(platform: Platform):
    """What is reachable while nothing happens, after a full collection."""
    time.sleep(10)
    pid = str(platform.process.pid)
    # The histogram collects first, so its last line is what is reachable, with any collector.
    text = subprocess.run([java("jcmd"), pid, "GC.class_histogram"], capture_output=True, text=True, check=True).stdout
    used = int(re.search(r"^Total\s+\d+\s+(\d+)", text, re.MULTILINE)[1])
    resident = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    emit("heap-at-rest", heapMiB=round(used / 2**20, 1), residentMiB=round(resident / 1024, 1))


def alone(short: bool) -> int:
    """All figures of the platform itself; how many could not be measured."""
    failed = 0
    with Platform.temporary("bench") as platform:
        platform.start()
        platform.wait_ready()
        journey.namespace(platform.api, NS, {"cpu": "16", "memory": "16Gi", "storage": "5Gi", "jobs": 50, "endpoints": 5})
        for figure, values in (
            (start_up, (2 if short else 5,)),
            (submit_to_start, (3 if short else 30,)),
            (gateway, (100, 3 if short else 20)),
            (reads, (3 if short else 20,)),
            (list_page, (1_000 if short else 100_000,)),
            (heap, ()),
        ):
            try:
                figure(platform, *values)
            except Exception as error:
                failed += 1
                traceback.print_exc()
                emit(figure.__name__, error=str(error))
    return failed


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--short", action="store_true", help="to see that it works; the figures mean little")
    arguments.add_argument("--only", choices=("platform", "mlflow"), help="the platform alone, or what it is beside `mlflow server`")
    add_cluster(arguments)
    chosen = arguments.parse_args()
    short = chosen.short
    emit("machine", date=datetime.date.today().isoformat(), **machine_size())
    if chosen.cluster == "kubernetes":
        return bench_kubernetes.run(short, emit)
    failed = alone(short) if chosen.only != "mlflow" else 0
    failed += bench_mlflow.run(short, emit) if chosen.only != "platform" else 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
