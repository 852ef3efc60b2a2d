"""Every ruling in tests/rulings: what the platform's rules say about one small case, asked of the account command.

A chat ruling lists events as ``[[YYYY-]MM-DD] HH:MM:SS[.mmm] [key=value …] actor[/kind] text``; the n-th has the id
``eN``, the day is 05-01 of 2026 (a Friday) unless given, the conversation ``k`` unless ``in=`` names another. An expected inquiry
reads ``reason [response_s] [night:met] [fake] [by:eN] [opened:eN] [rule:name] [due]``: what is not written must be
absent (``due`` = in the denominator where the reason alone would not put it there).
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import rulesets
from bot.accounting import meaningless
from bot.accounting.parameters import PARAMETERS
from bot.accounting.request import answer

FILES = sorted((Path(__file__).parent.parent / "rulings").glob("*.toml"))
BOOKS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES}
AS_OF = "05-04 00:00:00"
KINDS = {
    "chat", "text", "grade", "tier", "ladder", "satisfaction", "kpi", "wording", "completeness", "transfer", "review",
    "resolution",
}  # fmt: skip
NOT_ELIGIBLE = {"excluded_spam", "excluded_abuse", "outside_hours"}
NOT_DUE = NOT_ELIGIBLE | {"pending", "unmeasured"}
LINE = re.compile(r"((?:[\d-]+ )?\d\d:\d\d:\d\d(?:\.\d+)?)((?: \w+=\S+)*) (\w+)(?:/(\w+))?(?: (.*))?")


def rulings(kind: str) -> list[Any]:
    return [
        pytest.param(name, ruling, id=f"{name}: {ruling['name']}")
        for name, book in BOOKS.items()
        for ruling in book.get(kind, ())
    ]


def moment(text: str) -> str:
    day, _, clock = text.rpartition(" ")
    return f"2026-{day or '05-01'}T{clock}+08:00" if len(day) <= 5 else f"{day}T{clock}+08:00"


def event(line: str, nth: int) -> dict[str, Any]:
    match = LINE.fullmatch(line)
    assert match, f"cannot read the event {line!r}"
    at, pairs, actor, kind, text = match.groups()
    meta: dict[str, Any] = dict(pair.split("=", 1) for pair in pairs.split())
    for key in ("from", "to"):
        if key in meta:
            meta[key] = moment(meta[key].replace("_", " "))
    if "quick_phrase" in meta:
        meta["quick_phrase"] = True
    return {
        "id": meta.pop("id", f"e{nth}"),
        "ts": moment(at),
        "conversation": meta.pop("in", "k"),
        "actor": actor,
        "kind": kind or "text",
        "text": text or "",
        "meta": meta,
    }


def ask(kind: str, ruleset: str, ruling: dict[str, Any], **fields: Any) -> dict[str, Any]:
    request = {"id": "ruling", "kind": kind, "ruleset": ruleset, **fields}
    for name in ("params", "shop", "context", "channel", "timezone"):
        if name in ruling:
            request[name] = ruling[name]
    reply = answer(request, rulesets.load)
    assert "result" in reply, reply
    return dict(reply["result"])


def events_of(ruling: dict[str, Any]) -> list[dict[str, Any]]:
    return [event(line, nth) for nth, line in enumerate(ruling["events"], start=1)]


def inquiry_words(found: dict[str, Any], wanted: str) -> str:
    """Write a verdict the way a ruling does, with ``by``, ``opened`` and ``rule`` only where the ruling names them."""
    reason = found["reason"]
    words = [reason]
    if found["response_s"] is not None:
        words.append(f"{found['response_s']}")
    if found["night"]:
        words.append(f"night:{found['night']}")
    if found["fake_reply_risk"]:
        words.append("fake")
    for key, field in (("by", "decided_by"), ("opened", "opened_by"), ("rule", "rule")):
        if f"{key}:" in wanted:
            words.append(f"{key}:{found[field] or 'none'}")
    if found["in_denominator"] != (reason not in NOT_DUE):
        words.append("due")
    assert found["eligible"] == (reason not in NOT_ELIGIBLE)
    assert found["counted"] == (reason == "valid")
    return " ".join(words)


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("chat"))
def test_chat(ruleset: str, ruling: dict[str, Any]) -> None:
    found = ask(
        "inquiry", ruleset, ruling, as_of=moment(ruling.get("as_of", AS_OF)), events=events_of(ruling)
    )  # fmt: skip
    wanted = ruling["inquiries"]
    padded = [*wanted, *[""] * len(found["inquiries"])]
    told = [inquiry_words(one, want) for one, want in zip(found["inquiries"], padded, strict=False)]
    assert [sorted(words.split()) for words in told] == [sorted(words.split()) for words in wanted]
    if "replies" in ruling:
        told = [f"{one['message']} {one['reason']} {one['inquiry'] or 'none'}" for one in found["replies"]]
        assert told == ruling["replies"]
    counted = {one["opened_by"] for one in found["inquiries"] if one["counted"]}
    for one in found["replies"]:
        assert one["counts"] == (one["reason"] == "first_valid" and one["inquiry"] in counted)
    if "classes" in ruling:
        assert [one["class"] for one in found["replies"]] == ruling["classes"]
    if "rate" in ruling:
        assert [found["rate"]["numerator"], found["rate"]["denominator"]] == ruling["rate"]
    if "kpi" in ruling:
        assert {key: found["kpi"][key] for key in ruling["kpi"]} == ruling["kpi"]
    assert len(found.get("notes", ())) == ruling.get("notes", 0)


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("text"))
def test_substance_of_a_text(ruleset: str, ruling: dict[str, Any]) -> None:
    rules = rulesets.load(ruleset, overrides=ruling.get("params"))
    for text in ruling.get("meaningless", ()):
        assert meaningless(text, "text", rules), text
    for text in ruling.get("stands", ()):
        assert not meaningless(text, "text", rules), text


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("grade"))
def test_grade_of_a_rate(ruleset: str, ruling: dict[str, Any]) -> None:
    numerator, denominator = ruling["counts"]
    found = ask("rate", ruleset, ruling, counts={"numerator": numerator, "denominator": denominator})
    assert found["rate_is_null"] == (denominator == 0)
    assert found.get("band", found.get("level")) == ruling["is"]


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("tier"))
def test_tier(ruleset: str, ruling: dict[str, Any]) -> None:
    assert ask("tier", ruleset, ruling, on_date=ruling["on"])["tier"] == ruling["is"]


def daily_rate(rate: Any) -> Any:
    if isinstance(rate, list):
        return dict(zip(("numerator", "denominator"), rate, strict=True))
    return None if rate == "none" else rate


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("ladder"))
def test_ladder(ruleset: str, ruling: dict[str, Any]) -> None:
    """``rates`` begin on ``from``: percent, ``none`` for a day without data, or [numerator, denominator] of the day;
    ``states`` are written ``state [done/required]``."""
    first = date.fromisoformat(ruling["from"])
    daily = [
        {"date": str(first + timedelta(days=nth)), "rate": daily_rate(rate)} for nth, rate in enumerate(ruling["rates"])
    ]
    found = ask("ladder", ruleset, {"shop": {"tier": "new"}, **ruling}, daily_rates=daily)
    if "states" in ruling:
        told = [one["state"] + (" {}/{}".format(*one["progress"]) if one["progress"] else "") for one in found["days"]]
        assert told == ruling["states"]
    if "early" in ruling:
        assert [one["early_warning"] for one in found["days"]] == ruling["early"]
    for key in ("month_below", "triggered"):
        if key in ruling:
            assert found[key] == ruling[key]
    for key in ("recovered_on", "apply_from", "record_until"):
        if key in ruling:
            assert str(found[key]) == ruling[key]
    for key in ("traffic_back", "review_window"):
        if key in ruling:
            assert [str(day) for day in found[key] or ()] == ruling[key]


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("satisfaction"))
def test_satisfaction(ruleset: str, ruling: dict[str, Any]) -> None:
    votes = dict(zip(("satisfied", "neutral", "dissatisfied"), ruling["votes"], strict=True))
    found = ask("satisfaction", ruleset, ruling, votes=votes)
    rate = found["rate"]
    assert [found["band"], rate and [rate["numerator"], rate["denominator"]]] == [ruling["is"], ruling.get("rate")]


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("kpi"))
def test_kpi(ruleset: str, ruling: dict[str, Any]) -> None:
    value = ruling.get("value")
    found = ask("kpi", ruleset, ruling, metric=ruling["metric"], value=value)
    assert {key: "null" if told is None else told for key, told in found.items()} == ruling["is"]


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("resolution"))
def test_solved_in_one_contact(ruleset: str, ruling: dict[str, Any]) -> None:
    """``closed`` are times at which a conversation was closed: ``[[YYYY-]MM-DD] HH:MM:SS [in=…]``."""
    closed = []
    for line in ruling.get("closed", ()):
        at, _, conversation = line.partition(" in=")
        closed.append({"ts": moment(at), "conversation": conversation or "k"})
    found = ask(
        "kpi",
        ruleset,
        ruling,
        metric="resolution_rate",
        as_of=moment(ruling.get("as_of", AS_OF)),
        events=events_of(ruling),
        closed=closed,
    )
    rate = found["rate"]
    assert [rate and [rate["numerator"], rate["denominator"]], found["undecided"]] == [
        None if ruling["rate"] == "none" else ruling["rate"],
        ruling["undecided"],
    ]
    assert found["pass"] is (None if rate is None else ruling.get("pass", rate["numerator"] == rate["denominator"]))


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("wording"))
def test_wording(ruleset: str, ruling: dict[str, Any]) -> None:
    found = ask("wording", ruleset, ruling, events=events_of(ruling))
    assert [f"{one['message']} {one['phrase']}" for one in found["violations"]] == ruling["is"]
    assert found["compliant"] == (not ruling["is"])


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("completeness"))
def test_completeness(ruleset: str, ruling: dict[str, Any]) -> None:
    fields = {"checklist": ruling["checklist"]} if "checklist" in ruling else {}
    found = ask("completeness", ruleset, ruling, events=events_of(ruling), **fields)
    assert [found["asked"], found["missing"]] == [ruling["asked"], ruling["missing"]]
    assert found["complete"] == (not ruling["missing"])


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("transfer"))
def test_transfer(ruleset: str, ruling: dict[str, Any]) -> None:
    fields = {"counts": ruling["counts"]} if "counts" in ruling else {"events": events_of(ruling)}
    found = ask("transfer", ruleset, ruling, **fields)
    rate = found["rate"]
    assert [rate and [rate["numerator"], rate["denominator"]], found["pass"], found["flags"]] == [
        ruling.get("rate"),
        ruling.get("pass"),
        ruling.get("flags", []),
    ]


@pytest.mark.parametrize(("ruleset", "ruling"), rulings("review"))
def test_review(ruleset: str, ruling: dict[str, Any]) -> None:
    """``at`` and ``replied`` are times; ``is`` is the verdict, ``quality`` the flags of the reply."""
    review = {"id": "r", "ts": moment(ruling["at"]), "sentiment": ruling["sentiment"]}
    review.update({key: ruling[key] for key in ("urgent", "key_points") if key in ruling})
    replies = []
    if "replied" in ruling:
        replies = [{"review": "r", "ts": moment(ruling["replied"]), "text": ruling.get("text", "谢谢")}]
    found = ask(
        "review", ruleset, ruling, as_of=moment(ruling.get("as_of", AS_OF)), reviews=[review], replies=replies
    )  # fmt: skip
    (one,) = found["results"]
    assert one["verdict"] == ruling["is"]
    assert one["compliant"] == ruling["is"].startswith("on_time")
    for key in ("quality", "same_day", "response_s"):
        if key in ruling:
            assert one[key] == ruling[key]


ONE_VALUE = {
    "window.test", "deadline.clock", "session.clock_start", "rate.empty", "period.kind", "ladder.month",
    "kpi.avg_unreplied",
}  # fmt: skip

NO_VERDICT_DEPENDS_ON = {"opening.target_s"}


def test_every_parameter_is_ruled_on_at_another_value() -> None:
    overridden: set[str] = set()
    for book in BOOKS.values():
        assert set(book) <= KINDS
        for table in book.values():
            overridden.update(name for ruling in table for name in ruling.get("params", ()))
    assert set(PARAMETERS) - ONE_VALUE - NO_VERDICT_DEPENDS_ON - overridden == set()


def test_there_are_enough_rulings_with_names_of_their_own() -> None:
    names = [
        (file, one["name"]) for file, book in BOOKS.items() for kind in sorted(KINDS) for one in book.get(kind, ())
    ]
    assert len(names) == len(set(names))
    assert len(names) >= 250
