"""A fresh data folder whose embedded store is up to date already: migrations are tried where they are tested."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from bot.store.migrate import upgrade
from bot.store.session import open_session


def store_in(folder: Path) -> None:
    """Put a store without rows into a data folder that has none yet."""
    file = folder / "miaohui.db"
    if not file.exists() and not os.environ.get("MIAOHUI_DATABASE"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(_up_to_date(), file)


@cache
def _up_to_date() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mh-fresh-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    session = open_session(folder / "miaohui.db", read_only=False)
    session.run(upgrade)
    session.close()
    return folder / "miaohui.db"
