"""The API server of the test cluster is frozen while jobs run and end and clients send: the state of jobs must be told to be
unknown, no request may fail, and everything must be right soon after it is back. Only with the cluster of `make cluster-up`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time

import journey
from harness import Failed, Kubernetes, Load, Platform, wait_for

NS = "outage"
ENDPOINT = "echo"
# Each ends while the API server is frozen, or soon after it is back; what it prints must be whole.
JOBS = {
    "short": (b"import time\nprint('short', flush=True)\ntime.sleep(15)\nraise SystemExit(3)\n", "FAILED", "exit code 3"),
    "long": (b"import time\nfor i in range(45):\n    print(i, flush=True)\n    time.sleep(1)\n", "SUCCEEDED", ""),
}


def api_server() -> int:
    found = subprocess.run(["pgrep", "-f", "bin/cluster kube-apiserver"], stdout=subprocess.PIPE, text=True).stdout.split()
    if len(found) != 1:
        raise Failed(f"one API server of the test cluster was expected, there are {len(found)}")
    return int(found[0])


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


def frozen(api, seconds: float) -> float:
    """Answers after how long the state of the jobs was told to be unknown."""
    server = api_server()
    began = time.monotonic()
    told = None
    os.kill(server, signal.SIGSTOP)
    try:
        while time.monotonic() - began < seconds:
            seen = [status(api, name) for name in JOBS]
            if any(one["phase"] != "RUNNING" for one in seen):
                raise Failed(f"the end of a job was told by a cluster that does not answer: {seen}")
            if told is None and all(one.get("unknownSince") for one in seen):
                told = time.monotonic() - began
            time.sleep(0.2)
    finally:
        os.kill(server, signal.SIGCONT)
    if told is None:
        raise Failed("nobody was told that the cluster does not answer")
    return told


def right(api) -> bool:
    endpoint = api.get(f"/api/v1/namespaces/{NS}/endpoints/{ENDPOINT}")["status"]
    return endpoint["phase"] == "SERVING" and all(
        status(api, name)["phase"] == phase and words in (status(api, name).get("message") or "")
        for name, (_, phase, words) in JOBS.items())


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    chosen = arguments.parse_args()
    with Platform.temporary("outage", Kubernetes()) as platform:
        platform.start()
        platform.wait_ready()
        prepare(platform)
        with Load(platform, f"/{NS}/{ENDPOINT}/echo", {"a": 1}, threads=2) as load:
            told = frozen(platform.api, chosen.seconds)
            back = time.monotonic()
            wait_for("everything to be right again", lambda: right(platform.api), 60, 0.1, platform)
            converged = time.monotonic() - back
        lines = journey.log_tail(platform.api, NS, "long", 1000).splitlines()
        whole = [line for line in lines if line.isdigit()] == [str(number) for number in range(45)]
        print(json.dumps({
            "figure": "outage", "frozenSeconds": chosen.seconds, "unknownAfterSeconds": round(told, 1),
            "convergedSeconds": round(converged, 1), "requests": load.sent, "failed": load.failed, "logWhole": whole}))
        if load.failed or not whole:
            raise Failed(f"{load.failed} requests failed; the log is {'whole' if whole else 'not whole'}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(f"The outage run failed: {failed}", file=sys.stderr)
        sys.exit(1)
