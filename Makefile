# 一网办 · yiwangban. `make` alone lists what there is.
SHELL := /bin/sh
BIN := .venv/bin
INSTALLED := .venv/.installed
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard contracts/pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml deploy/pyproject.toml))
PYTHONS := python3.11 python3.12 python3.13 python3.14 python3 python

# The first Python of at least 3.11 that can make an environment.
USABLE := 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
ifndef PYTHON
PYTHON := $(shell for found in $(PYTHONS); do if $$found -c $(USABLE) 2>/dev/null; then command -v $$found; break; fi; done)
endif

.DEFAULT_GOAL := help
.PHONY: help setup lock demo start erase down status token provision subscriber logs tools rules test tests lint types format contracts asyncapi fuzz chaos bench evaluate clean

help: ## 列出全部命令 · list the commands
	@printf '%s\n\n' '一网办 · make <命令 command> [GATEWAY_PORT=8080 …] [STATE_DIR=.state] [ROLES=split]'
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## 安装到 .venv（按哈希锁定）· install everything into .venv, locked by hash

# Officers fill the reply library first, so some consultations may be answered automatically.
demo: export PETITION_AUTOMATIC_CONFIDENCE ?= 0.3
demo: setup ## 启动并跑主流程 · start, run the main job (INPUT=messages.jsonl, IDENTITY=keycloak), leave it running
	@$(BIN)/deploy start
	@$(BIN)/python -m demo $(if $(INPUT),--input '$(INPUT)')
	@$(BIN)/deploy links

start: setup ## 启动（空）· start the suite, empty; ROLES=split: each role a process
	@$(BIN)/deploy start

erase: setup ## 抹除一个人 · erase a person, and prove it: PERSON=<sub> [CONTEXT=author.forum]
	@$(BIN)/deploy erase '$(PERSON)' $(if $(CONTEXT),--context '$(CONTEXT)')

down: ## 停止 · stop everything
	@if [ -x $(BIN)/deploy ]; then $(BIN)/deploy down; fi

status: setup ## 状态、内存、重启记录 · what runs, what died and was restarted
	@$(BIN)/deploy status

token: setup ## 开发用令牌 · a token: ROLE=citizen [TENANT=440100] [SUB=…] [DEPARTMENT=…] [TTL=seconds]
	@$(BIN)/deploy token --role '$(or $(ROLE),citizen)' $(if $(TENANT),--tenant '$(TENANT)') $(if $(SUB),--sub '$(SUB)') \
		$(if $(DEPARTMENT),--department '$(DEPARTMENT)') $(if $(TTL),--ttl '$(TTL)')

provision: setup ## 建立缺少的主题与权限，指出差异 · make missing topics, set who may do what, tell what differs
	@$(BIN)/deploy provision

subscriber: setup ## 下游系统的凭证与示例 · a downstream system's credentials: NAME=tax-bureau TOPICS="accept.cases.v1 …"
	@$(BIN)/deploy subscriber '$(NAME)' $(TOPICS)

logs: setup ## 日志 · a program's log: PROGRAM=petition
	@$(BIN)/deploy logs $(PROGRAM)

tools: ## 安装测试用到的 Debian 软件包 · install the Debian packages that tests use
	@deploy/tools.sh

test: setup ## 检查与全部测试 · lint, types, and every test against real servers
	@$(MAKE) --no-print-directory --jobs 3 lint types tests

# Most tests wait for real servers most of the time, so three of them share two cores well; each worker has its own servers.
# Whole suites come first, in one worker, then other files with slow tests, then the rest (see tests/conftest.py).
tests: setup ## 只跑测试 · the tests alone (ARGS='-k words')
	@$(BIN)/pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder $(ARGS)

fuzz: setup ## 经网关试遍接口 · try every operation through the gateway at length (EXAMPLES=200)
	@FUZZ_EXAMPLES='$(or $(EXAMPLES),200)' $(BIN)/pytest --timeout=3600 tests/e2e/test_documents.py

lint: setup ## 风格与依赖方向 · style and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup ## 类型 · types, strictly
	@MYPYPATH="$$(printf '%s:' $(MEMBERS))" $(BIN)/mypy $(MEMBERS) docs/subscribing tests benchmarks

format: setup ## 自动排版 · format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

contracts: setup ## 由契约生成类型与文档 · generate types and documents from the contracts
	@$(BIN)/contracts generate
	@$(BIN)/contracts asyncapi
	@$(BIN)/deploy openapi
	@$(BIN)/python -m casework.policy_page docs/authorisation.md
	@$(BIN)/contracts check

asyncapi: setup ## 用 AsyncAPI 官方解析器检查 · check asyncapi.yaml with AsyncAPI's own parser (Node.js)
	@$(BIN)/contracts check
	@npm ci --silent --prefix contracts/tooling
	@node contracts/tooling/check-asyncapi.mjs contracts/asyncapi.yaml

rules: ## 检查告警规则并测试 · check and test scrape configurations and alert rules (promtool)
	@command -v promtool >/dev/null || { printf '%s\n%s\n' \
		'缺少 promtool：make tools，或 apt-get install prometheus，或 brew install prometheus。' \
		'promtool is missing: make tools, or apt-get install prometheus, or brew install prometheus.' >&2; exit 1; }
	@cd deploy/observability && promtool check config prometheus.yml && promtool check config prometheus.production.yml && \
		promtool test rules rules.test.yml

chaos: setup ## 杀、停、断、清、恢复旧库，再核对历史 · kill, stop, wipe, restore, then check the history (SEED=…)
	@$(BIN)/python -m demo.chaos $(if $(SEED),--seed $(SEED))

bench: setup ## 对照测量 · side-by-side measurements
	@$(BIN)/python -m benchmarks.suggestions
	@$(BIN)/python -m benchmarks

evaluate: setup ## 在真实信件上评估判断 · how well judgements do on real messages (DATA=folder)
	@$(BIN)/petition evaluate '$(or $(DATA),../shared/data)'

lock: setup ## 重新锁定依赖 · lock the dependencies again
	@$(BIN)/uv lock --upgrade --quiet
	@$(BIN)/uv export --quiet --all-packages --no-emit-workspace --no-header --no-emit-index-url \
		--format requirements-txt --output-file requirements.lock

clean: down ## 停止并删除全部状态 · stop, and delete everything the suite kept (not .venv)
	@rm -rf '$(or $(STATE_DIR),.state)'

# uv comes first, by pip, out of the same lock; then uv installs the rest. A mirror that pip knows is told to uv, too.
# Everything is compiled at once: a process that was killed has to be back in seconds, also where Python may not write.
$(INSTALLED): requirements.lock $(MEMBERS:%=%/pyproject.toml)
	@if [ -z '$(PYTHON)' ]; then printf '%s\n%s\n' \
		'缺少可用的 Python 3.11 或更新版本：apt-get install python3 python3-venv，或 dnf install python3.11，或 brew install python@3.11。' \
		'Python 3.11 or newer with venv is missing: apt-get install python3 python3-venv, or dnf install python3.11, or brew install python@3.11.' >&2; exit 1; fi
	@echo '安装到 .venv · installing into .venv ($(PYTHON))'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || '$(PYTHON)' -m venv .venv
	@awk '/^uv==/ {on = 1} on && !/^uv==/ && !/^ +--hash/ {exit} on' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.lock
	@index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true)}}"; \
		if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
		VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements.lock && \
		VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(MEMBERS:%=--editable %)
	@$(BIN)/python -m compileall -q $(MEMBERS)
	@$(BIN)/deploy fetch
	@touch $@
