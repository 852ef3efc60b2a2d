"""The ruleset files: which there are, which version is in force on a day, what a shop may change, what a bad file says."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bot import rulesets
from bot.accounting import BadParameter
from bot.accounting.parameters import PARAMETERS

TWO_VERSIONS = """\
name = "lantern"
title_zh = "灯笼"
title_en = "Lantern"
zone = "Asia/Shanghai"

[[version]]
in_force_from = 2026-03-01
source_zh = "第二页"
source_en = "second page"
read_on = 2026-03-01
confidence = "article"
chat = true
grading = "none"

[version.set]
deadline.seconds = 60

[[version]]
in_force_from = 2026-01-01
source_zh = "第一页"
source_en = "first page"
read_on = 2026-01-01
confidence = "article"
chat = true
grading = "none"

[version.set]
deadline.seconds = 120
"""

ONE_READING = """
[[version.contradiction]]
id = "x"
zh = "哪个"
en = "which"
default = "a"

[[version.contradiction.reading]]
id = "a"
zh = "一分钟"
en = "a minute"
set.deadline.seconds = 60
"""
TWO_READINGS = (
    ONE_READING.replace('default = "a"', 'default = "b"')
    + """
[[version.contradiction.reading]]
id = "b"
zh = "一分半"
en = "a minute and a half"
set.deadline.seconds = 90
"""
)


def test_the_rulesets_we_ship() -> None:
    shipped = ("douyin", "internal", "kuaishou", "pinduoduo", "reviews", "taobao", "xiaohongshu")
    assert rulesets.names() == shipped
    for name in shipped:
        identity = rulesets.load(name).identity
        assert identity.source_zh
        assert identity.source_en
        assert rulesets.versions(name) == (date(2025, 1, 1),)


def test_every_parameter_has_a_value_in_every_ruleset() -> None:
    kpi_only = {name for name in PARAMETERS if name.startswith("kpi.")}
    for name in rulesets.names():
        rules = rulesets.load(name)
        assert set(PARAMETERS) - kpi_only <= set(rules.values), name
    assert set(PARAMETERS) <= set(rulesets.load("taobao").values)


@pytest.mark.parametrize(
    ("on", "seconds"),
    [
        pytest.param(date(2026, 1, 1), 120, id="the first day of the first version"),
        pytest.param(date(2026, 2, 28), 120, id="its last day"),
        pytest.param(date(2026, 3, 1), 60, id="the first day of the second"),
        pytest.param(None, 60, id="the newest where no day is given"),
    ],
)
def test_the_version_in_force_on_a_day(tmp_path: Path, on: date | None, seconds: int) -> None:
    (tmp_path / "lantern.toml").write_text(TWO_VERSIONS, encoding="utf-8")
    assert rulesets.load_from(tmp_path, "lantern", on)["deadline.seconds"] == seconds


def test_no_version_is_in_force_before_the_first(tmp_path: Path) -> None:
    (tmp_path / "lantern.toml").write_text(TWO_VERSIONS, encoding="utf-8")
    with pytest.raises(rulesets.RulesetError, match="the first start on 2026-01-01"):
        rulesets.load_from(tmp_path, "lantern", date(2025, 12, 31))


@pytest.mark.parametrize("name", ["nowhere", "common", "../rulesets/kuaishou", ""])
def test_a_ruleset_nobody_wrote(name: str) -> None:
    with pytest.raises(rulesets.RulesetError, match="there are: douyin"):
        rulesets.load(name)


def test_equal_calls_share_one_object() -> None:
    one = rulesets.load("kuaishou", None, {"deadline.seconds": 600, "period.days": 7})
    assert rulesets.load("kuaishou", date(2026, 5, 1), {"period.days": 7, "deadline.seconds": 600}) is one
    assert rulesets.load("kuaishou") is not one
    assert one.overridden == ("deadline.seconds", "period.days")


def test_what_a_value_rests_on() -> None:
    rules = rulesets.load("kuaishou", None, {"period.days": 7})
    told = [rules.basis(name) for name in ("deadline.seconds", "thresholds.new.light", "tier.fallback", "period.days")]
    assert told == ["fact", "fact", "default", "override"]


def test_nested_overrides_set_what_they_name() -> None:
    rules = rulesets.load("kuaishou", None, {"thresholds": {"new": {"light": 81.5}}, "ladder.extreme": {"days": 5}})
    assert rules.tiers["new"].light == Fraction(163, 2)
    assert rules.tiers["new"].heavy == 70
    assert (rules["ladder.extreme.days"], rules["ladder.extreme.below"]) == (5, 50)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("deadline.second", 60, id="unknown"),
        pytest.param("deadline", 60, id="a prefix with a plain value"),
        pytest.param("deadline.seconds", True, id="a bool is no number"),
        pytest.param("deadline.seconds", "60", id="a text is no number"),
        pytest.param("deadline.seconds", -1, id="negative"),
        pytest.param("deadline.seconds", float("nan"), id="not a number"),
        pytest.param("deadline.seconds", 10**12, id="longer than any deadline"),
        pytest.param("period.days", 30.0, id="not whole"),
        pytest.param("period.days", 0, id="no day at all"),
        pytest.param("period.days", True, id="a bool is no integer"),
        pytest.param("deadline.inclusive", 1, id="an integer is no bool"),
        pytest.param("window.start", "9:00", id="hour with one digit"),
        pytest.param("window.start", "24:01", id="after midnight"),
        pytest.param("window.start", "none", id="an end without a start"),
        pytest.param("window.start", "23:00", id="start equals end"),
        pytest.param("session.unit", "hour", id="not among the words"),
        pytest.param("session.unit", ["session"], id="a list is no word"),
        pytest.param("reply.kinds", "text", id="a text is no list"),
        pytest.param("reply.kinds", ["text", "smoke"], id="no such kind"),
        pytest.param("reply.human_actors", ["unknown"], id="an unknown sender is never human"),
        pytest.param("reply.meaningless.fillers", [""], id="an empty word"),
        pytest.param("holiday.exempt", True, id="which holidays?"),
        pytest.param("holiday.exempt", ["2026-02-30"], id="no such day"),
        pytest.param("thresholds.new.light", 101, id="over a hundred percent"),
        pytest.param("thresholds.gold.light", 80, id="a tier with one line only"),
        pytest.param("bands", [{"name": "good"}], id="a band without an edge"),
        pytest.param("bands", [{"name": "good", "at_least": 80, "below": 90}], id="a band with two edges"),
        pytest.param("recovery.traffic_days", [3, 1], id="backwards"),
        pytest.param("rate.empty", 0, id="no data is never 0"),
        pytest.param("kpi.fame_rate", 80, id="a metric nobody measures"),
        pytest.param("completeness.topics", [{"id": "price"}], id="a topic without words"),
    ],
)
def test_an_override_that_cannot_be(name: str, value: Any) -> None:
    with pytest.raises(BadParameter) as caught:
        rulesets.load("kuaishou", None, {name: value})
    assert caught.value.name.split(".")[0] == name.split(".")[0]
    assert " / " in caught.value.why


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            "deadline.seconds = 60", "deadline.seconds = true", "lantern.toml:16: deadline.seconds: ", id="value"
        ),
        pytest.param(
            "deadline.seconds = 120", "deadline.second = 1", "lantern.toml:28: deadline.second: ", id="parameter"
        ),
        pytest.param("chat = true", "chat = 1", "lantern.toml:12: chat: ", id="kind of a key"),
        pytest.param('grading = "none"', 'grading = "stars"', "lantern.toml:13: grading: ", id="word"),
        pytest.param("chat = true", "chatty = true", "lantern.toml:12: chatty: ", id="unknown key"),
        pytest.param('source_en = "second page"\n', "", "lantern.toml: source_en: ", id="missing key"),
        pytest.param('name = "lantern"', 'name = "lamp"', "lantern.toml:1: name: ", id="another name"),
        pytest.param("2026-01-01\nsource", "2026-03-01\nsource", "lantern.toml:7: in_force_from: ", id="same day"),
        pytest.param("[[version]]", "[[version]", "lantern.toml: ", id="syntax"),
        pytest.param(
            "seconds = 60\n",
            "seconds = 60\n" + ONE_READING,
            "lantern.toml:22: contradiction.default: ",
            id="one reading",
        ),
        pytest.param(
            "seconds = 60\n",
            "seconds = 60\n" + TWO_READINGS.replace("= 90", "= -1"),
            "lantern.toml:28: deadline.seconds: ",
            id="no value",
        ),
        pytest.param(
            "seconds = 60\n",
            "seconds = 60\n" + TWO_READINGS.replace('"b"', '"c"', 1),
            "lantern.toml:22: contradiction.default: ",
            id="no such reading",
        ),
    ],
)
def test_a_bad_file_says_where(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    (tmp_path / "lantern.toml").write_text(TWO_VERSIONS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(rulesets.RulesetError) as caught:
        rulesets.load_from(tmp_path, "lantern")
    assert str(caught.value).startswith(complaint)
