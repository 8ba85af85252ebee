"""The main job, from a notebook to a rollback, by the public REST API only."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path

import harness
import journey
from harness import Api, Failed, Kubernetes, Load, Platform, Problem

NS = "demo"
MODEL = "diabetes"
LIMITS = {"cpu": "4", "memory": "8Gi", "storage": "10Gi", "jobs": 5, "endpoints": 3}
# What a job and a replica ask for.
JOB, REPLICA = "1", "500m"
NOTEBOOK = harness.ROOT / "samples/diabetes/train.ipynb"
REQUIREMENTS = NOTEBOOK.with_name("requirements.txt")
# Three patients of the diabetes set as they were measured: age, sex, body mass index, blood pressure, six blood values.
PATIENTS = [
    [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87],
    [48, 1, 21.6, 87, 183, 103.2, 70, 3, 3.8918, 69],
    [72, 2, 30.5, 93, 156, 93.6, 41, 4, 4.6728, 85],
]
TTY = sys.stdout.isatty()


def paint(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if TTY else text


class Progress:
    """Prints each step with the time it took; on a terminal also what it waits for."""

    def __init__(self):
        self.steps: list[tuple[str, float]] = []
        self._live = False

    @contextlib.contextmanager
    def step(self, title: str):
        print(f"{paint('1', '▸ ' + title)}", flush=True)
        started = time.monotonic()
        self._last = ""
        try:
            yield self
        except BaseException:
            self._clear()
            print(f"  {paint('31', 'failed')} after {time.monotonic() - started:.1f} s", flush=True)
            raise
        took = time.monotonic() - started
        self.steps.append((title, took))
        self._clear()
        print(f"  {paint('32', 'done')} in {took:.1f} s", flush=True)

    def note(self, text: str):
        self._clear()
        print(f"  {text}", flush=True)

    def live(self, text: str):
        """What goes on just now: replaced in place on a terminal, else a line whenever it changes."""
        if text == self._last:
            return
        self._last = text
        if TTY:
            print(f"\r\033[K  {paint('2', text[:100])}", end="", flush=True)
            self._live = True
        else:
            print(f"  … {text}", flush=True)

    def _clear(self):
        if self._live:
            print("\r\033[K", end="")
            self._live = False


def credentials(home: Path) -> tuple[str, str]:
    """The admin's password and token: yours, those of an earlier demo on this home, or new ones kept for the next."""
    file = home / "demo-credentials.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    password = os.environ.get("TIDEWRIGHT_ADMIN_PASSWORD") or kept.get("password") or secrets.token_urlsafe(15)
    token = os.environ.get("TIDEWRIGHT_ADMIN_TOKEN") or kept.get("token") or harness.new_token()
    if kept != {"password": password, "token": token}:
        home.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"password": password, "token": token}, out)
    return password, token


def number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "")
    if text and not text.isdigit():
        raise Failed(f"{variable} is {text!r}: give a port number")
    return int(text or default)


@contextlib.contextmanager
def the_platform(temporary: bool, kubernetes: Kubernetes | None):
    if temporary:
        with Platform.temporary("demo", kubernetes) as platform:
            yield platform, False
        return
    home = Path(os.environ.get("TIDEWRIGHT_HOME") or Path.home() / ".tidewright").absolute()
    port, gateway_port = number("TIDEWRIGHT_PORT", 8080), number("TIDEWRIGHT_GATEWAY_PORT", 8081)
    password, token = credentials(home)
    platform = Platform(home, port, gateway_port, token, password, jar="").on(kubernetes)
    running = is_ours(platform)
    if not running:
        for variable, taken in (("TIDEWRIGHT_PORT", port), ("TIDEWRIGHT_GATEWAY_PORT", gateway_port)):
            if harness.port_taken(taken):
                raise Failed(f"Port {taken} is in use by another program. Stop it, or choose another port:"
                             f" make demo {variable}={taken + 1000}")
        platform.jar = harness.build()
    try:
        yield platform, running
    finally:
        if platform.alive():
            quiet(platform)
            platform.stop()


def quiet(platform: Platform):
    """Replicas outlive the control plane on purpose; a demo leaves nothing behind."""
    with contextlib.suppress(Exception):
        platform.api.post(f"/api/v1/namespaces/{NS}/endpoints/{MODEL}/stop", {"reason": "the demo ends"})
        harness.wait_for("the replicas to end", lambda: not journey.replicas(platform.api, NS, MODEL), 45)


def is_ours(platform: Platform) -> bool:
    """Whether a platform that takes our token already runs there."""
    try:
        return bool(platform.api.get("/api/v1/whoami", timeout=3))
    except Exception:
        return False


def start(progress: Progress, platform: Platform):
    with progress.step(f"Start the platform (home {platform.home})"):
        platform.start()
        platform.wait_ready()
        try:
            platform.api.get("/api/v1/whoami")
        except Problem as problem:
            if problem.status == 401:
                raise Failed(
                    f"The platform on {platform.home} was first started without the demo's token. Make a token in the"
                    " dashboard and run: TIDEWRIGHT_ADMIN_TOKEN=… make demo; or give the demo a home of its own:"
                    " TIDEWRIGHT_HOME=~/.tidewright-demo make demo") from None
            raise


def train(progress: Progress, api: Api, number: int, alpha: float, platform: Platform) -> dict:
    name = next(f"diabetes-{n}" for n in range(number, 10_000)
                if api.exists(f"/api/v1/namespaces/{NS}/jobs/diabetes-{n}") is None)
    with progress.step(f"Train {NOTEBOOK.name} as job {name} with alpha={alpha}"):
        source = journey.upload(api, NS, NOTEBOOK)
        journey.submit(api, NS, {
            "name": name, "source": {"upload": source["id"]}, "parameters": {"alpha": alpha},
            "requirements": [line for line in REQUIREMENTS.read_text().splitlines() if line and line[0] != "#"],
            "resources": {"cpu": JOB, "memory": "1Gi"}, "deadline": "10m",
        })
        ended = journey.wait_for_job(api, NS, name, 600, platform=platform, seen=lambda job: progress.live(
            f"{journey.phase(job).lower()}: {job['status'].get('message') or ''}"))
        journey.succeeded(ended, api, NS)
        metrics = latest_metrics(api, name)
        progress.note("metrics: " + ", ".join(f"{key} {value:.4g}" for key, value in sorted(metrics.items())))
        files = [file["path"] for file in api.get(f"/api/v1/namespaces/{NS}/jobs/{name}/artifacts")["items"]]
        progress.note("kept: " + ", ".join(sorted(files)))
        if not metrics or not any(path.endswith(".ipynb") for path in files):
            raise Failed(f"job {name} left metrics {metrics} and files {files}: expected metrics, a notebook and a model")
    return ended


def latest_metrics(api: Api, name: str) -> dict[str, float]:
    answer = api.get(f"/api/v1/namespaces/{NS}/jobs/{name}/metrics")
    return {metric["key"]: float(metric["value"]) for metric in answer["items"]}


def rmse(api: Api, job: dict) -> float:
    return latest_metrics(api, job["metadata"]["name"])["rmse"]


def register(progress: Progress, api: Api, job: dict, description: str) -> int:
    name = job["metadata"]["name"]
    with progress.step(f"Register what {name} made as a version of model {MODEL}"):
        if api.exists(f"/api/v1/namespaces/{NS}/models/{MODEL}"):
            progress.note(f"model {MODEL} is there from before")
        else:
            api.post(f"/api/v1/namespaces/{NS}/models",
                     {"name": MODEL, "description": "Disease progression one year after the baseline"})
        version = api.post(f"/api/v1/namespaces/{NS}/models/{MODEL}/versions",
                           {"job": name, "path": "model", "description": description}, headers=harness.idempotent())
        number = version["status"]["number"]
        progress.note(f"version {number}")
    return number


def serve(progress: Progress, api: Api, version: int, platform: Platform) -> int:
    with progress.step(f"Deploy endpoint {MODEL} with version {version} and 2 replicas"):
        serves = {"model": MODEL, "version": version}
        if api.exists(f"/api/v1/namespaces/{NS}/endpoints/{MODEL}") is None:
            made = api.post(f"/api/v1/namespaces/{NS}/endpoints", {
                "name": MODEL, "reason": "first version", "serves": serves, "replicas": 2,
                "resources": {"cpu": REPLICA, "memory": "512Mi"},
                "rollout": {"maxSurge": 1, "maxUnavailable": 0, "progressDeadline": "3m"},
            }, headers=harness.idempotent())
        else:
            progress.note(f"endpoint {MODEL} is there from before; it gets a revision more")
            made = journey.deploy(api, NS, MODEL, {"serves": serves, "replicas": 2, "reason": "the demo again"},
                                  supersede=True)  # an interrupted demo may have left a rollout under way
        revision = journey.current_revision(made)
        journey.wait_for_revision(api, NS, MODEL, revision, platform=platform, seen=live_endpoint(progress))
        progress.note(f"revision {revision} is ready")
    return revision


def live_endpoint(progress: Progress):
    def seen(endpoint):
        status = endpoint["status"]
        progress.live(f"{status['phase'].lower()}: {status.get('message') or ''}")
    return seen


def predict(progress: Progress, platform: Platform):
    with progress.step("Ask it for predictions through the gateway"):
        gateway = Api(platform.gateway, platform.token)
        for patient in PATIENTS:
            answer, headers = gateway.call("POST", f"/{NS}/{MODEL}/predict", {"features": [patient]})
            progress.note(f"age {patient[0]}, bmi {patient[2]}, pressure {patient[3]}: {json.dumps(answer)}"
                          f"  (revision {headers['X-Serving-Revision']})")
        v2, _ = gateway.call("POST", f"/{NS}/{MODEL}/v2/models/{MODEL}/infer", {
            "inputs": [{"name": "features", "shape": [len(PATIENTS), 10], "datatype": "FP64",
                        "data": [value for patient in PATIENTS for value in patient]}]})
        progress.note(f"the same by the Open Inference Protocol: {[round(x, 1) for x in v2['outputs'][0]['data']]}")


def roll(progress: Progress, platform: Platform, title: str, change) -> int:
    """Changes the endpoint while clients send without pause; nothing may fail."""
    api = platform.api
    with progress.step(title):
        with Load(platform, f"/{NS}/{MODEL}/predict", {"features": [PATIENTS[0]]}, threads=3, pause=0.02) as load:
            time.sleep(1)
            revision = journey.current_revision(change())
            journey.wait_for_revision(api, NS, MODEL, revision, platform=platform, seen=live_endpoint(progress))
            load.wait_for_revision(revision)
            time.sleep(1)
        answered = ", ".join(f"revision {r}: {n}" for r, n in sorted(load.revisions.items()))
        progress.note(paint("32" if not load.failed else "31", f"{load.sent} requests sent, {load.failed} failed")
                      + f"; answered by {answered}")
        if load.failed:
            raise Failed(f"{load.failed} of {load.sent} requests failed, for example: {load.failures[0]}")
        if len(load.revisions) < 2:
            raise Failed(f"only revision {list(load.revisions)} answered: the rollout was not seen")
    return revision


def history(progress: Progress, api: Api):
    with progress.step("Rollout history: who, when, why, and every parameter that changed"):
        for revision in reversed(api.get(f"/api/v1/namespaces/{NS}/endpoints/{MODEL}/revisions")["items"]):
            progress.note(f"revision {revision['number']}  {revision['createdAt'][:19].replace('T', ' ')}"
                          f"  {revision['createdBy']}: {revision['reason']}")
            for change in revision["changes"]:
                before, after = change.get("before"), change.get("after")
                progress.note(f"    {change['path']}: {short(before)} → {short(after)}")
                if change["path"] == "serves.model.version":
                    for name, (old, new) in sorted(trained_with(api, before, after).items()):
                        progress.note(f"      trained with {name}: {old} → {new}")


def seen_with_kubectl(progress: Progress, api: Api, kubernetes: Kubernetes):
    """The cluster's own word: what runs there, and that the gateways have just the addresses that its EndpointSlices list."""
    with progress.step(f"The same as kubectl sees it in namespace {NS}"):
        for line in kubernetes.kubectl("get", "jobs,deployments,services", "-n", NS, "-o", "wide", "--no-headers").splitlines():
            progress.note(" ".join(line.split()[:4]))
        given = harness.wait_for("the EndpointSlices to list what the gateways have", lambda: same_addresses(api, kubernetes), 15)
        progress.note(f"EndpointSlices list {', '.join(given)}")


def same_addresses(api: Api, kubernetes: Kubernetes) -> list[str] | None:
    """What the gateways send to, if the cluster lists just that."""
    given = sorted(f"{one['host']}:{one['port']}" for one in journey.replicas(api, NS, MODEL) if one["phase"] == "READY")
    slices = json.loads(kubernetes.kubectl("get", "endpointslices", "-n", NS, "-o", "json"))["items"]
    listed = sorted(f"{address}:{port['port']}" for one in slices for end in one.get("endpoints") or [] if end["conditions"]["ready"]
                    for address in end["addresses"] for port in one["ports"])
    return given if given == listed else None


def trained_with(api: Api, before: str, after: str) -> dict[str, tuple]:
    """The training parameters that differ between two versions of the model."""
    old, new = (api.get(f"/api/v1/namespaces/{NS}/models/{MODEL}/versions/{number}")["status"]["parameters"]
                for number in (before, after))
    return {name: (old.get(name, "–"), new.get(name, "–")) for name in old.keys() | new.keys()
            if old.get(name) != new.get(name)}


def short(value: str | None) -> str:
    return "–" if value is None else value if len(value) <= 24 else value[:23] + "…"


def main_job(progress: Progress, platform: Platform, kubernetes: Kubernetes | None):
    api = platform.api
    with progress.step(f"Namespace {NS} with a quota of {LIMITS['cpu']} cpu and {LIMITS['memory']} memory"):
        if api.exists(f"/api/v1/namespaces/{NS}"):
            progress.note("it is there from before, with what it holds")
        journey.namespace(api, NS, LIMITS, "The main job, end to end")
    before = train(progress, api, 1, 0.01, platform)
    first = register(progress, api, before, "alpha=0.01")
    revision = serve(progress, api, first, platform)
    predict(progress, platform)
    after = train(progress, api, 2, 0.5, platform)
    second = register(progress, api, after, "alpha=0.5")
    reason = f"rmse {rmse(api, after):.2f} instead of {rmse(api, before):.2f}"
    roll(progress, platform, f"Roll the endpoint to version {second} while clients send without pause",
         lambda: journey.deploy(api, NS, MODEL, {
             "serves": {"model": MODEL, "version": second}, "reason": reason,
             "resources": {"cpu": REPLICA, "memory": "640Mi"}}))
    roll(progress, platform, f"Roll back to revision {revision}, also under load",
         lambda: journey.rollback(api, NS, MODEL, revision, "to show the way back"))
    history(progress, api)
    if kubernetes:
        seen_with_kubectl(progress, api, kubernetes)


def leave_up(platform: Platform):
    print(f"""
{paint('1', 'The dashboard is up:')} {platform.url}
  sign in as {paint('1', 'admin')} with the password {paint('1', platform.password)}
  (kept with an API token in {platform.home}/demo-credentials.json, which only you can read)
  predictions: {platform.gateway}/{NS}/{MODEL}/predict
""")
    if platform.alive():
        print("Ctrl-C stops the platform.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            code = platform.process.wait()
            raise Failed(f"the platform ended by itself with exit code {code}. The end of its log:\n\n{platform.tail(20)}"
                         f"\n\nThe whole log is {platform.log}")
        print("\nStopping …", flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--exit", action="store_true", help="stop the platform at the end")
    arguments.add_argument("--temporary", action="store_true", help="in a throw-away home and on free ports")
    harness.add_cluster(arguments)
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = Progress()
    began = time.monotonic()
    try:
        kubernetes = Kubernetes.chosen(chosen.cluster, None if chosen.temporary else "demo")
        with the_platform(chosen.temporary, kubernetes) as (platform, running):
            if running:
                print(f"Using the platform that runs on {platform.url}; it is left running.")
            else:
                start(progress, platform)
            main_job(progress, platform, kubernetes)
            print(paint("32;1", f"\nAll {len(progress.steps)} steps done in {time.monotonic() - began:.0f} s."))
            if chosen.exit:
                print(f"Sign-in: {platform.url} as admin, password in {platform.home}/demo-credentials.json."
                      if not chosen.temporary else "Stopping the platform.")
            else:
                leave_up(platform)
        return 0
    except (Failed, Problem) as failed:
        print(paint("31;1", f"\nThe demo failed: {failed}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
