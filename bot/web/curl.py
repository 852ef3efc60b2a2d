"""A delivery as a command that sends it again by hand. Secrets and signatures are placeholders to fill in."""

from __future__ import annotations

from collections.abc import Mapping

PLACEHOLDER = "<用渠道密钥重新签名 / sign again with the secret>"
LEFT_OUT = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"))


def command(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    """One shell command, a header a line. A body that is no text is left as a file to give (``@body.bin``)."""
    lines = [f"curl -X {method} {_quoted(url)}"]
    for name, value in headers.items():
        if name not in LEFT_OUT:
            lines.append(f"  -H {_quoted(f'{name}: {PLACEHOLDER if value == MASK else value}')}")
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
