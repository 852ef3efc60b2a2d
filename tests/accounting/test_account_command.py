"""The account command from outside: shapes of input, order of output, errors with a pointer, exit codes, speed."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rulesets
from bot.accounting.request import KINDS, answer
from bot.cli.account import respond
from tests import quick_start

ROOT = Path(__file__).parents[2]
ASKED = {
    "id": "a",
    "ts": "2026-05-01T14:00:00+08:00",
    "conversation": "k",
    "actor": "buyer",
    "kind": "text",
    "text": "支持七天无理由吗",
}
DEMO = {
    "id": "demo",
    "kind": "inquiry",
    "ruleset": "xiaohongshu",
    "as_of": "2026-05-02T00:00:00+08:00",
    "events": [
        ASKED,
        {**ASKED, "id": "b", "ts": "2026-05-01T14:00:01+08:00", "actor": "bot", "text": "支持的"},
        {**ASKED, "id": "c", "ts": "2026-05-01T14:02:10+08:00", "actor": "agent", "text": "签收后七天内都可以申请"},
    ],
}
DEMO_RESULT = {
    "inquiries": [
        {
            "conversation": "k",
            "opened_by": "a",
            "eligible": True,
            "in_denominator": True,
            "counted": True,
            "reason": "valid",
            "response_s": 130,
            "night": None,
            "fake_reply_risk": False,
            "decided_by": "c",
            "rule": "deadline.seconds",
        }
    ],
    "rate": {"numerator": 1, "denominator": 1},
    "replies": [
        {"message": "b", "class": "automatic", "counts": False, "reason": "automatic", "inquiry": "a"},
        {"message": "c", "class": "human", "counts": True, "reason": "first_valid", "inquiry": "a"},
    ],
}
GRADE = {"id": 7, "kind": "rate", "ruleset": "xiaohongshu", "counts": {"numerator": 9, "denominator": 10}}


def run(*arguments: str, data: bytes = b"") -> tuple[int, list[dict[str, Any]], str]:
    done = quick_start.run(["account", *arguments], env=os.environ, typed=data)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_one_file_one_line(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    file.write_text(json.dumps(DEMO, indent=1), encoding="utf-8")
    assert run(str(file)) == (0, [{"id": "demo", "result": DEMO_RESULT}], "")


def test_standard_input_and_a_bad_request_beside_a_good_one() -> None:
    code, lines, _ = run("-", data=b'{"id": 1, "kind": "rating"}\n' + json.dumps(DEMO).encode())
    assert code == 1
    assert [lines[0]["id"], lines[0]["error"]["where"]] == [1, "/kind"]
    assert lines[1] == {"id": "demo", "result": DEMO_RESULT}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    code, lines, told = run(str(tmp_path / "nowhere.json"))
    assert (code, lines) == (2, [])
    assert "cannot read" in told


def told(data: str | bytes) -> list[Any]:
    """Ids of the answers, or for an error its place."""
    raw = data.encode() if isinstance(data, str) else data
    return [line["error"]["where"] if "error" in line else line["id"] for line in respond(raw)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(json.dumps(GRADE), [7], id="one object"),
        pytest.param(json.dumps(GRADE, indent=2), [7], id="one object over many lines"),
        pytest.param(json.dumps([GRADE, DEMO]), [7, "demo"], id="an array"),
        pytest.param(json.dumps({"requests": [DEMO, GRADE]}), ["demo", 7], id="an object of requests"),
        pytest.param(f"{json.dumps(GRADE)}\n\n{json.dumps(DEMO)}\n", [7, "demo"], id="lines, one of them empty"),
        pytest.param("\ufeff" + json.dumps(GRADE), [7], id="a byte order mark"),
        pytest.param("[]", [], id="an empty array"),
        pytest.param("", ["line 1"], id="nothing"),
        pytest.param("gibberish", ["line 1"], id="not JSON"),
        pytest.param('{"id": 1,\n "kind": }', ["line 2"], id="a broken object"),
        pytest.param(f"{json.dumps(GRADE)}\n{{\n{json.dumps(GRADE)}", [7, "line 2", 7], id="a broken line among lines"),
        pytest.param(f"{json.dumps(GRADE)}\n5\n", [7, ""], id="a line that is no object"),
        pytest.param("[5]", [""], id="an item that is no object"),
        pytest.param(b'{"id": "\xff"}', ["line 1"], id="not UTF-8"),
        pytest.param('{"id": "\\ud800"}', ["line 1"], id="half a character"),
        pytest.param('{"id": NaN}', ["line 1"], id="not a number"),
        pytest.param('{"id": 1e400}', ["line 1"], id="larger than any number"),
        pytest.param(
            f'{json.dumps(GRADE)}\n{{"x": NaN}}\n{json.dumps(DEMO)}', [7, "line 2", "demo"], id="one bad line"
        ),
        pytest.param(f"{json.dumps(GRADE)}\r\n{json.dumps(DEMO)}\r\n", [7, "demo"], id="lines of another system"),
        pytest.param('{"requests": []}', [], id="an object of no requests"),
        pytest.param('{"requests": [5, null]}', ["", ""], id="requests that are no objects"),
        pytest.param(json.dumps(GRADE) * 2, ["line 1"], id="two objects on a line"),
    ],
)
def test_shapes_of_input(data: str | bytes, expected: list[Any]) -> None:
    assert told(data) == expected


def changed(*path: Any, to: Any, base: dict[str, Any] = DEMO) -> dict[str, Any]:
    """A copy of a request with one place set to something else (``...`` takes it away)."""
    request = json.loads(json.dumps(base))
    place = request
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return dict(request)


REPORT = {**ASKED, "actor": "system", "kind": "report", "meta": {"type": "spam", "target": "a", "status": "filed"}}
WITH_REPORT = {**DEMO, "events": [REPORT]}
LADDER = {
    "id": 1,
    "kind": "ladder",
    "ruleset": "kuaishou",
    "shop": {"tier": "new"},
    "daily_rates": [{"date": "2026-05-01", "rate": 80}],
}
TIER = {
    "id": 1,
    "kind": "tier",
    "ruleset": "kuaishou",
    "on_date": "2026-05-01",
    "shop": {"store_type": "ordinary", "open_date": "2025-01-01", "monthly_sales": 5},
}
KPI = {"id": 1, "kind": "kpi", "ruleset": "taobao", "metric": "avg_response_s", "value": 30}
RESOLUTION = {
    "id": 1,
    "kind": "kpi",
    "ruleset": "taobao",
    "metric": "resolution_rate",
    "as_of": "2026-05-02T00:00:00Z",
    "events": [],
}
VOTES = {
    "id": 1,
    "kind": "satisfaction",
    "ruleset": "douyin",
    "votes": {"satisfied": 1, "neutral": 0, "dissatisfied": 0},
}
REVIEW = {
    "id": 1,
    "kind": "review",
    "ruleset": "reviews",
    "as_of": "2026-05-02T00:00:00+08:00",
    "reviews": [{"id": "r", "ts": "2026-05-01T00:00:00+08:00", "sentiment": "good"}],
}


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        (changed("kind", to=...), "/kind"),
        (changed("kind", to=5), "/kind"),
        (changed("ruleset", to=...), "/ruleset"),
        (changed("ruleset", to="nowhere"), "/ruleset"),
        (changed("ruleset", to="douyin"), "/ruleset"),
        (changed("ruleset", to="xiaohongshu@2019-01-01"), "/ruleset"),
        (changed("ruleset", to="xiaohongshu@tomorrow"), "/ruleset"),
        (changed("timezone", to="Mars/Base"), "/timezone"),
        (changed("timezone", to="../etc"), "/timezone"),
        (changed("timezone", to=8), "/timezone"),
        (changed("as_of", to=...), "/as_of"),
        (changed("as_of", to="2026-05-02"), "/as_of"),
        (changed("as_of", to="soon"), "/as_of"),
        (changed("events", to=...), "/events"),
        (changed("events", to={}), "/events"),
        (changed("events", 1, to=5), "/events/1"),
        (changed("events", 1, "id", to=...), "/events/1/id"),
        (changed("events", 1, "id", to=5), "/events/1/id"),
        (changed("events", 1, "conversation", to=None), "/events/1/conversation"),
        (changed("events", 1, "actor", to="robot"), "/events/1/actor"),
        (changed("events", 1, "actor", to=[]), "/events/1/actor"),
        (changed("events", 1, "kind", to="smoke"), "/events/1/kind"),
        (changed("events", 1, "kind", to="other"), "/events/1/kind"),
        (changed("events", 1, "text", to=5), "/events/1/text"),
        (changed("events", 2, "ts", to="2026-05-01T14:02:10"), "/events/2/ts"),
        (changed("events", 2, "ts", to=1_777_615_200), "/events/2/ts"),
        (changed("events", 2, "ts", to="0001-01-01T00:00:00+08:00"), "/events/2/ts"),
        (changed("events", 2, "meta", to=5), "/events/2/meta"),
        (changed("events", 2, "kind", to="recall"), "/events/2/meta/target"),
        (changed("events", 0, "meta", "status", to="lost", base=WITH_REPORT), "/events/0/meta/status"),
        (changed("events", 0, "meta", "type", to="rude", base=WITH_REPORT), "/events/0/meta/type"),
        (changed("events", 0, "meta", "target", to=..., base=WITH_REPORT), "/events/0/meta/target"),
        (changed("events", 0, "meta", "type", to="prior_notice", base=WITH_REPORT), "/events/0/meta/from"),
        (changed("channel", to={"sees_human_replies": "no"}), "/channel/sees_human_replies"),
        (changed("channel", to={"api_sent_counts": "maybe"}), "/channel/api_sent_counts"),
        (changed("params", to=[]), "/params"),
        (changed("params", to={"deadline.second": 5}), "/params/deadline.second"),
        (changed("params", to={"deadline.seconds": True}), "/params/deadline.seconds"),
        (changed("params", to={"a/b~c": 5}), "/params/a~1b~0c"),
        (changed("params", to={"reply": {"meaningless": {"enabled": 1}}}), "/params/reply/meaningless/enabled"),
        (changed("counts", "numerator", to=11, base=GRADE), "/counts/numerator"),
        (changed("counts", "numerator", to=-1, base=GRADE), "/counts/numerator"),
        (changed("counts", "denominator", to=True, base=GRADE), "/counts/denominator"),
        (changed("ruleset", to="kuaishou", base=GRADE), "/shop"),
        (changed("shop", "tier", to="gold", base=LADDER), "/shop/tier"),
        (changed("ruleset", to="xiaohongshu", base=LADDER), "/ruleset"),
        (changed("daily_rates", 0, "rate", to=101, base=LADDER), "/daily_rates/0/rate"),
        (changed("daily_rates", 0, "rate", to="80", base=LADDER), "/daily_rates/0/rate"),
        (changed("daily_rates", 0, "date", to="May 1", base=LADDER), "/daily_rates/0/date"),
        (changed("daily_rates", to=[{"date": "2026-05-01"}] * 2, base=LADDER), "/daily_rates/1/date"),
        (changed("daily_rates", to=[{"date": "1990-05-01"}, {"date": "2026-05-01"}], base=LADDER), "/daily_rates"),
        (changed("context", to={"application_submitted": 5}, base=LADDER), "/context/application_submitted"),
        (changed("context", to={"training_completed": 1}, base=LADDER), "/context/training_completed"),
        (changed("on_date", to=..., base=TIER), "/on_date"),
        (changed("on_date", to="2024-12-31", base=TIER), "/shop/open_date"),
        (changed("shop", "monthly_sales", to=..., base=TIER), "/shop/monthly_sales"),
        (changed("shop", "monthly_sales", to=-1, base=TIER), "/shop/monthly_sales"),
        (changed("shop", "store_type", to="stall", base=TIER), "/shop/store_type"),
        (changed("params", to={"tier.fallback": "gold"}, base=TIER), "/params/tier.fallback"),
        (changed("ruleset", to="kuaishou", base=KPI), "/ruleset"),
        (changed("metric", to="fame", base=KPI), "/metric"),
        (changed("value", to=-1, base=KPI), "/value"),
        (changed("value", to="fast", base=KPI), "/value"),
        (changed("value", to=True, base=KPI), "/value"),
        (changed("context", to={"season": "spring"}, base=KPI), "/context/season"),
        (changed("metric", to="daily_volume", base=KPI), "/context/category"),
        (changed("metric", to="csat_single", base=KPI), "/value"),
        (changed("metric", to="dsr_decline", base=KPI), "/value"),
        (changed("metric", to="weights", base=KPI), "/value"),
        (changed("votes", "neutral", to=0.5, base=VOTES), "/votes/neutral"),
        (changed("ruleset", to="taobao", base=VOTES), "/ruleset"),
        (changed("reviews", 0, "sentiment", to="sad", base=REVIEW), "/reviews/0/sentiment"),
        (changed("reviews", 0, "key_points", to=[5], base=REVIEW), "/reviews/0/key_points/0"),
        (changed("replies", to=[{"review": "r"}], base=REVIEW), "/replies/0/ts"),
        (changed("ruleset", to="taobao", base=REVIEW), "/ruleset"),
        (changed("kind", to="wording"), "/ruleset"),
        (changed("kind", to="transfer"), "/ruleset"),
        (changed("kind", to="completeness", base={**DEMO, "checklist": [{"id": "p", "ask": ["x"]}]}), "/checklist/0/answer"),
        (changed("kind", to="completeness", base={**DEMO, "checklist": [{"id": "p", "ask": [""]}]}), "/checklist/0/ask/0"),
        (changed("daily_rates", 0, "rate", to={"numerator": 2, "denominator": 1}, base=LADDER), "/daily_rates/0/rate/numerator"),
        (changed("daily_rates", 0, "rate", to={"numerator": True, "denominator": 1}, base=LADDER), "/daily_rates/0/rate/numerator"),
        (changed("daily_rates", to=[{"date": "2026-05-01", "rate": 80}, {"date": "2026-05-02", "rate": {"numerator": 1, "denominator": 1}}], base=LADDER), "/daily_rates"),
        (changed("daily_rates", 0, "rate", to=True, base=LADDER), "/daily_rates/0/rate"),
        (changed("daily_rates", 0, "rate", to=1e308, base=LADDER), "/daily_rates/0/rate"),
        (changed("shop", "monthly_orders", to=-1, base=TIER), "/shop/monthly_orders"),
        (changed("shop", "monthly_sales", to=True, base=TIER), "/shop/monthly_sales"),
        ({**RESOLUTION, "as_of": None}, "/as_of"),
        ({**RESOLUTION, "closed": [{"conversation": "k"}]}, "/closed/0/ts"),
        ({**RESOLUTION, "closed": [{"conversation": 5, "ts": "2026-05-01T10:00:00Z"}]}, "/closed/0/conversation"),
        (changed("events", 2, "ts", to="2026-02-29T14:00:00+08:00"), "/events/2/ts"),
        (changed("events", 2, "ts", to="2026-05-01T24:00:00+08:00"), "/events/2/ts"),
        (changed("events", 2, "ts", to="2026-05-01T13:59:60+08:00"), "/events/2/ts"),
        (changed("events", 2, "ts", to=True), "/events/2/ts"),
        (changed("params", to={"deadline.seconds": 1e300}), "/params/deadline.seconds"),
        (changed("params", to={"deadline.seconds": float("nan")}), "/params/deadline.seconds"),
        (changed("params", to={"": 1}), "/params/"),
    ],
)  # fmt: skip
def test_an_error_points_to_its_place(request_: dict[str, Any], where: str) -> None:
    reply = answer(request_, rulesets.load)
    assert reply["id"] == request_["id"]
    assert reply["error"]["where"] == where
    assert reply["error"]["message"]


def test_unknown_fields_are_ignored() -> None:
    request = {**changed("events", 0, "mood", to="happy"), "colour": "red"}
    assert answer(request, rulesets.load) == {"id": "demo", "result": DEMO_RESULT}


@pytest.mark.parametrize(
    ("asked", "answered", "response_s"),
    [
        pytest.param("2026-05-01T06:00:00Z", "2026-05-01T14:02:10+08:00", 130, id="Z is UTC"),
        pytest.param("2026-05-01T06:00:00.250Z", "2026-05-01T06:02:10.500Z", 130.25, id="milliseconds"),
        pytest.param("2026-05-01T01:00:00-05:00", "2026-05-01T11:32:10+05:30", 130, id="other offsets"),
        pytest.param("2028-02-29T22:59:00+08:00", "2028-02-29T23:00:00+08:00", 60, id="a leap day"),
        pytest.param("2026-12-31T15:59:30Z", "2026-12-31T16:00:30Z", 60, id="over midnight of a year"),
    ],
)
def test_times_as_they_are_written(asked: str, answered: str, response_s: float) -> None:
    request = changed("events", 0, "ts", to=asked, base={**DEMO, "as_of": "2029-01-01T00:00:00Z"})
    request["events"] = [request["events"][0], {**request["events"][2], "ts": answered}]
    [one] = answer(request, rulesets.load)["result"]["inquiries"]
    assert one["response_s"] == response_s


def test_an_id_used_twice_is_one_message_wherever_it_stands() -> None:
    again = {**DEMO["events"][2], "ts": "2026-05-01T14:10:00+08:00"}
    request = {**DEMO, "events": [*DEMO["events"], again, {**again, "conversation": "other"}]}
    assert answer(request, rulesets.load)["result"] == DEMO_RESULT


def test_what_is_echoed_may_be_too_deep_to_write() -> None:
    deep = "[" * 300 + "]" * 300
    code, lines, _ = run("-", data=f'{{"id": {deep}, "kind": "rating"}}'.encode())
    assert (code, lines[0]["id"], lines[0]["error"]["where"]) == (1, None, "/kind")


def test_a_report_about_a_message_not_seen_is_told() -> None:
    result = answer(changed("events", 0, "meta", "target", to="x9", base=WITH_REPORT), rulesets.load)["result"]
    assert "x9" in result["notes"][0]


def test_a_report_needs_no_conversation() -> None:
    accepted = {**REPORT, "id": "r", "meta": {"type": "spam", "target": "a", "status": "accepted"}}
    del accepted["conversation"]
    result = answer({**DEMO, "ruleset": "kuaishou", "events": [*DEMO["events"], accepted]}, rulesets.load)["result"]
    assert [one["reason"] for one in result["inquiries"]] == ["excluded_spam"]


def test_a_reply_to_a_review_not_seen_is_told() -> None:
    request = {**REVIEW, "replies": [{"review": "x9", "ts": "2026-05-01T00:00:00+08:00", "text": "谢谢"}]}
    assert "x9" in answer(request, rulesets.load)["result"]["notes"][0]


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.sampled_from(("", "a", "2026-05-01")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("id", "rate", "target", "x")), inner),
    max_leaves=4,
)
BASES = (DEMO, WITH_REPORT, GRADE, LADDER, TIER, KPI, VOTES, REVIEW)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BASES), st.sampled_from(sorted(KINDS)), st.data())
def test_nothing_in_a_request_raises(base: dict[str, Any], kind: str, data: st.DataObject) -> None:
    request = json.loads(json.dumps({**base, "kind": kind}))
    place, path = request, []
    while isinstance(place, dict | list) and place and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        path.append((place, key))
        place = place[key]
    for parent, key in path[-1:]:
        parent[key] = data.draw(junk)
    reply = answer(request, rulesets.load)
    assert set(reply) in ({"id", "result"}, {"id", "error"})


def test_a_hundred_thousand_events_take_seconds() -> None:
    start = datetime.fromisoformat("2026-05-01T08:00:00+08:00")
    actors = ("buyer", "bot", "agent", "buyer", "agent")
    events = [
        {
            **ASKED,
            "id": f"m{nth}",
            "ts": (start + timedelta(seconds=nth * 7)).isoformat(),
            "conversation": f"c{nth % 997}",
            "actor": actors[nth % 5],
        }
        for nth in range(100_000)
    ]
    request = {**DEMO, "ruleset": "kuaishou", "as_of": "2026-05-20T00:00:00+08:00", "events": events}
    began = time.process_time()
    result = answer(request, rulesets.load)["result"]
    spent = time.process_time() - began
    assert len(result["replies"]) == 60_000
    assert spent < 5, f"{spent:.1f} s"
