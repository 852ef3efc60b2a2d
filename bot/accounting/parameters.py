"""The parameters a ruleset may set: every name, with the check of its values.

What each parameter means stands in the ruleset files, beside its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.accounting.checks import (
    KINDS,
    NUMBER,
    PERCENT,
    SECONDS,
    Check,
    bands,
    between,
    choice,
    dates,
    day_span,
    exempt_days,
    flag,
    null,
    percent_span,
    span,
    subset,
    text,
    texts,
    time_of_day,
    topics,
    whole,
)


class BadParameter(ValueError):
    """A parameter that no ruleset has, or a value of the wrong kind. ``name`` is the dotted name."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


PARAMETERS: Mapping[str, Check] = {
    "window.start": time_of_day,
    "window.end": time_of_day,
    "window.test": choice("inquiry_start"),
    "window.reentry": choice("join", "new"),
    "deadline.seconds": SECONDS,
    "deadline.inclusive": flag,
    "deadline.clock": choice("wall"),
    "time.resolution": choice("ms", "s"),
    "opening.target_s": SECONDS,
    "session.unit": choice("session", "turn", "buyer_day"),
    "session.scope": choice("first_reply", "all_turns"),
    "session.clock_start": choice("first_message"),
    "session.idle_gap_s": SECONDS,
    "session.day_rollover": flag,
    "session.ignore_closing": flag,
    "session.closing_list": texts,
    "reply.human_actors": subset("agent", "bot", "platform_auto"),
    "reply.kinds": subset(*KINDS),
    "reply.auto_counts": flag,
    "reply.assist_counts": flag,
    "reply.quick_phrase": choice("human", "automatic"),
    "reply.bot_suggested_human_sent": choice("human", "automatic"),
    "reply.recall": choice("ignore_recalled", "keep"),
    "reply.min_chars": whole(0),
    "reply.meaningless.enabled": flag,
    "reply.meaningless.greetings": texts,
    "reply.meaningless.fillers": texts,
    "reply.meaningless.particles": texts,
    "reply.meaningless.phrases": texts,
    "reply.meaningless.holding_counts": flag,
    "transfer.restarts_clock": flag,
    "exclude.reasons": subset("spam", "abuse"),
    "exclude.effective_on": choice("accepted", "filed"),
    "holiday.exempt": exempt_days,
    "pending.policy": choice("exclude", "count_as_missed"),
    "unmeasured.policy": choice("exclude", "count_as_missed"),
    "rate.empty": null,
    "period.kind": choice("rolling_days"),
    "period.days": whole(1, 3_660),
    "night.cutoff": time_of_day,
    "night.cutoff_inclusive": flag,
    "night.requires": choice("valid_reply", "any_reply"),
    "bands": bands,
    "tier.brand_first": flag,
    "tier.brand_types": subset("ordinary", "flagship", "specialist"),
    "tier.age": choice("opening_day_is_0", "opening_day_is_1"),
    "tier.new_days": whole(0),
    "tier.mature_sales": between(0, 10**12),
    "tier.fallback": text,
    "tier.sales_unit": choice("cny", "orders"),
    "ladder.metric": choice("rolling_period", "day"),
    "ladder.consecutive_days": whole(1),
    "ladder.month_days": whole(1),
    "ladder.month": choice("calendar"),
    "ladder.month_below": choice("light", "warning"),
    "ladder.heavy_by_rate": choice("consecutive", "immediate"),
    "ladder.extreme.below": PERCENT,
    "ladder.extreme.days": whole(1),
    "ladder.null_day": choice("skip", "break"),
    "recovery.light.days": whole(1),
    "recovery.heavy.days": whole(1),
    "recovery.restricted.days": whole(1),
    "recovery.apply_after_days": whole(1),
    "recovery.breach_resets": flag,
    "recovery.lift": choice("next_day", "same_day"),
    "recovery.fake_multiplier": between(0, 100),
    "recovery.training_factor": between(0, 100),
    "recovery.rounding": choice("ceil", "floor", "half_up"),
    "recovery.traffic_days": day_span,
    "recovery.review_days": day_span,
    "recovery.holidays": dates,
    "record.months": whole(0, 1_200),
    "early_warning.offset_pp": PERCENT,
    "csat.formula": choice("satisfied_over_all", "satisfied_over_polar"),
    "kpi.at_most": texts,
    "kpi.at_least": texts,
    "kpi.avg_unreplied": choice("exclude"),
    "kpi.bonus_over": PERCENT,
    "kpi.weights.service": span,
    "kpi.weights.efficiency": span,
    "kpi.weights.business": span,
    "kpi.weights.satisfaction": span,
    "wording.list": texts,
    "wording.match": choice("substring", "whole"),
    "completeness.topics": topics,
    "resolution.window_h": between(0, 10_000),
    "review.good_s": SECONDS,
    "review.neutral_s": SECONDS,
    "review.bad_s": SECONDS,
    "review.urgent_s": SECONDS,
    "review.templates": texts,
    "review.evasive": texts,
    "review.empathy": texts,
    "review.solution": texts,
    "review.commitment": texts,
    "festival.dates": dates,
    "festival.applies_to": subset("good", "neutral", "bad"),
    "festival.note_any": texts,
    "festival.limit_s": SECONDS,
}
"""Every fixed parameter name with its check."""

_PATTERNS: tuple[tuple[re.Pattern[str], Check], ...] = (
    (re.compile(r"thresholds\.\w+\.(?:warning|light|heavy)"), PERCENT),
    (re.compile(r"effects\.\w+\.\w+"), text),
    (re.compile(r"traffic_cut\.\w+\.\w+"), percent_span),
    (re.compile(r"kpi\.(?!at_most|at_least|avg_unreplied|bonus_over|weights)\w+(?:\.\w+)?"), NUMBER),
)
"""Names with a free part: a tier, a state, a metric, a category."""

_DEEPEST = 5
_PREFIXES = frozenset(
    ".".join(parts[:depth]) for parts in (name.split(".") for name in PARAMETERS) for depth in range(1, len(parts))
) | {"thresholds", "effects", "traffic_cut", "kpi"}


def check_of(name: str) -> Check | None:
    """Return the check of a dotted name, or None when no ruleset has such a parameter."""
    found = PARAMETERS.get(name)
    if found is not None:
        return found
    return next((check for pattern, check in _PATTERNS if pattern.fullmatch(name)), None)


def accept(name: str, value: Any) -> Any:
    """Check one raw value and return it in working form.

    Raises:
        BadParameter: unknown name, or a value of the wrong kind.
    """
    check = check_of(name)
    if check is None:
        raise BadParameter(name, "没有这个参数 / no such parameter")
    try:
        return check(value)
    except ValueError as error:
        raise BadParameter(name, str(error)) from None


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, raw value) for nested tables; a table under a full parameter name stays whole.

    Raises:
        BadParameter: a table stands where no parameter begins.
    """
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and check_of(name) in (None, NUMBER):
            if name.split(".")[0] not in _PREFIXES or name.count(".") > _DEEPEST:
                raise BadParameter(name, "没有这个参数 / no such parameter")
            yield from flatten(value, f"{name}.")
        else:
            yield name, value
