"""The gate of the platforms' door: how much is let in at once, so that promises hold for what is let in.

What is turned away gets 503 with Retry-After before anything of it is read or stored; the platform sends it again. One
shop's flood may not fill the house: while others come too, nobody gets more than a fair share.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from bot.service.pulse import Pulse

AT_ONCE = 1_000
"""Deliveries between their first byte and their yes: about two commits' worth, well within the 1.8 s of a yes."""
BYTES_AT_ONCE = 24 << 20
"""Bodies held in memory at once."""
KEPT_FREE = AT_ONCE // 10
"""Places that no shop fills alone: who comes while another is flooded finds the door open."""
CROWDED = AT_ONCE // 2
"""From here on shares are looked at."""
LATE_S = 1.0
"""An event loop so late could not say yes in time."""


class Gate:
    """Counts what is inside."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._inside: Counter[str] = Counter()
        self._bytes = 0
        self.turned_away: Counter[str] = Counter()

    @contextlib.contextmanager
    def entered(self, shop: str, size: int) -> Iterator[bool]:
        """Let a delivery of at most so many bytes in while the block runs; False where there is no room for it now."""
        room = self._room(shop, size)
        if not room:
            self.turned_away[shop] += 1
            yield False
            return
        self._inside[shop] += 1
        self._bytes += size
        try:
            yield True
        finally:
            self._bytes -= size
            self._inside[shop] -= 1
            if not self._inside[shop]:
                del self._inside[shop]

    @property
    def inside(self) -> int:
        """Deliveries inside."""
        return self._inside.total()

    def _room(self, shop: str, size: int) -> bool:
        inside = self.inside
        if inside >= AT_ONCE or self._bytes + size > BYTES_AT_ONCE or self._pulse.lag_s > LATE_S:
            return False
        shops = len(self._inside) + (shop not in self._inside)
        return inside < CROWDED or self._inside[shop] < min(AT_ONCE // shops, AT_ONCE - KEPT_FREE)
