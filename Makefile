.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
# Images set it to stay small. Here each process would compile what it imports once more.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
TOOLS := .intervue/tools
PNPM_VERSION := 12.21.0
PNPM := $(shell command -v pnpm 2>/dev/null || echo $(CURDIR)/$(TOOLS)/node_modules/.bin/pnpm)
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/.next/*' \
	-not -path 'web/out/*' -not -name '*.tsbuildinfo' 2>/dev/null)
node_is_new_enough = node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null
need = command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 1; }

.PHONY: help screenshots dashboards eval-quality eval-dialogues setup setup-no-docker start dev api web worker demo bench-turn bench-modelled bench-turn-end bench-recovery bench-web \
	bench-history bench-load bench-sound bench-auth bench-encryption bench-telemetry bench-sandbox test-sandbox chaos demo-deploy demo-drain soak fuzz \
	docker-up docker-down docker-logs test test-cov check lint lint-fix protocol docs migrate migrate-new clean env

help: ## Show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

## Running

start: .venv/.ready .web-if-possible ## Run everything here: no Docker, no keys (http://localhost:8000)
	@exec $(PY) -m launcher start

dev: .venv/.ready web/node_modules/.ready env ## Services, worker, API with reload and the web's dev server
	@exec $(PY) -m launcher dev

api: .venv/.ready env ## API only, with reload (localhost:8000)
	@exec $(PY) -m api --reload

worker: .venv/.ready env ## Worker only
	@exec $(PY) worker.py

web: web/node_modules/.ready ## Web frontend only, dev server (localhost:3000)
	@cd web && exec $(PNPM) dev

demo: .venv/.ready ## A scripted candidate, from plan to report (ROLE=…, TYPED=1, HANDS_FREE=1, KILL=worker|api|redis|postgres|temporal)
	@$(PY) -m demo $(if $(KILL),--kill $(KILL)) $(if $(ROLE),--role $(ROLE)) $(if $(SPEED),--speed $(SPEED)) $(if $(HANDS_FREE),--hands-free) $(if $(TYPED),--typed)

PEERS := .intervue/peers-venv
$(PEERS)/.ready: bench/peers/requirements.lock | .venv/.ready
	@echo "Installing the voice frameworks to compare with (about 700 MB) …"
	@python3 -m venv $(PEERS)
	@.venv/bin/uv pip sync -q --python $(PEERS)/bin/python --require-hashes $<
	@touch $@

bench-turn: .venv/.ready $(PEERS)/.ready ## End of speech to first sound, beside Pipecat and LiveKit (JSON last)
	@$(PY) -m bench.turn

bench-modelled: .venv/.ready $(PEERS)/.ready ## The same with providers that take their time, hands-free too (JSON last)
	@$(PY) -m bench.modelled

bench-web: .venv/.ready web/out/.ready ## Letting go of the button to the first sample, in the page; what the room weighs (JSON last)
	@$(PY) -m bench.web $(if $(TURNS),--turns $(TURNS))

bench-history: .venv/.ready ## Events, bytes and billed actions a turn (TURNS=1000; JSON last)
	@$(PY) -m bench.history $(if $(TURNS),--turns $(TURNS))

bench-load: .venv/.ready ## Concurrent interviews with Temporal on PostgreSQL (N=200, PACE=calm|brisk, FORMAT=pcm16|webm; JSON last)
	@$(PY) -m bench.load $(if $(N),--interviews $(N)) $(if $(PACE),--pace $(PACE)) $(if $(FORMAT),--format $(FORMAT))

bench-sound: .venv/.ready ## What a second of sound costs: decoding, voice detection, FLAC, MP3 (JSON last)
	@$(PY) -m bench.sound

bench-turn-end: .venv/.ready ## Whether the model tells whole sentences from halves, of a synthesized voice or RECORDINGS="…" (JSON last)
	@$(PY) -m bench.turn_end $(RECORDINGS)

bench-recovery: .venv/.ready ## SIGKILL at each stage of a turn: time to the next sound (JSON last)
	@$(PY) -m bench.recovery

bench-auth: .venv/.ready ## Login, refresh and ticket, p95 (JSON last)
	@$(PY) -m bench.auth

bench-encryption: .venv/.ready ## What encryption adds to end of speech to first sound (ROUNDS=4; JSON last)
	@$(PY) -m bench.turn --encryption $(if $(ROUNDS),--rounds $(ROUNDS))

bench-telemetry: .venv/.ready ## What metrics and traces cost a turn (JSON last)
	@$(PY) -m bench.telemetry

bench-sandbox: .venv/.ready ## What the sandbox adds to a program's start, and ten at once (needs bubblewrap; JSON last)
	@$(PY) -m bench.sandbox

test-sandbox: .venv/.ready ## Every attack on the sandbox, in three languages (needs bubblewrap, node, g++; JSON last)
	@$(PY) -m chaos.attacks

chaos: .venv/.ready ## Kills, bad networks, storms: every case, then a random walk (FAULTS=200, SEED=…; JSON last)
	@$(PY) -m chaos $(if $(FAULTS),--faults $(FAULTS)) $(if $(SEED),--seed $(SEED))

demo-deploy: .venv/.ready ## A rolling deploy of changed workflow code under running interviews (N=10; JSON last)
	@$(PY) -m chaos.deploy $(if $(N),--interviews $(N))

demo-drain: .venv/.ready ## SIGTERM of every API process and worker under running interviews (N=10; JSON last)
	@$(PY) -m chaos.drain $(if $(N),--interviews $(N))

soak: .venv/.ready ## Interviews of twenty turns, random kills, and whether memory grows (N=40, SEED=…; JSON last)
	@$(PY) -m chaos.soak $(if $(N),--interviews $(N)) $(if $(SEED),--seed $(SEED))

fuzz: .venv/.ready ## Damaged messages and recordings against the whole stack (SEED=…; JSON last)
	@$(PY) -m chaos.fuzz $(if $(SEED),--seed $(SEED))

eval-quality: .venv/.ready ## Scores against a corpus: agreement, quotes, injections (JSON last; asks the model that is configured)
	@$(PY) -m quality

eval-dialogues: .venv/.ready ## The interviewer's behaviour in scripted dialogues (ONLY=…; JSON last; asks the model that is configured)
	@$(PY) -m quality.rehearse $(if $(ONLY),--only $(ONLY))

screenshots: .venv/.ready web/out/.ready ## Every screen in the light, in the dark and on a phone (.intervue/screenshots; PART=candidate|desk|survival)
	@$(PY) -m tests.screens $(if $(PART),--part $(PART))

dashboards: .venv/.ready ## Every dashboard drawn over a real run, for somebody to look at (.intervue/dashboards; AGAIN=1 draws the last run)
	@$(PY) -m tests.dashboards $(if $(AGAIN),--again)

## Setting up

setup: env .venv/.ready web/node_modules/.ready docker-up ## Everything, with PostgreSQL and Redis in Docker
	@echo "Ready. Next: make start, or make migrate and make dev"

setup-no-docker: env .venv/.ready web/node_modules/.ready ## Everything, without Docker
	@echo "Ready. Next: make start"

env:
	@[ -f .env ] || { cp .env.example .env; echo "Wrote .env from .env.example"; }

.venv/.ready: requirements.lock requirements-bootstrap.lock
	@$(call need,python3,install Python 3.11 or newer)
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$(python3 --version)" >&2; exit 1; }
	@echo "Installing the Python packages into .venv (about 1 GB, a minute) …"
	@python3 -m venv .venv || { echo "Python cannot make virtual environments: install python3-venv" >&2; exit 1; }
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@.venv/bin/uv pip sync -q --python $(PY) --require-hashes requirements.lock requirements-bootstrap.lock
	@touch $@

$(TOOLS)/node_modules/.bin/pnpm:
	@$(call need,npm,install Node.js 20)
	@npm install --loglevel=error --no-fund --no-audit --prefix $(TOOLS) pnpm@$(PNPM_VERSION) >/dev/null

web/node_modules/.ready: web/pnpm-lock.yaml
	@$(call need,node,install Node.js 20)
	@$(node_is_new_enough) || { echo "Node.js 20 or newer is needed for the page; this is $$(node --version)" >&2; exit 1; }
	@[ -x "$(PNPM)" ] || $(MAKE) --no-print-directory $(TOOLS)/node_modules/.bin/pnpm
	@echo "Installing the web packages …"
	@cd web && $(PNPM) install --frozen-lockfile --silent
	@touch $@

web/out/.ready: web/node_modules/.ready $(WEB_SOURCES)
	@echo "Building the web page (half a minute) …"
	@cd web && $(PNPM) build >../.intervue/web-build.log 2>&1 || { tail -20 ../.intervue/web-build.log; exit 1; }
	@touch $@

.PHONY: .web-if-possible
.web-if-possible:
	@mkdir -p .intervue
	@if $(node_is_new_enough); then $(MAKE) --no-print-directory web/out/.ready; \
	elif [ ! -f web/out/index.html ]; then echo "Node.js 20 or newer is missing: starting without the page"; fi

docker-up: ## Start PostgreSQL and Redis in Docker
	@if docker info >/dev/null 2>&1; then docker compose up -d postgres redis; \
	else echo "No Docker engine answers here: skipped. make start needs none"; fi

docker-down: ## Stop the containers
	docker compose down

docker-logs: ## Follow the containers' logs
	docker compose logs -f

## Quality

# Many of them wait more than they work. Each process has services of its own. Which file is next is
# told by tests/order.py: by default those with the fewest tests are, which take the longest.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder

test: .venv/.ready web/out/.ready ## Run all tests
	@$(PY) -m launcher tools
	@$(PY) -m pytest $(SIDE_BY_SIDE)

test-cov: .venv/.ready web/out/.ready ## Run all tests with a coverage report
	@$(PY) -m launcher tools
	@$(PY) -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term-missing --cov-report=html

check: .venv/.ready web/node_modules/.ready ## Format, lint, types, import rules, protocol drift, compose
	@echo "ruff format"; .venv/bin/ruff format --check .
	@echo "ruff check"; .venv/bin/ruff check .
	@echo "pyright"; .venv/bin/pyright
	@echo "import-linter"; .venv/bin/lint-imports
	@echo "protocol"; $(PY) -m interview.protocol.export --check
	@echo "web"; cd web && $(PNPM) run --silent lint && $(PNPM) run --silent typecheck && $(PNPM) run --silent test
	@if command -v docker-compose >/dev/null; then echo "compose"; docker-compose -f docker-compose.yml config -q; \
	elif docker compose version >/dev/null 2>&1; then echo "compose"; docker compose config -q; \
	else echo "compose: no tool here to validate docker-compose.yml with"; fi

lint: .venv/.ready web/node_modules/.ready ## Ruff for Python, ESLint for TypeScript
	@.venv/bin/ruff check .
	@cd web && $(PNPM) run --silent lint

lint-fix: .venv/.ready web/node_modules/.ready ## Mend what a tool can mend
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@cd web && $(PNPM) run --silent lint --fix

protocol: .venv/.ready web/node_modules/.ready ## Generate JSON Schema and TypeScript from the protocol
	@$(PY) -m interview.protocol.export

docs: .venv/.ready ## Build the documentation's site into .intervue/site
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs --quiet build --strict && echo ".intervue/site/index.html"

## Deployment

include deploy/check/tools.mk

## Database (the one that DATABASE_URL names)

migrate: .venv/.ready ## Run the migrations
	@.venv/bin/alembic upgrade head

migrate-new: .venv/.ready ## Create a migration (asks for its message, or m="…")
	@m='$(m)'; [ -n "$$m" ] || read -rp "What changes? " m; .venv/bin/alembic revision --autogenerate -m "$$m"

## Cleaning

clean: ## Remove build artifacts and caches (interviews in .intervue stay; .venv too)
	@rm -rf web/out web/.next web/*.tsbuildinfo web/node_modules .pytest_cache .ruff_cache \
		.hypothesis .import_linter_cache .coverage htmlcov
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
