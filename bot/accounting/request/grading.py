"""Kinds ``rate``, ``tier``, ``ladder`` and ``satisfaction``: what a rate means for the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from bot.accounting import ladder as ladders
from bot.accounting.daily import assessed
from bot.accounting.request.reading import (
    RequestError,
    as_of_of,
    child,
    choice_at,
    count_at,
    day,
    day_at,
    flag_at,
    number,
    object_at,
    objects_at,
    rate_at,
    rate_shown,
    refuse,
)
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate, band, grade
from bot.accounting.tier import Store, sales_field, tier_of

_STORE_TYPES = ("ordinary", "flagship", "specialist")


def rate(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Grade a counted rate: its band, or its level in the shop's tier.

    Raises:
        RequestError: a field is missing or wrong.
    """
    counted = rate_at(request, "counts", "")
    result: dict[str, Any] = {"rate_is_null": counted.percent is None}
    if ruleset.grading == "tiers":
        as_of = as_of_of(request)
        on = None if as_of is None else ruleset.local_day(as_of)
        result["level"] = grade(counted.percent, ruleset, _tier_on(request, ruleset)(on))
    elif ruleset.grading == "bands":
        result["band"] = _band(counted, ruleset)
    return result


def _band(rate: Rate, ruleset: Ruleset) -> str:
    try:
        return band(rate.percent, ruleset)
    except ValueError as error:
        raise RequestError("/params/bands", "分档之间有空隙", str(error)) from None


def tier(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Name the shop's tier on ``on_date``.

    Raises:
        RequestError: the ruleset has no tiers, or a field is missing or wrong.
    """
    _need_tiers(ruleset)
    return {"tier": _tier_on(request, ruleset)(day_at(request, "on_date", ""))}


def _need_tiers(ruleset: Ruleset) -> None:
    if ruleset.grading != "tiers":
        raise refuse(ruleset.name, "没有分层", "has no tiers")


def _tier_on(request: Mapping[str, Any], ruleset: Ruleset) -> Callable[[date | None], str]:
    """Return what names the shop's tier on a day: fixed where the shop says it, else by its type, age and sales."""
    shop = object_at(request, "shop", "")
    if shop.get("tier") is not None:
        fixed = choice_at(shop, "tier", "/shop", tuple(ruleset.tiers))
        return lambda on: fixed
    store = _store(shop)

    def on_day(on: date | None) -> str:
        if on is None:
            raise RequestError("/as_of", "店铺没给 tier，要 as_of 来算", "the shop gives no tier, so as_of is needed")
        try:
            found = tier_of(store, on, ruleset)
        except ValueError as error:
            where = "/shop/open_date" if store.open_date > on else f"/shop/{sales_field(ruleset)[0]}"
            raise RequestError(where, str(error)) from None
        if found not in ruleset.tiers:
            raise RequestError("/params/tier.fallback", f"没有 {found!r} 这一层", f"there is no tier {found!r}")
        return found

    return on_day


def _store(shop: Mapping[str, Any]) -> Store:
    sales = _sold(shop, "monthly_sales")
    orders = _sold(shop, "monthly_orders") if shop.get("monthly_orders") is not None else sales
    return Store(
        choice_at(shop, "store_type", "/shop", _STORE_TYPES), day_at(shop, "open_date", "/shop"), sales, orders
    )


def _sold(shop: Mapping[str, Any], name: str) -> Fraction | None:
    """Read a month's sales; ``monthly_sales`` alone is taken to be in the unit the rules ask for."""
    if shop.get(name) is None:
        return None
    found = number(shop[name], f"/shop/{name}")
    if found < 0:
        raise RequestError(f"/shop/{name}", "不能小于 0", "must not be negative")
    return found


def ladder(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Walk the ladder over the request's daily rates.

    Raises:
        RequestError: the ruleset has no tiers, or a field is missing or wrong.
    """
    _need_tiers(ruleset)
    walked = ladders.climb(_daily_rates(request, ruleset), ruleset, _tier_on(request, ruleset), _rectification(request))
    return {
        "days": [_ladder_day(one) for one in walked.days],
        "triggered": list(walked.triggered),
        "month_below": walked.month_below,
        "recovered_on": walked.recovered_on,
        "traffic_back": walked.traffic_back,
        "apply_from": walked.apply_from,
        "review_window": walked.review_window,
        "record_until": walked.record_until,
    }


def _ladder_day(one: ladders.LadderDay) -> dict[str, Any]:
    return {
        "date": one.day,
        "state": one.state,
        "penalty": one.penalty,
        "progress": one.progress,
        "early_warning": one.early_warning,
    }


_LONGEST_SERIES = 4_000


def _daily_rates(request: Mapping[str, Any], ruleset: Ruleset) -> dict[date, Fraction | None]:
    """Read the assessed value of each day; from days given as their own counts it is worked out (``ladder.metric``)."""
    days = dict(_days(request))
    if days and (max(days) - min(days)).days > _LONGEST_SERIES:
        raise RequestError("/daily_rates", f"跨度超过 {_LONGEST_SERIES} 天", f"spans more than {_LONGEST_SERIES} days")
    counted = {on: rate for on, rate in days.items() if isinstance(rate, Rate)}
    values = {on: rate for on, rate in days.items() if not isinstance(rate, Rate)}
    if counted and any(rate is not None for rate in values.values()):
        raise RequestError(
            "/daily_rates", "要么都写百分比要么都写分子分母", "give percentages or counts, not some of each"
        )
    return assessed(counted, min(days), max(days), ruleset) if counted else values


def _days(request: Mapping[str, Any]) -> Iterator[tuple[date, Rate | Fraction | None]]:
    seen: set[date] = set()
    for item, where in objects_at(request, "daily_rates", ""):
        on = day_at(item, "date", where)
        if on in seen:
            raise RequestError(f"{where}/date", f"{on} 出现两次", f"{on} stands there twice")
        seen.add(on)
        yield on, _daily_rate(item, where)


def _daily_rate(item: Mapping[str, Any], where: str) -> Rate | Fraction | None:
    value = item.get("rate")
    if value is None:
        return None
    if isinstance(value, Mapping):
        return rate_at(item, "rate", where)
    percent = number(value, f"{where}/rate")
    if not 0 <= percent <= 100:
        raise RequestError(f"{where}/rate", "要在 0 到 100 之间", "must lie between 0 and 100")
    return percent


def _rectification(request: Mapping[str, Any]) -> ladders.Rectification:
    context = object_at(request, "context", "", default={})
    submitted = context.get("application_submitted")
    if isinstance(submitted, str):
        submitted = day(submitted, "/context/application_submitted")
    elif submitted is not None and type(submitted) is not bool:
        raise RequestError(
            child("/context", "application_submitted"), "要是日期或 true/false", "must be a date, true or false"
        )
    return ladders.Rectification(
        fake_reply_detected=flag_at(context, "fake_reply_detected", "/context", default=False),
        training_completed=flag_at(context, "training_completed", "/context", default=False),
        application_submitted=submitted or False,
    )


def satisfaction(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Turn votes into the satisfaction rate and its band.

    Raises:
        RequestError: the ruleset has no satisfaction rules, or a field is missing or wrong.
    """
    if "satisfaction" not in ruleset.extras:
        raise refuse(ruleset.name, "没有满意度规则", "has no satisfaction rules")
    votes = object_at(request, "votes", "")
    satisfied, neutral, dissatisfied = (
        count_at(votes, name, "/votes") for name in ("satisfied", "neutral", "dissatisfied")
    )
    voted = satisfied + dissatisfied
    if ruleset["csat.formula"] == "satisfied_over_all":
        voted += neutral
    found = Rate(satisfied, voted)
    return {"rate": rate_shown(found), "band": _band(found, ruleset)}
