# Two commands: `make demo` runs the product, `make test` proves it. `make env` only makes .venv.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
DIR ?= var/demo
PORT ?= 8000
PYTEST_ARGS ?=

.PHONY: env dev demo test lint clean
env: .venv/.run
dev: .venv/.dev

.venv/bin/python:
ifdef UV
	uv venv --quiet --python $(PYTHON) .venv
else
	$(PYTHON) -m venv .venv
endif

define install
	$(if $(UV),uv pip install --quiet --python .venv/bin/python,.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile) $(1)
endef
# All processors at once and without the packages' own tests, which is a third of the work.
COMPILE := .venv/bin/python -m compileall -q -j 0 -x '[/\\]tests?[/\\]' .venv/lib

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(call install,--require-hashes -r requirements/run.txt)
	$(call install,--no-deps --no-build-isolation -e .)
	$(COMPILE)
	touch $@

.venv/.dev: requirements/dev.txt .venv/.run
	$(call install,--require-hashes -r requirements/dev.txt)
	$(COMPILE)
	touch $@

demo: env
	.venv/bin/auditapp demo --dir $(DIR) --port $(PORT)

test: dev
	.venv/bin/python -m pytest $(PYTEST_ARGS)

lint: dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

clean:
	rm -rf .venv var
