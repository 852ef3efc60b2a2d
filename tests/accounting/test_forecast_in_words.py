"""What a supervisor reads above the forecast, in both languages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot import rulesets
from bot.accounting.forecast import Forecast, Open, forecast
from bot.accounting.forecast_words import budget_words, course_words, effects, percent_words
from bot.accounting.ladder import Rectification
from bot.accounting.scorecard import Rate

TODAY = date(2026, 5, 20)
KUAISHOU = rulesets.load("kuaishou")


def looked(good: int, due: int, days: int = 30, still_open: Open | None = None) -> Forecast:
    """A mature shop that answered the same share on each of so many days."""
    past = {TODAY - timedelta(days=n): Rate(good, due) for n in range(days)}
    return forecast(past, TODAY, KUAISHOU, lambda _day: "mature", still_open=still_open)


@pytest.mark.parametrize(
    ("found", "zh", "en"),
    [
        pytest.param(forecast({}, TODAY, KUAISHOU, lambda _: "mature"), ["还没有数据"], ["no data"], id="no data"),
        pytest.param(
            looked(19, 20), ["570/600（95%）", "距 90% 线还可漏 33 条"], ["33 more misses fit"], id="in the clear"
        ),
        pytest.param(
            looked(44, 50),
            ["距 85% 线还可漏 52 条", "连续 300 条按时有效回复可回到 90% 线"],
            ["300 good inquiries"],
            id="between two lines",
        ),
        pytest.param(
            looked(0, 5), ["连续 150 条按时有效回复可回到 50% 线"], ["150 good inquiries"], id="below every line"
        ),
        pytest.param(
            looked(19, 20, still_open=Open(2, 3, 4)),
            ["还在期限内 5 条（转人工 2，机器人已答 3）", "已过期限仍需人工 4 条"],
            ["5 still have time", "4 are owed past the deadline"],
            id="what is open, and what is owed",
        ),
    ],
)
def test_how_a_rate_stands(found: Forecast, zh: list[str], en: list[str]) -> None:
    said = budget_words(found, 30)
    for language, parts in (("zh", zh), ("en", en)):
        text = "\n".join(one[language] for one in said)
        assert all(part in text for part in parts), text


def test_where_each_assumption_leads() -> None:
    """Eight of ten on each of forty days, for a mature shop (90, 85, 75, 50): penalised for being under 85."""
    found = looked(8, 10, 40)
    heights = {one.line.name: one.line.percent for one in found.period}
    best, same, worst = (course_words(course, heights) for course in found.courses)
    assert best["zh"] == (
        "从现在起全部按时有效回复：30 天后 100%，05-28 回到 85% 线，06-04 回到 90% 线，06-27 起不再受处罚"
    )
    assert (
        same["en"]
        == "if it goes on as in the last 7 days: 80% in 30 days, not back at 85% in 30 days, not back at 90% in 30 days, "
        "the penalty stays for 180 days"
    )
    assert worst["zh"].startswith("从现在起都不回复：30 天后 0%，30 天内回不到 85% 线")
    assert worst["zh"].endswith("05-22 跌破 75% 线，06-01 跌破 50% 线，处罚不会解除")


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        pytest.param(Rate(84_999, 100_000), "84.99%", id="just under a line is not on it"),
        pytest.param(Rate(85, 100), "85%", id="on the line"),
        pytest.param(Rate(2, 3), "66.66%", id="thirds"),
        pytest.param(Rate(0, 0), "—", id="no data"),
    ],
)
def test_a_percentage_is_never_rounded_up(rate: Rate, words: str) -> None:
    assert percent_words(rate) == words


def test_what_a_penalty_means_is_told_for_the_tier_and_for_everybody() -> None:
    [light, further] = effects("light", KUAISHOU, "mature"), effects("restricted", KUAISHOU, "mature")
    assert light == [
        {"zh": "流量减少 20–30%，直播权重下降", "en": "20–30% less traffic, lower live weight"},
    ]
    assert [one["zh"].partition("，")[0] for one in further] == ["客服功能受限"]
    assert effects("none", KUAISHOU, "mature") == []


@pytest.mark.parametrize(
    ("state", "tier", "params", "zh", "en"),
    [
        pytest.param("light", "new", {}, "处罚按 2 倍：流量减少 20–40%", "by 2: 20–40% less traffic", id="doubled"),
        pytest.param(
            "heavy", "new", {}, "处罚按 2 倍：流量减少 100%", "by 2: 100% less traffic", id="never over a hundred"
        ),
        pytest.param(
            "light",
            "brand",
            {"recovery.fake_multiplier": 1.5},
            "处罚按 1.5 倍：流量减少 45–60%",
            "by 1.5: 45–60% less traffic",
            id="another multiplier",
        ),
        pytest.param(
            "light",
            "new",
            {"traffic_cut.new.light": [5, 60]},
            "处罚按 2 倍：流量减少 10–100%",
            "by 2: 10–100% less traffic",
            id="another cut",
        ),
    ],
)
def test_fake_replies_cost_more_traffic(state: str, tier: str, params: dict, zh: str, en: str) -> None:
    rules = rulesets.load("kuaishou", None, params)
    told = effects(state, rules, tier, Rectification(fake_reply_detected=True))[-1]
    assert told["zh"].endswith(zh)
    assert told["en"].endswith(en)
    assert len(effects(state, rules, tier, Rectification(training_completed=True))) == len(effects(state, rules, tier))


def test_where_no_cut_is_known_nothing_is_multiplied() -> None:
    found = effects("restricted", KUAISHOU, "new", Rectification(fake_reply_detected=True))
    assert found == effects("restricted", KUAISHOU, "new")


def test_the_end_of_a_penalty_is_looked_for_beyond_thirty_days() -> None:
    """Back over 85 % on 28 May, then thirty days in a row: free on 27 June, which lies behind the thirty days shown."""
    best, same, worst = looked(8, 10, 40).courses
    assert [one.penalised for one in (best, same, worst)] == [True, True, True]
    assert best.recovered_on is not None
    assert best.recovered_on.strftime("%m-%d") == "06-27"
    assert best.recovered_on > best.days[-1].day
    assert (same.recovered_on, worst.recovered_on) == (None, None)
    fine = looked(19, 20).courses
    assert [(one.penalised, one.recovered_on) for one in fine] == [(False, None)] * 3
