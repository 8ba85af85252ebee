"""What MLflow looks for in a plug-in: one client class, `run_local` and `target_help`."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
import uuid
from typing import Any
from urllib.parse import quote

import mlflow
import pandas
from mlflow.deployments import BaseDeploymentClient, PredictionsResponse
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    ABORTED, DEADLINE_EXCEEDED, INVALID_PARAMETER_VALUE, PERMISSION_DENIED, RESOURCE_ALREADY_EXISTS, RESOURCE_CONFLICT, RESOURCE_DOES_NOT_EXIST,
    TEMPORARILY_UNAVAILABLE, UNAUTHENTICATED)
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.proto_json_utils import NumpyEncoder, dump_input_data
from mlflow.utils.rest_utils import http_request

from .settings import ASKED, FREE, KNOWN, Settings, Wrong, place, served

FLAVOR = "python_function"
PAUSE = 0.5
LOCALLY = ("host", "port", "env_manager")


def _told(method):
    """What is wrong with a setting is refused in MLflow's own way."""

    @functools.wraps(method)
    def telling(*arguments, **named):
        try:
            return method(*arguments, **named)
        except Wrong as wrong:
            raise MlflowException(str(wrong), INVALID_PARAMETER_VALUE) from None

    return telling


class TidewrightClient(BaseDeploymentClient):
    """Deployments of one namespace. A deployment is an endpoint: one name, one address, one model at a time."""

    def __init__(self, target_uri: str):
        super().__init__(target_uri)
        self._address, self._namespace = place(target_uri)

    @_told
    def create_deployment(self, name, model_uri, flavor=None, config=None, endpoint=None):
        """Makes an endpoint that serves a registered model, and waits until it does (`wait=false`: does not).

        Args:
            name: of the endpoint, a DNS label; taken is refused.
            model_uri: `models:/<name>@<alias>`, which is then followed, or `models:/<name>/<version>`.
            flavor: left away, or `python_function`: the platform loads a model by what its MLmodel says.
            config: see `target_help()`.
            endpoint: left away: a deployment is an endpoint.

        Returns:
            What `get_deployment` returns.
        """
        _require_plain(name, flavor, endpoint)
        settings = Settings.of(config)
        wanted = settings.over({"name": name, "serves": served(model_uri, settings.follow), "reason": "mlflow deployments create"})
        made = self._call("POST", "", wanted)
        return self._waited(name, made, settings) if settings.wait else _described(made)

    @_told
    def update_deployment(self, name, model_uri=None, flavor=None, config=None, endpoint=None):
        """Changes what it is told and leaves the rest; waits until the change is rolled out (`wait=false`: does not)."""
        _require_plain(name, flavor, endpoint)
        settings = Settings.of(config)
        there, tag = self._read(name)
        described = there["spec"]
        described.pop("reason", None)
        if model_uri is not None:
            described["serves"] = served(model_uri, settings.follow)
        elif settings.follow is not None:
            described["serves"]["follow"] = settings.follow
        wanted = settings.over({**described, "reason": "mlflow deployments update"})
        supersede = "?supersede=true" if settings.supersede else ""
        made = self._call("PUT", f"/{quote(name)}{supersede}", wanted, {"If-Match": tag})
        changed = made["status"]["revision"] != there["status"]["revision"]
        return self._waited(name, made, settings) if settings.wait and changed else _described(made)

    @_told
    def delete_deployment(self, name, config=None, endpoint=None):
        """Ends it and waits until it is gone; one that is not there is no error."""
        _require_plain(name, None, endpoint)
        settings = Settings.of(config, only=("wait", "timeout", "reason"))
        reason = settings.fields.get("reason", "mlflow deployments delete")
        if self._call("DELETE", f"/{quote(name)}?reason={quote(reason)}", headers={"If-Match": "*"}, missing=True) is None or not settings.wait:
            return
        self._until(settings, f"endpoint {name} to be gone", lambda: self._call("GET", f"/{quote(name)}", missing=True) is None)

    def list_deployments(self, endpoint=None):
        """All endpoints of the namespace, also those that were not made here."""
        found, after = [], ""
        while True:
            page = self._call("GET", f"?limit=200{after}")
            found += [_described(each) for each in page["items"] if endpoint in (None, each["metadata"]["name"])]
            if not page.get("nextCursor"):
                return found
            after = f"&cursor={quote(page['nextCursor'])}"

    def get_deployment(self, name, endpoint=None):
        """What it serves, where, and how it is."""
        _require_plain(name, None, endpoint)
        return _described(self._read(name)[0])

    def predict(self, deployment_name=None, inputs=None, endpoint=None):
        """Asks it through the gateway.

        Args:
            deployment_name: which; `endpoint` means the same.
            inputs: a pandas DataFrame or Series, numpy arrays, lists, or a dict with a key such as `instances`.

        Returns:
            A `PredictionsResponse`.
        """
        name = deployment_name or endpoint
        if not name:
            raise MlflowException("give the name of the deployment that is to answer", INVALID_PARAMETER_VALUE)
        url = self._read(name)[0]["status"]["url"]
        answer = http_request(
            self._credentials(url), "/invocations", "POST", data=_payload(inputs), extra_headers={"Content-Type": "application/json"}, raise_on_status=False)
        if answer.status_code != 200:
            raise _refusal(answer, f"{name} did not answer")
        return PredictionsResponse.from_json(answer.text)

    # To reach the platform

    def _credentials(self, address: str):
        found = get_default_host_creds(address.rstrip("/"))
        if not found.token:  # a token may stand in the place of a password, as for everything that the client does here
            found.token, found.username, found.password = found.password, None, None
        return found

    def _send(self, method: str, path: str, body: Any = None, headers: dict | None = None):
        address = self._address or mlflow.get_tracking_uri()
        if not address.startswith(("http://", "https://")):
            raise MlflowException(
                f"the platform's address is not known: set MLFLOW_TRACKING_URI (it is {address!r}), or give the target tidewright://<host>/<namespace>",
                INVALID_PARAMETER_VALUE)
        given = {} if body is None else {"json": body}
        return http_request(self._credentials(address), path, method, extra_headers=headers, raise_on_status=False, **given)

    def _space(self) -> str:
        """The namespace: of the target, of the workspace that the client has chosen, or the token's own."""
        if self._namespace is None:
            self._namespace = _workspace() or self._own()
        return self._namespace

    def _own(self) -> str:
        answer = self._send("GET", "/api/v1/whoami")
        if answer.status_code != 200:
            raise _refusal(answer, "who you are cannot be asked")
        said = answer.json()
        spaces = [said["onlyNamespace"]] if said.get("onlyNamespace") else sorted(said["roles"])
        if len(spaces) != 1:
            raise MlflowException(
                f"your token is good for {len(spaces)} namespaces: give the target tidewright:<namespace>, or take a token for one namespace",
                INVALID_PARAMETER_VALUE)
        return spaces[0]

    def _call(self, method: str, path: str, body: Any = None, headers: dict | None = None, missing: bool = False) -> Any:
        """The answer; None where nothing is there and that is `missing`."""
        headers = dict(headers or {})
        if method == "POST":  # the client may send it again
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = self._send(method, f"/api/v1/namespaces/{quote(self._space())}/endpoints{path}", body, headers)
        if missing and answer.status_code == 404:
            return None
        if answer.status_code >= 300:
            raise _refusal(answer, f"{method} was refused")
        return answer.json() if answer.text else {}

    def _read(self, name: str) -> tuple[dict, str]:
        there = self._call("GET", f"/{quote(name)}")
        return there, f'"{there["metadata"]["resourceVersion"]}"'

    # To wait

    def _waited(self, name: str, made: dict, settings: Settings) -> dict:
        revision = made["status"]["revision"]
        return self._until(settings, f"revision {revision} of {name} to serve", lambda: _serving(name, self._read(name)[0], revision))

    @staticmethod
    def _until(settings: Settings, what: str, probe):
        deadline = time.monotonic() + settings.timeout
        while True:
            found = probe()
            if found:
                return found
            if time.monotonic() > deadline:
                raise MlflowException(f"waited {settings.timeout:.0f} s for {what}; it goes on without you", DEADLINE_EXCEEDED)
            time.sleep(PAUSE)


def _payload(inputs) -> str:
    """What scoring servers take. A dict is a whole request, or inputs by their names."""
    if isinstance(inputs, dict):
        whole = inputs.keys() & {"instances", "inputs", "dataframe_split", "dataframe_records"}
        return json.dumps(inputs if whole else {"inputs": inputs}, cls=NumpyEncoder)
    return dump_input_data(inputs.to_frame() if isinstance(inputs, pandas.Series) else inputs)


def _workspace() -> str | None:
    """What mlflow.set_workspace or MLFLOW_WORKSPACE has chosen; clients of 2.x know neither."""
    try:
        from mlflow.utils.workspace_context import get_request_workspace
    except ImportError:
        return None
    return get_request_workspace()


def _serving(name: str, there: dict, revision: int) -> dict | None:
    """The deployment when this revision serves alone; raises when it never will."""
    status, rollout = there["status"], there["status"]["rollout"]
    if status["revision"] != revision:
        why = rollout["returned"] or f"revision {status['revision']} was asked for meanwhile"
        raise MlflowException(f"revision {revision} of {name} does not serve: {why}", ABORTED)
    if rollout["state"] == "FAILED" or status["phase"] in ("FAILED", "STOPPED", "DELETING"):
        raise MlflowException(f"revision {revision} of {name} does not serve: {status['message']}", ABORTED)
    settled = status["phase"] == "SERVING" and rollout["state"] == "SETTLED" and rollout.get("stableRevision") == revision
    return _described(there) if settled else None


def _described(there: dict) -> dict:
    spec, status = there["spec"], there["status"]
    return {
        "name": there["metadata"]["name"],
        "flavor": FLAVOR,
        "namespace": there["metadata"]["namespace"],
        "serves": status["serves"],
        "phase": status["phase"],
        "message": status["message"],
        "url": status["url"],
        "replicas": f"{status['readyReplicas']} of {status['wantedReplicas']} ready",
        "revision": status["revision"],
        "config": {key: value for key, value in spec.items() if key not in ("name", "serves")},
        "model": spec["serves"],
    }


def _require_plain(name, flavor, endpoint):
    if flavor not in (None, "", FLAVOR):
        raise MlflowException(
            f"the flavor cannot be chosen ({flavor!r}): the platform loads a model by what its MLmodel says; leave it away", INVALID_PARAMETER_VALUE)
    if endpoint not in (None, "", name):
        raise MlflowException(f"a deployment is an endpoint, and {name!r} is not in {endpoint!r}: leave --endpoint away", INVALID_PARAMETER_VALUE)


def _refusal(answer, otherwise: str) -> MlflowException:
    """The platform's own sentence."""
    codes = {
        400: INVALID_PARAMETER_VALUE, 401: UNAUTHENTICATED, 403: PERMISSION_DENIED, 404: RESOURCE_DOES_NOT_EXIST, 409: RESOURCE_CONFLICT,
        412: RESOURCE_CONFLICT, 413: INVALID_PARAMETER_VALUE, 415: INVALID_PARAMETER_VALUE, 422: INVALID_PARAMETER_VALUE, 503: TEMPORARILY_UNAVAILABLE}
    try:
        said = answer.json()
        said = said if isinstance(said, dict) else {}
    except ValueError:
        said = {}
    sentence = said.get("detail") or said.get("title") or said.get("error") or f"{otherwise}: {answer.status_code} {answer.text[:300]}"
    fields = [f"{each['field']}: {each['message']}" for each in said.get("errors") or [] if each.get("message") and each["message"] not in sentence]
    code = RESOURCE_ALREADY_EXISTS if said.get("code", "").endswith(("-exists", "-taken")) else codes.get(answer.status_code)
    message = "; ".join([str(sentence), *fields])
    return MlflowException(message, code) if code is not None else MlflowException(message)


@_told
def run_local(name, model_uri, flavor=None, config=None):
    """Serves the model on this machine by MLflow's own scoring server, until it is interrupted; the platform has no part in it."""
    _require_plain(name, flavor, None)
    config = config or {}
    unknown = sorted(set(config) - set(LOCALLY))
    if unknown:
        raise Wrong(f"there is no setting {unknown[0]!r} for run-local; there are {', '.join(LOCALLY)}")
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", model_uri, "--env-manager", str(config.get("env_manager", "local"))]
    for each in ("host", "port"):
        if each in config:
            command += [f"--{each}", str(config[each])]
    # MLflow starts its server by name, and this Python's programs need not be on the path.
    path = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)))
    ended = subprocess.run(command, env={**os.environ, "PATH": path}).returncode
    if ended != 0:
        raise MlflowException(f"the scoring server of {name} ended with {ended}; what it said is above")


def target_help():
    settings = [(name, about) for name, (_, _, about) in KNOWN.items()] + [(name, about) for name, (_, about) in ASKED.items()]
    listed = "\n".join(f"  {name:<36} {about}" for name, about in settings)
    free = ", ".join(f"{each}.<name>" for each in FREE)
    return f"""Tidewright serves registered models behind an address of their own.

Target:
  tidewright                     the server of MLFLOW_TRACKING_URI, the namespace of the token or of mlflow.set_workspace
  tidewright:<namespace>         that namespace
  tidewright://<host>/<namespace>  that server, by https (on this machine: http)
A token of scope deploy is in MLFLOW_TRACKING_TOKEN.

Model:
  models:/<name>@<alias>         the endpoint follows the alias: moving it rolls out
  models:/<name>/<version>       this version until it is updated

Settings (-C name=value):
{listed}
  {free}

run-local takes {', '.join(LOCALLY)}.
"""
