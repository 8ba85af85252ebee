# The menu. `make` alone lists it. Each target finds JDK 25, Maven and Python itself, or says what to install.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo run test check format bench crash soak chart outage mlflow image cluster-up cluster-down clean openapi migration

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## start the platform and run the main job through its API; EXIT=1 stops it at the end; CLUSTER=kubernetes
	@dev/python dev/demo.py $(if $(filter 1 yes true,$(EXIT)),--exit) $(if $(CLUSTER),--cluster $(CLUSTER))

run: ## start the platform in the foreground (TIDEWRIGHT_HOME, TIDEWRIGHT_PORT, TIDEWRIGHT_GATEWAY_PORT)
	@dev/run

test: ## everything: checks, integration tests, short crash and soak, the demo (what CI runs)
	@dev/test

check: ## format, static checks, unit and domain tests (under a minute)
	@dev/mvn -B --no-transfer-progress test

format: ## format all sources
	@dev/mvn -q -B spotless:apply

bench: ## measure; prints one JSON line per figure (ONLY=mlflow: beside its server); CLUSTER=kubernetes: what a job costs there, beside a bare client
	@dev/python dev/bench.py $(if $(ONLY),--only $(ONLY)) $(if $(CLUSTER),--cluster $(CLUSTER))

crash: ## kill the control plane at 16 named points, 20 times each (POINT=…, TIMES=…); CLUSTER=kubernetes: two servers, 5 minutes (SECONDS=…, RATE=…)
	@dev/python dev/crash.py --times $(or $(TIMES),20) $(if $(POINT),--point $(POINT)) $(if $(CLUSTER),--cluster $(CLUSTER)) --seconds $(or $(SECONDS),300) --rate $(or $(RATE),20)

soak: ## 100,000 requests through the gateway across 20 rolling updates (REQUESTS=…, UPDATES=…, GATEWAYS=…, CLUSTER=kubernetes)
	@dev/python dev/soak.py --requests $(or $(REQUESTS),100000) --updates $(or $(UPDATES),20) --gateways $(or $(GATEWAYS),0) $(if $(CLUSTER),--cluster $(CLUSTER))

chart: ## the Helm chart: lint, schema, access; install, the main job, upgrade under load, uninstall on the test cluster
	@dev/python dev/chart.py $(if $(STATIC),--static)

outage: ## freeze the API server of the test cluster for a minute (SECONDS=…); HOW=stop kills it, HOW=compact makes it forget
	@dev/python dev/outage.py --seconds $(or $(SECONDS),60) --how $(or $(HOW),freeze)

mlflow: ## run MLflow's own clients, 2.22 and 3.x, against the platform (installed once, into ~/.cache); FLAVOURS=1: a model of each; LARGE=5: a file of 5 GiB
	@dev/python dev/mlflow_clients.py $(if $(FLAVOURS),--flavours) $(if $(LARGE),--large $(LARGE))

image: ## build the container images of the platform and of what runs beside user code (needs Docker)
	@docker build -t tidewright:local .
	@docker build -t tidewright-runtime:local runtimes

cluster-up: ## a real Kubernetes of one node on this machine, with our images (Linux, root; see dev/cluster)
	@dev/cluster/cluster up
	@dev/cluster/images

cluster-down: ## stop that Kubernetes and forget it
	@dev/cluster/cluster down

openapi: ## write docs/openapi.json from the running code
	@dev/python dev/openapi.py

migration: ## make the next migration: make migration NAME=quota_gpu_limit
	@dev/migration $(NAME)

clean: ## remove what was built (not ~/.tidewright)
	@rm -rf target backend/target
