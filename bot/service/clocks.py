"""Time: one real clock, and a clock of its own for each simulated shop.

Shop time = base of the shop + (real − base of real) × rate. A real shop's clock is the real one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.store.ids import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class ShopClock:
    """A simulated shop's clock: where both clocks stood (ms), and how fast the shop's runs (0 = paused)."""

    real: int
    shop: int
    rate: float

    def at(self, real: int) -> int:
        """The shop's time (ms) at a real time (ms)."""
        return self.shop + round((real - self.real) * self.rate)


class Clocks:
    """Every reading of a clock in the service comes from here; tests hand in a fixed one."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self._real = real
        self._own: dict[str, ShopClock] = {}

    def real(self) -> datetime:
        """The real time, aware UTC."""
        return self._real()

    def real_ms(self) -> int:
        """The real time in whole milliseconds."""
        return to_ms(self._real())

    def now_ms(self, shop: str) -> int:
        """The time in a shop, in whole milliseconds."""
        own = self._own.get(shop)
        return own.at(self.real_ms()) if own else self.real_ms()

    def now(self, shop: str) -> datetime:
        """The time in a shop, aware UTC."""
        return from_ms(self.now_ms(shop)) if shop in self._own else self._real()

    def own(self, shop: str) -> ShopClock | None:
        """A simulated shop's clock, None for a real shop."""
        return self._own.get(shop)

    def set(self, shop: str, clock: ShopClock | None) -> None:
        """Give a simulated shop its clock."""
        if clock is None:
            self._own.pop(shop, None)
        else:
            self._own[shop] = clock
