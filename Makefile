# Two commands matter: `make lab` to learn, `make test` to check everything. Both set themselves up.
#
#   PYTHON=python3.12   the interpreter to build .venv from (default: the newest suitable one on the PATH)
#   PORT=8899           the port of JupyterLab on 127.0.0.1
#   ARGS="-k sqs -x"    more arguments for the command behind a target

VENV   := .venv
python := $(VENV)/bin/python
# The stamp carries the interpreter asked for, so that asking for another one rebuilds the environment.
ready  := $(VENV)/.ready$(addprefix -,$(subst /,_,$(PYTHON)))

.DEFAULT_GOAL := help
.PHONY: help setup clients lab start test lint format build bake bench screen doctor workshop lock clean

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: $(ready)  ## Make .venv and install what requirements.lock pins (the other targets do it by themselves)

$(ready): requirements.lock pyproject.toml scripts/set_up.sh $(python)
	@PYTHON="$(PYTHON)" sh scripts/set_up.sh $(VENV)
	@touch $@

# An interpreter that has vanished (an upgrade of the system, say) makes the environment stale; set_up.sh mends it.
$(python): ;

clients: $(ready)  ## Install the AWS CLI and the JavaScript SDK, which tests let loose on `workbook serve` (needs npm)
	@sh scripts/install_clients.sh aws .clients $(python)
	@sh scripts/install_clients.sh javascript .clients $(python)

lab: $(ready)  ## Open JupyterLab on the first lesson
	@$(python) -m workbook lab $(if $(PORT),--port $(PORT)) $(ARGS)

start: $(ready)  ## Copy the exercises into my-exercises, or bring new ones there (ARGS=FOLDER for another folder)
	@$(python) -m workbook start $(ARGS)

test: $(ready)  ## Run all tests on all cores, and every notebook against its committed output
	@$(python) -m pytest -n auto $(ARGS)

lint: $(ready)  ## Check style (ruff) and types (mypy --strict)
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy

format: $(ready)  ## Put code and notebooks into the project's style
	@$(python) -m ruff check --fix .
	@$(python) -m ruff format .

build: $(ready)  ## Make exercises/ and the texts of checks from solutions/ (ARGS=--check to look only)
	@$(python) -m workbook build $(ARGS)

bake: $(ready)  ## Execute the notebooks and save their outputs (ARGS=notebooks/01_queues.ipynb for one)
	@$(python) -m workbook bake $(ARGS)

bench: $(ready)  ## Measure speed against plain moto
	@$(python) -m benchmarks $(ARGS)

screen: $(ready)  ## Drive the lessons in a real JupyterLab (needs Chromium)
	@$(python) -m pytest -n 3 tests/screen $(ARGS)

doctor: $(ready)  ## Say what is wrong with the environment, and how to mend it
	@$(python) -m workbook doctor

workshop: $(ready)  ## Check this machine for a workshop, and print a one-page handout (ARGS=--handout for it alone)
	@$(python) -m workbook workshop $(ARGS)

lock:  ## Make requirements.lock again from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet \
		--output-file requirements.lock $(ARGS)

clean:  ## Remove .venv and all caches; notebooks are left alone
	rm -rf $(VENV) $(VENV).lock .clients .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
