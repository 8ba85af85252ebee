"""Runs real MLflow clients of both generations, from the package registry, against the packaged platform."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import journey
import mlflow_jobs
from harness import ROOT, Api, Failed, Platform

# The last of the 2.x line, and the one of 3.x whose contract the platform follows.
CLIENTS = ("2.22.5", "3.17.2")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidewright"


def installed(version: str, *beside: str, purpose="") -> Path:
    """The Python of an environment with that client and what is wanted beside it, kept from one run to the next."""
    home = CACHE / f"mlflow-{version}{purpose}-python{sys.version_info.major}.{sys.version_info.minor}"
    python = home / "bin/python"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(f"{home}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # somebody else's run may want the same
        if not (home / "whole").exists():
            print(f"installing mlflow {version} …", flush=True)
            for command in ([sys.executable, "-m", "venv", "--clear", home], [python, "-m", "pip", "install", "--quiet", "--no-compile", f"mlflow=={version}", *beside]):
                if subprocess.run(command).returncode != 0:
                    raise Failed(f"mlflow {version} could not be installed (see above)")
            (home / "whole").touch()
    return python


def run(version: str, python: Path, platform: Platform) -> bool:
    namespace = f"mlflow-{version.replace('.', '-')}"
    platform.api.post("/api/v1/namespaces", {"name": namespace})
    made = platform.api.post("/api/v1/tokens", {"name": namespace, "scope": "DEPLOY", "namespace": namespace})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    environment.update(
        MLFLOW_TRACKING_URI=platform.url,
        MLFLOW_TRACKING_TOKEN=made["secret"],
        FLOWS_ADMIN_TOKEN=platform.api.post("/api/v1/tokens", {"name": f"{namespace}-admin", "scope": "ADMIN", "namespace": namespace})["secret"],
        MLFLOW_DISABLE_TELEMETRY="true",
        # What is refused is refused: a client that had to try again would hide it.
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="1",
        GIT_PYTHON_REFRESH="quiet",
    )
    began = time.monotonic()
    done = subprocess.run(
        [python, ROOT / "dev/mlflow/flows.py"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=platform.home)
    print(f"== mlflow {version} ({time.monotonic() - began:.1f} s)\n{done.stdout}", flush=True)
    mlflow_jobs.check(platform, namespace, python)
    if version == CLIENTS[-1]:
        mlflow_jobs.sample(platform, namespace)
    print(f"== mlflow {version} in a job: passed ({time.monotonic() - began:.1f} s)", flush=True)
    return serves(platform, namespace) and done.returncode == 0


def serves(platform: Platform, namespace: str) -> bool:
    """Deploys what the flows have left behind, and asks it."""
    began = time.monotonic()
    journey.wait_for_revision(platform.api, namespace, "line", journey.current_revision(platform.api.post(
        f"/api/v1/namespaces/{namespace}/endpoints", {
            "name": "line", "serves": {"model": "Served Line", "alias": "Champion"}, "replicas": 1, "reason": "made by mlflow",
            "resources": {"cpu": "500m", "memory": "1Gi"}, "rollout": {"progressDeadline": "15m"}})), timeout=900, platform=platform)
    answer, _ = Api(platform.gateway, platform.token).call("POST", f"/{namespace}/line/invocations", {"dataframe_split": {"data": [[10.0]]}})
    print(f"== {namespace}: an endpoint that serves the model answers {answer} ({time.monotonic() - began:.1f} s)", flush=True)
    return abs(answer["predictions"][0] - 31) < 0.001


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--client", choices=CLIENTS, action="append", help="only this version")
    versions = arguments.parse_args().client or CLIENTS
    with ThreadPoolExecutor(len(versions)) as pool, Platform.temporary("mlflow") as platform:
        pythons = list(pool.map(installed, versions))
        platform.start({"TIDEWRIGHT_WEBHOOK_REACH": "127.0.0.1"})
        platform.wait_ready()
        passed = list(pool.map(lambda version, python: run(version, python, platform), versions, pythons))
        if not all(passed):
            raise Failed(f"a client failed; the platform's last words:\n{platform.tail()}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"FAILED: {failed}")
