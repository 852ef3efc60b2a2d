"""The forecast in words: what is left before each line, and what each assumption leads to. Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from bot.accounting.forecast import FAR, HORIZON, Assumption, Course, Forecast
from bot.accounting.ladder import Rectification
from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate
from bot.accounting.words import plain

HUNDRED = Fraction(100)
_ASSUMED: Mapping[Assumption, tuple[str, str]] = {
    Assumption.ALL: ("从现在起全部按时有效回复", "if everything from now on is answered validly and in time"),
    Assumption.SAME: ("和最近 7 天一样", "if it goes on as in the last 7 days"),
    Assumption.NONE: ("从现在起都不回复", "if nothing is answered any more"),
}


def effects(state: str, ruleset: Ruleset, tier: str, known: Rectification | None = None) -> list[dict[str, str]]:
    """List in words (``zh``, ``en``) what a state or penalty means for a shop of a tier: what the tier is told first,
    then everybody; where fake replies were found, how much more traffic that costs."""
    found = [ruleset.values.get(f"effects.{name}.{state}") for name in (tier, "every")]
    told = [_said(*(text.partition(" / ")[::2])) for text in found if text is not None]
    cut = ruleset.values.get(f"traffic_cut.{tier}.{state}")
    if cut is not None and known is not None and known.fake_reply_detected:
        factor = ruleset["recovery.fake_multiplier"]
        more, span = plain(factor), "–".join(dict.fromkeys(plain(min(part * factor, HUNDRED)) for part in cut))
        told.append(
            _said(
                f"查实虚假回复，处罚按 {more} 倍：流量减少 {span}%",
                f"fake replies were found, which multiplies the penalty by {more}: {span}% less traffic",
            )
        )
    return told


def percent_words(rate: Rate) -> str:
    """Write a rate's percentage with at most two decimals, cut and never rounded up: 84.999 is not 85."""
    exact = rate.percent
    if exact is None:
        return "—"
    hundredths = exact.numerator * 100 // exact.denominator
    return f"{plain(Fraction(hundredths, 100))}%"


def budget_words(found: Forecast, period_days: int) -> list[dict[str, str]]:
    """Say how the rolling rate stands: the next line below, the next above, and what is open. One dict a sentence
    with ``zh`` and ``en``."""
    rate = found.rate
    if rate.percent is None:
        return [_said(f"最近 {period_days} 天还没有数据", f"no data in the last {period_days} days yet")]
    figure = f"{rate.numerator}/{rate.denominator}"
    out = [
        _said(
            f"最近 {period_days} 天 {figure}（{percent_words(rate)}）",
            f"last {period_days} days: {figure} ({percent_words(rate)})",
        )
    ]
    held = [one for one in found.period if one.goods_needed == 0]
    above = [one for one in found.period if one.goods_needed != 0]
    if held:
        line, left = plain(held[0].line.percent), held[0].misses_left
        out.append(
            _said(
                f"距 {line}% 线还可漏 {left} 条",
                f"{left} more {_number(left, 'miss fits', 'misses fit')} before the {line}% line",
            )
        )
    if above:
        line, needed = plain(above[-1].line.percent), above[-1].goods_needed
        out.append(
            _said(
                f"连续 {needed} 条按时有效回复可回到 {line}% 线",
                f"{needed} good {_number(needed, 'inquiry leads', 'inquiries in a row lead')} back to the {line}% line",
            )
            if needed is not None
            else _said(f"在这个时段内回不到 {line}% 线", f"the {line}% line is out of reach in this period")
        )
    return out + _open_words(found)


def _open_words(found: Forecast) -> list[dict[str, str]]:
    still_open, out = found.open, []
    if still_open.running:
        out.append(
            _said(
                f"还在期限内 {still_open.running} 条（转人工 {still_open.handoffs}，机器人已答 {still_open.bot_answered}），"
                "每漏一条就少一条余量",
                f"{still_open.running} still {_number(still_open.running, 'has', 'have')} time ({still_open.handoffs} handed off, {still_open.bot_answered} answered "
                "by the bot); each one missed takes one off what is left",
            )
        )
    if still_open.owed:
        out.append(
            _said(
                f"已过期限仍需人工 {still_open.owed} 条，已计入，补回不再改变比率",
                f"{still_open.owed} {_number(still_open.owed, 'is', 'are')} owed past the deadline: counted already, a late reply changes no rate",
            )
        )
    return out


def course_words(course: Course, heights: Mapping[str, Fraction]) -> dict[str, str]:
    """Say where one assumption leads: the rate after the last day, lines crossed and when, the end of a penalty.

    ``heights`` gives each line's percent by name; crossings of lines of one height are told once.
    """
    last = course.days[-1]
    first_zh, first_en = _ASSUMED[course.assumption]
    zh = [f"{first_zh}：{HORIZON} 天后 {percent_words(last.rate)}"]
    en = [f"{first_en}: {percent_words(last.rate)} in {HORIZON} days"]
    for day, line in _distinct(course.regained, heights):
        zh.append(f"{_day(day)} 回到 {line}% 线" if day else f"{HORIZON} 天内回不到 {line}% 线")
        en.append(f"back at the {line}% line on {_day(day)}" if day else f"not back at {line}% in {HORIZON} days")
    for day, line in _distinct(course.lost, heights):
        zh.append(f"{_day(day)} 跌破 {line}% 线")
        en.append(f"below the {line}% line on {_day(day)}")
    if course.recovered_on is not None:
        zh.append(f"{_day(course.recovered_on)} 起不再受处罚")
        en.append(f"free of the penalty from {_day(course.recovered_on)}")
    elif course.penalised:
        zh.append("处罚不会解除" if course.assumption is Assumption.NONE else f"{FAR} 天内处罚不会解除")
        en.append("the penalty stays" if course.assumption is Assumption.NONE else f"the penalty stays for {FAR} days")
    return _said("，".join(zh), ", ".join(en))


def _distinct(crossed: Mapping[str, date | None], heights: Mapping[str, Fraction]) -> list[tuple[date | None, str]]:
    found = {(day, plain(heights[name])): heights[name] for name, day in crossed.items() if name in heights}
    return sorted(found, key=lambda one: (one[0] or date.max, found[one]))


def _day(day: date | None) -> str:
    return day.strftime("%m-%d") if day else ""


def _number(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def _said(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
