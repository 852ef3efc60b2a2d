"""Every decision has a sentence in Chinese and in English that says what was decided, and says it truly."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.core.decide import Answer, Handoff, Policy, Silence, Wait
from bot.core.explain import explain, reason_of, sentence
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason, SilenceReason
from knowledge_base.entry import Entry, Evidence, Heard, Match, Mode, Part, Reading, Signal

SHIPPING = Entry("ship", "什么时候发货", "两天内发出")
NEAR = Match(
    SHIPPING,
    61.26,
    70.04,
    "啥时候发",
    (Evidence("words", 0.51234, "发货"), Evidence("veto_time", -12.0, "今天 / 明天")),
)
SURE = Match(SHIPPING, 95.0, 99.0, "什么时候发货")
READ = Reading("啥时候能发", "啥时候能发", (Heard(Signal.GREETING, "你好"),), (NEAR,), (Part("啥时候能发", (NEAR,)),))
POLICY = Policy(Mode.AUTO, 80.0, 8.0, lambda entry: (entry.answer, ()))
WORDLESS = (
    HandoffReason.NO_MATCH,
    HandoffReason.MEDIA,
    HandoffReason.BOT_OFF,
    HandoffReason.OWN_FAULT,
    *sorted(KEEPS_BOT_QUIET),
)
OUTCOMES = [
    *(Handoff(reason, "转人工", ("发货时效", "快递")) for reason in HandoffReason),
    *(Handoff(reason) for reason in WORDLESS),
    *(Silence(reason) for reason in SilenceReason),
    Wait(datetime(2026, 5, 20, 6, 0, tzinfo=UTC)),
    *(
        Answer(SURE, "两天内发出", mode, then_person=then)
        for mode in (Mode.AUTO, Mode.SUGGEST)
        for then in (True, False)
    ),
]
HOLLOW = re.compile(r"[{}]|「」|“”|（）|\(\)|，，|None|nan")
HAN = re.compile(r"[㐀-鿿]")


@pytest.mark.parametrize("decision", OUTCOMES, ids=lambda d: f"{type(d).__name__} {reason_of(d)}")
@pytest.mark.parametrize("reading", [READ, Reading("", "")], ids=["with a match", "with none"])
def test_every_outcome_has_a_whole_sentence_in_both_languages(decision, reading):
    told = sentence(reading, decision, POLICY)
    assert set(told) == {"zh", "en"}
    assert not HOLLOW.search(told["zh"] + told["en"]), told
    assert HAN.search(told["zh"])
    assert told["zh"].endswith("。")
    assert told["en"].endswith(".")
    assert re.match(r"[A-Z“]", told["en"])
    said_in_english = re.sub(r"“[^”]*”|\([^)]*\)|: [^.;]*", "", told["en"])
    assert not HAN.search(said_in_english), told


@pytest.mark.parametrize(
    ("decision", "reading", "zh"),
    [
        pytest.param(
            Handoff(HandoffReason.UNSURE, "什么时候发货"), READ,
            "最接近「什么时候发货」，但把握不足（61 %，阈值 80 %），转人工。", id="not sure enough",
        ),
        pytest.param(
            Handoff(HandoffReason.UNSURE, "什么时候发货"), Reading("什么时候发货", "什么时候发货", matches=(SURE,)),
            "「什么时候发货」刚答过又问，答案没帮上忙，转人工。", id="sure, but asked again",
        ),
        pytest.param(
            Handoff(HandoffReason.ASKED_FOR_PERSON, "转人工"), READ,
            "命中「转人工」：买家要人工，机器人已停止回复。", id="a person is asked for",
        ),
        pytest.param(
            Handoff(HandoffReason.ASKED_FOR_PERSON), READ,
            "买家在等人工，机器人不再回复。", id="a person was asked for before",
        ),
        pytest.param(
            Handoff(HandoffReason.MISSING_FIELD, "什么时候发货", ("发货时效", "快递")), READ,
            "命中「什么时候发货」，但缺少字段 发货时效、快递，转人工。", id="fields lack",
        ),
        pytest.param(
            Answer(SURE, "两天内发出", Mode.SUGGEST), READ,
            "命中「什么时候发货」，把握 95 %（阈值 80 %）；待人工确认后发送。", id="a draft",
        ),
        pytest.param(
            Answer(SURE, "两天内发出", Mode.AUTO, then_person=True), READ,
            "命中「什么时候发货」，把握 95 %（阈值 80 %），自动回复，并转人工跟进。", id="answered, a person follows",
        ),
    ],
)  # fmt: skip
def test_the_sentence_says_what_happened(decision, reading, zh):
    assert sentence(reading, decision, POLICY)["zh"] == zh


@pytest.mark.parametrize("reason", sorted(KEEPS_BOT_QUIET))
def test_a_line_that_finds_the_bot_quiet_does_not_claim_to_have_asked(reason):
    told = sentence(READ, Handoff(reason), POLICY)
    assert "命中" not in told["zh"]
    assert told["en"].startswith("The buyer is waiting for a person")


def test_a_decision_in_data():
    told = explain(READ, Handoff(HandoffReason.UNSURE, "什么时候发货"), POLICY)
    assert told["outcome"] == "handoff"
    assert told["reason"] == "unsure"
    assert (told["mode"], told["threshold"], told["margin"]) == ("auto", 80.0, 8.0)
    assert (told["entry"], told["sureness"]) == ({"id": "ship", "question": "什么时候发货"}, 61.3)
    assert told["candidates"] == [
        {
            "id": "ship",
            "question": "什么时候发货",
            "sureness": 61.3,
            "similarity": 70.0,
            "phrasing": "啥时候发",
            "evidence": [
                {"code": "words", "value": 0.512, "words": "发货"},
                {"code": "veto_time", "value": -12.0, "words": "今天 / 明天"},
            ],
            "vetoes": [{"code": "veto_time", "value": -12.0, "words": "今天 / 明天"}],
        }
    ]
    assert told["parts"] == [
        {"text": "啥时候能发", "entry": "什么时候发货", "sureness": 61.3, "asks": True, "answered": False}
    ]
    assert told["heard"] == [{"signal": "greeting", "words": "你好"}]


def test_the_threshold_shown_is_the_one_that_decided():
    strict = Match(Entry("ship", "什么时候发货", "两天内发出", threshold=95.0), 90.0, 90.0, "")
    told = explain(Reading("x", "x", matches=(strict,)), Handoff(HandoffReason.UNSURE, "什么时候发货"), POLICY)
    assert told["threshold"] == 95.0
    assert "阈值 95 %" in told["sentence"]["zh"]
