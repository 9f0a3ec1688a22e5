# Every target fetches what it needs into .venv the first time; python3 (3.11 or newer) and make are all it assumes.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-spark test-oldest check docs bench lock clean

help:
	@echo "make demo         the report of the shipped sample world"
	@echo "make test         the tests; ARGS='-k mirror' runs some of them, HANSA_DATA=folder adds those on real tables"
	@echo "make test-spark   the same numbers on a local Spark (wants Java, fetches 400 MB)"
	@echo "make test-oldest  the tests on the oldest DuckDB that is supported"
	@echo "make check        format, lint, types, direction of imports, house rules"
	@echo "make docs         the documentation, in docs/_build/html"
	@echo "make bench        real sizes, side by side with other programs"
	@echo "make lock         requirements.lock anew; ARGS=--upgrade takes newer versions"
	@echo "make clean        removes .venv and everything that was built"

demo: $(VENV)/.demo
	@$(BIN)/hansa demo $(ARGS)

test: $(VENV)/.test
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

test-spark: $(VENV)/.spark
	@$(BIN)/python -m pytest -m spark $(ARGS)

test-oldest: $(VENV)/.test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(VENV)/oldest duckdb==1.5.0
	@PYTHONPATH=$(VENV)/oldest $(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house

docs: $(VENV)/.docs
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(VENV)/.bench
	@for bench in benches/*.py; do echo "== $$bench"; $(BIN)/python $$bench $(ARGS) || exit 1; done

# What each target installs beside the package. Versions and hashes come from requirements.lock (docs/decisions/0001-one-lock.md).
PARTS_demo  := -e '.[gravity,pdf,text,web]'
PARTS_test  := -e '.[gravity,pdf,postgres,sdmx,text,web]' --group test
PARTS_spark := -e '.[gravity,pdf,spark,text,web]' --group test
PARTS_check := -e '.[gravity,pdf,postgres,sdmx,text,web]' --group test --group check
PARTS_docs  := -e '.[gravity,pdf,text,web]' --group docs
PARTS_bench := -e '.[gravity,postgres,web]' --group test --group bench

$(VENV)/.demo $(VENV)/.test $(VENV)/.spark $(VENV)/.check $(VENV)/.docs $(VENV)/.bench: $(VENV)/.uv pyproject.toml requirements.lock
	@echo "Installing the part '$(subst .,,$(@F))' into $(VENV) (only the first time) ..."
	@if [ -x $(BIN)/uv ]; then \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock \
	    --build-constraint requirements.lock $(PARTS_$(subst .,,$(@F))); \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

# uv itself comes from the lock by hash; where it cannot be had, pip installs the whole lock instead.
$(VENV)/.uv: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Hansa needs Python 3.11 or newer, but $(PYTHON) is: $$($(PYTHON) --version 2>&1). Name another: make ... PYTHON=python3.12" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt || \
	  echo "uv cannot be had here: pip will install the whole of requirements.lock, which takes longer."
	@touch $@

lock: $(VENV)/.uv
	@$(BIN)/uv pip compile --quiet --no-config --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --all-extras --group test --group check --group docs --group bench --group build $(ARGS) \
	  pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist docs/_build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find hansa tests docs benches -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
