# What can be made: `make help`. Everything sets itself up first, in a virtual environment of its own.

VENV := .venv
IN := $(VENV)/bin
SETUP := pyproject.toml constraints.txt

# The newest Python that will do: 3.11 to 3.13, with venv and pip. Another one: make PYTHON=/path/to/python demo
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2])' >/dev/null 2>&1 \
	&& { echo $$python; break; }; done)
endif

.DEFAULT_GOAL := help
.PHONY: help demo test torture ranges lint clean
.DELETE_ON_ERROR:

help:  ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/ready-to-run  ## Run the crisis experiment and write its report (about five minutes the first time)
	@$(IN)/tfs-sim sweep crisis-shock

test: $(VENV)/ready-to-test lint  ## Check style, types and layers, then run the tests
	$(IN)/python -m pytest -n 2

torture: $(VENV)/ready-to-test  ## Kill sweeps, workers and the disk again and again, also of shipped experiments; nothing may be lost
	TFS_SIM_KILLS=100 TFS_SIM_TORTURE=1 $(IN)/python -m pytest tests/experiments tests/end_to_end -k kill

ranges: $(VENV)/ready-to-test  ## Draw 10,000 points of everything at once; no state may leave its domain, no cent be lost
	$(IN)/python -m tfs_sim.analysis.validation.ranges 10000
	$(IN)/python -m tfs_sim.analysis.validation.ranges 10000 --ends

lint: $(VENV)/ready-to-test  ## Check style, types and layers
	$(IN)/ruff check
	$(IN)/ruff format --check
	$(IN)/mypy
	$(IN)/lint-imports

clean:  ## Remove the environment and what tools left behind (results stay)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "tfs-sim needs Python 3.11 or newer with venv and pip, and none was found."; \
		echo "Install one (Debian and Ubuntu: python3 and python3-venv), or name one: make PYTHON=/path/to/python"; \
		exit 1; } >&2
	@echo "Setting up Python in $(VENV) (once) …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/ready-to-run: $(SETUP) | $(VENV)/bin/python
	@echo "Installing what the simulation needs (once, a minute or two) …"
	@PIP_CONSTRAINT=constraints.txt $(IN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/ready-to-test: $(SETUP) | $(VENV)/bin/python
	@echo "Installing what the simulation and its tests need (once, a minute or two) …"
	@PIP_CONSTRAINT=constraints.txt $(IN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,lint]'
	@touch $(VENV)/ready-to-run $@
