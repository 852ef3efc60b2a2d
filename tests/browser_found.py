"""Say in one line whether the browser tests will run; the tests themselves skip with the same words."""

from __future__ import annotations

import os
import shutil


def browser() -> str | None:
    """The Chromium to test with: ``$CHROMIUM``, else the first one on the path."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


if __name__ == "__main__":
    found = browser()
    print(
        f"browser tests: {found}"
        if found
        else "browser tests: no Chromium found, they are left out (Debian: apt install chromium)"
    )
