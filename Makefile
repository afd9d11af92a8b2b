# One word for each thing people do with this repository; `make` alone lists them.

PYTHON = .venv/bin/python -m
DEV = ./vanthu setup --dev
CHROMIUM = $(or $(wildcard /usr/bin/chromium),$(shell command -v chromium))

.DEFAULT_GOAL := help
.PHONY: help run test check format demo bench chaos pins clean

help: ## list what can be made
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

run: ## set up and start the demonstration; Ctrl-C stops all of it
	@VANTHU_DEMO=1 ./vanthu run

demo: ## walk one document from draft to received, without a browser
	@VANTHU_DEMO=1 ./vanthu demo

test: ## run every test on services of its own
	@$(DEV)
	@test -n "$(CHROMIUM)" || echo "Chromium was not found: browser tests are skipped"
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) pytest -n auto --dist loadfile --no-loadscope-reorder --basetemp="$$folder/run"

check: ## style, types, layers of the architecture, compose file
	@$(DEV)
	@$(PYTHON) ruff check . vanthu
	@$(PYTHON) ruff format --check . vanthu
	@$(PYTHON) mypy
	@$(PYTHON) mypy vanthu
	@.venv/bin/lint-imports
	@$(PYTHON) pytest -q tests/contract/test_compose.py

format: ## let ruff lay out the source
	@$(DEV)
	@$(PYTHON) ruff format . vanthu

bench: ## measure what the documentation promises
	@./vanthu bench

chaos: ## kill processes at random points and look for what was lost
	@$(DEV)
	@$(PYTHON) pytest -m chaos tests

pins: ## resolve requirements*.in and package.json anew
	@python3 -m venv var/pins
	@var/pins/bin/python -m pip install --quiet uv
	@for name in requirements requirements-dev requirements-node; do \
	  var/pins/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
	    --generate-hashes --no-header -o $$name.txt $$name.in || exit 1; \
	done
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean: ## remove what set-up and checks made; data in var/ stays
	rm -rf .venv node_modules web/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
