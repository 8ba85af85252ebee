"""Runs real MLflow clients of both generations, from the package registry, against the packaged platform."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow_jobs
from harness import ROOT, Failed, Platform, free_port

# The last of the 2.x line, and the one of 3.x whose contract the platform follows.
CLIENTS = ("2.22.5", "3.17.2")
# What the flavours need beside it. XGBoost without its code for GPUs is 6 MB; PyTorch is to be had only with all of it, 5 GB.
LIBRARIES = ("xgboost-cpu==3.2.0", "lightgbm==4.7.0", "onnx==1.23.2", "onnxruntime==1.32.0", "torch==2.15.0")
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


def plugged(python: Path, platform: Platform) -> Path:
    """A folder with the plug-in as a user installs it; the client's own environment, which other runs share, stays as it is."""
    folder = platform.home / "plug-in"
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, ROOT / "clients/python"])
    if done.returncode != 0:
        raise Failed("the plug-in could not be installed (see above)")
    return folder


def surroundings(platform: Platform, namespace: str, limits: dict | None = None) -> dict[str, str]:
    """A namespace, and the environment of a client that works in it."""
    platform.api.post("/api/v1/namespaces", {"name": namespace} | ({"limits": limits} if limits else {}))
    made = platform.api.post("/api/v1/tokens", {"name": namespace, "scope": "DEPLOY", "namespace": namespace})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    environment.update(
        MLFLOW_TRACKING_URI=platform.url,
        MLFLOW_TRACKING_TOKEN=made["secret"],
        FLOWS_ADMIN_TOKEN=platform.api.post("/api/v1/tokens", {"name": f"{namespace}-admin", "scope": "ADMIN", "namespace": namespace})["secret"],
        MLFLOW_DISABLE_TELEMETRY="true",
        FLOWS_NAMESPACE=namespace,
        FLOWS_SECOND_TOKEN=second(platform, namespace),
        # What is refused is refused: a client that had to try again would hide it.
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="1",
        GIT_PYTHON_REFRESH="quiet",
    )
    return environment


def second(platform: Platform, namespace: str) -> str:
    """The token of another person, who may move aliases."""
    name = f"{namespace}-second"
    platform.api.post("/api/v1/users", {"name": name, "password": "a password for the second"})
    platform.api.put(f"/api/v1/namespaces/{namespace}/members/{name}", {"role": "DEPLOYER"})
    return platform.api.post(f"/api/v1/users/{name}/tokens", {"name": "flows", "scope": "DEPLOY"})["secret"]


def run(version: str, python: Path, platform: Platform, plugin: Path) -> bool:
    namespace = f"mlflow-{version.replace('.', '-')}"
    environment = surroundings(platform, namespace)
    passed = client(version, "flows", [python, ROOT / "dev/mlflow/flows.py"], platform, environment)
    environment.update(PYTHONPATH=str(plugin), LOCAL_PORT=str(free_port()))
    locally = ["--locally"] if version == CLIENTS[-1] else []
    # Deploys what the flows have left behind; meanwhile, jobs.
    with ThreadPoolExecutor(2) as pool:
        plug = pool.submit(client, version, "plug-in", [python, "-m", "unittest", "discover", ROOT / "clients/python/tests"], platform, environment)
        deployed = pool.submit(client, version, "deployments", [python, ROOT / "dev/mlflow/deployments.py", *locally], platform, environment)
        began = time.monotonic()
        mlflow_jobs.check(platform, namespace, python)
        if version == CLIENTS[-1]:
            mlflow_jobs.sample(platform, namespace)
        print(f"== mlflow {version} in a job: passed ({time.monotonic() - began:.1f} s)", flush=True)
        return passed & plug.result() & deployed.result()


def client(version: str, what: str, command: list, platform: Platform, environment: dict[str, str]) -> bool:
    """Runs one script with that client; what it said is shown whole when it has ended."""
    began = time.monotonic()
    folder = platform.home / f"{what}-{version}"
    folder.mkdir()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=folder)
    print(f"== mlflow {version}, {what} ({time.monotonic() - began:.1f} s, ended with {done.returncode})\n{done.stdout}", flush=True)
    return done.returncode == 0


def flavours(names: list[str], version: str) -> int:
    # PyTorch only where it is meant, and not for the older generation: 5 GB are enough once, and a plain model is seen in an environment of its own size.
    torch = version == CLIENTS[-1] and (not names or "pytorch" in names)
    wanted = [library for library in LIBRARIES if torch or not library.startswith("torch")]
    with Platform.temporary("flavours") as platform:
        python = installed(version, *wanted, purpose="-flavours" if torch else "-libraries")
        platform.start()
        platform.wait_ready()
        environment = surroundings(platform, "flavours") | {"PYTHONPATH": str(plugged(python, platform))}
        if not client(version, "flavours", [python, ROOT / "dev/mlflow/flavours.py", *names], platform, environment):
            raise Failed(f"a flavour failed; the platform's last words:\n{platform.tail()}")
    return 0


LARGE = """
import hashlib, mlflow, os, sys, time
from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository
complete = HttpArtifactRepository.complete_multipart_upload
def timed(*given, **named):
    asked = time.monotonic()
    complete(*given, **named)
    print(f"of that, completing: {time.monotonic() - asked:.1f} s", flush=True)
HttpArtifactRepository.complete_multipart_upload = timed
size, began = int(sys.argv[1]), time.monotonic()
def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
with open("large.bin", "wb") as file:
    file.truncate(size)
    for at in range(0, size, 512 << 20):  # mostly holes, but no two parts of it are the same
        file.seek(at)
        file.write(os.urandom(4096))
with mlflow.start_run() as run:
    mlflow.log_artifact("large.bin")
there = time.monotonic()
print(f"up: {there - began:.1f} s", flush=True)
back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="large.bin", dst_path="back")
print(f"down: {time.monotonic() - there:.1f} s", flush=True)
assert digest(back) == digest("large.bin")
os.remove(back)
"""


def large(gibibytes: int) -> int:
    """One file of that size up and down, once as a stream and once in parts, while the memory of the platform is watched."""
    with Platform.temporary("large") as platform:
        python = installed(CLIENTS[-1])
        platform.start()
        platform.wait_ready()
        environment = surroundings(platform, "large", {"storage": f"{2 * gibibytes + 1}Gi"})
        parts = {
            "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true", "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true", "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(100 << 20)}
        for what, more in (("as a stream", {}), ("in parts", parts)):
            with Memory(platform.process.pid) as memory:
                if not client(CLIENTS[-1], what.replace(" ", "-"), [python, "-c", LARGE, str(gibibytes << 30)], platform, environment | more):
                    raise Failed(f"the large file {what} failed; the platform's last words:\n{platform.tail()}")
            print(f"== {gibibytes} GiB {what}: the platform had {memory.before} MiB before and {memory.most} MiB at most (resident)", flush=True)
    return 0


class Memory(threading.Thread):
    """The largest resident size of a process while the block runs, MiB."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.status, self.over = Path(f"/proc/{pid}/status"), threading.Event()
        self.before = self.most = self.now()

    def now(self) -> int:
        return next(int(line.split()[1]) for line in self.status.read_text().splitlines() if line.startswith("VmRSS:")) // 1024

    def run(self):
        while not self.over.wait(0.2):
            self.most = max(self.most, self.now())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--client", choices=CLIENTS, action="append", help="only this version")
    arguments.add_argument("--flavours", nargs="*", metavar="NAME", help="instead: a model of each flavour, or of these, saved, served and asked (large downloads)")
    arguments.add_argument("--large", type=int, metavar="GIB", help="instead: a file of this size, up and down, while the platform's memory is watched")
    asked = arguments.parse_args()
    if asked.large is not None:
        return large(asked.large)
    if asked.flavours is not None:
        return max(flavours(asked.flavours, version) for version in asked.client or CLIENTS[-1:])
    versions = asked.client or CLIENTS
    with ThreadPoolExecutor(len(versions)) as pool, Platform.temporary("mlflow") as platform:
        pythons = list(pool.map(installed, versions))
        platform.start({"TIDEWRIGHT_WEBHOOK_REACH": "127.0.0.1"})
        platform.wait_ready()
        plugin = plugged(pythons[0], platform)
        passed = list(pool.map(lambda version, python: run(version, python, platform, plugin), versions, pythons))
        if not all(passed):
            raise Failed(f"a client failed; the platform's last words:\n{platform.tail()}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"FAILED: {failed}")
