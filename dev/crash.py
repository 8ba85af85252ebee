"""Kills the control plane at named points of submit, run, rollout and rollback, and checks what a restart makes of it.

After every kill: the interrupted request, sent again with the same Idempotency-Key, gives one object; a job ran exactly
once; nothing is stuck for more than 30 s; the replicas that ran still run, as the same processes, and answer; what a webhook
is to tell is told at least once.
"""

from __future__ import annotations

import argparse
import http.server
import json
import random
import sys
import threading
import time
import traceback

import crash_servers
import harness
import journey
from harness import Api, Failed, Platform, Problem, unavailable, wait_for

NS = "crash"
ENDPOINT = "echo"
STUCK = 30.0

# What is killed where. A point that is passed often is armed for a random passage up to the number behind it.
JOB_POINTS = {
    "job.submit.before-commit": 1,
    "job.submit.after-commit": 1,
    "work.claimed": 3,
    "job.apply.before": 1,
    "job.apply.after": 1,
    "job.finish.before-record": 1,
    "job.finish.after-record": 1,
}
ROLLOUT_POINTS = {
    "endpoint.deploy.after-commit": 1,
    "rollout.step.before-apply": 3,
    "rollout.step.after-apply": 3,
    "rollout.step.before-record": 3,
}
ROLLBACK_POINTS = {"rollback.after-commit": 1}
WEBHOOK_POINTS = {"webhook.send.before": 1, "webhook.send.before-record": 1}
PARTS_POINTS = {"artifact.parts.joined": 1, "artifact.parts.completed": 1}
POINTS = {**JOB_POINTS, **ROLLOUT_POINTS, **ROLLBACK_POINTS, **WEBHOOK_POINTS, **PARTS_POINTS}

SCRIPT = """
import os, pathlib, time
mark = os.open({marks!r} + "/" + os.environ["TIDEWRIGHT_JOB"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
os.write(mark, (os.environ["TIDEWRIGHT_ATTEMPT"] + " " + str(os.getpid()) + "\\n").encode())
time.sleep(1.5)
pathlib.Path(os.environ["TIDEWRIGHT_OUTPUT"], "done.txt").write_text("done")
print("done")
"""


class Crash:
    def __init__(self, platform: Platform):
        self.platform = platform
        self.api = platform.api
        self.marks = platform.home / "marks"
        self.armed = platform.home / "fail-point"
        self.names: list[str] = []
        self.random = random.Random(7)
        self.told: list[tuple[str, str]] = []
        self.receiver = self.listen()

    def listen(self):
        """Somebody outside who notes what a webhook tells: the delivery's id, and which model was made."""
        told = self.told

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.append((self.headers["X-MLflow-Delivery-Id"], body["data"]["name"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def start(self):
        self.platform.start({"TIDEWRIGHT_FAIL_POINT_FILE": str(self.armed), "TIDEWRIGHT_WEBHOOK_REACH": "127.0.0.1"})
        self.platform.wait_ready()

    def prepare(self):
        self.marks.mkdir()
        self.start()
        journey.namespace(self.api, NS, {"cpu": "16", "memory": "16Gi", "storage": "5Gi", "jobs": 50, "endpoints": 5})
        self.source = journey.upload(
            self.api, NS, name="mark.py", content=SCRIPT.format(marks=str(self.marks)).encode())["id"]
        self.webhook = self.api.post(f"/api/v1/namespaces/{NS}/webhooks", {
            "name": "crash", "url": f"http://127.0.0.1:{self.receiver.server_port}/", "events": ["registered_model.created"]})["metadata"]["uid"]
        made = journey.create_echo(self.api, NS, ENDPOINT, replicas=2, reason="to be there all the while")
        journey.wait_for_revision(self.api, NS, ENDPOINT, journey.current_revision(made), platform=self.platform)

    def arm(self, point: str):
        passages = self.random.randint(1, POINTS[point])
        draft = self.armed.with_suffix(".draft")
        draft.write_text(f"{point}:{passages}")
        draft.rename(self.armed)

    def once(self, point: str, number: int):
        before = self.replica_processes()
        operation = (self.job if point in JOB_POINTS else self.deploy if point in ROLLOUT_POINTS
                     else self.tell if point in WEBHOOK_POINTS else self.upload if point in PARTS_POINTS else self.roll_back)
        operation(point, f"{point.replace('.', '-')}-{number}", before)

    # -- operations ---------------------------------------------------------------------------------------------------

    def job(self, point, name, replicas):
        self.names.append(name)
        command = {"name": name, "source": {"upload": self.source}, "resources": {"cpu": "100m", "memory": "64Mi"}}
        again = self.kill_during(point, lambda key: journey.submit(self.api, NS, command, key), 60)
        self.same_replicas(replicas)
        first = again()
        if first["metadata"]["uid"] != again()["metadata"]["uid"]:
            raise Failed(f"two answers for one key: {first}")
        ended = journey.succeeded(journey.wait_for_job(self.api, NS, name, STUCK, platform=self.platform), self.api, NS)
        ran = (self.marks / name).read_text().splitlines()
        if len(ran) != 1 or not ran[0].startswith("1 "):
            raise Failed(f"job {name} ran {len(ran)} times: {ran}")
        if len(ended["status"]["attempts"]) != 1:
            raise Failed(f"job {name} needed more than one attempt: {ended['status']['attempts']}")

    def deploy(self, point, name, replicas):
        before = journey.endpoint(self.api, NS, ENDPOINT)
        changes = {"environment": {"MARK": name}, "reason": f"crash at {point}"}
        # A PUT needs no key: whoever repeats it reads the endpoint again, and what is already wanted makes no revision.
        again = self.kill_during(point, lambda key: journey.deploy(self.api, NS, ENDPOINT, changes), 60)
        self.one_revision_more(before, again())

    def roll_back(self, point, name, replicas):
        before = journey.endpoint(self.api, NS, ENDPOINT)
        target = max(1, journey.current_revision(before) - 1)
        if target == journey.current_revision(before):
            self.deploy_quietly()
            before = journey.endpoint(self.api, NS, ENDPOINT)
        again = self.kill_during(
            point, lambda key: journey.rollback(self.api, NS, ENDPOINT, target, f"crash at {point}", key), 60)
        self.one_revision_more(before, again())

    def tell(self, point, name, replicas):
        again = self.kill_during(point, lambda key: self.api.post(f"/api/v1/namespaces/{NS}/models", {"name": name}, headers=journey.idempotent(key)), 60)
        again()
        log = f"/api/v1/namespaces/{NS}/webhooks/{self.webhook}/deliveries"
        delivery = wait_for(f"the news of {name} to be delivered", lambda: next(
            (one for one in self.api.get(log)["items"] if one["subject"] == name and one["status"] == "DELIVERED"), None), STUCK, 0.1, self.platform)
        calls = [identity for identity, model in self.told if model == name]
        if calls != [delivery["id"]] * (2 if point.endswith("before-record") else 1):
            raise Failed(f"the receiver was called by {calls} about {name}, the log says {delivery}")
        self.same_replicas(replicas)

    def upload(self, point, name, replicas):
        """A file in parts: completed again after the kill, it is there once, whole, and paid once."""
        journey.namespace(self.api, name, {"cpu": "1", "memory": "1Gi", "storage": "10Mi", "jobs": 1, "endpoints": 1})
        space, files = {"X-MLFLOW-WORKSPACE": name}, "/api/2.0/mlflow-artifacts"
        run = self.api.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0", "run_name": name}, headers=space)["run"]["info"]["run_id"]
        folder = f"0/{run}/artifacts"
        begun = self.api.post(f"{files}/mpu/create/{folder}", {"path": "large.bin", "num_parts": 3}, headers=space)["upload_id"]
        contents, parts = [self.random.randbytes(1 << 20) for _ in range(3)], []
        for number in (2, 3, 1):
            etag = self.api.call("PUT", f"{files}/mpu/parts/{begun}/{number}", contents[number - 1], space)[1]["ETag"]
            parts.append({"part_number": number, "etag": etag})
        parts.sort(key=lambda part: part["part_number"])
        wanted = {"path": "large.bin", "upload_id": begun, "parts": parts}
        again = self.kill_during(point, lambda key: self.api.post(f"{files}/mpu/complete/{folder}", wanted, headers=space), 60)
        again()
        again()
        if self.api.get(f"{files}/artifacts/{folder}/large.bin", headers=space, raw=True) != b"".join(contents):
            raise Failed("the file is not what was sent in parts")
        paid = {bar["resource"]: bar["used"] for bar in self.api.get(f"/api/v1/namespaces/{name}")["status"]["bars"]}
        if paid["storage"] != "3Mi":
            raise Failed(f"a file of 3 MiB is paid as {paid}")
        self.same_replicas(replicas)

    def deploy_quietly(self):
        made = journey.deploy(self.api, NS, ENDPOINT, {"environment": {"MARK": "quiet"}, "reason": "to roll back from"})
        journey.wait_for_revision(self.api, NS, ENDPOINT, journey.current_revision(made), platform=self.platform)

    # -- checks -------------------------------------------------------------------------------------------------------

    def kill_during(self, point, send, timeout):
        """Does it with the point armed until the process is dead, starts again, and answers how to repeat the request."""
        key = f"{point}-{self.random.getrandbits(48)}"
        self.arm(point)
        try:
            send(key)
        except Exception as error:
            if not unavailable(error):
                raise
        code = self.platform.wait_dead(timeout)
        if code not in (137, -9):
            raise Failed(f"the platform ended with {code} instead of being killed\n{self.platform.tail()}")
        self.start()
        self.answers_again()
        return lambda: send(key)

    def one_revision_more(self, before, now):
        expected = journey.current_revision(before) + 1
        if journey.current_revision(now) != expected:
            raise Failed(f"revision {journey.current_revision(now)} after one change of {expected - 1}")
        with harness.Load(self.platform, f"/{NS}/{ENDPOINT}/echo", {"a": 1}, threads=2, pause=0.01) as load:
            settled = journey.wait_for_revision(self.api, NS, ENDPOINT, expected, STUCK, platform=self.platform)
        if load.failed:
            raise Failed(f"{load.failed} of {load.sent} requests failed after the restart: {load.failures[0]}")
        numbers = [r["number"] for r in self.api.get(
            f"/api/v1/namespaces/{NS}/endpoints/{ENDPOINT}/revisions?limit=500")["items"]]
        if sorted(numbers) != list(range(1, expected + 1)):
            raise Failed(f"revisions {numbers}: expected 1 to {expected}, once each")
        return settled

    def answers_again(self):
        wait_for("the endpoint to answer after the restart", self.replica_process, STUCK, 0.1, self.platform)

    def replica_process(self):
        """The process id of the replica that answered."""
        try:
            answer = Api(self.platform.gateway, self.platform.token).get(f"/{NS}/{ENDPOINT}/")
        except Problem as problem:
            if problem.status in (404, 503):  # the gateway has no table yet
                return None
            raise
        return answer["pid"]

    def replica_processes(self):
        seen = set()
        for _ in range(50):
            seen.add(self.replica_process())
            if len(seen) == 2:
                return seen
        return seen

    def same_replicas(self, before):
        """Workloads live on while the control plane is dead, and are taken up again rather than started anew."""
        wait_for(f"replicas {before} to be found again", lambda: self.replica_processes() == before, STUCK, 0.2)

    def at_the_end(self):
        jobs, cursor = [], ""
        while cursor is not None:
            page = self.api.get(f"/api/v1/namespaces/{NS}/jobs?limit=500" + (f"&cursor={cursor}" if cursor else ""))
            jobs += [item["metadata"]["name"] for item in page["items"]]
            cursor = page.get("nextCursor")
        if sorted(jobs) != sorted(self.names):
            raise Failed(f"lost {set(self.names) - set(jobs)}, not asked for {set(jobs) - set(self.names)}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=20, help="kills at each point")
    arguments.add_argument("--point", action="append", choices=POINTS, help="only this point")
    arguments.add_argument("--seconds", type=float, default=300, help="on Kubernetes: of two servers, so long")
    arguments.add_argument("--rate", type=float, default=20, help="on Kubernetes: jobs a second")
    harness.add_cluster(arguments)
    chosen = arguments.parse_args()
    if chosen.cluster == "kubernetes":
        return crash_servers.run(chosen.seconds, chosen.rate)
    failed = 0
    kills = 0
    began = time.monotonic()
    with Platform.temporary("crash") as platform:
        crash = Crash(platform)
        try:
            crash.prepare()
            for number in range(1, chosen.times + 1):
                for point in chosen.point or POINTS:
                    started = time.monotonic()
                    try:
                        crash.once(point, number)
                        word = "ok"
                    except (Failed, Problem, OSError) as error:
                        failed += 1
                        word = f"FAILED: {error}"
                        if failed >= 10:
                            raise
                        if not platform.alive():
                            crash.armed.unlink(missing_ok=True)
                            crash.start()
                    kills += 1
                    print(f"{point:30} {number:3} {time.monotonic() - started:6.1f} s  {word}", flush=True)
            crash.at_the_end()
        except Exception:
            traceback.print_exc()
            print(platform.tail(), file=sys.stderr)
            failed += 1
    print(json.dumps({"figure": "crash", "kills": kills, "failed": failed,
                      "seconds": round(time.monotonic() - began)}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
