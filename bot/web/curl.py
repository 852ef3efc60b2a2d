"""A delivery as a command that sends it again by hand. Secrets and signatures are placeholders to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

PLACEHOLDER = "<用渠道密钥重新签名 / sign again with the secret>"
LEFT_OUT = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"))


PULLED = "PULL"
"""The method of what was fetched from a platform: no call came in that could be sent again."""


def command(method: str, url: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> str:
    """One shell command, a header a line. A body that is no text is left as a file to give (``@body.bin``)."""
    asked = "&".join(f"{quote(name)}={PLACEHOLDER if value == MASK else quote(value)}" for name, value in query.items())
    lines = [f"curl -X {method} {_quoted(f'{url}?{asked}' if asked else url)}"]
    for name, value in headers.items():
        if name not in LEFT_OUT:
            lines.append(f"  -H {_quoted(f'{name}: {PLACEHOLDER if value == MASK else value}')}")
    if not body:
        return " \\\n".join(lines)
    try:
        lines.append(f"  --data-raw {_quoted(body.decode())}")
    except UnicodeDecodeError:
        lines.append("  --data-binary @body.bin")
    return " \\\n".join(lines)


MASK = "•••"
"""What is stored instead of a header's secret value."""


def _quoted(text: str) -> str:
    """Text as one word for a POSIX shell, whatever is in it."""
    return "'" + text.replace("'", "'\\''") + "'"
