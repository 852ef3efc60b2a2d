"""A ruleset ready to judge by: one platform's rules as they stood from a local day on, one shop's overrides included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from bot.accounting.checks import Band
from bot.accounting.contradictions import Contradiction
from bot.accounting.parameters import BadParameter
from bot.accounting.substance import Tokens, bare


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a ruleset comes from: shown beside every number it gives.

    ``confidence`` is ``ours`` | ``article`` | ``web``: how far the source can be trusted. ``basis`` says for a
    parameter (or the start of its name) whether the source states it (``fact``) or we settled it (``default``).
    ``contradictions`` are the places where the source contradicts itself.
    """

    name: str
    in_force_from: date
    source_zh: str
    source_en: str
    read_on: date
    confidence: str
    title_zh: str
    title_en: str
    basis: Mapping[str, str] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one tier in percent; a rate strictly below a line is under it."""

    warning: Fraction
    light: Fraction
    heavy: Fraction


@dataclass(frozen=True, slots=True)
class Near:
    """How many seconds before a deadline it warns, and presses."""

    warn_s: int
    urgent_s: int


LONG = timedelta(minutes=5)
NEAR, NEAR_LONG = Near(90, 30), Near(300, 60)


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """Every parameter of one version (``ruleset["recovery.light.days"]``), and those the fold reads as attributes.

    Build it with ``bot.rulesets.load``. Times of day are seconds since local midnight, ``window`` is None where the
    platform has none; ``overridden`` names the parameters a shop has changed.
    """

    identity: Identity
    zone: ZoneInfo
    chat: bool
    grading: str
    extras: frozenset[str]
    values: Mapping[str, Any]
    overridden: tuple[str, ...]
    window: tuple[int, int] | None
    reentry_new: bool
    deadline: timedelta
    inclusive: bool
    whole_seconds: bool
    unit: str
    all_turns: bool
    idle_gap: timedelta
    day_rollover: bool
    closings: frozenset[str]
    human_actors: frozenset[str]
    kinds: frozenset[str]
    auto_counts: bool
    assist_counts: bool
    quick_phrase_human: bool
    suggested_human: bool
    ignore_recalled: bool
    min_chars: int
    silence_words: Tokens | None
    transfer_restarts: bool
    exclude_reasons: frozenset[str]
    exclude_statuses: frozenset[str]
    exempt_days: frozenset[date]
    pending_counts: bool
    unmeasured_counts: bool
    period_days: int
    night_cutoff: int | None
    night_inclusive: bool
    night_any: bool
    bands: tuple[Band, ...]
    tiers: Mapping[str, Lines]

    @property
    def near(self) -> Near:
        """How long before the deadline it warns and presses; earlier where the rules give more than five minutes."""
        return NEAR if self.deadline <= LONG else NEAR_LONG

    @property
    def name(self) -> str:
        """The ruleset's id."""
        return self.identity.name

    @property
    def version(self) -> str:
        """Name and first day, as ``name@YYYY-MM-DD``."""
        return f"{self.identity.name}@{self.identity.in_force_from.isoformat()}"

    def __getitem__(self, parameter: str) -> Any:
        """Return a parameter's value in working form (numbers are ``Fraction``, lists tuples).

        Raises:
            KeyError: this ruleset does not set it.
        """
        return self.values[parameter]

    def basis(self, parameter: str) -> str:
        """Say what a parameter's value rests on: ``override``, ``fact`` or ``default``."""
        if parameter in self.overridden:
            return "override"
        parts = parameter.split(".")
        for depth in range(len(parts), 0, -1):
            found = self.identity.basis.get(".".join(parts[:depth]))
            if found is not None:
                return found
        return "default"

    def covers(self, local: datetime) -> bool:
        """Say whether a local time lies in the assessed window ``[start, end)``, holidays apart."""
        if self.window is None:
            return True
        start, end = self.window
        second = local.hour * 3600 + local.minute * 60 + local.second
        if start < end:
            return start <= second < end
        return second >= start or second < end

    def assesses(self, local: datetime) -> bool:
        """Say whether an inquiry opened at this local time is assessed: inside the window and on no exempt day."""
        return self.covers(local) and (not self.exempt_days or local.date() not in self.exempt_days)

    def local_day(self, at: datetime) -> date:
        """Return the platform's calendar day of an aware time."""
        return at.astimezone(self.zone).date()


def build(
    identity: Identity,
    values: Mapping[str, Any],
    *,
    zone: ZoneInfo,
    chat: bool,
    grading: str,
    extras: frozenset[str],
    overridden: tuple[str, ...] = (),
) -> Ruleset:
    """Make a ruleset from checked values; what the fold asks for often is worked out here, once.

    Raises:
        BadParameter: values that are each fine do not fit together.
    """
    _check_metrics(values)
    return Ruleset(
        identity=identity,
        zone=zone,
        chat=chat,
        grading=grading,
        extras=extras,
        values=values,
        overridden=overridden,
        bands=values["bands"],
        tiers=_tiers(values),
        **_clock(values),
        **_replies(values),
        **_exceptions(values),
    )


def _clock(values: Mapping[str, Any]) -> dict[str, Any]:
    start, end = values["window.start"], values["window.end"]
    if (start is None) != (end is None):
        raise BadParameter("window.end", "起止要么都写要么都不写 / give window.start and window.end, or neither")
    if start is not None and start == end:
        raise BadParameter(
            "window.end", "起止相同；全天写 00:00 和 24:00 / equals window.start; a whole day is 00:00, 24:00"
        )
    return {
        "window": None if start is None else (start, end),
        "reentry_new": values["window.reentry"] == "new",
        "deadline": timedelta(seconds=float(values["deadline.seconds"])),
        "inclusive": values["deadline.inclusive"],
        "whole_seconds": values["time.resolution"] == "s",
        "unit": values["session.unit"],
        "all_turns": values["session.scope"] == "all_turns",
        "idle_gap": timedelta(seconds=float(values["session.idle_gap_s"])),
        "day_rollover": values["session.day_rollover"],
        "closings": _closings(values),
        "transfer_restarts": values["transfer.restarts_clock"],
        "period_days": values["period.days"],
        "night_cutoff": values["night.cutoff"],
        "night_inclusive": values["night.cutoff_inclusive"],
        "night_any": values["night.requires"] == "any_reply",
    }


def _closings(values: Mapping[str, Any]) -> frozenset[str]:
    if not values["session.ignore_closing"]:
        return frozenset()
    return frozenset(filter(None, map(bare, values["session.closing_list"])))


def _replies(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "human_actors": frozenset(values["reply.human_actors"]),
        "kinds": frozenset(values["reply.kinds"]),
        "auto_counts": values["reply.auto_counts"],
        "assist_counts": values["reply.assist_counts"],
        "quick_phrase_human": values["reply.quick_phrase"] == "human",
        "suggested_human": values["reply.bot_suggested_human_sent"] == "human",
        "ignore_recalled": values["reply.recall"] == "ignore_recalled",
        "min_chars": values["reply.min_chars"],
        "silence_words": _silence_words(values),
    }


def _silence_words(values: Mapping[str, Any]) -> Tokens | None:
    if not values["reply.meaningless.enabled"]:
        return None
    lists = ["greetings", "fillers", "particles"]
    if not values["reply.meaningless.holding_counts"]:
        lists.append("phrases")
    return Tokens.of(word for name in lists for word in values[f"reply.meaningless.{name}"])


def _exceptions(values: Mapping[str, Any]) -> dict[str, Any]:
    filed = values["exclude.effective_on"] == "filed"
    return {
        "exclude_reasons": frozenset(values["exclude.reasons"]),
        "exclude_statuses": frozenset({"filed", "accepted"} if filed else {"accepted"}),
        "exempt_days": frozenset(values["holiday.exempt"]),
        "pending_counts": values["pending.policy"] == "count_as_missed",
        "unmeasured_counts": values["unmeasured.policy"] == "count_as_missed",
    }


def _tiers(values: Mapping[str, Any]) -> dict[str, Lines]:
    names = {name.split(".")[1] for name in values if name.startswith("thresholds.")}
    found = {}
    for tier in sorted(names):
        try:
            warning, light, heavy = (values[f"thresholds.{tier}.{line}"] for line in ("warning", "light", "heavy"))
        except KeyError as missing:
            raise BadParameter(str(missing.args[0]), "这一档缺这条线 / this tier lacks this line") from None
        found[tier] = Lines(warning, light, heavy)
    return found


def _check_metrics(values: Mapping[str, Any]) -> None:
    """A metric is graded one way only, and against a standard."""
    for name in ("kpi.at_most", "kpi.at_least"):
        for metric in values[name]:
            start = f"kpi.{metric}"
            if start not in values and not any(one.startswith(f"{start}.") for one in values):
                raise BadParameter(name, f"没有 {start} 这个标准 / there is no standard {start}")
    if both := set(values["kpi.at_most"]) & set(values["kpi.at_least"]):
        raise BadParameter("kpi.at_least", f"{min(both)} 也在 kpi.at_most 里 / {min(both)} stands in kpi.at_most too")


def meaningless(text: str, kind: str, ruleset: Ruleset) -> bool:
    """Say whether a reply by a person would be worth nothing under a ruleset.

    ``kind`` is a kind of the event model (text, image, …). A kind outside ``reply.kinds`` is; a picture, card, file,
    voice or video is not; a text is when it is covered by the ruleset's lists or shorter than ``reply.min_chars``.
    """
    if kind not in ruleset.kinds:
        return True
    if kind != "text" or (ruleset.silence_words is None and not ruleset.min_chars):
        return False
    rest = bare(text)
    if len(rest) < ruleset.min_chars:
        return True
    return ruleset.silence_words is not None and ruleset.silence_words.cover(rest)
