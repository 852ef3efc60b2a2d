"""Where a source contradicts itself: each reading in words with the parameters that stand for it, and which is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.accounting.parameters import accept

if TYPE_CHECKING:
    from bot.accounting.ruleset import Ruleset

_AFTER_THE_VERDICTS = (
    "bands", "thresholds.", "tier.", "ladder.", "recovery.", "record.", "early_warning.", "effects.", "traffic_cut.",
    "kpi.", "review.", "period.", "opening.",
)  # fmt: skip
"""Parameters that say what a rate means, not how an inquiry counts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the source: ``values`` are raw values by the dotted names of the parameters."""

    id: str
    zh: str
    en: str
    values: Mapping[str, Any]

    @property
    def recounts(self) -> bool:
        """Whether inquiries come out differently, not only what their rate means."""
        return not all(name.startswith(_AFTER_THE_VERDICTS) for name in self.values)

    def holds(self, ruleset: Ruleset) -> bool:
        """Say whether a ruleset has all the values of this reading."""
        return all(ruleset.values.get(name) == accept(name, value) for name, value in self.values.items())


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two or more readings of one place of the source; ``default`` is the id of the one we ship."""

    id: str
    zh: str
    en: str
    default: str
    readings: tuple[Reading, ...]

    def in_force(self, ruleset: Ruleset) -> str | None:
        """Name the reading a ruleset follows; None where a shop has set something else again."""
        return next((one.id for one in self.readings if one.holds(ruleset)), None)

    def reading(self, id: str) -> Reading:
        """Return a reading by its id.

        Raises:
            KeyError: there is none.
        """
        for one in self.readings:
            if one.id == id:
                return one
        raise KeyError(id)

    def change_to(self, id: str) -> dict[str, Any]:
        """Return what a shop has to set to follow a reading; None for each parameter that is given back.

        Raises:
            KeyError: there is no such reading.
        """
        plain, wanted = self.reading(self.default).values, self.reading(id).values
        names = {name for one in self.readings for name in one.values}
        return {name: None if wanted.get(name) in (None, plain.get(name)) else wanted[name] for name in sorted(names)}
