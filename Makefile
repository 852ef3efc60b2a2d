# Everything runs from a plain clone: `make run`, `make test`. Nothing needs root, nothing is written elsewhere.
DATA ?= ./data
PORT ?= 8080
PY   := .venv/bin/python
MARK := .venv/.made-from

.PHONY: setup run test stores looks lint types fmt bench console hour fire fuzz soak mutants clean

setup: $(MARK)

$(MARK): requirements.lock pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新版本（现在是 $$(python3 --version)）。Debian: apt install python3.11"; \
	  echo "Python 3.11 or newer is needed (this is $$(python3 --version))."; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "缺少 venv 模块。Debian: apt install python3-venv"; \
	  echo "The venv module is missing. Debian: apt install python3-venv"; exit 1; }
	@echo "安装依赖到 .venv（约一分钟；下载慢可设 PIP_INDEX_URL 为就近的镜像）/ installing into .venv (about a minute)"
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(MARK)
	@echo "好了 / done"

run: setup
	@.venv/bin/miaohui serve --data $(DATA) --port $(PORT)

test: setup lint types
	@$(PY) tests/browser_found.py
	@$(PY) -m pytest -n auto --dist loadgroup

stores: setup
	@$(PY) -m pytest -n auto --stores sqlite,postgresql tests/flow tests/people tests/privacy tests/publishing tests/service tests/store tests/web

looks: setup
	@MIAOHUI_LOOKS=all $(PY) -m pytest -n auto --dist loadgroup tests/browser

lint: setup
	@.venv/bin/ruff format --check . && .venv/bin/ruff check .

fmt: setup
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

types: setup
	@.venv/bin/mypy

bench: setup
	@$(PY) -m tests.bench

console: setup
	@$(PY) -m tests.bench.console

hour: setup
	@$(PY) -m tests.bench.hour

fire: setup
	@MIAOHUI_FIRE=full $(PY) -m pytest -s tests/fire

fuzz: setup
	@FUZZ=$${FUZZ:-5000} $(PY) -m pytest -n auto tests/fuzz tests/adapters/test_hostile_*.py

soak: setup
	@$(PY) -m tests.bench.soak

mutants: setup
	@$(PY) tests/accounting/mutants.py verdict inquiry ladder forecast daily scorecard tier dated books event substance quality values

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
