"""Requests at the edge of what they may say: repeats, metrics nobody grades, counts that cannot be, parameters twice."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from bot import rulesets
from bot.accounting.request import answer
from bot.cli.account import respond


def at(second: int) -> str:
    return f"2026-05-01T14:{second // 60:02}:{second % 60:02}+08:00"


def said(id: str, second: int, actor: str = "buyer", text: str = "在吗，什么时候发货", **more: Any) -> dict[str, Any]:
    return {"id": id, "ts": at(second), "conversation": "k", "actor": actor, "kind": "text", "text": text, **more}


def asked(kind: str, ruleset: str = "taobao", **fields: Any) -> dict[str, Any]:
    return answer({"id": 1, "kind": kind, "ruleset": ruleset, **fields}, rulesets.load)


def notice(id: str, second: int, status: str) -> dict[str, Any]:
    meta = {"type": "prior_notice", "status": status, "from": at(0), "to": at(3000)}
    return {"id": id, "ts": at(second), "conversation": "", "actor": "system", "kind": "report", "meta": meta}


@pytest.mark.parametrize(
    ("notices", "violations"),
    [
        pytest.param([("n", 1, "accepted")], 0, id="announced"),
        pytest.param([("n", 1, "accepted"), ("n", 2, "rejected")], 0, id="a repeat of the id says nothing new"),
        pytest.param([("n", 1, "rejected"), ("n", 2, "accepted")], 1, id="the first to arrive counts"),
        pytest.param([("n", 1, "accepted"), ("o", 2, "rejected")], 1, id="another id takes it back"),
    ],
)
def test_a_notice_is_taken_once(notices: list[tuple[str, int, str]], violations: int) -> None:
    told = asked("inquiry", events=[said("b", 60), *(notice(*one) for one in notices)], as_of=at(3000))
    assert told["result"]["kpi"]["over_5min_violations"] == violations


@pytest.mark.parametrize(
    ("waited", "params", "violations"),
    [
        pytest.param(300, {}, 0, id="five minutes"),
        pytest.param(301, {}, 1, id="and a second"),
        pytest.param(300.9, {"time.resolution": "s"}, 0, id="in whole seconds five minutes still"),
        pytest.param(301, {"time.resolution": "s"}, 1, id="in whole seconds a second more"),
    ],
)
def test_an_inquiry_that_still_has_time_has_not_waited_too_long(
    waited: float, params: dict[str, Any], violations: int
) -> None:
    now = at(int(waited)).replace("+08:00", f".{round(waited % 1 * 1000):03}+08:00")
    result = asked("inquiry", events=[said("b", 0)], as_of=now, params=params)["result"]
    assert result["kpi"]["over_5min_violations"] == violations
    assert (result["inquiries"][0]["reason"] == "pending") is (violations == 0)


def test_a_metric_that_is_not_graded_neither_passes_nor_fails() -> None:
    counts = {"agent_transfers": 50, "inquiries": 100}
    assert asked("transfer", counts=counts)["result"]["pass"] is False
    assert asked("transfer", counts=counts, params={"kpi.at_most": ["avg_response_s"]})["result"]["pass"] is None


@pytest.mark.parametrize("text", ["？？？", "", "🙏"])
def test_an_entry_of_signs_only_closes_nothing(text: str) -> None:
    params = {"session.ignore_closing": True, "session.closing_list": ["🙏", "谢谢"]}
    found = asked("inquiry", "kuaishou", events=[said("b", 0, text=text)], as_of=at(3000), params=params)
    assert len(found["result"]["inquiries"]) == 1


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        pytest.param(
            {"kind": "kpi", "metric": "foo", "value": 1, "params": {"kpi.at_least": ["foo"]}},
            "/params/kpi.at_least",
            id="a metric without a standard",
        ),
        pytest.param(
            {"kind": "transfer", "counts": {"agent_transfers": 5, "inquiries": 3}},
            "/counts/agent_transfers",
            id="more transfers than inquiries",
        ),
        pytest.param({"kind": "kpi", "metric": "transfer_rate", "value": -3}, "/value", id="a negative share"),
        pytest.param(
            {"kind": "kpi", "metric": "completeness_rate", "value": 100.01}, "/value", id="a share over a hundred"
        ),
        pytest.param({"kind": "kpi", "metric": "csat_avg", "value": 7}, "/value", id="seven stars"),
        pytest.param(
            {"kind": "kpi", "metric": "conversion_bonus", "value": {"target": 0, "actual": 10}},
            "/value/target",
            id="no target",
        ),
        pytest.param(
            {
                "kind": "satisfaction",
                "ruleset": "douyin",
                "votes": {"satisfied": 2**64, "neutral": 0, "dissatisfied": 0},
            },
            "/votes/satisfied",
            id="a number beyond all counting",
        ),
        pytest.param(
            {
                "kind": "kpi",
                "metric": "csat_avg",
                "value": 5,
                "params": {"deadline": {"seconds": 1}, "deadline.seconds": 2},
            },
            "/params/deadline.seconds",
            id="a parameter given twice",
        ),
        pytest.param(
            {
                "kind": "kpi",
                "metric": "csat_avg",
                "value": 5,
                "params": {"reply": {"recall": "keep"}, "reply.min_chars": "x"},
            },
            "/params/reply.min_chars",
            id="dotted beside nested",
        ),
        pytest.param(
            {
                "kind": "kpi",
                "metric": "csat_avg",
                "value": 5,
                "params": {"window.start": "09:00", "window.end": "09:00"},
            },
            "/params/window.end",
            id="what does not fit together",
        ),
        pytest.param(
            {"kind": "kpi", "metric": "csat_avg", "value": 5, "params": {"window": {"start": "09:00"}}},
            "/params/window/start",
            id="its other half was not given",
        ),
        pytest.param({"kind": "kpi", "ruleset": "taobao@", "metric": "csat_avg"}, "/ruleset", id="no date after @"),
        pytest.param(
            {"kind": "kpi", "ruleset": "taobao@20260501", "metric": "csat_avg"}, "/ruleset", id="another form"
        ),
    ],
)
def test_what_cannot_be_is_an_error_where_it_stands(request_: dict[str, Any], where: str) -> None:
    told = answer({"id": 1, "ruleset": "taobao", **request_}, rulesets.load)
    assert told.get("error", {}).get("where") == where


@pytest.mark.parametrize(
    ("meta", "where"),
    [
        ({}, "/events/0/meta/by"),
        ({"by": "robot"}, "/events/0/meta/by"),
        ({"by": "agent", "quick_phrase": "yes"}, "/events/0/meta/quick_phrase"),
        ({"by": "agent", "source": 5}, "/events/0/meta/source"),
    ],
)
def test_who_passed_it_on_is_not_guessed(meta: dict[str, Any], where: str) -> None:
    event = {**said("t", 0, "system"), "kind": "transfer", "meta": meta}
    assert asked("inquiry", events=[event], as_of=at(1))["error"]["where"] == where


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param('{"id":1}\n{broken\n{also\n', [1, None, None], id="one good line among broken ones"),
        pytest.param('[{"id":1},\n{"id":2\n', [None], id="a list that breaks off is one broken document"),
        pytest.param('{"id": 1,\n "kind": }\n', [None], id="so is an object over several lines"),
    ],
)
def test_the_other_lines_are_still_answered(text: str, ids: list[int | None]) -> None:
    assert [one["id"] for one in respond(text.encode())] == ids


def test_a_table_nested_without_end_is_no_parameter() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = {"a": deep}
    request = orjson.dumps({"id": 1, "kind": "kpi", "ruleset": "taobao", "metric": "csat_avg", "params": {"kpi": deep}})
    [told] = respond(request)
    assert told["error"]["where"].startswith("/params/kpi/a")
