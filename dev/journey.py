"""The main job in calls of the REST API, one function a step. The demo, crash, soak and bench runs are made of these."""

from __future__ import annotations

import io
import urllib.parse
import zipfile
from pathlib import Path

from harness import ROOT, Api, Failed, Problem, idempotent, wait_for

ENDED = {"SUCCEEDED", "FAILED", "CANCELLED"}


def namespace(api: Api, ns: str, limits: dict, description="") -> dict:
    """Makes the namespace, or gives an existing one these limits."""
    there = api.exists(f"/api/v1/namespaces/{ns}")
    if there is None:
        return api.post("/api/v1/namespaces", {"name": ns, "description": description, "limits": limits})
    return api.call(
        "PATCH", f"/api/v1/namespaces/{ns}", {"description": description, "limits": limits},
        headers={"If-Match": f'"{there["metadata"]["resourceVersion"]}"'},
    )[0]


def upload(api: Api, ns: str, file: Path | None = None, name: str | None = None, content: bytes | None = None) -> dict:
    name = name or file.name
    content = file.read_bytes() if content is None else content
    return api.post(f"/api/v1/namespaces/{ns}/uploads?fileName={urllib.parse.quote(name)}", content)


def submit(api: Api, ns: str, command: dict, key: str | None = None) -> dict:
    return api.post(f"/api/v1/namespaces/{ns}/jobs", command, headers=idempotent(key))


def job(api: Api, ns: str, name: str) -> dict:
    return api.get(f"/api/v1/namespaces/{ns}/jobs/{name}")


def phase(thing: dict) -> str:
    return thing["status"]["phase"]


def wait_for_job(api: Api, ns: str, name: str, timeout=600, seen=lambda job: None, platform=None) -> dict:
    def ended():
        now = job(api, ns, name)
        seen(now)
        return now if phase(now) in ENDED else None

    return wait_for(f"job {name} to end", ended, timeout, 0.3, platform)


def succeeded(ended: dict, api: Api, ns: str) -> dict:
    if phase(ended) != "SUCCEEDED":
        name = ended["metadata"]["name"]
        status = ended["status"]
        raise Failed(f"job {name} ended {phase(ended)} ({status.get('reason')}): {status.get('message')}\n"
                     + log_tail(api, ns, name))
    return ended


def log_tail(api: Api, ns: str, name: str, lines=25) -> str:
    try:
        text, headers = api.call("GET", f"/api/v1/namespaces/{ns}/jobs/{name}/logs", raw=True)
        return "\n".join(text.decode(errors="replace").splitlines()[-lines:])
    except Problem as problem:
        return f"(its log cannot be read: {problem})"


def endpoint(api: Api, ns: str, name: str) -> dict:
    return api.get(f"/api/v1/namespaces/{ns}/endpoints/{name}")


def current_revision(thing: dict) -> int:
    return thing["status"]["revision"]


def settled(thing: dict, revision: int) -> bool:
    status = thing["status"]
    rollout = status["rollout"]
    if rollout.get("returned"):
        raise Failed(f"the rollout went back: {rollout['returned']}")
    if rollout["state"] == "FAILED":
        raise Failed(f"the rollout failed: {status['message']}")
    return phase(thing) == "SERVING" and rollout["state"] == "SETTLED" and rollout.get("stableRevision") == revision


def replicas(api: Api, ns: str, name: str) -> list[dict]:
    return endpoint(api, ns, name)["status"]["replicas"]["each"]


def wait_for_revision(api: Api, ns: str, name: str, revision: int, timeout=300, seen=lambda it: None, platform=None):
    def done():
        now = endpoint(api, ns, name)
        seen(now)
        return now if settled(now, revision) else None

    return wait_for(f"revision {revision} of endpoint {name} to serve alone", done, timeout, 0.2, platform)


def deploy(api: Api, ns: str, name: str, changes: dict, supersede=False) -> dict:
    """A new revision: the endpoint as it is described now, with these fields in the place of its own."""
    now = endpoint(api, ns, name)
    return api.put(
        f"/api/v1/namespaces/{ns}/endpoints/{name}{'?supersede=true' if supersede else ''}", {**now["spec"], **changes},
        headers={"If-Match": f'"{now["metadata"]["resourceVersion"]}"'},
    )


def rollback(api: Api, ns: str, name: str, revision: int, reason: str, key: str | None = None) -> dict:
    return api.post(
        f"/api/v1/namespaces/{ns}/endpoints/{name}/rollback", {"revision": revision, "reason": reason},
        headers=idempotent(key),
    )


def create_echo(api: Api, ns: str, name: str, replicas: int, reason: str) -> dict:
    """An endpoint of `samples/echo-service`: it starts in a moment, so that rollouts are about the platform."""
    folder = ROOT / "samples/echo-service"
    source = upload(api, ns, name="echo-service.zip", content=zipped(folder))
    return api.post(f"/api/v1/namespaces/{ns}/endpoints", {
        "name": name, "reason": reason,
        "serves": {"source": {"upload": source["id"]}, "command": ["python3", "app.py"]},
        "replicas": replicas, "resources": {"cpu": "100m", "memory": "64Mi"},
        "rollout": {"maxSurge": 1, "maxUnavailable": 0, "progressDeadline": "2m"},
    }, headers=idempotent())


def zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()
