"""The walls: who may import whom, what pure rooms must not know, how large a file may grow, what must be complete.

Each failure names the file and what broke the wall.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("bot", "knowledge_base", "adapters")

# what every adapter may share: the port, and leaves that know no platform's service
LEAVES = tuple(
    f"adapters.{leaf}"
    for leaf in (
        "base",
        "signing",
        "schemes",
        "posting",
        "answers",
        "json_body",
        "settings",
        "tokens",
        "wechat_crypto",
        "wechat_answers",
    )
)
# room → what it may import of this project, by prefix
WALLS: dict[str, tuple[str, ...]] = {
    "knowledge_base": ("knowledge_base",),
    "bot/core": ("bot.core", "knowledge_base.entry", "knowledge_base.characters"),
    "bot/accounting": ("bot.accounting", "bot.core", "knowledge_base.characters"),
    "bot/alarms": ("bot.alarms", "bot.core"),
    "bot/rulesets": ("bot.rulesets", "bot.accounting"),
    "adapters/base.py": ("bot.core",),
    "adapters/signing.py": ("adapters.base",),
    "adapters/schemes.py": ("adapters.base", "adapters.signing"),
    "adapters/posting.py": ("adapters.base",),
    "adapters/answers.py": ("adapters.base",),
    "adapters/settings.py": (),
    "adapters/tokens.py": ("adapters.base", "adapters.posting"),
    "adapters/wechat_crypto.py": ("adapters.base", "adapters.json_body"),
    "adapters/wechat_answers.py": ("adapters.base", "adapters.answers"),
    "adapters/json_body.py": ("adapters.base",),
    "adapters/sandbox": ("adapters.sandbox", "adapters.base", "adapters.signing", "bot.core"),
    "adapters/wechat": ("adapters.wechat", *LEAVES, "bot.core"),
    "adapters/wecom_kf": ("adapters.wecom_kf", *LEAVES, "bot.core"),
    "adapters/chatwoot": ("adapters.chatwoot", *LEAVES, "bot.core"),
    "adapters/standard": ("adapters.standard", *LEAVES, "bot.core"),
    "bot/store": ("bot.store", "bot.core", "bot.accounting"),
    "bot/service": ("bot.service", "bot.core", "bot.accounting", "bot.store", "knowledge_base", "adapters.base"),
    "bot/web": (
        "bot.web",
        "bot.service",
        "bot.store.reading",
        "bot.store.ids",
        "bot.store.engine",
        "bot.core",
        "bot.accounting",
        "adapters.base",
        "bot.settings",
    ),
}
# what only decides may not wait, read a clock, roll dice, or talk to anybody
PURE = ("knowledge_base", "bot/core", "bot/accounting")
IMPURE = ("asyncio", "aiohttp", "sqlmodel", "sqlalchemy", "time", "random", "socket", "os", "threading", "requests")
PLATFORMS = ("xiaohongshu", "kuaishou", "douyin", "taobao", "pinduoduo", "wechat", "小红书", "快手", "抖音", "淘宝")
NAMELESS = ("bot/core", "bot/accounting", "bot/service", "bot/store")
FILE_LINES, FUNCTION_LINES = 340, 45


def sources(room: str = "") -> list[Path]:
    """The project's own Python files in a room (a folder, or one file)."""
    start = ROOT / room
    if start.is_file():
        return [start]
    folders = [start] if room else [ROOT / name for name in OURS]
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, those only for type checking included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, allowed: tuple[str, ...]) -> bool:
    """Whether a module is one of the allowed rooms, or inside one."""
    return any(module == one or module.startswith(one + ".") for one in allowed)


@pytest.mark.parametrize("room", WALLS)
def test_a_room_imports_only_what_its_wall_lets_through(room: str) -> None:
    broken = []
    for path in sources(room):
        found = {module for module in imports(path) if module.partition(".")[0] in OURS}
        # `from package import name` yields both: the package alone is fine where the name is
        bad = [m for m in found if not within(m, WALLS[room]) and not any(o.startswith(m + ".") for o in found)]
        broken += [f"{path.relative_to(ROOT)} imports {module}" for module in sorted(bad)]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_waits_for_nothing(room: str) -> None:
    broken = []
    for path in sources(room):
        found = sorted(module for module in imports(path) if module.partition(".")[0] in IMPURE)
        broken += [f"{path.relative_to(ROOT)} imports {module}" for module in found]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                broken.append(f"{path.relative_to(ROOT)}:{node.lineno} awaits")
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today") and _is_clock(node):
                broken.append(f"{path.relative_to(ROOT)}:{node.lineno} reads a clock")
    assert not broken, "\n".join(broken)


def _is_clock(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("datetime", "date")


@pytest.mark.parametrize("room", NAMELESS)
def test_no_platform_has_a_name_in_the_code_that_decides(room: str) -> None:
    broken = []
    for path in sources(room):
        text = path.read_text("utf-8")
        broken += [f"{path.relative_to(ROOT)} names {name}" for name in PLATFORMS if name in text.lower()]
    assert not broken, "\n".join(broken)


def test_only_the_command_line_imports_the_room_where_all_is_wired() -> None:
    guests = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(within(module, ("bot.app",)) for module in imports(path))
    ]
    assert all(guest.startswith("bot/cli/") for guest in guests), guests


def test_only_the_client_of_an_adapter_talks() -> None:
    """The fake platform is the other side of the sandbox's wire, so it may talk too."""
    talkers = [
        str(path.relative_to(ROOT))
        for path in sources("adapters")
        if any(module.partition(".")[0] in ("aiohttp", "asyncio", "socket") for module in imports(path))
    ]
    shared = {"adapters/posting.py", "adapters/tokens.py", "adapters/sandbox/platform.py"}
    assert [one for one in talkers if one not in shared and not one.endswith("/client.py")] == [], talkers


def test_no_import_goes_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    names = {_module(path) for path in sources()}
    for path in sources():
        graph[_module(path)] = {m for m in _at_import_time(path) if m in names and m != _module(path)}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way[way.index(module) :], module))
        if module not in done:
            for after in graph[module]:
                visit(after, (*way, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _at_import_time(path: Path) -> Iterator[str]:
    """What importing a file imports at once: not what stands in functions or only for type checking."""
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_files_and_functions_stay_readable() -> None:
    broken = []
    for path in sources():
        lines = path.read_text("utf-8").count("\n")
        if lines > FILE_LINES:
            broken.append(f"{path.relative_to(ROOT)} has {lines} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > FUNCTION_LINES:
                    broken.append(f"{path.relative_to(ROOT)}: {node.name} has {size} lines")
    assert not broken, "\n".join(broken)


def test_public_functions_say_what_they_do() -> None:
    broken = []
    for path in sources():
        if path.parts[-2] in ("versions", "migrations"):
            continue
        for node in tree(path).body:
            documented = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if documented and not node.name.startswith("_") and not ast.get_docstring(node):
                broken.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert not broken, "\n".join(broken)


def test_no_room_is_called_utils_and_nothing_is_left_to_do() -> None:
    broken = []
    for path in sources():
        if path.stem in ("utils", "helpers", "common", "misc"):
            broken.append(f"{path.relative_to(ROOT)}: a room needs a name")
        text = path.read_text("utf-8")
        broken += [
            f"{path.relative_to(ROOT)}: {word}"
            for word in ("TODO", "FIXME", "XXX", "NotImplementedError")
            if word in text
        ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("folder", sorted(p.name for p in (ROOT / "adapters").iterdir() if (p / "wire.py").exists()))
def test_an_adapter_s_folder_is_complete(folder: str) -> None:
    here = ROOT / "adapters" / folder
    missing = [name for name in ("README.md", "wire.py", "client.py") if not (here / name).exists()]
    payloads = list((ROOT / "tests" / "adapters" / folder / "payloads").glob("*.json"))
    assert not missing, f"{folder} lacks {missing}"
    assert payloads, f"{folder} has no recorded payloads under tests/adapters/{folder}/payloads"
    assert f'"{folder}"' in (ROOT / "adapters" / "registry.py").read_text("utf-8"), f"{folder} is not registered"


def test_tests_are_no_packages() -> None:
    """``tests/…/__init__.py`` would make ``import adapters`` find the tests."""
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_the_lock_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    lines = [line for line in lock.splitlines() if line.startswith(("-i", "--index", "--extra-index", "--find-links"))]
    assert not lines
