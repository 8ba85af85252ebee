"""The API server of the test cluster is away while jobs run and end and clients send: the state of jobs must be told to be
unknown, no request may fail, and everything must be right soon after it is back. Only with the cluster of `make cluster-up`.

freeze: it is held (SIGSTOP), connections stay and nothing answers. stop: it is killed and started again later. compact: the
platform itself is held instead; meanwhile jobs end, etcd forgets how, and the API server starts anew without any memory of its
own: watches cannot be taken up again (410) and must be read anew.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import journey
from harness import ROOT, Failed, Kubernetes, Load, Platform, wait_for

NS = "outage"
ENDPOINT = "echo"
# Each ends while the API server is frozen, or soon after it is back; what it prints must be whole.
JOBS = {
    "short": (b"import time\nprint('short', flush=True)\ntime.sleep(15)\nraise SystemExit(3)\n", "FAILED", "exit code 3"),
    "long": (b"import time\nfor i in range(45):\n    print(i, flush=True)\n    time.sleep(1)\n", "SUCCEEDED", ""),
}


def cluster(*arguments: str):
    subprocess.run([ROOT / "dev/cluster/cluster", *arguments], check=True)


class Frozen:
    def __enter__(self):
        found = subprocess.run(["pgrep", "-f", "bin/cluster kube-apiserver"], stdout=subprocess.PIPE, text=True).stdout.split()
        if len(found) != 1:
            raise Failed(f"one API server of the test cluster was expected, there are {len(found)}")
        self.server = int(found[0])
        os.kill(self.server, signal.SIGSTOP)

    def __exit__(self, *_):
        os.kill(self.server, signal.SIGCONT)


class Stopped:
    def __enter__(self):
        cluster("halt", "kube-apiserver")

    def __exit__(self, *_):
        cluster("resume", "kube-apiserver")


def listening() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 6443)) == 0


def compact():
    """Lets etcd forget everything but how things are now. It speaks JSON on its port for clients."""
    def ask(path, body):
        request = urllib.request.Request(f"http://127.0.0.1:2379/v3/kv/{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    revision = ask("range", {"key": "AA=="})["header"]["revision"]
    ask("compaction", {"revision": revision, "physical": True})


def forgotten(platform: Platform, kubernetes: Kubernetes, seconds: float):
    """The platform is held until both jobs have ended, and the API server knows nothing of what the platform heard last."""
    began = time.monotonic()
    os.kill(platform.process.pid, signal.SIGSTOP)
    try:
        def ended():
            found = json.loads(kubernetes.kubectl("get", "jobs", "-n", NS, "-o", "json") or '{"items": []}')["items"]
            return len(found) == len(JOBS) and all(
                job["status"].get("succeeded") or job["status"].get("failed") for job in found)

        wait_for("both jobs to end in the cluster", ended, 120, 1)
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        with Stopped():
            compact()
        wait_for("the API server", listening, 90, 0.02)
    finally:
        os.kill(platform.process.pid, signal.SIGCONT)


def status(api, name):
    return journey.job(api, NS, name)["status"]


def prepare(platform: Platform):
    api = platform.api
    journey.namespace(api, NS, {"cpu": "16", "memory": "16Gi", "storage": "5Gi", "jobs": 5, "endpoints": 5})
    made = journey.create_echo(api, NS, ENDPOINT, 2, "the first")
    journey.wait_for_revision(api, NS, ENDPOINT, journey.current_revision(made), platform=platform)
    for name, (script, _, _) in JOBS.items():
        source = journey.upload(api, NS, name=f"{name}.py", content=script)
        journey.submit(api, NS, {
            "name": name, "source": {"upload": source["id"]}, "resources": {"cpu": "100m", "memory": "128Mi"}})
    wait_for("both jobs to run", lambda: all(status(api, name)["phase"] == "RUNNING" for name in JOBS), 60)


def away(api, how, seconds: float) -> float:
    """Answers after how long the state of the jobs was told to be unknown."""
    began = time.monotonic()
    told = None
    with how:
        while time.monotonic() - began < seconds:
            seen = [status(api, name) for name in JOBS]
            if any(one["phase"] != "RUNNING" for one in seen):
                raise Failed(f"the end of a job was told by a cluster that does not answer: {seen}")
            if told is None and all(one.get("unknownSince") for one in seen):
                told = time.monotonic() - began
            time.sleep(0.2)
    if told is None:
        raise Failed("nobody was told that the cluster does not answer")
    return told


def endpoint_right(api) -> bool:
    return api.get(f"/api/v1/namespaces/{NS}/endpoints/{ENDPOINT}")["status"]["phase"] == "SERVING"


def jobs_right(api) -> bool:
    return all(
        status(api, name)["phase"] == phase and words in (status(api, name).get("message") or "")
        for name, (_, phase, words) in JOBS.items())


def measured(platform: Platform, kubernetes: Kubernetes, how: str, seconds: float) -> dict:
    """With clients that send all the while, unless the gateway, which is of the same process, is held too."""
    if how == "compact":
        forgotten(platform, kubernetes, seconds)
        return converged(platform, kubernetes)
    with Load(platform, f"/{NS}/{ENDPOINT}/echo", {"a": 1}, threads=2) as load:
        told = away(platform.api, Frozen() if how == "freeze" else Stopped(), seconds)
        if how == "stop":
            wait_for("the API server", listening, 90, 0.02)
        found = {"unknownAfterSeconds": round(told, 1), **converged(platform, kubernetes)}
    if load.failed:
        raise Failed(f"{load.failed} of {load.sent} requests failed: {load.failures[0]}")
    return {**found, "requests": load.sent, "failed": load.failed}


def node_answers(kubernetes: Kubernetes) -> bool:
    ready = kubernetes.kubectl("get", "nodes", "-l", "!tidewright.dev/fake", "-o", "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}")
    pods = kubernetes.kubectl("get", "pods", "-n", NS, "-l", "tidewright.dev/kind=revision", "-o", "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}")
    return set(ready.split()) == {"True"} and set(pods.split()) == {"True"}


def jobs_ended(kubernetes: Kubernetes) -> bool:
    phases = kubernetes.kubectl("get", "pods", "-n", NS, "-l", "tidewright.dev/kind=job", "-o", "jsonpath={.items[*].status.phase}")
    return not set(phases.split()) - {"Succeeded", "Failed"}


def converged(platform: Platform, kubernetes: Kubernetes) -> dict:
    """Seconds from now until the cluster itself knows a thing (its nodes come back to it in their own time), and until it is right
    here: how both jobs ended, and that the replicas are ready."""
    back = time.monotonic()
    found: dict[str, float] = {}
    looks = {
        "clusterJobsSeconds": lambda: jobs_ended(kubernetes), "jobsSeconds": lambda: jobs_right(platform.api),
        "clusterReplicasSeconds": lambda: node_answers(kubernetes), "replicasSeconds": lambda: endpoint_right(platform.api)}

    def all_right():
        for what, look in looks.items():
            if look():
                found.setdefault(what, round(time.monotonic() - back, 1))
            elif not what.startswith("cluster"):
                found.pop(what, None)
        return len(found) == len(looks)

    wait_for("everything to be right again", all_right, 240, 0.1, platform)
    return found


def objects(kubernetes: Kubernetes) -> set[str]:
    """What must not be destroyed or made anew: the replicas."""
    found = json.loads(kubernetes.kubectl("get", "pods", "-n", NS, "-l", "tidewright.dev/kind!=job", "-o", "json"))["items"]
    return {pod["metadata"]["uid"] for pod in found}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--how", choices=("freeze", "stop", "compact"), default="freeze")
    chosen = arguments.parse_args()
    kubernetes = Kubernetes()
    with Platform.temporary("outage", kubernetes) as platform:
        platform.start()
        platform.wait_ready()
        prepare(platform)
        before = objects(kubernetes)
        found = measured(platform, kubernetes, chosen.how, chosen.seconds)
        lines = journey.log_tail(platform.api, NS, "long", 1000).splitlines()
        whole = [line for line in lines if line.isdigit()] == [str(number) for number in range(45)]
        kept = objects(kubernetes) == before and len(before) == 2
        print(json.dumps({
            "figure": "outage", "how": chosen.how, "seconds": chosen.seconds, **found, "logWhole": whole, "replicasKept": kept}))
        if not whole or not kept:
            raise Failed("the log is not whole" if kept else f"replicas were exchanged: {before}, {objects(kubernetes)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(f"The outage run failed: {failed}", file=sys.stderr)
        sys.exit(1)
