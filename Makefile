# Every command of the house; `make` alone prints them. Nothing needs to be installed before but make and Python 3.11.
.DEFAULT_GOAL := help
SHELL := bash
BIN := .venv/bin
ARGS ?=
PROCESSES ?= 3

.PHONY: help
help: ## print these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

# --- the system on this machine ---------------------------------------------------------------------------------------

.PHONY: run up down reset
run: .venv/.synced ## start everything, play one story through it, stay until Ctrl-C
	@exec $(BIN)/python -m deploy.local run

up: .venv/.synced ## start everything in the background; what was stored is still there
	@exec $(BIN)/python -m deploy.local up

down: .venv/.synced ## stop what `make up` started
	@exec $(BIN)/python -m deploy.local down

reset: .venv/.synced ## stop everything and delete what was stored
	@exec $(BIN)/python -m deploy.local reset

SUBSCRIBERS := contracts/subscribers
.PHONY: examples
examples: .venv/.synced $(SUBSCRIBERS)/typescript/build/subscriber.js $(SUBSCRIBERS)/go/build/subscriber ## build the subscribers in Python, TypeScript and Go, run them, compare what they say
	@exec $(BIN)/python -m contracts.subscribers.examples

# --- work on the code -------------------------------------------------------------------------------------------------

.PHONY: test
test: .venv/.synced ## run every test on real Kafka and PostgreSQL (ARGS="tests/crm -k note" runs some)
	@exec $(BIN)/pytest -n $(PROCESSES) --dist loadscope --no-loadscope-reorder -m "not long" $(ARGS)

VERSITYGW := .recado/tools/bin/versitygw
.PHONY: test-long
test-long: .venv/.synced $(VERSITYGW) ## run the tests that `make test` leaves out for their length
	@exec $(BIN)/pytest -n $(PROCESSES) --dist loadscope --no-loadscope-reorder -m long $(ARGS)

.PHONY: crash
crash: .venv/.synced ## kill, stop, freeze and cut everything under load, compare after each fault (KILLS=1000, SECONDS=60, ARGS=--quick)
	@exec $(BIN)/python -m tests.crash $(if $(SECONDS),--seconds $(SECONDS) --kills 0) $(if $(KILLS),--kills $(KILLS)) $(ARGS)

.PHONY: bench
bench: .venv/.synced ## measure beside peers, write docs/reports/bench.md (ARGS="decisions" runs one, "--quick" tries all)
	@exec $(BIN)/python -m tests.bench $(ARGS)

CHECKS := check-lock check-format check-lint check-types check-imports check-contracts check-asyncapi check-house
.PHONY: check $(CHECKS)
check: $(CHECKS) ## format, lint, types, imports, contracts, AsyncAPI, rules of the house

check-lock: .venv/.synced
	@echo "lock: uv.lock is what the pyproject files ask for"
	@"$$(.ci/uv)" lock --check --quiet

check-format: .venv/.synced
	@echo "format: every file is as ruff formats it"
	@$(BIN)/ruff format --check .

check-lint: .venv/.synced
	@echo "lint: ruff finds nothing"
	@$(BIN)/ruff check .

check-types: .venv/.synced
	@echo "types: mypy strict over libs, services, deploy and tests"
	@$(BIN)/mypy

check-imports: .venv/.synced
	@echo "imports: they point one way"
	@$(BIN)/lint-imports --no-logo

check-contracts: .venv/.synced
	@echo "contracts: what is committed is what the catalogue says, and every released version can still be read"
	@$(BIN)/python -m recado_events.contracts --check
	@$(BIN)/python -m tests.contracts.compatibility

check-asyncapi: contracts/tools/node_modules/.package-lock.json
	@echo "asyncapi: the official parser finds no error"
	@cd contracts/tools && node validate.mjs ../asyncapi.yaml

check-house: .venv/.synced
	@echo "house: rooms, purity, SQL, words, sizes"
	@$(BIN)/pytest -q -o addopts=--import-mode=importlib tests/house

.PHONY: contracts variables lint hooks clean
contracts: .venv/.synced ## write schemas, AsyncAPI document and examples again from the catalogue
	@$(BIN)/python -m recado_events.contracts

variables: .venv/.synced ## write docs/configuration.md again from the settings models
	@$(BIN)/python -m recado_chassis.running.configuration docs/configuration.md

lint: .venv/.synced ## format every file and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

hooks: .venv/.synced ## let git run the quick checks before each commit
	@$(BIN)/pre-commit install

clean: ## delete caches and installed packages; stored data stays (see reset)
	@rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache contracts/tools/node_modules
	@rm -rf $(addprefix $(SUBSCRIBERS)/,typescript/node_modules typescript/build go/build)
	@find . -name __pycache__ -type d -not -path './.recado/*' -prune -exec rm -rf {} +

# --- what the targets stand on ----------------------------------------------------------------------------------------

.venv/.synced: pyproject.toml uv.lock $(wildcard libs/*/pyproject.toml services/*/pyproject.toml)
	@echo "Python packages: installing what uv.lock names"
	@"$$(.ci/uv)" sync --frozen --all-packages --quiet
	@touch $@

$(VERSITYGW):
	@.ci/install go
	@echo "versitygw: building an S3 server, for tests of files in a bucket"
	@GOBIN="$(abspath $(dir $@))" go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

contracts/tools/node_modules/.package-lock.json: contracts/tools/package-lock.json
	@.ci/install node
	@echo "npm packages: installing what contracts/tools/package-lock.json names"
	@cd contracts/tools && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(SUBSCRIBERS)/typescript/build/subscriber.js: $(addprefix $(SUBSCRIBERS)/typescript/,package-lock.json tsconfig.json subscriber.ts)
	@.ci/install node
	@echo "subscriber in TypeScript: installing what its package-lock.json names, compiling"
	@cd $(SUBSCRIBERS)/typescript && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build

$(SUBSCRIBERS)/go/build/subscriber: $(addprefix $(SUBSCRIBERS)/go/,go.mod go.sum) $(wildcard $(SUBSCRIBERS)/go/*.go)
	@.ci/install go
	@echo "subscriber in Go: compiling, with the modules that its go.sum names"
	@cd $(SUBSCRIBERS)/go && go build -o build/subscriber .
