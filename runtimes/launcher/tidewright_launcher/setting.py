"""What the platform tells a replica through its environment variables."""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from .ending import Failed


@dataclass(frozen=True)
class Setting:
    api: str
    token: str
    workdir: Path
    cache: Path
    termination_log: str | None
    retry_seconds: float
    variables: Mapping[str, str]

    @staticmethod
    def of(variables: Mapping[str, str]) -> "Setting":
        missing = [name for name in ("TIDEWRIGHT_API", "TIDEWRIGHT_TOKEN") if not variables.get(name)]
        if missing:
            raise Failed(121, "SOURCE_UNAVAILABLE", f"Environment variable {' and '.join(missing)} must be set by the platform.")
        workdir = Path(variables.get("TIDEWRIGHT_WORKDIR") or os.getcwd()).resolve()
        cache = Path(variables.get("TIDEWRIGHT_CACHE") or workdir / "cache").resolve()
        workdir.mkdir(parents=True, exist_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        return Setting(
            api=variables["TIDEWRIGHT_API"].rstrip("/"),
            token=variables["TIDEWRIGHT_TOKEN"],
            workdir=workdir,
            cache=cache,
            termination_log=variables.get("TIDEWRIGHT_TERMINATION_LOG"),
            retry_seconds=float(variables.get("TIDEWRIGHT_RETRY_SECONDS") or 15 * 60),
            variables=variables,
        )

    def required(self, name: str) -> str:
        value = self.variables.get(name)
        if not value:
            raise Failed(121, "SOURCE_UNAVAILABLE", f"Environment variable {name} must be set by the platform.")
        return value

    def required_id(self, name: str) -> str:
        try:
            return str(uuid.UUID(self.required(name)))
        except ValueError:
            raise Failed(121, "SOURCE_UNAVAILABLE", f"Environment variable {name} must be a UUID.") from None

    def without_token(self) -> dict[str, str]:
        return {name: value for name, value in self.variables.items() if name != "TIDEWRIGHT_TOKEN"}
