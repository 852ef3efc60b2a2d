"""The service on a machine whose clock is stepped: ``STEPS`` names a file with the seconds by which it is off."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import app
from bot.cli import main
from bot.settings import Settings


def stepped(_settings: Settings) -> Callable[[], datetime]:
    """A clock that is off by what the file says at the moment."""
    file = Path(os.environ["STEPS"])
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text() or 0))


if __name__ == "__main__":
    app.real_clock = stepped
    main()
