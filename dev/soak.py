"""Requests without pause through the gateway while the endpoint is updated again and again: none may fail, and the
number of replicas must stay within maxSurge and maxUnavailable at every moment. With --gateways the gateways are processes
of their own, one of which is killed and started again in every third update: only its own connections may break.
number of replicas must stay within maxSurge and maxUnavailable at every moment. On Kubernetes a HorizontalPodAutoscaler decides
the number between updates in the second half of them, up and down by turns, and every update must keep what it has decided.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
import time

import journey
from harness import Database, Failed, Gateways, Kubernetes, Load, Platform, add_cluster, percentile, wait_for

NS = "soak"
ENDPOINT = "echo"
REPLICAS = 3
MOST = 5
# Every combination of bounds takes its turn.
BOUNDS = [(1, 0), (0, 1), (1, 1), (2, 0), (3, 0)]


class Sampler(threading.Thread):
    """Looks at the replicas ten times a second and keeps whatever was out of bounds."""

    def __init__(self, platform: Platform):
        super().__init__(daemon=True)
        self.platform = platform
        # Replicas at least and at most between updates, maxSurge and maxUnavailable.
        self.bounds = (REPLICAS, REPLICAS, 1, 0)
        self.samples = 0
        self.violations: list[str] = []
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.wait(0.1):
            bounds = least, most, surge, unavailable = self.bounds
            try:
                replicas = journey.replicas(self.platform.api, NS, ENDPOINT)
            except Exception as error:
                self.violations.append(f"the API did not answer: {error}")
                continue
            if self.bounds != bounds:
                continue
            staying = [r for r in replicas if r["phase"] != "DRAINING"]
            ready = [r for r in staying if r["phase"] == "READY"]
            self.samples += 1
            if len(staying) > most + surge:
                self.violations.append(f"{len(staying)} replicas with maxSurge {surge}: {replicas}")
            if len(ready) < least - unavailable:
                self.violations.append(f"{len(ready)} ready with maxUnavailable {unavailable}: {replicas}")


class Assassin(threading.Thread):
    """Kills one gateway after the other, starts it again, and waits until it is ready."""

    def __init__(self, gateways: Gateways):
        super().__init__(daemon=True)
        self.gateways = gateways
        self.kills = 0
        self.wanted = threading.Event()
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.is_set():
            if not self.wanted.wait(0.2):
                continue
            self.wanted.clear()
            port = self.gateways.ports[self.kills % len(self.gateways.ports)]
            self.gateways.kill(port)
            self.kills += 1
            time.sleep(1)
            self.gateways.start(port)
            self.gateways.wait_ready(port)


def policy(percent: int) -> dict:
    """By the cluster's own autoscaler, which goes down as soon as it may."""
    return {"min": REPLICAS, "max": MOST, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}, "metrics": [
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}},
    ]}


def wanted(api) -> int:
    return journey.endpoint(api, NS, ENDPOINT)["status"]["wantedReplicas"]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--requests", type=int, default=100_000)
    arguments.add_argument("--updates", type=int, default=20)
    arguments.add_argument("--gateways", type=int, default=0, help="how many gateways of their own; 0: in the server's process")
    add_cluster(arguments)
    chosen = arguments.parse_args()
    began = time.monotonic()
    with Platform.temporary("soak", Kubernetes.chosen(chosen.cluster)) as platform, contextlib.ExitStack() as also:
        gateways = assassin = None
        if chosen.gateways:
            database = Database(platform.home / "database", platform.jar)
            also.callback(database.stop)
            platform.start({"TIDEWRIGHT_ROLE": "server", **database.environment()})
            gateways = also.enter_context(Gateways(platform, chosen.gateways, database))
            assassin = Assassin(gateways)
            assassin.start()
        else:
            platform.start()
        platform.wait_ready()
        api = platform.api
        journey.namespace(api, NS, {"cpu": "16", "memory": "16Gi", "storage": "5Gi", "jobs": 5, "endpoints": 5})
        made = journey.create_echo(api, NS, ENDPOINT, REPLICAS, "the first")
        journey.wait_for_revision(api, NS, ENDPOINT, journey.current_revision(made), platform=platform)
        sampler = Sampler(platform)
        sampler.start()
        updating = time.monotonic()
        scaled = 0
        with Load(platform, f"/{NS}/{ENDPOINT}/echo", {"a": 1}, threads=4, gateways=gateways) as load:
            for update in range(1, chosen.updates + 1):
                while load.sent < chosen.requests * update / (chosen.updates + 1):
                    time.sleep(0.02)
                surge, unavailable = BOUNDS[(update - 1) % len(BOUNDS)]
                autoscaled = chosen.cluster == "kubernetes" and update > chosen.updates // 2
                # Whatever the autoscaler has decided is what the update has to keep.
                live = wanted(api) if autoscaled else REPLICAS
                most = MOST if chosen.cluster == "kubernetes" else REPLICAS
                sampler.bounds = live, most, surge, unavailable
                aim = MOST if live == REPLICAS else REPLICAS
                if assassin and update % 3 == 2:
                    assassin.wanted.set()
                revision = journey.current_revision(journey.deploy(api, NS, ENDPOINT, {
                    "environment": {"MARK": str(update)}, "reason": f"update {update}",
                    **({"autoscaling": policy(5 if aim == MOST else 1000), "replicas": None} if autoscaled else {}),
                    "rollout": {"maxSurge": surge, "maxUnavailable": unavailable, "progressDeadline": "2m"},
                }))
                journey.wait_for_revision(api, NS, ENDPOINT, revision, platform=platform)
                if autoscaled:
                    # Least of both numbers: a replica that the autoscaler adds is not ready at once.
                    sampler.bounds = REPLICAS, most, surge, unavailable
                    wait_for(f"{aim} replicas by the autoscaler", lambda: wanted(api) == aim, 180, 0.5, platform)
                    ready = lambda: sum(r["phase"] == "READY" for r in journey.replicas(api, NS, ENDPOINT)) == aim
                    wait_for(f"{aim} replicas to be ready", ready, 60, 0.2, platform)
                    scaled += 1
                print(f"update {update:3}: maxSurge {surge}, maxUnavailable {unavailable}"
                      + (f", scaled from {live} to {aim}" if autoscaled else "")
                      + f"; {load.sent} sent, {load.failed} failed", flush=True)
            while load.sent < chosen.requests:
                time.sleep(0.02)
        if assassin:
            assassin.stopped.set()
            assassin.join(120)
        sampler.stopped.set()
        sampler.join(5)
        for what in (load.failures + sampler.violations)[:10]:
            print(what)
        print(json.dumps({
            "figure": "soak", "requests": load.sent, "failed": load.failed, "updates": chosen.updates,
            "scaledByCluster": scaled,
            "revisionsSeen": len(load.revisions), "samples": sampler.samples, "violations": len(sampler.violations),
            **({"gateways": chosen.gateways, "kills": assassin.kills, "brokenByKills": load.broken} if assassin else {}),
            "p50Ms": round(percentile(load.seconds, 0.5) * 1000, 2),
            "p99Ms": round(percentile(load.seconds, 0.99) * 1000, 2),
            "seconds": round(time.monotonic() - began), "updatingSeconds": round(time.monotonic() - updating),
        }))
        if load.failed or sampler.violations:
            raise Failed("requests failed or bounds were violated")
        if sampler.samples < chosen.updates or not sampler.stopped.is_set():
            raise Failed(f"only {sampler.samples} looks at the replicas")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(f"The soak run failed: {failed}", file=sys.stderr)
        sys.exit(1)
