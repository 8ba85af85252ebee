"""What a job costs on Kubernetes: beside a bare client of the same API server, which makes the same Jobs and nothing else. On
nodes of which only the API knows, so that what is measured is the platform and the control plane, and no program's own work.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

import journey
from crash_servers import FAKE_NODES, ON_FAKE_NODES, all_ended
from harness import ROOT, Audit, Failed, Kubernetes, Platform, percentile, wait_for

NS = "bench-jobs"


def bare() -> Path:
    """The bare client, built if need be; Go builds what changed."""
    built = Path.home() / ".cache/tidewright/bare"
    built.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "build", "-trimpath", "-o", built, "."], cwd=ROOT / "dev/bare", check=True,
                   env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "auto"})
    return built


class Watch:
    """An independent one: when each Job appeared and ended, as the API server told somebody else."""

    def __init__(self, client: Path, kubernetes: Kubernetes):
        self.process = subprocess.Popen([client, "watch", NS], stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "KUBECONFIG": kubernetes.kubeconfig})
        if "ready" not in self.process.stdout.readline():
            raise Failed("the watch did not begin")
        self.when: dict[tuple[str, str], int] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            name, what, at = line.split()
            self.when[(name, what)] = int(at)

    def wait(self, names, what: str, timeout=300):
        wait_for(f"{len(names)} jobs that {what}", lambda: all((name, what) in self.when for name in names), timeout)
        return [self.when[(name, what)] for name in names]

    def stop(self):
        self.process.terminate()


class Events:
    """What a browser hears: the namespace's history as server-sent events, with the moment each arrived."""

    def __init__(self, platform: Platform):
        request = urllib.request.Request(
            f"{platform.url}/api/v1/namespaces/{NS}/events", headers={"Authorization": f"Bearer {platform.token}"})
        self.answer = urllib.request.urlopen(request, timeout=600)
        self.heard: dict[tuple[str, str], int] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self.answer:
                if line.startswith(b"data:"):
                    entry = json.loads(line[5:])
                    self.heard[(entry.get("name"), entry.get("to"))] = time.time_ns()
        except (OSError, ValueError):
            return


class Bench:
    def __init__(self, platform: Platform, kubernetes: Kubernetes, emit):
        self.platform, self.kubernetes, self.emit = platform, kubernetes, emit
        self.client = bare()
        self.source = journey.upload(platform.api, NS, name="nothing.py", content=b"print('nothing')\n")["id"]
        self.watch = Watch(self.client, kubernetes)
        self.submit("first")
        self.watch.wait(["first-a1"], "appeared")
        self.manifest = self.bare_manifest("first-a1")
        wait_for("the first job to end", lambda: journey.phase(journey.job(platform.api, NS, "first")) in journey.ENDED, 60)

    def bare_manifest(self, name: str) -> Path:
        """The very Job that the platform made, without what the API server added and what would make it the platform's."""
        job = json.loads(self.kubernetes.kubectl("get", "job", name, "-n", NS, "-o", "json"))
        template = job["spec"]["template"]
        template["metadata"] = {}
        template["spec"]["containers"][0].pop("envFrom", None)
        spec = {key: job["spec"][key] for key in (
            "parallelism", "completions", "backoffLimit", "podReplacementPolicy", "podFailurePolicy", "ttlSecondsAfterFinished")}
        wanted = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {}, "spec": {**spec, "template": template}}
        file = Path(tempfile.mkstemp(suffix=".json")[1])
        file.write_text(json.dumps(wanted))
        return file

    def submit(self, name: str) -> int:
        """Answers when it was sent."""
        sent = time.time_ns()
        journey.submit(self.platform.api, NS, {
            "name": name, "source": {"upload": self.source}, "resources": {"cpu": "10m", "memory": "16Mi"}, "pod": ON_FAKE_NODES})
        return sent

    def create(self, prefix: str, count: int, concurrency: int) -> list[tuple[str, int, int]]:
        done = subprocess.run([self.client, "create", NS, self.manifest, prefix, str(count), str(concurrency)],
                              stdout=subprocess.PIPE, text=True, check=True,
                              env={**os.environ, "KUBECONFIG": self.kubernetes.kubeconfig})
        return [(name, int(sent), int(answered)) for name, sent, answered in map(str.split, done.stdout.splitlines())]

    def submit_overhead(self, times: int):
        """By turns, one at a time: sent → the Job is seen by the independent watch."""
        ours, theirs = [], []
        for turn in range(times // 10):
            for number in range(10):
                name = f"one-{turn}-{number}"
                sent = self.submit(name)
                ours.append((self.watch.wait([f"{name}-a1"], "appeared")[0] - sent) / 1e6)
                time.sleep(0.05)
            made = self.create(f"bare-{turn}", 10, 1)
            theirs += [(at - sent) / 1e6 for (_, sent, _), at in zip(made, self.watch.wait([m[0] for m in made], "appeared"))]
        found = {}
        for word, values in (("platform", ours), ("bare", theirs)):
            found |= {f"{word}P{p}Ms": round(percentile(values, p / 100), 1) for p in (50, 99)}
        self.emit("kubernetes-submit", **found, times=len(ours), overheadP50Ms=round(found["platformP50Ms"] - found["bareP50Ms"], 1),
                  overheadP99Ms=round(found["platformP99Ms"] - found["bareP99Ms"], 1),
                  how="POST sent until an independent watch sees the Job, one at a time, ten by turns with a bare create of the same Job")

    def throughput(self, count: int, concurrency: int):
        """POSTs by many clients until the last Job is there, and the same by the bare client; then until all have ended."""
        audit = Audit(self.kubernetes.audit_log, NS)
        audit.start()
        cpu = self.platform.cpu_seconds()
        began = time.time_ns()
        names = [f"many-{number}" for number in range(count)]
        self.many(names, concurrency)
        accepted = time.time_ns()
        appeared = max(self.watch.wait([f"{name}-a1" for name in names], "appeared"))
        ended = max(self.watch.wait([f"{name}-a1" for name in names], "ended", 900))
        wait_for("all to be recorded", self.recorded, 300, 0.5)
        recorded = time.time_ns()
        cpu = self.platform.cpu_seconds() - cpu
        wait_for("what they left to be cleared away", lambda: not self.left(names), 300, 1)
        asked = audit.stop()
        made = self.create("bulk", count, concurrency)
        first = min(sent for _, sent, _ in made)
        bare_appeared = max(self.watch.wait([m[0] for m in made], "appeared"))
        bare_ended = max(self.watch.wait([m[0] for m in made], "ended", 900))
        def rate(end, start):
            return round(count * 1e9 / (end - start), 1)
        self.emit("kubernetes-throughput", jobs=count, concurrency=concurrency, acceptedPerSecond=rate(accepted, began),
                  platformPerSecond=rate(appeared, began), barePerSecond=rate(bare_appeared, first),
                  share=round((bare_appeared - first) / (appeared - began), 2), cpuSecondsPer1000=round(cpu * 1000 / count, 1),
                  how="first POST until the watch has seen the last Job")
        self.emit("kubernetes-burn-down", jobs=count, platformSeconds=round((ended - began) / 1e9, 1),
                  recordedSeconds=round((recorded - began) / 1e9, 1), bareSeconds=round((bare_ended - first) / 1e9, 1),
                  ratio=round((recorded - began) / (bare_ended - first), 2),
                  how="first POST until the last Job ended in the cluster, and until the platform had recorded it")
        self.amplification(asked, count)

    def many(self, names: list[str], concurrency: int):
        todo, lock = list(reversed(names)), threading.Lock()

        def run():
            while True:
                with lock:
                    if not todo:
                        return
                    name = todo.pop()
                self.submit(name)

        workers = [threading.Thread(target=run) for _ in range(concurrency)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def recorded(self) -> bool:
        return all_ended(self.platform.api, NS)

    def left(self, names) -> bool:
        found = self.kubernetes.kubectl("get", "jobs", "-n", NS, "-l", "app.kubernetes.io/managed-by=tidewright", "-o", "name")
        return bool(found.strip())

    def amplification(self, entries: list[dict], count: int):
        """What the platform asked of the API server for each job of the run above."""
        ours = Counter(
            f"{entry['verb']} {entry['objectRef']['resource']}" + (f"/{entry['objectRef']['subresource']}" if "subresource" in entry["objectRef"] else "")
            for entry in entries if "fabric8" in entry.get("userAgent", "") or "okhttp" in entry.get("userAgent", ""))
        writes = sum(n for what, n in ours.items() if what.split()[0] not in ("get", "list", "watch"))
        reads = sum(n for what, n in ours.items() if what.split()[0] in ("get", "list"))
        self.emit("kubernetes-requests-per-job", jobs=count, writes=round(writes / count, 2), reads=round(reads / count, 2),
                  each={what: round(n / count, 2) for what, n in ours.most_common()},
                  how="audit log, requests in the namespace by the platform's user agent, clearing away included")

    def propagation(self, times: int):
        """The Job ended in the cluster, as the independent watch heard it → row → event at a browser."""
        events = Events(self.platform)
        took = []
        for number in range(times):
            name = f"seen-{number}"
            self.submit(name)
            at = self.watch.wait([f"{name}-a1"], "ended")[0]
            wait_for("the event", lambda: (name, "SUCCEEDED") in events.heard, 30, 0.002)
            took.append((events.heard[(name, "SUCCEEDED")] - at) / 1e6)
        self.emit("kubernetes-propagation", times=times, **{f"p{p}Ms": round(percentile(took, p / 100), 1) for p in (50, 99)},
                  how="the end of the Job heard by an independent watch → server-sent event of the job's end")


def run(short: bool, emit) -> int:
    kubernetes = Kubernetes()
    kubernetes.fake_nodes(FAKE_NODES)
    failed = 0
    with Platform.temporary("bench", kubernetes) as platform:
        platform.start()
        platform.wait_ready()
        journey.namespace(platform.api, NS, {"cpu": "1000", "memory": "1000Gi", "storage": "50Gi", "jobs": 5000, "endpoints": 1})
        bench = Bench(platform, kubernetes, emit)
        for figure, arguments in (
            (bench.submit_overhead, (20 if short else 200,)),
            (bench.propagation, (5 if short else 50,)),
            (bench.throughput, (100 if short else 2000, 16)),
        ):
            try:
                figure(*arguments)
            except Exception as error:
                failed += 1
                emit(figure.__name__, error=str(error))
        bench.watch.stop()
    return 1 if failed else 0
