"""Change one operator, constant or condition of a module at a time and see whether the rulings notice.

``python tests/accounting/mutants.py verdict inquiry ladder`` prints every mutant that no test fails on, and how many
were killed; ``values`` changes the values in the ruleset files instead. Each mutant runs in a forked child, so nothing
on disk changes.
"""

from __future__ import annotations

import ast
import copy
import importlib
import importlib.abc
import importlib.util
import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
RULINGS = ("test_rulings", "test_inquiry_duties", "test_scorecard", "test_ladder")
TESTS: dict[str, tuple[str, ...]] = {
    "forecast": ("test_forecast_in_days", "test_forecast"),
    "daily": ("test_rulings", "test_forecast"),
    "dated": ("test_rules_that_change",),
    "tier": ("test_tiers", *RULINGS),
    "inquiry": (*RULINGS, "test_rules_that_change"),
    "books": ("test_rulings", "test_inquiry_duties", "test_rules_that_change"),
    "scorecard": ("test_scorecard", "test_rulings"),
    "values": ("test_rulings", "test_contradictions_of_sources", "test_forecast_in_words", "test_values_as_shipped"),
}
"""Which tests may kill a mutant, the quickest first; ``RULINGS`` for modules that are not named."""
SECONDS_A_MUTANT = 40

SWAPS: dict[type[ast.AST], tuple[type[Any], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
}


def mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Yield (what was changed, changed tree) for each single change."""
    nodes = list(ast.walk(tree))
    spared = {id(part) for node in nodes for top in getattr(node, "decorator_list", ()) for part in ast.walk(top)}
    spared |= {id(node.value) for node in nodes if isinstance(node, ast.keyword) and node.arg == "repr"}
    for place, node in enumerate(nodes):
        if id(node) in spared:  # frozen, slots and repr are for programmers, they make no wrong books
            continue
        for words, change in _changes(node):
            other = copy.deepcopy(tree)
            change(list(ast.walk(other))[place])
            yield f"line {getattr(node, 'lineno', '?')}: {words}", ast.fix_missing_locations(other)


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    if isinstance(node, ast.Compare):
        for swap in SWAPS.get(type(node.ops[0]), ()):
            yield f"{ast.unparse(node)} with {swap.__name__}", lambda n, swap=swap: n.ops.__setitem__(0, swap())
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        for swap in SWAPS.get(type(node.op), ()):
            yield f"{ast.unparse(node)} with {swap.__name__}", lambda n, swap=swap: setattr(n, "op", swap())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{ast.unparse(node)} without not", lambda n: setattr(n, "op", ast.UAdd()) or _truth(n)
    elif isinstance(node, ast.Constant) and type(node.value) in (bool, int):
        other = not node.value if type(node.value) is bool else node.value + 1
        yield f"{node.value} for {other}", lambda n, other=other: setattr(n, "value", other)
    elif isinstance(node, ast.If):
        for value in (True, False):
            yield (
                f"if {ast.unparse(node.test)} always {value}",
                (lambda n, value=value: setattr(n, "test", ast.Constant(value))),
            )


def _truth(node: Any) -> None:
    node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module the mutated code when it is imported."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)  # noqa: S102


def planted(module: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield (what was changed, what plants it) for each mutant of a module of ``bot.accounting``."""
    path = ROOT / "bot" / "accounting" / f"{module}.py"
    for words, tree in mutants(ast.parse(path.read_text(encoding="utf-8"))):
        planting = _Planted(f"bot.accounting.{module}", path, tree)
        yield words, lambda planting=planting: sys.meta_path.insert(0, planting)


def survives(module: str, plant: Callable[[], None]) -> bool:
    """Run the tests on one mutant in a child; a mutant that hangs or breaks the import is dead too."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS_A_MUTANT)
        try:
            plant()
            for test in TESTS.get(module, RULINGS):
                _run(importlib.import_module(test))
        except BaseException:  # the mutant is dead, however it died
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _run(tests: ModuleType) -> None:
    """Call every test of a module with every row of its tables; these tests need no fixtures."""
    for name, test in vars(tests).items():
        if not name.startswith("test_"):
            continue
        tables = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        for rows in itertools.product(*(_rows(*mark.args[:2]) for mark in tables)):
            test(**{key: value for row in rows for key, value in row.items()})


def _rows(names: str | tuple[str, ...], values: Any) -> Iterator[dict[str, Any]]:
    keys = [names] if isinstance(names, str) else list(names)
    for value in values:
        row = value.values if hasattr(value, "marks") else (value,) if isinstance(names, str) else value
        yield dict(zip(keys, row, strict=True))


def _all(module: str) -> Iterator[tuple[str, Callable[[], None]]]:
    if module != "values":
        return planted(module)
    found: Iterator[tuple[str, Callable[[], None]]] = importlib.import_module("mutants_of_values").planted()
    return found


def main(modules: list[str]) -> int:
    """Try all mutants of the named modules of ``bot.accounting``; the exit code is 1 where some survived."""
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "accounting")]
    hypothesis = importlib.import_module("hypothesis")  # heavy, and no mutant touches them
    importlib.import_module("pytest")
    # A mutant is dead with the first example against it; nobody reads the smallest one.
    hypothesis.settings.register_profile("mutants", derandomize=True, phases=[hypothesis.Phase.generate])
    hypothesis.settings.load_profile("mutants")
    killed = survived = 0
    for module in sorted(modules, key=lambda name: name == "values"):  # last: to see values, they must be loaded
        for words, plant in _all(module):
            if survives(module, plant):
                survived += 1
                print(f"{module}: {words}", flush=True)
            else:
                killed += 1
    print(f"{killed} killed, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["verdict", "inquiry", "ladder"]))
