# Kajitori. `make help` lists the targets. Needs Python ≥ 3.11 and make; Go for test-cluster and test-chaos only.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     ?= uv
# Compiled once: some images forbid that, and each of the many processes of a run would compile everything anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest

.PHONY: help test test-cluster test-chaos lint bench run manifests pictures lock controlplane clean

help:          ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Kajitori needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib
	@touch $@

test: $(VENV)/dev.stamp  ## fast tests: rules, scenarios, SQLite and PostgreSQL
	$(PYTEST) -m "not cluster and not chaos and not long" -n 3 --dist worksteal tests

controlplane: $(VENV)/dev.stamp  ## build the real control plane into the cache (minutes, once)
	tests/controlplane/build.sh

test-cluster: controlplane  ## tests on a real Kubernetes API server
	$(PYTEST) -m "cluster or long" tests

test-chaos: controlplane  ## kill -9 at every labelled point, repeatedly
	$(PYTEST) -m chaos tests

lint: $(VENV)/dev.stamp  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/dev.stamp  ## measure against the targets of the design, both sides in one run
	$(BIN)/python -m bench

run: $(VENV)/run.stamp  ## open the playground: PORT=8730, DATA=folder that keeps everything over restarts
	@PYTHONDONTWRITEBYTECODE= $(BIN)/kajitori playground $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA)) $(PLAY)

# Only what is typed counts: a KUBECONFIG of the environment would else lead into a cluster that nobody named.
typed = $(if $(filter command,$(origin $(1))),$(2))
PLAY  = $(call typed,KUBECONFIG,--kubeconfig '$(KUBECONFIG)') $(call typed,NAMESPACE,--namespace '$(NAMESPACE)') \
	$(call typed,APPLY,--apply) $(call typed,REMOVE,--remove) $(call typed,CLUSTER,--$(CLUSTER))

manifests: $(VENV)/dev.stamp  ## write deploy/'s manifests and docs/reference.md anew from the code
	$(BIN)/python -m tests.deploy.generated

pictures: $(VENV)/dev.stamp  ## take the README's pictures anew in the playground (needs Chromium)
	$(BIN)/python -m tests.pictures.taken

lock:          ## write requirements/*.txt anew (needs uv)
	$(UV) pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -q -o requirements/run.txt
	$(UV) pip compile pyproject.toml requirements/build.in --extra dev -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -q -o requirements/dev.txt

clean:         ## remove the virtual environment and caches of this checkout
	rm -rf $(VENV) .mypy_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
