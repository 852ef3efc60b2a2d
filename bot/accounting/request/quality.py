"""Kinds ``completeness``, ``wording``, ``transfer`` and ``kpi``: the KPI set of a team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from bot.accounting import kpi as kpis
from bot.accounting import quality
from bot.accounting.request.events import events_of
from bot.accounting.request.reading import (
    RequestError,
    as_of_of,
    child,
    choice_at,
    count_at,
    list_at,
    moment_at,
    number,
    object_at,
    objects_at,
    rate_at,
    rate_shown,
    refuse,
    shown,
    text_at,
    texts_at,
    value_at,
)
from bot.accounting.resolution import Closing, resolution
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate

_RESOLUTION = "resolution_rate"
_LIFTS = ("aov_lift_rate",)
"""Changes, not shares: they may be negative, or above a hundred."""
_STARS = ("csat_avg", "dsr_service")


def completeness(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Say which topics of the checklist were asked and which of them nobody answered.

    Raises:
        RequestError: the ruleset has no chat rules, or a field is missing or wrong.
    """
    if not ruleset.chat:
        raise refuse(ruleset.name, "没有会话规则", "has no chat rules")
    checklist = ruleset["completeness.topics"] if request.get("checklist") is None else _checklist(request)
    found = quality.completeness(events_of(request), checklist, ruleset, as_of_of(request))
    return {"asked": list(found.asked), "missing": list(found.missing), "complete": not found.missing}


def _checklist(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": text_at(item, "id", where),
            "ask": texts_at(item, "ask", where, filled=True),
            "answer": texts_at(item, "answer", where, filled=True),
        }
        for item, where in objects_at(request, "checklist", "")
    ]


def wording(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """List forbidden phrases that people used.

    Raises:
        RequestError: the ruleset forbids no words, or a field is missing or wrong.
    """
    if not ruleset["wording.list"]:
        raise refuse(ruleset.name, "没有禁用语 (wording.list)", "has no forbidden words (wording.list)")
    found = quality.wording(events_of(request), ruleset, as_of_of(request))
    violations = [{"message": one.message, "phrase": one.phrase} for one in found]
    return {"violations": violations, "compliant": not violations}


def transfer(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Give the share of inquiries that an agent passed on, from events or from counts.

    Raises:
        RequestError: the ruleset has no KPI set, or a field is missing or wrong.
    """
    _need_kpi(ruleset)
    if request.get("events") is not None:
        found = quality.transfers(events_of(request), ruleset, as_of_of(request))
    else:
        counts = object_at(request, "counts", "")
        count_at({"buyer_requested_transfers": 0, **counts}, "buyer_requested_transfers", "/counts")
        by_agent, total = count_at(counts, "agent_transfers", "/counts"), count_at(counts, "inquiries", "/counts")
        if by_agent > total:
            raise RequestError("/counts/agent_transfers", "比咨询数还多", "is above the inquiries")
        found = quality.Transfers(Rate(by_agent, total), ())
    passed = kpis.passes("transfer_rate", found.rate.percent, ruleset)
    return {"rate": rate_shown(found.rate), "pass": passed, "flags": list(found.flags)}


def _need_kpi(ruleset: Ruleset) -> None:
    if "kpi" not in ruleset.extras:
        raise refuse(ruleset.name, "没有绩效指标", "has no KPI set")


def kpi(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Hold one metric's value against its standard.

    Raises:
        RequestError: no such metric, no standard for the case given, or a field is missing or wrong.
    """
    _need_kpi(ruleset)
    metric = text_at(request, "metric", "")
    special = _SPECIAL.get(metric)
    if metric == _RESOLUTION and request.get("events") is not None:
        return _resolution(request, ruleset)
    if special is not None:
        return special(request, ruleset)
    if not kpis.is_metric(metric, ruleset):
        known = ", ".join([*ruleset["kpi.at_least"], *ruleset["kpi.at_most"], *_SPECIAL])
        raise RequestError(
            "/metric", f"没有指标 {metric!r}，可用：{known}", f"no metric {metric!r}; there are: {known}"
        )
    value = _value(request, metric)
    return {"pass": kpis.passes(metric, value, ruleset, _case(request, metric, ruleset))}


def _value(request: Mapping[str, Any], metric: str) -> Fraction | None:
    value = request.get("value")
    if value is None:
        return None
    if isinstance(value, Mapping) and metric.endswith("_rate"):
        return rate_at(request, "value", "").percent
    if isinstance(value, Mapping):
        parts = [
            number(value_at(value, name, "/value"), child("/value", name)) for name in ("numerator", "denominator")
        ]
        found = parts[0] / parts[1] if parts[1] else None
    else:
        found = number(value, "/value")
    if found is not None:
        _check_range(found, metric)
    return found


def _check_range(value: Fraction, metric: str) -> None:
    if value < 0 and metric.endswith("_s"):
        raise RequestError("/value", "时长不能小于 0", "a duration must not be negative")
    if metric.endswith("_rate") and metric not in _LIFTS and not 0 <= value <= 100:
        raise RequestError("/value", "百分比要在 0 到 100 之间", "a percentage must lie between 0 and 100")
    if metric in _STARS and not 1 <= value <= 5:
        raise RequestError("/value", "评分要在 1 到 5 之间", "a rating must lie between 1 and 5")


def _case(request: Mapping[str, Any], metric: str, ruleset: Ruleset) -> str:
    cases = kpis.cases(metric, ruleset)
    if not cases:
        return ""
    context = object_at(request, "context", "", default={})
    if "daily" in cases:
        return choice_at(context, "season", "/context", cases, default="daily")
    return choice_at(context, "category", "/context", cases)


def _resolution(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    closings = [
        Closing(text_at(item, "conversation", where), moment_at(item, "ts", where))
        for item, where in objects_at(request, "closed", "", default=[])
    ]
    found = resolution(events_of(request), closings, ruleset, moment_at(request, "as_of", ""))
    passed = kpis.passes(_RESOLUTION, found.rate.percent, ruleset)
    return {"rate": rate_shown(found.rate), "undecided": found.undecided, "pass": passed}


def _csat_single(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    stars = number(value_at(request, "value", ""), "/value")
    if not 1 <= stars <= 5:
        raise RequestError("/value", "评分要在 1 到 5 之间", "a rating must lie between 1 and 5")
    return {"needs_review": stars < ruleset["kpi.csat_review_below"]}


def _dsr_decline(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    values = [number(one, f"/value/{index}") for index, one in enumerate(list_at(request, "value", ""))]
    return {"flag": kpis.longest_decline(values) >= ruleset["kpi.dsr_decline_days"]}


def _weights(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    given = object_at(request, "value", "")
    weights = {name: number(value_at(given, name, "/value"), f"/value/{name}") for name in kpis.DIMENSIONS}
    errors = kpis.weight_errors(weights, ruleset)
    return {"valid": not errors, "errors": errors}


def _conversion_bonus(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    given = object_at(request, "value", "")
    target, actual = (number(value_at(given, name, "/value"), f"/value/{name}") for name in ("target", "actual"))
    if target <= 0:
        raise RequestError("/value/target", "目标要大于 0", "the target must be above 0")
    return {"bonus_cny": shown(kpis.conversion_bonus(target, actual, ruleset))}


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any], Ruleset], dict[str, Any]]] = {
    "csat_single": _csat_single,
    "dsr_decline": _dsr_decline,
    "weights": _weights,
    "conversion_bonus": _conversion_bonus,
}
"""Metrics that are more than one comparison."""
