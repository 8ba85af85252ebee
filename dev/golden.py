"""Records what a real Kubernetes says of our workloads: the golden files of the adapter's tests.

Writes backend/src/test/resources/dev/tidewright/cluster/kubernetes/<case>.json: owner, pods, warnings and nodes as the API server
gave them, without what names the machine. Needs the cluster of `make cluster-up` (or KUBECONFIG), whose node reaches a registry
of this script's own on localhost. Give names of cases to record only these; --keep leaves the namespace.
"""

from __future__ import annotations

import argparse
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "backend/src/test/resources/dev/tidewright/cluster/kubernetes"
KUBECTL = os.environ.get("KUBECTL", str(ROOT / "dev/cluster/cluster") + " kubectl").split()
NAMESPACE = "gold"
FAKE_NODE = "gold-node"
REGISTRY = 5999


class Registry(http.server.BaseHTTPRequestHandler):
    """Refuses each image in the way that its name says."""

    protocol_version = "HTTP/1.1"

    def answer(self, code: int, body: bytes = b"{}", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        realm = f'Bearer realm="http://localhost:{REGISTRY}/token",service="registry"'
        if "/token" in self.path:
            granted = "denied" in self.path
            self.answer(200 if granted else 401, b'{"token":"x"}' if granted else fault("UNAUTHORIZED"))
        elif "/private/" in self.path:
            self.answer(401, fault("UNAUTHORIZED"), WWW_Authenticate=realm)
        elif "/denied/" in self.path:
            more = ',error="insufficient_scope"' if self.headers.get("Authorization") else ""
            self.answer(401, fault("DENIED"), WWW_Authenticate=realm + ',scope="repository:denied:pull"' + more)
        elif "/limited/" in self.path:
            self.answer(429, fault("TOOMANYREQUESTS"))
        elif "/broken/" in self.path:
            self.answer(500, fault("UNKNOWN"))
        elif "/slow/" in self.path:
            time.sleep(45)  # a node pulls one image after the other
        elif "/arm/" in self.path:
            kind = "application/vnd.docker.distribution.manifest"
            one = {
                "mediaType": kind + ".v2+json",
                "size": 100,
                "digest": "sha256:" + "0" * 64,
                "platform": {"architecture": "arm64", "os": "linux"},
            }
            body = json.dumps({"schemaVersion": 2, "mediaType": kind + ".list.v2+json", "manifests": [one]}).encode()
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            self.answer(200, body, Content_Type=kind + ".list.v2+json", Docker_Content_Digest=digest)
        else:
            self.answer(404, fault("MANIFEST_UNKNOWN"))

    def log_message(self, *_: object) -> None:
        pass


def fault(code: str) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": code.lower()}]}).encode()


def kubectl(*arguments: str, given: object = None, check: bool = True) -> str:
    done = subprocess.run(
        [*KUBECTL, *arguments], input=None if given is None else json.dumps(given), capture_output=True, text=True
    )
    if check and done.returncode:
        raise SystemExit(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def read(*arguments: str) -> dict:
    return json.loads(kubectl("get", *arguments, "-o", "json") or "{}")


class Case:
    """A workload, what is changed about its manifest, and what to wait for."""

    def __init__(self, name, until, change=None, then=None, also=(), seconds=60):
        self.name, self.until, self.change, self.then = name, until, change, then
        self.also, self.seconds = also, seconds
        self.manifest: dict = {}

    def apply(self, manifests: Path) -> None:
        self.manifest = json.loads((manifests / f"{self.name}.json").read_text())
        if self.change:
            self.change(self.manifest["spec"]["template"]["spec"], self.manifest["spec"])
        kubectl("apply", "--server-side", "-f", "-", given=self.manifest)

    def seen(self) -> dict:
        kind = self.manifest["kind"].lower()
        owner = json.loads(kubectl("get", kind, self.name, "-n", NAMESPACE, "-o", "json", check=False) or "null")
        pods = read("pods", "-n", NAMESPACE, "-l", f"tidewright.dev/workload={self.name}")["items"]
        about = {self.name, *(pod["metadata"]["name"] for pod in pods)}
        events = read("events", "-n", NAMESPACE, "--field-selector", "type=Warning")["items"]
        events = [event for event in events if event["involvedObject"]["name"] in about]
        return {"owner": owner, "pods": pods, "events": events}

    def record(self, wanted=None, as_name: str | None = None) -> bool:
        deadline = time.time() + self.seconds
        while True:
            seen = self.seen()
            try:
                if (wanted or self.until)(seen):
                    break
            except (IndexError, KeyError, TypeError):
                pass
            if time.time() > deadline:
                print(f"  {as_name or self.name}: NOT reached; it is as follows")
                print(json.dumps([pod["status"] for pod in seen["pods"]], indent=1)[:3000])
                return False
            time.sleep(0.3)
        keep(as_name or self.name, seen)
        return True


def keep(name: str, seen: dict) -> None:
    nodes = [node for node in read("nodes")["items"]]
    for node in nodes:
        for field in ("images", "addresses", "nodeInfo", "daemonEndpoints", "declaredFeatures"):
            node["status"].pop(field, None)
    items = [seen["owner"], *seen["pods"], *seen["events"], *nodes]
    items = [item for item in items if item]
    for item in items:
        item["metadata"].pop("managedFields", None)
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1, sort_keys=True)
    text = re.sub(r" on \d+\.\d+\.\d+\.\d+:53:", " on 192.0.2.53:53:", text)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(text + "\n")
    print(f"  {name}")


# --- what is waited for -------------------------------------------------------------------------------------------------


def state(seen: dict) -> dict:
    return seen["pods"][-1]["status"]["containerStatuses"][0]["state"]


def phase(*names: str):
    return lambda seen: seen["pods"][-1]["status"]["phase"] in names


def waits(*reasons: str):
    return lambda seen: state(seen)["waiting"]["reason"] in reasons


def warned(text: str):
    return lambda seen: any(text in event["message"] for event in seen["events"])


def condition(kind: str, status: str):
    def is_so(seen: dict) -> bool:
        return any(c["type"] == kind and c["status"] == status for c in seen["pods"][-1]["status"]["conditions"])

    return is_so


def of_owner(kind: str):
    def is_so(seen: dict) -> bool:
        return any(c["type"] == kind and c["status"] == "True" for c in seen["owner"]["status"]["conditions"])

    return is_so


def both(*all_of):
    return lambda seen: all(one(seen) for one in all_of)


OVER = phase("Succeeded", "Failed")
RUNS = lambda seen: "running" in state(seen)  # noqa: E731
LOST = both(of_owner("Failed"), lambda seen: not seen["pods"])
WAITS_FOR_NODE = condition("PodScheduled", "False")


def restarted(times: int):
    return lambda seen: seen["pods"][-1]["status"]["containerStatuses"][0]["restartCount"] >= times


# --- what is done to them -----------------------------------------------------------------------------------------------


def pod(case: Case) -> str:
    return case.seen()["pods"][-1]["metadata"]["name"]


def delete_pod(case: Case) -> None:
    kubectl("delete", "pod", pod(case), "-n", NAMESPACE, "--wait=false")


def evict(case: Case) -> None:
    name = pod(case)
    wish = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": NAMESPACE}}
    kubectl("create", "--raw", f"/api/v1/namespaces/{NAMESPACE}/pods/{name}/eviction", "-f", "-", given=wish)


def asks_for(memory: str, priority: str | None = None):
    def change(spec: dict, _: dict) -> None:
        spec["containers"][0]["resources"] = {"requests": {"memory": memory}, "limits": {"memory": memory}}
        if priority:
            spec["priorityClassName"] = priority

    return change


def put(**fields: object):
    return lambda spec, _: spec.update(fields)


def small_disk(spec: dict, _: dict) -> None:
    spec["volumes"][0]["emptyDir"] = {"sizeLimit": "1Mi"}


def missing_volume(spec: dict, _: dict) -> None:
    spec["volumes"][0] = {"name": "work", "configMap": {"name": "not-there"}}


def privileged(spec: dict, _: dict) -> None:
    spec["containers"][0]["securityContext"] = {"privileged": True}


def on_fake_node(spec: dict, _: dict) -> None:
    spec["nodeName"] = FAKE_NODE
    spec["tolerations"] = [
        {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 3, "key": "node.kubernetes.io/unreachable"}
    ]


def pretend_running(case: Case) -> None:
    """No kubelet is there to say so."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    running = {
        "name": "main",
        "ready": True,
        "restartCount": 0,
        "image": "i",
        "imageID": "i",
        "state": {"running": {"startedAt": now}},
    }
    patch = {"status": {"phase": "Running", "startTime": now, "containerStatuses": [running]}}
    kubectl("patch", "pod", pod(case), "-n", NAMESPACE, "--subresource=status", "-p", json.dumps(patch))


ONE_BY_ONE = [
    Case("completed", OVER),
    Case("exit-3", OVER),
    Case("last-words", OVER),
    Case("json-log", OVER),
    Case("signal", OVER),
    Case("out-of-memory", OVER),
    Case("child-out-of-memory", OVER),
    Case("command-not-found", OVER),
    Case("start-error", OVER),
    Case("start-error-path", OVER),
    Case("not-executable", OVER),
    Case("deadline", OVER),
    Case("image-deadline", OVER),
    Case("running", RUNS),
    Case("cpu-128", WAITS_FOR_NODE),
    Case("gpu", WAITS_FOR_NODE),
    Case("selector", WAITS_FOR_NODE, put(nodeSelector={"pool": "a100"})),
    Case("gated", WAITS_FOR_NODE, put(schedulingGates=[{"name": "kueue.x-k8s.io/admission"}])),
    Case("slow-mount", warned("not-there"), missing_volume),
    Case("missing-secret", waits("CreateContainerConfigError")),
    Case("pod-security", warned("PodSecurity"), privileged),
    *(
        Case(f"image-{name}", both(waits("ImagePullBackOff", "ErrImagePull"), warned("Failed to pull")))
        for name in ("absent", "private", "denied", "arm", "limited", "broken", "unknown-host", "refused")
    ),
    Case(
        "image-no-secret",
        both(waits("ImagePullBackOff", "ErrImagePull"), warned("Failed to pull"), warned("image pull secrets")),
    ),
    Case("image-invalid", waits("InvalidImageName")),
    Case("disk-full", OVER, small_disk, seconds=180),
    Case("forgotten", LOST, then=delete_pod, also=[(of_owner("Complete"), None)]),
    Case("forgotten-exit-3", LOST, then=delete_pod, also=[(of_owner("Failed"), None)]),
    Case("deleted", LOST, then=delete_pod, also=[(RUNS, None)]),
    Case("evicted", LOST, then=evict, also=[(RUNS, None)]),
    Case("ready", condition("Ready", "True")),
    Case("crash-loop", both(restarted(3), waits("CrashLoopBackOff"))),
    Case("starting-503", warned("statuscode: 503")),
    Case("starting-refused", warned("refused")),
    Case("starting-silent", warned("deadline exceeded")),
    Case("unready", both(condition("Ready", "False"), warned("statuscode: 503")), also=[(condition("Ready", "True"), None)]),
    Case(
        "unready-silent",
        both(condition("Ready", "False"), warned("deadline exceeded")),
        also=[(condition("Ready", "True"), None)],
    ),
    Case("restarted", both(restarted(1), RUNS)),
    Case("service-image", waits("ImagePullBackOff")),
    Case("service-pod-security", of_owner("ReplicaFailure"), privileged),
    Case("image-slow", both(waits("ContainerCreating"), condition("PodReadyToStartContainers", "True"))),
]


def one(case: Case, manifests: Path) -> None:
    case.apply(manifests)
    for wanted, as_name in case.also:
        deadline = time.time() + case.seconds
        while time.time() < deadline:
            try:
                if wanted(case.seen()):
                    break
            except (IndexError, KeyError, TypeError):
                pass
            time.sleep(0.3)
    if case.then:
        case.then(case)
    if case.name == "forgotten":
        case.record(lambda seen: of_owner("Complete")(seen) and not seen["pods"])
    else:
        case.record()
    kubectl("delete", case.manifest["kind"], case.name, "-n", NAMESPACE, "--wait=false")


def draining(manifests: Path) -> None:
    case = Case("draining", lambda seen: sum("deletionTimestamp" in pod["metadata"] for pod in seen["pods"]) == 1)
    case.apply(manifests)
    case.record(lambda seen: len(ready(seen)) == 2, "two-ready")
    kubectl("scale", "deployment", "draining", "-n", NAMESPACE, "--replicas=1")
    case.record()
    kubectl("delete", "deployment", "draining", "-n", NAMESPACE, "--wait=false")


def ready(seen: dict) -> list:
    return [pod for pod in seen["pods"] if condition("Ready", "True")({"pods": [pod]})]


def room(manifests: Path) -> None:
    holder = Case("holder", RUNS)
    holder.apply(manifests)
    holder.record(as_name="holder")
    waiter = Case("no-room", WAITS_FOR_NODE)
    waiter.apply(manifests)
    waiter.record()
    for name in ("holder", "no-room"):
        kubectl("delete", "job", name, "-n", NAMESPACE, "--wait=true")


def preemption(manifests: Path) -> None:
    for name, value in (("gold-low", -10), ("gold-middle", -5)):
        given = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value}
        kubectl("apply", "-f", "-", given=given)
    victim = Case("preempted", LOST, asks_for("20Gi", "gold-low"))
    victim.apply(manifests)
    while not runs(victim):
        time.sleep(0.3)
    Case("no-room", None, asks_for("8Gi", "gold-middle")).apply(manifests)
    victim.record(condition("DisruptionTarget", "True"), "preempted-going")
    victim.record()
    for name in ("preempted", "no-room"):
        kubectl("delete", "job", name, "-n", NAMESPACE, "--wait=true")
    kubectl("delete", "priorityclass", "gold-low", "gold-middle")


def runs(case: Case) -> bool:
    try:
        return RUNS(case.seen())
    except (IndexError, KeyError):
        return False


def other_node(manifests: Path) -> None:
    """A node that is only a record: tainted, so that nobody else comes near it."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    room = {"cpu": "1", "memory": "1Gi", "pods": "10"}
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "kubelet is posting ready status",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": FAKE_NODE, "labels": {"kubernetes.io/hostname": FAKE_NODE}},
        "spec": {"taints": [{"key": "reserved", "value": "gold", "effect": "NoSchedule"}]},
    }
    kubectl("create", "-f", "-", given=node)
    status = {"status": {"capacity": room, "allocatable": room, "conditions": [ready]}}
    kubectl("patch", "node", FAKE_NODE, "--subresource=status", "-p", json.dumps(status))
    time.sleep(2)
    taint = Case("taint", WAITS_FOR_NODE, put(nodeSelector={"kubernetes.io/hostname": FAKE_NODE}))
    taint.apply(manifests)
    taint.record()
    lost = Case("node-lost", lambda seen: "deletionTimestamp" in seen["pods"][-1]["metadata"], on_fake_node, seconds=240)
    gone = Case("node-gone", LOST, on_fake_node, seconds=240)
    for case in (lost, gone):
        case.apply(manifests)
        time.sleep(1)
        pretend_running(case)
    lost.record()
    kubectl("delete", "node", FAKE_NODE)
    gone.record()
    for name in ("taint", "node-lost", "node-gone"):
        kubectl("delete", "job", name, "-n", NAMESPACE, "--wait=false")


def quota(manifests: Path) -> None:
    fence = json.loads((manifests / "fence-ResourceQuota-tidewright.json").read_text())
    fence["spec"]["hard"] = {"requests.cpu": "25m", "requests.memory": "1Gi"}
    kubectl("delete", "jobs,deployments", "--all", "-n", NAMESPACE, "--wait=true")
    while read("pods", "-n", NAMESPACE)["items"]:
        time.sleep(1)
    kubectl("apply", "--server-side", "-f", "-", given=fence)
    time.sleep(3)
    service = Case("service-over-quota", both(of_owner("ReplicaFailure"), lambda seen: len(ready(seen)) == 2))
    service.change = lambda _, spec: spec.update(replicas=3)
    service.apply(manifests)
    service.record()
    job = Case("over-quota", warned("exceeded quota"))
    job.apply(manifests)
    job.record()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("cases", nargs="*")
    arguments.add_argument("--manifests", type=Path, help="already written by GoldenWorkloads")
    arguments.add_argument("--keep", action="store_true")
    chosen = arguments.parse_args()
    manifests = chosen.manifests or Path(tempfile.mkdtemp())
    if not chosen.manifests:
        maven = ["dev/mvn", "-o", "-q", "-B", "test", "-Dtest=GoldenWorkloads", f"-Dgolden.manifests={manifests}"]
        subprocess.run([*maven, "-Dsurefire.failIfNoSpecifiedTests=false"], cwd=ROOT, check=True)
    registry = http.server.ThreadingHTTPServer(("127.0.0.1", REGISTRY), Registry)
    threading.Thread(target=registry.serve_forever, daemon=True).start()
    for name in ("namespace", "fence-ServiceAccount-tidewright-workload"):
        kubectl("apply", "--server-side", "-f", str(manifests / f"{name}.json"))
    special = {"draining": draining, "room": room, "preemption": preemption, "other-node": other_node, "quota": quota}
    wanted = set(chosen.cases)
    cases = [case for case in ONE_BY_ONE if not wanted or case.name in wanted]
    for at in range(0, len(cases), 6):
        threads = [threading.Thread(target=one, args=(case, manifests)) for case in cases[at : at + 6]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name, act in special.items():
        if not wanted or name in wanted:
            act(manifests)
    if not chosen.keep:
        kubectl("delete", "namespace", NAMESPACE, "--wait=false")


if __name__ == "__main__":
    sys.exit(main())
