"""What the bot does with one buyer message, row by row: every reason, which of two rules wins, both sides of a limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.conversation import State
from bot.core.decide import Answer, Decision, Handoff, Policy, Silence, Talk, Wait, decide
from bot.core.message import Kind
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason, SilenceReason
from knowledge_base.entry import Entry, Heard, Match, Mode, Part, Reading, Signal

NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
WORDS = Path(__file__).parents[2] / "bot/web/static/words"
SHIPPING = Entry("ship", "什么时候发货", "付款后 {发货时效} 发出。")
INVOICE = Entry("invoice", "能开发票吗", "可以，电子发票。")
UPSET_ONLY_A_PERSON = Entry("refund", "我要退款", "", mode=Mode.OFF)


def match(sureness: float, entry: Entry = SHIPPING, **changes) -> Match:
    """How sure the FAQ is of an entry; the entry may have a mode or threshold of its own."""
    changed = Entry(entry.id, entry.question, entry.answer, **changes) if changes else entry
    return Match(changed, sureness, sureness, changed.question)


def reading(*matches: Match, text="什么时候发货", heard=None, parts=(), small_talk=False, complete=True) -> Reading:
    """What the FAQ makes of a text; ``heard`` is a signal with its words."""
    signals = (Heard(*heard),) if heard else ()
    return Reading(text, text, signals, tuple(matches), tuple(parts), small_talk, complete)


def part(text: str, sureness: float, entry: Entry) -> Part:
    return Part(text, (match(sureness, entry),))


def shop(mode=Mode.AUTO, missing=(), stopped=False) -> Policy:
    """A shop that answers from 80 on, 8 ahead of the next entry."""
    return Policy(mode, 80.0, 8.0, lambda entry: (entry.answer, tuple(missing)), stopped)


def short(decision: Decision) -> str:
    """A decision as one word and its reason: ``answer:ship:auto``, ``handoff:unsure``, ``wait``."""
    match decision:
        case Answer():
            return f"answer:{'+'.join(match.entry.id for match in decision.matches)}:{decision.mode}"
        case Handoff() | Silence():
            return f"{type(decision).__name__.lower()}:{decision.reason}"
        case Wait():
            return "wait"


SURE = reading(match(95))
PERSON = reading(match(95), text="转人工", heard=(Signal.ASKED_FOR_PERSON, "转人工"))
ANGRY = reading(match(95), text="骗子", heard=(Signal.UPSET, "骗子"))
RISKY = reading(match(95), text="我要投诉", heard=(Signal.SENSITIVE, "投诉"))
THANKS = reading(text="谢谢", small_talk=True)
HELLO = reading(text="在吗", small_talk=True, complete=False)
FRAGMENT = reading(match(95), text="那个红色的", complete=False)
NOTHING = Reading("", "")

BOT, WAITING, AGENT = Talk(State.BOT), Talk(State.WAITING, HandoffReason.NO_MATCH), Talk(State.AGENT)
SETTLED = Talk(State.BOT, inquiry_open=False)
WAITED = Talk(State.BOT, waited=True)
ENDED = Talk(State.CLOSED, inquiry_open=False, waited=True)
ASKED_BEFORE = Talk(State.BOT, answered=frozenset({"什么时候发货"}))
ASKED_AND_SETTLED = Talk(State.BOT, inquiry_open=False, answered=frozenset({"什么时候发货"}))


@pytest.mark.parametrize(
    ("kind", "read", "talk", "policy", "expected"),
    [
        # Every outcome and reason that a buyer's message can have.
        pytest.param(Kind.TEXT, SURE, BOT, shop(), "answer:ship:auto", id="a sure answer"),
        pytest.param(Kind.TEXT, SURE, BOT, shop(Mode.SUGGEST), "answer:ship:suggest", id="a draft for a person"),
        pytest.param(Kind.TEXT, PERSON, BOT, shop(), "handoff:asked_for_person", id="the buyer wants a person"),
        pytest.param(Kind.TEXT, ANGRY, BOT, shop(), "handoff:upset", id="the buyer is upset"),
        pytest.param(Kind.TEXT, RISKY, BOT, shop(), "handoff:sensitive", id="a complaint"),
        pytest.param(Kind.IMAGE, NOTHING, BOT, shop(), "handoff:media", id="a picture"),
        pytest.param(Kind.VOICE, NOTHING, BOT, shop(), "handoff:media", id="a voice message"),
        pytest.param(Kind.VIDEO, NOTHING, BOT, shop(), "handoff:media", id="a video"),
        pytest.param(Kind.TEXT, reading(), BOT, shop(), "handoff:no_match", id="nothing in the FAQ"),
        pytest.param(Kind.TEXT, reading(match(60)), BOT, shop(), "handoff:unsure", id="something near, not sure"),
        pytest.param(
            Kind.TEXT, reading(match(95), match(90, INVOICE)), BOT, shop(), "handoff:two_alike", id="two entries alike"
        ),
        pytest.param(
            Kind.TEXT,
            reading(match(95), parts=[part("什么时候发货", 95, SHIPPING), part("能开发票吗", 95, INVOICE)]),
            BOT, shop(), "answer:ship+invoice:auto", id="two questions at once, both known",
        ),
        pytest.param(Kind.TEXT, SURE, BOT, shop(missing=["发货时效"]), "handoff:missing_field", id="a field lacks"),
        pytest.param(Kind.TEXT, SURE, BOT, shop(Mode.OFF), "handoff:bot_off", id="the shop's bot is off"),
        pytest.param(Kind.TEXT, SURE, BOT, shop(stopped=True), "handoff:bot_off", id="the stop switch is on"),
        pytest.param(
            Kind.TEXT, reading(match(95, UPSET_ONLY_A_PERSON, mode=Mode.OFF)), BOT, shop(),
            "handoff:entry_wants_person", id="an entry for people only",
        ),
        pytest.param(Kind.TEXT, SURE, AGENT, shop(), "silence:person_holds", id="a person holds it"),
        pytest.param(Kind.TEXT, SURE, ENDED, shop(), "silence:person_holds", id="a person ended it during the wait"),
        pytest.param(Kind.TEXT, THANKS, SETTLED, shop(), "silence:small_talk_settled", id="thanks, all answered"),
        pytest.param(Kind.TEXT, SURE, ASKED_AND_SETTLED, shop(), "silence:duplicate_question", id="asked again, settled"),
        pytest.param(Kind.TEXT, SURE, ASKED_BEFORE, shop(), "handoff:unsure", id="asked again: our answer did not help"),
        pytest.param(Kind.TEXT, FRAGMENT, BOT, shop(), "wait", id="a fragment"),
        pytest.param(Kind.PRODUCT_CARD, NOTHING, BOT, shop(), "wait", id="a card before its question"),
        # Which rule comes first.
        pytest.param(Kind.TEXT, PERSON, AGENT, shop(), "silence:person_holds", id="held, though a person is asked for"),
        pytest.param(Kind.IMAGE, NOTHING, AGENT, shop(), "silence:person_holds", id="held, a picture comes"),
        pytest.param(Kind.TEXT, PERSON, BOT, shop(Mode.OFF), "handoff:asked_for_person", id="asks for a person, bot off"),
        pytest.param(Kind.TEXT, RISKY, BOT, shop(stopped=True), "handoff:sensitive", id="a complaint, bot stopped"),
        pytest.param(
            Kind.TEXT,
            Reading("转人工，骗子", "转人工骗子", (Heard(Signal.UPSET, "骗子"), Heard(Signal.ASKED_FOR_PERSON, "转人工"))),
            BOT, shop(), "handoff:asked_for_person", id="asks for a person in anger",
        ),
        pytest.param(Kind.IMAGE, NOTHING, BOT, shop(Mode.OFF), "handoff:bot_off", id="a picture, bot off"),
        pytest.param(Kind.PRODUCT_CARD, NOTHING, BOT, shop(Mode.OFF), "handoff:bot_off", id="a card, bot off"),
        pytest.param(Kind.PRODUCT_CARD, NOTHING, WAITED, shop(), "handoff:card_alone", id="a card that stayed alone"),
        pytest.param(Kind.ORDER_CARD, NOTHING, WAITED, shop(), "handoff:card_alone", id="an order that stayed alone"),
        pytest.param(Kind.ORDER_CARD, SURE, BOT, shop(), "answer:ship:auto", id="a card after its question"),
        pytest.param(Kind.TEXT, FRAGMENT, WAITED, shop(), "answer:ship:auto", id="a fragment nobody finished"),
        pytest.param(Kind.TEXT, FRAGMENT, BOT, shop(Mode.OFF), "handoff:bot_off", id="a fragment, bot off: no wait"),
        pytest.param(Kind.TEXT, HELLO, BOT, shop(), "wait", id="hello: the question is awaited"),
        pytest.param(Kind.TEXT, HELLO, WAITED, shop(), "handoff:no_match", id="hello and nothing more"),
        pytest.param(Kind.TEXT, HELLO, SETTLED, shop(), "silence:small_talk_settled", id="hello, nothing is open"),
        pytest.param(Kind.TEXT, THANKS, BOT, shop(), "handoff:no_match", id="thanks, but a question is open"),
        pytest.param(
            Kind.TEXT,
            reading(match(95), parts=[part("什么时候发货", 95, SHIPPING), part("能开发票吗", 79, INVOICE)]),
            BOT, shop(), "handoff:several_questions", id="two parts, one of them not sure",
        ),
        pytest.param(
            Kind.TEXT,
            reading(match(95), parts=[part("什么时候发货", 95, SHIPPING), part("啥时候发", 90, SHIPPING)]),
            BOT, shop(), "answer:ship:auto", id="the same thing asked twice in one line",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="谢谢", small_talk=True), BOT, shop(), "answer:ship:auto",
            id="thanks, the shop has a line for it",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="谢谢", small_talk=True), SETTLED, shop(), "answer:ship:auto",
            id="thanks, all answered, the shop has a line",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="什么时候发货", small_talk=True), ASKED_BEFORE, shop(), "handoff:no_match",
            id="the shop's line was said already, something is open",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="什么时候发货", small_talk=True), ASKED_AND_SETTLED, shop(),
            "silence:small_talk_settled", id="the shop's line was said already, nothing is open",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="在吗", small_talk=True, complete=False), BOT, shop(), "wait",
            id="hello: the question is awaited before the shop's line",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="在吗", small_talk=True, complete=False), WAITED, shop(),
            "answer:ship:auto", id="hello and nothing more: the shop's line",
        ),
        pytest.param(
            Kind.TEXT, reading(match(99), text="谢谢", small_talk=True), BOT, shop(Mode.SUGGEST), "answer:ship:suggest",
            id="the shop's line is a draft where the shop only suggests",
        ),
        pytest.param(
            Kind.TEXT, reading(match(95, mode=Mode.OFF), text="什么时候发货"), BOT, shop(missing=["发货时效"]),
            "handoff:entry_wants_person", id="an entry for people, a field lacks too",
        ),
        # In 待接管 sure answers still go out, unless the buyer asked for a person, is upset or complains.
        pytest.param(Kind.TEXT, SURE, WAITING, shop(), "answer:ship:auto", id="waiting for lack of an answer"),
        pytest.param(Kind.TEXT, reading(), WAITING, shop(), "handoff:no_match", id="waiting, again nothing found"),
        pytest.param(
            Kind.TEXT, PERSON, Talk(State.WAITING, HandoffReason.UPSET), shop(), "handoff:asked_for_person",
            id="upset, now asks for a person",
        ),
    ],
)  # fmt: skip
def test_decision(kind, read, talk, policy, expected):
    assert short(decide(kind, read, talk, policy, NOW)) == expected


@pytest.mark.parametrize("reason", list(HandoffReason))
@pytest.mark.parametrize(("kind", "read"), [(Kind.TEXT, SURE), (Kind.IMAGE, NOTHING), (Kind.PRODUCT_CARD, NOTHING)])
def test_what_keeps_the_bot_quiet_while_a_person_is_awaited(reason, kind, read):
    decision = decide(kind, read, Talk(State.WAITING, reason, waited=kind is Kind.PRODUCT_CARD), shop(), NOW)
    if reason in KEEPS_BOT_QUIET:
        assert decision == Handoff(reason)
    elif kind is Kind.TEXT:
        assert short(decision) == "answer:ship:auto"
    else:
        assert short(decision) == ("handoff:card_alone" if kind is Kind.PRODUCT_CARD else "handoff:media")


def test_the_bot_is_quiet_for_people_wanted_upset_and_complaining_buyers_only():
    assert {str(reason) for reason in KEEPS_BOT_QUIET} == {"asked_for_person", "upset", "sensitive"}


@pytest.mark.parametrize(
    ("best", "second", "expected"),
    [
        #            best                    next best               expected
        pytest.param(match(80), None, "answer:ship:auto", id="at the threshold"),
        pytest.param(match(79.9), None, "handoff:unsure", id="a little under it"),
        pytest.param(match(40), None, "handoff:unsure", id="half the threshold: near"),
        pytest.param(match(39.9), None, "handoff:no_match", id="under half: nothing near"),
        pytest.param(match(90), match(82, INVOICE), "answer:ship:auto", id="ahead by the margin"),
        pytest.param(match(90), match(82.1, INVOICE), "handoff:two_alike", id="ahead by less"),
        pytest.param(
            match(82), match(78, INVOICE), "handoff:two_alike", id="the next one is near, though not sure itself"
        ),
        pytest.param(match(86), match(78, INVOICE), "answer:ship:auto", id="the next one is not near enough"),
        pytest.param(match(79), match(78, INVOICE), "handoff:unsure", id="neither is sure"),
        pytest.param(
            match(60, threshold=60.0), None, "answer:ship:auto", id="the entry's own lower threshold, reached"
        ),
        pytest.param(match(59.9, threshold=60.0), None, "handoff:unsure", id="the entry's own lower threshold, missed"),
        pytest.param(
            match(95, threshold=95.0), None, "answer:ship:auto", id="the entry's own higher threshold, reached"
        ),
        pytest.param(
            match(94.9, threshold=95.0), None, "handoff:unsure", id="the entry's own higher threshold, missed"
        ),
        pytest.param(match(0, threshold=0.0), None, "answer:ship:auto", id="an own threshold of nothing is one"),
    ],
)
def test_both_sides_of_threshold_and_margin(best, second, expected):
    matches = [best, second] if second else [best]
    assert short(decide(Kind.TEXT, reading(*matches), BOT, shop(), NOW)) == expected


@pytest.mark.parametrize(
    ("of_the_shop", "of_the_entry", "expected"),
    [
        pytest.param(Mode.AUTO, Mode.AUTO, "answer:ship:auto"),
        pytest.param(Mode.AUTO, Mode.SUGGEST, "answer:ship:suggest"),
        pytest.param(Mode.AUTO, Mode.OFF, "handoff:entry_wants_person"),
        pytest.param(Mode.SUGGEST, Mode.AUTO, "answer:ship:suggest"),
        pytest.param(Mode.SUGGEST, Mode.SUGGEST, "answer:ship:suggest"),
        pytest.param(Mode.SUGGEST, Mode.OFF, "handoff:entry_wants_person"),
        pytest.param(Mode.OFF, Mode.AUTO, "handoff:bot_off"),
        pytest.param(Mode.OFF, Mode.SUGGEST, "handoff:bot_off"),
        pytest.param(Mode.OFF, Mode.OFF, "handoff:bot_off"),
    ],
)
def test_the_stricter_mode_wins(of_the_shop, of_the_entry, expected):
    decision = decide(Kind.TEXT, reading(match(95, mode=of_the_entry)), BOT, shop(of_the_shop), NOW)
    assert short(decision) == expected


@pytest.mark.parametrize(
    ("first_line_s_ago", "waits_s"),
    [
        pytest.param(None, 3, id="the first line: three seconds"),
        pytest.param(2, 3, id="the second line: three more"),
        pytest.param(5, 3, id="three more reach eight in all"),
        pytest.param(6, 2, id="no longer than eight in all"),
        pytest.param(8, 0, id="eight are over"),
    ],
)
@pytest.mark.parametrize(("kind", "read"), [(Kind.TEXT, FRAGMENT), (Kind.PRODUCT_CARD, NOTHING)])
def test_how_long_an_unfinished_line_is_awaited(first_line_s_ago, waits_s, kind, read):
    since = None if first_line_s_ago is None else NOW - timedelta(seconds=first_line_s_ago)
    assert decide(kind, read, Talk(State.BOT, waiting_since=since), shop(), NOW) == Wait(
        NOW + timedelta(seconds=waits_s)
    )


def test_a_finished_question_never_waits_whatever_came_before():
    talk = Talk(State.BOT, waiting_since=NOW - timedelta(seconds=1))
    assert short(decide(Kind.TEXT, SURE, talk, shop(), NOW)) == "answer:ship:auto"


def test_what_lacks_is_named():
    lacking = decide(Kind.TEXT, SURE, BOT, shop(missing=["发货时效", "快递公司"]), NOW)
    assert lacking == Handoff(HandoffReason.MISSING_FIELD, "什么时候发货", ("发货时效", "快递公司"))
    parts = [part("什么时候发货", 95, SHIPPING), part("能开发票吗", 95, INVOICE), part("明天会下雨吗", 5, INVOICE)]
    several = decide(Kind.TEXT, reading(match(95), parts=parts), BOT, shop(), NOW)
    assert several == Handoff(HandoffReason.SEVERAL_QUESTIONS, "什么时候发货 / 能开发票吗", ("明天会下雨吗",))


def test_an_answer_carries_its_text_and_the_wish_for_a_person():
    decision = decide(Kind.TEXT, reading(match(95, then_person=True)), BOT, shop(), NOW)
    assert isinstance(decision, Answer)
    assert (decision.text, decision.then_person) == (SHIPPING.answer, True)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_reason_has_a_word(language):
    words = json.loads((WORDS / f"{language}.json").read_text("utf-8"))
    lacking = [r for r in (*HandoffReason, *SilenceReason) if not words.get(f"reason.{r}", "").strip()]
    assert not lacking, f"{language}.json has no word for {lacking}"
