/**
 * The door for MLflow's own clients: their REST API over tracking, artifacts and catalog. It only translates; what it writes
 * is what the dashboard and the rest of the API show. Which routes there are is in {@code docs/mlflow.md}.
 *
 * <p>Promise: an unmodified client works; a refusal is told in MLflow's words and never asks a client to try again.
 */
@ApplicationModule(
        allowedDependencies = {"kernel", "query", "tenancy", "tracking", "artifacts", "catalog", "webhooks", "web"})
@NullMarked
package dev.tidewright.mlflow;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
