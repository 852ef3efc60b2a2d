"""What a shop's options may be: whatever only running would show is checked when they are saved, through every door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.accounting.kpi import cases
from bot.accounting.ruleset import Ruleset, meaningless
from bot.core.message import Kind
from bot.core.notices import Notice
from bot.service.directory import hours_of
from bot.service.refusal import Because, Refusal
from knowledge_base.signals import Lists

RETENTION_DAYS, RETENTION_AT_LEAST, RETENTION_AT_MOST = 180, 30, 3650
"""How many days a shop keeps what was said, unless it sets another number."""


def check_options(options: Mapping[str, Any], ruleset: Ruleset) -> None:
    """Check service hours, notices and what decides a tier. ``ruleset`` is the shop's, its overrides included.

    Raises:
        Refusal: a value cannot be, with its pointer.
    """
    _hours(options)
    _notices(options.get("notices") or {}, ruleset)
    _tier(options)
    _kpi(options, ruleset)
    _alarms(options.get("alarms") or {})
    _lists(options.get("lists") or {})
    _retention(options.get("retention_days", RETENTION_DAYS))


def _retention(days: Any) -> None:
    if isinstance(days, bool) or not isinstance(days, int) or not RETENTION_AT_LEAST <= days <= RETENTION_AT_MOST:
        raise _wrong(
            "retention_days",
            f"聊天内容保留 {RETENTION_AT_LEAST} 到 {RETENTION_AT_MOST} 天。",
            f"What was said is kept for {RETENTION_AT_LEAST} to {RETENTION_AT_MOST} days.",
        )


def _lists(edits: Mapping[str, Any]) -> None:
    try:
        Lists.shipped().edited(edits.get("added") or {}, edits.get("removed") or {})
    except ValueError as error:
        names = ", ".join(Lists.shipped().words)
        raise _wrong("lists", f"{error}。", f"No such word list; there are {names}.") from None


def _alarms(alarms: Mapping[str, Any]) -> None:
    limits = {"unclaimed_s": (5, 3600), "silent_min": (0, 1440)}
    for name, value in alarms.items():
        low, high = limits.get(name, (1, 0))
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _wrong(
                f"alarms/{name}",
                "提醒只有 unclaimed_s（5 到 3600 秒）和 silent_min（0 到 1440 分钟，0 为不提醒）。",
                "Alarms have unclaimed_s (5 to 3600 s) and silent_min (0 to 1440 min, 0 for never).",
            )


def _kpi(options: Mapping[str, Any], ruleset: Ruleset) -> None:
    known = sorted({case for metric in ("daily_volume", "conversion_rate") for case in cases(metric, ruleset)})
    category = options.get("category")
    if category is not None and known and category not in known:
        names = ", ".join(known)
        raise _wrong("category", f"没有这个类目的标准；可选 {names}。", f"No standard for it; there are {names}.")
    try:
        for day in options.get("promo_dates") or ():
            date.fromisoformat(str(day))
    except ValueError:
        raise _wrong(
            "promo_dates", "大促日期要写成 2026-11-11 这样。", "Days of promotions are written like 2026-11-11."
        ) from None


def _hours(options: Mapping[str, Any]) -> None:
    try:
        hours_of(options.get("service_hours"))
    except (ValueError, KeyError, TypeError):
        raise _wrong(
            "service_hours",
            "营业时段要写成 start 和 end 两个时间，例如 09:00 和 23:00。",
            "Service hours are two times, start and end, such as 09:00 and 23:00.",
        ) from None


def _notices(notices: Mapping[str, str], ruleset: Ruleset) -> None:
    unknown = sorted(set(notices) - set(Notice))
    if unknown:
        names = ", ".join(Notice)
        raise _wrong(
            f"notices/{unknown[0]}", f"没有这种自动消息；可选 {names}。", f"No such notice; there are {names}."
        )
    timed = notices.get(Notice.TIMED, "")
    if timed.strip() and meaningless(timed, Kind.TEXT.value, ruleset):
        # Filler instead of an answer counts as faking on some platforms.
        raise Refusal(
            Because.INVALID,
            "meaningless",
            "定时答复没有实质内容，按这个平台的规则会被判为无效，请写明具体信息。",
            "The timed answer says nothing of substance under this platform's rules; give facts.",
            pointer="/notices/timed",
        )


def _tier(options: Mapping[str, Any]) -> None:
    try:
        date.fromisoformat(str(options.get("open_date") or "2000-01-01"))
    except ValueError:
        raise _wrong(
            "open_date", "开店日期要写成 2024-05-01 这样。", "The day of opening is written like 2024-05-01."
        ) from None
    sales = options.get("monthly_sales")
    if sales is not None and not (math.isfinite(sales) and sales >= 0):
        raise _wrong("monthly_sales", "月销售额要是不小于 0 的数。", "Monthly sales are a number, 0 or more.")


def _wrong(name: str, zh: str, en: str) -> Refusal:
    return Refusal(Because.INVALID, name.partition("/")[0], zh, en, pointer=f"/{name}")
