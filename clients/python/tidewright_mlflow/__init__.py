"""Deploys registered models to Tidewright by `mlflow deployments … -t tidewright`."""

from .client import TidewrightClient, run_local, target_help

__all__ = ["TidewrightClient", "run_local", "target_help"]
