# Kajitori. `make help` lists the targets. Needs Python ≥ 3.11 and make; Go for test-cluster and test-chaos only.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
# Compiled once: some images forbid that, and each of the many processes of a run would compile everything anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest

.PHONY: help test test-cluster test-chaos lint bench run manifests pictures lock controlplane clean

help:          ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# uv, because pip weighs every file that an index has, half a minute long; pip where uv finds no way to an index (a
# mirror that only pip's settings name, say). Both hold every package to its hashes.
PIP     = $$(if test -x $(BIN)/pip; then echo $(BIN)/pip; else echo $(PYTHON) -m pip --python $(BIN)/python; fi) \
	install --quiet --disable-pip-version-check --no-compile
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python

$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Kajitori needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $$($(PYTHON) -c 'import pip' 2>&- && echo --without-pip) $(VENV)
	@echo 'Making an environment in $(VENV)…'
	@$(PIP) --no-deps --require-hashes -r $<
	@touch $@

# playground: `make run`; run: `kajitori run`, with real clusters and PostgreSQL; dev: the tests and checks as well.
$(VENV)/%.stamp: requirements/%.txt pyproject.toml $(BIN)/uv
	@echo 'Installing $<…'
	@$(INSTALL) --require-hashes -r $< || $(PIP) --require-hashes -r $<
	@$(INSTALL) --no-deps --no-build-isolation --no-index -e .
	@$(if $(filter dev,$*),$(BIN)/python -m compileall -q -j 0 $(VENV)/lib)
	@touch $@

test: $(VENV)/dev.stamp  ## fast tests: rules, scenarios, SQLite and PostgreSQL
	$(PYTEST) -m "not cluster and not chaos and not long" -n 3 --dist worksteal tests

controlplane: $(VENV)/dev.stamp  ## build the real control plane into the cache (minutes, once)
	tests/controlplane/build.sh
	tests/controlplane/velero/build.sh
	tests/controlplane/argocd/build.sh

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

# Only what is typed counts: a KUBECONFIG of the environment would else lead into a cluster that nobody named.
typed = $(if $(filter command,$(origin $(1))),$(2))
quoted = '$(subst ','\'',$(1))'
PLAY  = $(call typed,KUBECONFIG,--kubeconfig $(call quoted,$(KUBECONFIG))) $(call typed,NAMESPACE,--namespace $(call quoted,$(NAMESPACE))) \
	$(call typed,APPLY,--apply) $(call typed,REMOVE,--remove) $(call typed,CLUSTER,--$(CLUSTER))

# Said before anything is installed for it.
real = $(if $(filter real,$(CLUSTER)),yes)
port = $(shell test $(call quoted,$(or $(PORT),8730)) -ge 0 -a $(call quoted,$(or $(PORT),8730)) -le 65535 2>&- && echo yes)
ifneq ($(filter run,$(MAKECMDGOALS)),)
ifeq ($(call typed,CLUSTER,$(or $(real),no)),no)
$(error CLUSTER=$(CLUSTER) is unknown: CLUSTER=real is the control plane of `make test-cluster`; for a cluster of your own, KUBECONFIG=path)
endif
ifneq ($(port),yes)
$(error PORT=$(PORT) is no port: take a number from 1 to 65535, as in `make run PORT=8731`)
endif
endif

run: $(VENV)/$(if $(strip $(PLAY)),run,playground).stamp  ## open the playground: PORT=8730, DATA=folder that keeps everything over restarts
	@PYTHONDONTWRITEBYTECODE= $(BIN)/kajitori playground $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(call quoted,$(DATA))) $(PLAY)

manifests: $(VENV)/dev.stamp  ## write deploy/'s manifests and docs/reference.md anew from the code
	$(BIN)/python -m tests.deploy.generated

pictures: $(VENV)/dev.stamp  ## take the README's pictures anew in the playground (needs Chromium)
	$(BIN)/python -m tests.pictures.taken

lock: $(BIN)/uv  ## write requirements/*.txt anew
	printf '%s' uv | $(COMPILE) - -o requirements/uv.txt
	$(COMPILE) pyproject.toml requirements/build.in -o requirements/run.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra dev -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) requirements/playground.in requirements/build.in -c requirements/dev.txt -o requirements/playground.txt

clean:         ## remove the virtual environment and caches of this checkout
	rm -rf $(VENV) .mypy_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
