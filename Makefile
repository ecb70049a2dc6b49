# What can be made: `make help`. Everything sets itself up first, in a virtual environment of its own.

VENV := .venv
IN := $(VENV)/bin
SETUP := pyproject.toml requirements/run.txt requirements/test.txt

# The newest Python that will do: 3.11 to 3.14, with venv and pip. Another one: make PYTHON=/path/to/python demo
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2])' >/dev/null 2>&1 \
	&& { echo $$python; break; }; done)
endif

# What looks after the dependencies lives by itself, so that it can change nothing of what tests run on.
UPKEEP := $(VENV)/upkeep
# So does Starsim, which speed is compared with.
BENCH := $(VENV)/bench
# And so does Sphinx, with the simulation, which its pages run.
SITE := $(VENV)/site
LOCK = $(UPKEEP)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" $(UPGRADE)

# Tests come in as many processes as there are processors, and one more in `make test`, many of whose tests wait for
# processes that they start: libraries' own threads would only wait for each other.
test long fuzz validate mutants: export OPENBLAS_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help demo test compiled long torture ranges fuzz agreement validate mutants explore bench docs links dist installs \
	citation archive lint lock licences vendor audit clean
.DELETE_ON_ERROR:

help:  ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/ready-to-run  ## Run the crisis experiment and write its report (about five minutes the first time)
	@$(IN)/tfs-sim sweep crisis-shock

test: $(VENV)/ready-to-test  ## Check style, types and layers, then run the tests
	@$(MAKE) --no-print-directory -j 2 lint compiled
	$(IN)/python -m pytest -n 3 --dist worksteal

# Checks of style keep one processor busy: the other compiles the model meanwhile, which both workers would wait for.
compiled: $(VENV)/ready-to-test
	@$(IN)/tfs-sim run laboratory --months 1 >/dev/null

long: $(VENV)/ready-to-test  ## Run what takes minutes each: bounds of arrays, other processors, coverage of intervals
	TFS_SIM_LONG=1 $(IN)/python -m pytest -n 2 -m long

torture: $(VENV)/ready-to-test  ## Kill sweeps, workers and the disk again and again, also of shipped experiments; nothing may be lost
	TFS_SIM_KILLS=100 TFS_SIM_TORTURE=1 TFS_SIM_LONG=1 $(IN)/python -m pytest tests/experiments tests/end_to_end -k kill

ranges: $(VENV)/ready-to-test  ## Draw 10,000 points of everything at once; no state may leave its domain, no cent be lost
	$(IN)/python -m tfs_sim.validation.ranges 10000
	$(IN)/python -m tfs_sim.validation.ranges 10000 --ends

fuzz: $(VENV)/ready-to-test  ## Spoil the shipped files in 10,000 ways drawn anew; each is refused in a sentence or runs
	@seed=$${TFS_SIM_FUZZ_SEED:-$$(date +%s)}; echo "The same again: make fuzz TFS_SIM_FUZZ_SEED=$$seed"; \
		TFS_SIM_FUZZ=$${TFS_SIM_FUZZ:-10000} TFS_SIM_FUZZ_SEED=$$seed $(IN)/python -m pytest -n 2 tests/fuzzing

agreement: $(VENV)/ready-to-test  ## Draw 200 scenarios anew; the engine and a second hand in plain Mesa come to the same
	@seed=$${TFS_SIM_AGREEMENT_SEED:-$$(date +%s)}; echo "The same again: make agreement TFS_SIM_AGREEMENT_SEED=$$seed"; \
		TFS_SIM_AGREEMENT=$${TFS_SIM_AGREEMENT:-200} TFS_SIM_AGREEMENT_SEED=$$seed \
		$(IN)/python -m pytest -n 2 tests/model/test_agreement.py

explore: $(VENV)/ready-to-explore  ## Install what `tfs-sim watch` needs (430 MB more), and try it in a real browser
	$(IN)/python -m pytest tests/end_to_end/test_watch_in_a_browser.py

bench: $(VENV)/ready-to-test $(VENV)/ready-to-compare  ## Measure speed, scale and clusters (an hour; alone on a quiet machine)
	$(IN)/python benchmarks/bench.py
	$(IN)/python benchmarks/scale.py
	$(IN)/python benchmarks/cluster.py

validate: $(VENV)/ready-to-test  ## Check every claim at the full budget, go on where it stopped, and write docs/model/validation.md
	@$(IN)/python -m tfs_sim.validation.verdicts docs/model/verdicts.json $(ROWS); found=$$?; \
		$(IN)/python docs/generate.py; exit $$found

mutants: $(VENV)/ready-to-test  ## Make nearly 200 small mistakes in the sources, one at a time; each must turn a test red
	$(IN)/python tests/mutants/hunt.py

# Both are the same to the last bit whenever they are made of the same commit.
dist: $(VENV)/ready-to-run  ## Build the wheel and the sdist in dist/, and say how large they are
	@rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(IN)/python -m hatchling build -d dist
	@cd dist && wc -c * && sha256sum *

installs: dist $(VENV)/ready-to-keep  ## Install what dist/ holds by pip, uv and pipx on every Python that is here (needs the network)
	.ci/install $(UPKEEP)/bin

citation: $(VENV)/ready-to-keep  ## Check CITATION.cff against the schema of its form
	$(UPKEEP)/bin/cffconvert --validate -i CITATION.cff

archive: $(VENV)/ready-to-archive  ## Make the bundle for CoMSES, with the ODD as one PDF, of what is committed, in build/archive/
	@$(VENV)/archive/bin/python docs/archive.py
docs: $(VENV)/ready-to-document  ## Build the documentation site in build/site and run its tutorials; a warning is an error
	@rm -rf build/site
	$(SITE)/bin/sphinx-build -q -E -a -n -W --keep-going -d build/doctrees -c docs . build/site
	@echo "Open build/site/index.html"

links: $(VENV)/ready-to-document  ## Ask whether addresses on the pages of the documentation still answer (needs the network)
	$(SITE)/bin/sphinx-build -q -b linkcheck -D nb_execution_mode=off -c docs . build/links

lint: $(VENV)/ready-to-test  ## Check style, types and layers
	$(IN)/ruff check
	$(IN)/ruff format --check
	$(IN)/mypy
	$(IN)/lint-imports
	$(IN)/deptry src

lock: $(VENV)/ready-to-keep  ## Pin what pyproject.toml needs, with hashes (newer versions: make lock UPGRADE=--upgrade)
	$(LOCK) pyproject.toml --group build --extra test --extra lint -o requirements/test.txt
	$(LOCK) pyproject.toml --group build -c requirements/test.txt -o requirements/run.txt
	$(LOCK) pyproject.toml --group build --extra explore -c requirements/test.txt -o requirements/explore.txt
	$(LOCK) pyproject.toml --group build --extra docs --extra survey -c requirements/test.txt -o requirements/docs.txt
	$(LOCK) --group upkeep -o requirements/upkeep.txt
	$(LOCK) --group archive -c requirements/test.txt -o requirements/archive.txt
	$(LOCK) --group bench -c requirements/test.txt -o requirements/bench.txt

licences: $(VENV)/ready-to-explore $(VENV)/ready-to-keep  ## List the licences of all that is installed in docs/licences.md
	@mkdir -p build
	$(UPKEEP)/bin/pip-licenses --python $(IN)/python --no-version --with-urls --format markdown \
		--with-system --ignore-packages tfs-sim pip setuptools wheel >build/list.md
	sed '/^|/,$$d' docs/licences.md | cat - build/list.md >build/licences.md
	mv build/licences.md docs/licences.md

# What pages carry with them. The checksums are in the folder's README.
VENDORED := src/tfs_sim/report/explorer/vendor
UPLOT := 1.6.32

vendor:  ## Fetch the library that pages carry again from npm; refused where a checksum differs (needs npm and the network)
	@rm -rf build/vendor && mkdir -p build/vendor
	cd build/vendor && npm pack --silent uplot@$(UPLOT) && tar -xzf uplot-$(UPLOT).tgz
	cd build/vendor/package && mv dist/uPlot.iife.min.js dist/uPlot.min.css . \
		&& grep -E '^[0-9a-f]{64} ' $(CURDIR)/$(VENDORED)/README.md | sha256sum --check
	cd build/vendor/package && cp uPlot.iife.min.js uPlot.min.css LICENSE $(CURDIR)/$(VENDORED)/

audit: $(VENV)/ready-to-keep  ## Ask whether a weakness is known of anything that is pinned (needs the network)
	$(UPKEEP)/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/test.txt
	$(UPKEEP)/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/explore.txt

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

# Everything is installed from the lock files, by hash; then the project itself, which brings nothing more.
install = $(1)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/ready-to-run: $(SETUP) | $(VENV)/bin/python
	@echo "Installing what the simulation needs (once, a minute or two) …"
	@$(call install,$(IN)) --require-hashes -r requirements/run.txt
	@$(call install,$(IN)) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-to-test: $(SETUP) | $(VENV)/bin/python
	@echo "Installing what the simulation and its tests need (once, a minute or two) …"
	@$(call install,$(IN)) --require-hashes -r requirements/test.txt
	@$(call install,$(IN)) --no-deps --no-build-isolation -e .
	@touch $(VENV)/ready-to-run $@

$(VENV)/ready-to-explore: requirements/explore.txt $(VENV)/ready-to-test
	@echo "Installing what the page of tfs-sim watch needs (once, a minute) …"
	@$(call install,$(IN)) --require-hashes -r requirements/explore.txt
	@touch $@

$(VENV)/ready-to-document: pyproject.toml requirements/docs.txt | $(VENV)/bin/python
	@echo "Installing what the documentation is built with (once, a minute or two) …"
	@$(IN)/python -m venv $(SITE)
	@$(call install,$(SITE)/bin) --require-hashes -r requirements/docs.txt
	@$(call install,$(SITE)/bin) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-to-keep: requirements/upkeep.txt | $(VENV)/bin/python
	@$(IN)/python -m venv $(UPKEEP)
	@$(call install,$(UPKEEP)/bin) --require-hashes -r requirements/upkeep.txt
	@touch $@

$(VENV)/ready-to-archive: requirements/archive.txt | $(VENV)/bin/python
	@$(IN)/python -m venv $(VENV)/archive
	@$(call install,$(VENV)/archive/bin) --require-hashes -r requirements/archive.txt
	@touch $@

$(VENV)/ready-to-compare: requirements/bench.txt | $(VENV)/bin/python
	@echo "Installing Starsim to compare with (once, a minute or two) …"
	@$(IN)/python -m venv $(BENCH)
	@$(call install,$(BENCH)/bin) --require-hashes -r requirements/bench.txt
	@touch $@
