# Everything a newcomer, a developer and the CI do. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo
LOCK_TOOL := uv==0.9.*

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check lint types imports serve bench bench-pdq bench-import bench-desk bench-pages bench-matching bench-serving bench-provenance bench-reporting bench-audit fuzz docs reference lock clean

help:  ## List what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/server.done  ## Make and start a demonstration with drawn pictures (about two minutes the first time).
	$(BIN)/openhotline demo --data $(DEMO)

demo-reset: $(VENV)/server.done  ## The same from nothing.
	$(BIN)/openhotline demo --data $(DEMO) --reset

test: $(VENV)/dev.done  ## Run the tests; browser and PostgreSQL tests run where those are installed, and say so where not.
	$(BIN)/pytest -q -n 2 --dist loadgroup

check: lint types imports docs fuzz  ## What CI checks before the tests.

lint: $(VENV)/dev.done
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks

types: $(VENV)/dev.done
	$(BIN)/mypy

imports: $(VENV)/dev.done
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/dev.done
	$(BIN)/python docs/reference/make.py --check

fuzz: $(VENV)/dev.done  ## Damaged files against every parser of origin, for a minute.
	$(BIN)/python -m tests.provenance.fuzz --minutes 1

serve: $(VENV)/server.done  ## Run the site on the data directory that OPENHOTLINE_DATA names.
	$(BIN)/openhotline serve

bench: bench-pdq bench-import bench-desk bench-pages bench-matching bench-serving bench-provenance bench-reporting bench-audit  ## Run every benchmark; each prints ratios of one interleaved run.

bench-pdq: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.pdq
	$(BIN)/python -m benchmarks.pdq_margins

bench-import: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.importing

bench-desk: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.desk

bench-pages: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.pages

bench-matching: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.matching

bench-serving: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.serving

bench-reporting: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.reporting
	$(BIN)/python -m benchmarks.reporting --http

bench-audit: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.audit
	$(BIN)/python -m benchmarks.audit --growth
	$(BIN)/python -m benchmarks.audit_planted

bench-provenance: $(VENV)/dev.done
	$(BIN)/python -m benchmarks.provenance
	$(BIN)/python -m benchmarks.sensor

lock: $(VENV)/dev.done  ## Pin every dependency anew, with hashes.
	$(BIN)/pip install --quiet '$(LOCK_TOOL)'
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --extra server --group build \
		pyproject.toml --no-emit-index-url --no-header --upgrade -o locks/server.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --extra server --extra provenance --extra cluster --group build --group dev \
		pyproject.toml --no-emit-index-url --no-header --upgrade -o locks/dev.txt

reference: $(VENV)/dev.done  ## Write the reference pages anew from the code.
	$(BIN)/python docs/reference/make.py

clean:  ## Remove the virtual environment and the demonstration.
	rm -rf $(VENV) $(DEMO)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/server.done: locks/server.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/server.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: locks/dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/server.done
