"""What `-C name=value` may say, and what it becomes in the description of an endpoint. Standard library only."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping


class Wrong(ValueError):
    """The message is for people, and tells what to do."""


def _whole(name: str, value: Any) -> int:
    try:
        if isinstance(value, bool) or int(value) != float(value):
            raise ValueError
        return int(value)
    except (TypeError, ValueError):
        raise Wrong(f"{name} must be a whole number, not {value!r}") from None


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Wrong(f"{name} must be a number, not {value!r}") from None


def _text(name: str, value: Any) -> str:
    if isinstance(value, (dict, list, tuple)):
        raise Wrong(f"{name} must be text, not {value!r}")
    return str(value)


def _share(name: str, value: Any) -> int | str:
    """`1` or `25%`."""
    return int(value) if str(value).isdigit() else _text(name, value)


def _truth(name: str, value: Any) -> bool:
    said = str(value).strip().lower()
    if said not in ("true", "false"):
        raise Wrong(f"{name} must be true or false, not {value!r}")
    return said == "true"


def _json(name: str, value: Any, kind: type, example: str) -> Any:
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    if not isinstance(read, kind):
        raise Wrong(f"{name} must be JSON like {example}, not {value!r}")
    return read


def _group(example: str) -> Callable[[str, Any], dict]:
    return lambda name, value: _json(name, value, dict, example)


def _lines(name: str, value: Any) -> list:
    return _json(name, list(value) if isinstance(value, tuple) else value, list, '["numpy==2.3.5"]')


# Setting: (where it goes in the description of an endpoint, how it is read, what it says).
KNOWN: dict[str, tuple[str, Callable[[str, Any], Any], str]] = {
    "replicas": ("replicas", _whole, "how many, 0 to 100; 1 unless told"),
    "cpu": ("resources.cpu", _text, "of one replica, e.g. 500m or 2"),
    "memory": ("resources.memory", _text, "of one replica, e.g. 512Mi or 2Gi"),
    "gpu": ("resources.gpu", _group('{"nvidia.com/gpu": 1}'), 'of one replica, e.g. {"nvidia.com/gpu": 1}'),
    "autoscaling": ("autoscaling", _group('{"min": 1, "max": 4, "targetConcurrency": 2}'), "a whole policy as JSON, in the place of replicas"),
    "autoscaling.min": ("autoscaling.min", _whole, "fewest replicas"),
    "autoscaling.max": ("autoscaling.max", _whole, "most replicas"),
    "autoscaling.targetConcurrency": ("autoscaling.targetConcurrency", _number, "requests under way at once that one replica should have"),
    "autoscaling.targetRequestsPerSecond": ("autoscaling.targetRequestsPerSecond", _number, "requests a second that one replica should answer"),
    "autoscaling.scaleDownDelay": ("autoscaling.scaleDownDelay", _text, "how long fewer must have been enough, e.g. 5m"),
    "rollout.maxSurge": ("rollout.maxSurge", _share, "how many replicas more than wanted meanwhile, e.g. 1 or 25%"),
    "rollout.maxUnavailable": ("rollout.maxUnavailable", _share, "how many fewer may be ready meanwhile"),
    "rollout.progressDeadline": ("rollout.progressDeadline", _text, "without progress for that long it goes back, e.g. 10m"),
    "rollout.drainDeadline": ("rollout.drainDeadline", _text, "longest wait for requests in flight, e.g. 30s"),
    "readiness.path": ("readiness.path", _text, "answered with 2xx by a replica that is ready"),
    "readiness.period": ("readiness.period", _text, "between two checks, e.g. 500ms"),
    "readiness.timeout": ("readiness.timeout", _text, "of one check, e.g. 2s"),
    "readiness.failures": ("readiness.failures", _whole, "failed checks in a row that make a replica unready"),
    "parameters": ("parameters", _group('{"predict_method": "predict_proba"}'), "of the model server, as JSON; or parameters.<name>=…"),
    "environment": ("environment", _group('{"NAME": "value"}'), "variables, as JSON; or environment.<NAME>=…"),
    "labels": ("labels", _group('{"team": "a"}'), "as JSON; or labels.<name>=…"),
    "requirements": ("requirements", _lines, 'in the place of the model\'s own, e.g. ["scikit-learn==1.9.1"]'),
    "pod": ("pod", _group('{"nodeSelector": {"disk": "ssd"}}'), "where replicas may run, as JSON (Kubernetes)"),
    "access": ("access", _text, "private or public"),
    "description": ("description", _text, ""),
    "reason": ("reason", _text, "why; kept in the history"),
}
FREE = ("parameters", "environment", "labels")
ASKED: dict[str, tuple[Callable[[str, Any], Any], str]] = {
    "follow": (_truth, "whether a move of the alias is rolled out; true unless told"),
    "wait": (_truth, "until it is done; true unless told"),
    "timeout": (_number, "seconds to wait at most; 1800 unless told"),
    "supersede": (_truth, "update: take the place of a rollout that is under way; false unless told"),
}


@dataclass
class Settings:
    """What was asked for: fields of the endpoint by their dotted paths, and how to go about it."""

    fields: dict[str, Any] = field(default_factory=dict)
    follow: bool | None = None
    wait: bool = True
    timeout: float = 1800.0
    supersede: bool = False

    @staticmethod
    def of(config: Mapping[str, Any] | None, only: tuple[str, ...] | None = None) -> Settings:
        """Refuses what it does not know, naming what it does."""
        made = Settings()
        known = only or (*KNOWN, *ASKED)
        for name, value in (config or {}).items():
            group, _, key = name.partition(".")
            if only is None and group in FREE and key:
                made.fields[name] = _text(name, value)
            elif name not in known:
                free = "" if only else ", " + ", ".join(f"{each}.<name>" for each in FREE)
                raise Wrong(f"there is no setting {name!r}; there are {', '.join(known)}{free}")
            elif name in ASKED:
                setattr(made, name, ASKED[name][0](name, value))
            else:
                path, read, _ = KNOWN[name]
                made.fields[path] = read(name, value)
        return made

    def over(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """A description of an endpoint with these fields in the place of its own."""
        made = json.loads(json.dumps(described))
        # One of them says how many there are; the other would contradict it.
        if any(path.split(".")[0] == "autoscaling" for path in self.fields):
            made.pop("replicas", None)
        elif "replicas" in self.fields:
            made.pop("autoscaling", None)
        for path, value in self.fields.items():
            group, _, key = path.partition(".")
            if key:
                made.setdefault(group, {})[key] = value
            else:
                made[group] = value
        return made


def served(uri: str, follow: bool | None) -> dict[str, Any]:
    """What an address of a registered model means for an endpoint."""
    scheme, _, rest = uri.partition(":")
    rest = rest.lstrip("/")
    parts = rest.split("/")
    if scheme == "models" and len(parts) == 1 and "@" in rest:
        name, _, alias = rest.rpartition("@")
        if name and alias:
            return {"model": name, "alias": alias, "follow": follow is not False}
    if scheme == "models" and len(parts) == 2 and all(parts):
        if follow:
            raise Wrong(f"{uri} is a fixed version, which nothing follows; give models:/{parts[0]}@<alias>, or leave follow away")
        if parts[1].isdigit():
            return {"model": parts[0], "version": int(parts[1])}
        if parts[1].lower() == "latest":
            return {"model": parts[0], "alias": "latest"}
        raise Wrong(f"{uri} names a stage; give a version (models:/{parts[0]}/3) or an alias (models:/{parts[0]}@champion)")
    raise Wrong(
        f"{uri} is no registered model: register it (mlflow.register_model({uri!r}, \"<name>\")) and give models:/<name>/<version> or models:/<name>@<alias>")


def place(target: str, loopback=("localhost", "127.0.0.1", "[::1]")) -> tuple[str | None, str | None]:
    """The server's address and the namespace that a target names, each None where it does not."""
    rest = target.partition(":")[2]
    if rest.startswith("//"):
        host, _, namespace = rest[2:].partition("/")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if host:
            return f"{'http' if name in loopback else 'https'}://{host}", namespace.strip("/") or None
        rest = namespace
    return None, rest.strip("/") or None
