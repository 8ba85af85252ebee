"""Two servers on one database are killed in turn at named points while clients submit jobs, on nodes of which only the API
knows. Then three books are compared: what was acknowledged to the clients, what the platform knows, and what the API server
was asked to create (its audit log). Every acknowledged job must be there once, and every attempt must have been made once.
"""

from __future__ import annotations

import contextlib
import json
import random
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import journey
from harness import Api, Audit, Database, Failed, Kubernetes, Platform, Problem, build, free_port, new_token, percentile, unavailable, wait_for

NS = "crash-two"
POINTS = {
    "job.submit.before-commit": 20,
    "job.submit.after-commit": 20,
    "work.claimed": 60,
    "job.apply.before": 20,
    "job.apply.after": 20,
    "job.finish.before-record": 20,
    "job.finish.after-record": 20,
}
FAKE_NODES = 10
ON_FAKE_NODES = {
    "nodeSelector": {"tidewright.dev/fake": "true"},
    "tolerations": [{"key": "tidewright.dev/fake", "operator": "Exists"}],
}
# For the last jobs to end; generous, because this program asks whether things are right: how long it took is a figure.
PATIENCE = 2400.0


class Servers:
    """Two of them, with one database and one folder of artifacts, behind one address for the workloads."""

    def __init__(self, folder: Path, kubernetes: Kubernetes):
        jar = build()
        self.database = Database(folder / "database", jar)
        token, password = new_token(), secrets.token_urlsafe(18)
        self.all = [
            Platform(folder / name, free_port(), free_port(), token, password, jar).on(kubernetes) for name in ("a", "b")]
        self.shared = {
            **self.database.environment(),
            "TIDEWRIGHT_ARTIFACTS_FOLDER": str(folder / "artifacts"),
            "TIDEWRIGHT_API_ADDRESS": self.all[0].url,
        }

    def start(self, platform: Platform):
        platform.start({**self.shared, "TIDEWRIGHT_FAIL_POINT_FILE": str(platform.home / "fail-point")})

    def stop(self):
        for platform in self.all:
            platform.clean_up()
        self.database.stop()


class Clients:
    """Submit jobs at a constant rate. A request that got no answer is repeated with its key, by turns at both servers."""

    def __init__(self, servers: Servers, source: str, rate: float, seconds: float):
        self.apis = [platform.api for platform in servers.all]
        self.source = source
        self.rate = rate
        self.total = int(rate * seconds)
        self.next = 0
        self.acknowledged: dict[str, str] = {}
        self.took: list[float] = []
        self.repeated = 0
        self.errors: list[str] = []
        self.lock = threading.Lock()
        self.origin = time.monotonic()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(24)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()

    def _run(self):
        while True:
            with self.lock:
                if self.next >= self.total:
                    return
                number = self.next
                self.next += 1
            due = self.origin + number / self.rate
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                self._submit(number, due)
            except Exception as error:
                self.errors.append(f"job {number}: {error}")

    def _submit(self, number: int, due: float):
        name = f"job-{number}"
        command = {"name": name, "source": {"upload": self.source}, "resources": {"cpu": "10m", "memory": "16Mi"}, "pod": ON_FAKE_NODES}
        key = secrets.token_hex(12)
        for turn in range(number, number + 600):
            try:
                made = journey.submit(self.apis[turn % 2], NS, command, key)
            except Exception as error:
                # A repetition may come while the first is still being worked on.
                if not unavailable(error) and getattr(error, "status", 0) not in (409, 425, 429):
                    raise
                if getattr(error, "code", "") == "job-exists":
                    raise Failed(f"{name} was taken in, but its key is not known") from None
                time.sleep(0.2)
                self.repeated += 1
                continue
            with self.lock:
                self.acknowledged[name] = made["metadata"]["uid"]
                self.took.append(time.monotonic() - due)
            return
        raise Failed(f"{name} was never answered")


class Killer:
    def __init__(self, servers: Servers):
        self.servers = servers
        self.random = random.Random(7)
        self.kills: Counter[str] = Counter()
        self.missed = 0

    def once(self, number: int):
        victim = self.servers.all[number % 2]
        point = list(POINTS)[number % len(POINTS)]
        armed = victim.home / "fail-point"
        draft = armed.with_suffix(".draft")
        draft.write_text(f"{point}:{self.random.randint(1, POINTS[point])}")
        draft.rename(armed)
        try:
            code = victim.wait_dead(20)
        except Failed:
            armed.unlink(missing_ok=True)
            self.missed += 1
            if victim.alive():
                return
            code = victim.wait_dead(1)
        if code not in (137, -9):
            raise Failed(f"a server ended with {code} instead of being killed\n{victim.tail()}")
        self.kills[point] += 1
        self.servers.start(victim)
        victim.wait_ready(400)


def jobs(api: Api, ns: str) -> dict[str, dict]:
    """All of a namespace, by name."""
    found, cursor = {}, ""
    while cursor is not None:
        page = api.get(f"/api/v1/namespaces/{ns}/jobs?limit=500" + (f"&cursor={cursor}" if cursor else ""))
        for item in page["items"]:
            if item["metadata"]["name"] in found:
                raise Failed(f"{item['metadata']['name']} is there twice")
            found[item["metadata"]["name"]] = item
        cursor = page.get("nextCursor")
    return found


def all_ended(api: Api, ns: str = NS) -> bool:
    return not api.get(f"/api/v1/namespaces/{ns}/jobs?active=true&limit=1")["items"]


def compare(clients: Clients, known: dict[str, dict], entries: list[dict], api: Api) -> dict:
    """The three books. Answers what is wrong, in numbers that should all be 0."""
    made, refused = Counter(), 0
    writes: Counter[str] = Counter()
    unheard, there = set(), set()
    for entry in entries:
        about = entry["objectRef"]
        if entry["verb"] in ("create", "patch", "update", "delete") and "fabric8" in entry.get("userAgent", ""):
            writes[f"{entry['verb']} {about['resource']}"] += 1
        if entry["verb"] == "create" and about["resource"] == "jobs":
            code = entry["responseStatus"]["code"]
            if code == 201:
                made[about["name"]] += 1
            elif code >= 500:
                unheard.add(about["name"])
            else:
                refused += 1
        elif about["resource"] == "jobs" and about.get("name") and entry["responseStatus"]["code"] == 200:
            there.add(about["name"])
    # Whoever is killed while he asks does not hear the answer, which the log then calls a timeout, of what was stored all the same.
    made.update(name for name in unheard & there if not made[name])
    attempts = Counter()
    for name in known:
        for attempt in journey.job(api, NS, name)["status"]["attempts"]:
            attempts[f"{name}-a{attempt['number']}"] += 1
    acknowledged = set(clients.acknowledged)
    return {
        "lost": len(acknowledged - set(known)),
        "otherUid": sum(known[name]["metadata"]["uid"] != uid for name, uid in clients.acknowledged.items() if name in known),
        "notAcknowledged": len(set(known) - acknowledged),
        "notSucceeded": sum(journey.phase(job) != "SUCCEEDED" for job in known.values()),
        "secondAttempts": len(attempts) - len(known),
        "madeTwice": sum(count > 1 for count in made.values()),
        "notMade": len(set(attempts) - set(made)),
        "madeUnknown": len(set(made) - set(attempts)),
    }, {"created": sum(made.values()), "createsRefusedAsThere": refused, "createsUnheard": len(unheard), "writes": dict(writes)}


def run(seconds: float, rate: float) -> int:
    kubernetes = Kubernetes()
    kubernetes.fake_nodes(FAKE_NODES)
    folder = Path(tempfile.mkdtemp(prefix="tidewright-crash-"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as stack:
        servers = Servers(folder, kubernetes)
        stack.callback(servers.stop)
        for platform in servers.all:
            servers.start(platform)
            platform.wait_ready(400)
        api = servers.all[0].api
        journey.namespace(api, NS, {"cpu": "1000", "memory": "1000Gi", "storage": "50Gi", "jobs": 5000, "endpoints": 1})
        source = journey.upload(api, NS, name="nothing.py", content=b"print('nothing')\n")["id"]
        audit = Audit(kubernetes.audit_log, NS)
        audit.start()
        clients, killer = Clients(servers, source, rate, seconds), Killer(servers)
        clients.start()
        began, number = time.monotonic(), 0
        while time.monotonic() - began < seconds or (number < len(POINTS) and not all_ended(api)):
            killer.once(number)
            number += 1
        clients.join()
        ended = time.monotonic()
        wait_for("the last jobs to end", lambda: all_ended(api), PATIENCE, 0.5)
        drained = time.monotonic() - ended
        known = jobs(api, NS)
        wrong, asked = compare(clients, known, audit.stop(), api)
        lives = [job["status"]["waitedSeconds"] + job["status"].get("runSeconds", 0) for job in known.values()]
        print(json.dumps({
            "figure": "crash-two-servers", "seconds": round(ended - began), "ratePerSecond": rate,
            "acknowledged": len(clients.acknowledged), "repeatedRequests": clients.repeated, "kills": sum(killer.kills.values()),
            "missed": killer.missed, "byPoint": killer.kills, **wrong, **asked, "drainedSeconds": round(drained, 1),
            "acknowledgedAfter": {f"p{p}Ms": round(percentile(clients.took, p / 100) * 1000) for p in (50, 99)},
            "longestLifeSeconds": round(max(lives), 1), "clientErrors": len(clients.errors)}))
        failed = any(wrong.values()) or clients.errors or len(clients.acknowledged) != clients.total
        if failed:
            print("\n".join(clients.errors[:5]), *(platform.tail() for platform in servers.all), sep="\n", file=sys.stderr)
    if failed:
        print(f"kept for a look: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0
