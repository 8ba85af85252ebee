"""The Helm chart: linted, rendered with several sets of values, wrong ones refused, what the platform may do looked at; then
installed on the test cluster, tested by `helm test`, put through the main job, its gateways restarted and upgraded under load
without a failed request, and taken away without a trace.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import demo
from harness import ROOT, Failed, Kubernetes, Load, Platform, Problem, wait_for

CHART = ROOT / "helm/tidewright"
OWN_DATABASE = {"postgresql.enabled": "false", "database.url": "jdbc:postgresql://db/tidewright", "database.existingSecret": "db"}
GOOD = [
    {},
    {**OWN_DATABASE, "admin.existingSecret": "admin"},
    {"server.replicas": 2, "server.artifacts.accessMode": "ReadWriteMany", "gateway.replicas": 5},
    {"server.artifacts.persistent": "false", "postgresql.persistent": "false", "networkPolicy.enabled": "false"},
    {"ingress.enabled": "true", "ingress.serverHost": "tide.example.org", "ingress.gatewayHost": "api.example.org",
     "ingress.tlsSecret": "tls", "gateway.url": "https://api.example.org"},
    {"clusters.gpu-east.existingSecret": "gpu-east", "clusters.gpu-east.api": "https://tide.example.org"},
    {"secretKey.existingSecret": "sealing", "secretKey.key": "k", "webhooks.reach": r"{ci.internal,10.1.0.0/16,fd00::/8}"},
    {"metrics.external": "{queue_length}", "metrics.custom": "{pods/inference_requests_per_second}"},
]
WRONG = {
    "gateway.replicas=1": "minimum", "gateway.linger=5m": "pattern", "gateway.url=ftp://x": "pattern", "server.port=1": "additional",
    "database.url=mysql://x": "pattern", "server.artifacts.accessMode=Any": "one of", "image.pullPolicy=Sometimes": "one of",
    "metrics.external={*}": "pattern", "server.replicas=2": "store that all of them can write",
    "postgresql.enabled=false": "set database.url", "clusters.default.api=http://x": "default", "clusters.east.api=http://x": "existingSecret",
    "webhooks.reach={http://x}": "pattern", "webhooks.reach=x": "array", "secretKey.key=a b": "pattern", "secretKey.value=x": "additional",
    "server.environment.TIDEWRIGHT_SECRET_KEY=x": "set secretKey.existingSecret", "server.environment.TIDEWRIGHT_WEBHOOK_REACH=x": "set webhooks.reach",
}


def helm(*arguments: str, check=True, quiet=False) -> str:
    done = subprocess.run([ROOT / "dev/helm/helm", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode != 0:
        raise Failed(f"helm {' '.join(arguments)} failed:\n{done.stdout}")
    if not quiet:
        print(done.stdout, end="", flush=True)
    return done.stdout if done.returncode == 0 else f"refused: {done.stdout}"


def settings(values: dict) -> list[str]:
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def rendered(values: dict) -> str:
    return helm("template", "tw", str(CHART), *settings(values), quiet=True)


def check_statically():
    for values in GOOD:
        helm("lint", "--strict", "--quiet", str(CHART), *settings(values), quiet=True)
        check_access(rendered(values))
        check_pods(rendered(values))
    check_webhooks(rendered({}), rendered(GOOD[-2]))
    for value, why in WRONG.items():
        answer = helm("template", "tw", str(CHART), "--set", value, check=False, quiet=True)
        if not answer.startswith("refused") or why not in answer:
            raise Failed(f"--set {value} should be refused because of \"{why}\":\n{answer[:600]}")
    print(f"linted and rendered with {len(GOOD)} sets of values; {len(WRONG)} wrong values were refused")


def rules(manifests: str) -> list[tuple[set[str], set[str]]]:
    """Resources and verbs of each rule of the platform's ClusterRole."""
    roles = [part for part in manifests.split("\n---\n") if re.search(r"^kind: ClusterRole$", part, re.M)]
    if len(roles) != 1:
        raise Failed(f"{len(roles)} ClusterRoles")
    found = []
    for rule in roles[0].split("- apiGroups:")[1:]:
        inline = re.search(r"resources: \[(.*)\]", rule)
        resources = inline.group(1).split(",") if inline else re.findall(r"^ +- (\S+)$", rule, re.M)
        found.append(({word.strip() for word in resources}, {word.strip() for word in re.search(r"verbs: \[(.*)\]", rule).group(1).split(",")}))
    return found


def check_access(manifests: str):
    for resources, verbs in rules(manifests):
        if any("*" in word for word in resources | verbs):
            raise Failed(f"a wildcard in the platform's access: {resources} {verbs}")
        if verbs & {"escalate", "bind", "impersonate", "deletecollection"}:
            raise Failed(f"{verbs} of {resources} lets the platform give itself more")
        if "secrets" in resources and verbs & {"get", "list", "watch"}:
            raise Failed(f"the platform may read secrets: {verbs}")


def check_pods(manifests: str):
    """What Pod Security `restricted` asks for and what it does not; the cluster itself checks the first part again."""
    for part in manifests.split("\n---\n"):
        if re.search(r"^kind: (Deployment|StatefulSet|Pod)$", part, re.M):
            for line in ("runAsNonRoot: true", "type: RuntimeDefault", "allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true", "drop: [ALL]"):
                if line not in part:
                    raise Failed(f"{line} is missing in:\n{part[:300]}")


def check_webhooks(plain: str, given: str):
    """The key comes out of the secret, to the server alone; the reach as one line; and neither where it is not asked for."""
    if "TIDEWRIGHT_SECRET_KEY" in plain or "TIDEWRIGHT_WEBHOOK_REACH" in plain:
        raise Failed("a key or a reach that nobody asked for")
    for wanted in (r"- name: TIDEWRIGHT_SECRET_KEY\n +valueFrom:\n +secretKeyRef:\n +name: sealing\n +key: k\n",
                   r'- name: TIDEWRIGHT_WEBHOOK_REACH\n +value: "ci.internal,10.1.0.0/16,fd00::/8"\n'):
        pods = [part for part in given.split("\n---\n") if re.search(wanted, part)]
        if len(pods) != 1 or "name: tw-server\n" not in pods[0]:
            raise Failed(f"{wanted} is in {len(pods)} parts of what was rendered")


class Installed(Platform):
    """A platform that runs in the cluster, reached by the addresses of its services."""

    def __init__(self, kubernetes: Kubernetes, namespace: str, release: str):
        self.release, self.namespace = release, namespace
        self.server, self.entry = (self._address(kubernetes, part) for part in ("server", "gateway"))
        secret = json.loads(kubernetes.kubectl("-n", namespace, "get", "secret", f"{release}-admin", "-o", "json"))["data"]
        token, password = (base64.b64decode(secret[key]).decode() for key in ("token", "password"))
        super().__init__(Path(tempfile.gettempdir()), 8080, 80, token, password, jar="none of ours")
        self.on(kubernetes)

    def _address(self, kubernetes: Kubernetes, part: str) -> str:
        return kubernetes.kubectl("-n", self.namespace, "get", "service", f"{self.release}-{part}", "-o", "jsonpath={.spec.clusterIP}").strip()

    @property
    def host(self):
        return self.entry

    @property
    def url(self):
        return f"http://{self.server}:8080"


def under_load(platform: Installed, what: str, change):
    """Sends without pause while something is changed; nothing may fail."""
    with Load(platform, f"/{demo.NS}/{demo.MODEL}/predict", {"features": [demo.PATIENTS[0]]}, threads=2, pause=0.04) as load:
        time.sleep(2)
        began = time.monotonic()
        change()
        took = time.monotonic() - began
        time.sleep(2)
    print(f"{what} under load: {took:.0f} s, {load.sent} requests, {load.failed} failed", flush=True)
    if load.failed or load.sent < 100:
        raise Failed(f"{load.failed} of {load.sent} requests failed, for example: {load.failures[:1]}")


def try_out(kubernetes: Kubernetes):
    release, namespace = "tw", f"tw-chart-{secrets.token_hex(3)}"
    os.environ["KUBECONFIG"] = kubernetes.kubeconfig
    # The platform itself takes its share of a node of two processors.
    demo.NS, demo.JOB, demo.REPLICA = f"{namespace}-demo", "400m", "200m"
    values = {
        "image.repository": "localhost/tidewright-server", "image.tag": "dev", "image.pullPolicy": "Never",
        "runtimeImage": "localhost/tidewright-runtime:dev", "postgresql.image": "localhost/tidewright-postgresql:dev",
        "instance": namespace, "server.artifacts.persistent": "false", "postgresql.persistent": "false",
        **{f"{part}.resources.requests.cpu": "20m" for part in ("server", "gateway", "postgresql")},
    }
    # What pods on this machine need to install packages, as anywhere else.
    values |= {f"server.environment.{name}": value.replace(",", r"\,") for name, value in os.environ.items()
               if name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "UV_INDEX_URL", "UV_DEFAULT_INDEX")}
    kubernetes.kubectl("create", "namespace", namespace)
    kubernetes.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    try:
        began = time.monotonic()
        helm("install", release, str(CHART), "-n", namespace, "--wait", "--timeout", "6m", *settings(values))
        print(f"installed in {time.monotonic() - began:.0f} s")
        helm("test", release, "-n", namespace, "--logs")
        platform = Installed(kubernetes, namespace, release)
        demo.main_job(demo.Progress(), platform, kubernetes)
        under_load(platform, "restarting the gateways", lambda: restart_gateways(kubernetes, namespace, release))
        under_load(platform, "upgrading", lambda: helm(
            "upgrade", release, str(CHART), "-n", namespace, "--wait", "--timeout", "6m", "--reuse-values",
            "--set", "gateway.environment.UPGRADED=yes", quiet=True))
        take_away(platform)
        helm("uninstall", release, "-n", namespace, "--wait", quiet=True)
        check_gone(kubernetes, namespace, release)
    except BaseException:
        print(kubernetes.kubectl("-n", namespace, "get", "pods,events"))
        print(kubernetes.kubectl("-n", namespace, "logs", "--tail=30", "--prefix", "-l", "app.kubernetes.io/name=tidewright"))
        raise
    finally:
        helm("uninstall", release, "-n", namespace, "--ignore-not-found", check=False, quiet=True)
        kubernetes.kubectl("delete", "namespace", "--wait=false", namespace)
        kubernetes.kubectl("delete", "namespace", "--wait=false", "-l", f"app.kubernetes.io/instance={namespace}")


def restart_gateways(kubernetes: Kubernetes, namespace: str, release: str):
    kubernetes.kubectl("-n", namespace, "rollout", "restart", f"deployment/{release}-gateway")
    done = kubernetes.kubectl("-n", namespace, "rollout", "status", f"deployment/{release}-gateway", "--timeout=8m")
    if "successfully" not in done:
        raise Failed(f"the gateways were not restarted: {done}")


def take_away(platform: Installed):
    """What teams have is theirs: an uninstalled platform leaves it, so the demo's goes first, by the platform itself."""
    demo.quiet(platform)
    platform.api.delete(f"/api/v1/namespaces/{demo.NS}/endpoints/{demo.MODEL}", headers={"If-Match": "*"})
    wait_for("the endpoint to go", lambda: platform.api.exists(f"/api/v1/namespaces/{demo.NS}/endpoints/{demo.MODEL}") is None, 60)


def check_gone(kubernetes: Kubernetes, namespace: str, release: str):
    kinds = "all,secrets,serviceaccounts,networkpolicies,poddisruptionbudgets,persistentvolumeclaims,ingresses"

    def left():
        return [line for line in (
            *kubernetes.kubectl("-n", namespace, "get", kinds, "-o", "name", "-l", f"app.kubernetes.io/instance={release}").splitlines(),
            *kubernetes.kubectl("get", "clusterroles,clusterrolebindings", "-o", "name").splitlines())
            if f"/{release}-" in line or f"/{namespace}-" in line]
    wait_for("everything of the release to go", lambda: not left(), 90)
    print("uninstalled, and nothing is left of it")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--static", action="store_true", help="without a cluster")
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    try:
        check_statically()
        if not chosen.static:
            kubernetes = Kubernetes("chart")
            if kubernetes.own and subprocess.run([ROOT / "dev/cluster/images", "server", "postgresql"]).returncode != 0:
                raise Failed("the images could not be made (see above)")
            try_out(kubernetes)
    except (Failed, Problem) as failed:
        print(f"The chart failed: {failed}", file=sys.stderr)
        return 1
    print(f"The chart holds, after {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
