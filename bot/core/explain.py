"""A decision put into data and one sentence, in Chinese and English: what the *why* card and the test bench show."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from bot.core.decide import Answer, Decision, Handoff, Policy, Silence, Wait, needed
from bot.core.reasons import KEEPS_BOT_QUIET, HandoffReason
from knowledge_base.entry import VETOED, Evidence, Match, Mode, Part, Reading

_HANDOFF = {
    "asked_for_person": (
        "命中「{words}」：买家要人工，机器人已停止回复。",
        "“{words}” asks for a person; the bot is silent.",
    ),
    "no_match": (
        "知识库里没有足够接近的知识，转人工。",
        "Nothing in the FAQ comes close enough; a person is asked for.",
    ),
    "unsure": (
        "最接近「{words}」，但把握不足（{sureness}，阈值 {threshold}），转人工。",
        "Closest to “{words}”, but not sure enough ({sureness}, threshold {threshold}); a person is asked for.",
    ),
    "two_alike": (
        "两条知识都像（{words}），差距不到 {margin}，转人工。",
        "Two entries look alike ({words}), less than {margin} apart; a person is asked for.",
    ),
    "several_questions": (
        "一次问了几件事：有答案的是「{words}」，机器人不答的是「{missing}」，由人工一并回答。",
        "Several things asked at once: the FAQ answers “{words}”, but not “{missing}”; a person answers them together.",
    ),
    "upset": ("命中「{words}」：买家情绪激动，转人工。", "“{words}”: the buyer is upset; a person is asked for."),
    "sensitive": ("命中敏感词「{words}」，转人工。", "Sensitive words “{words}”; a person is asked for."),
    "media": ("图片或语音，由人工查看。", "A picture or voice message: a person looks at it."),
    "card_alone": ("只发了商品或订单卡片，没有问题，由人工查看。", "A card and no question: a person looks at it."),
    "bot_off": ("机器人已停用，转人工。", "The bot is off; a person is asked for."),
    "missing_field": (
        "命中「{words}」，但缺少字段 {missing}，转人工。",
        "Matched “{words}”, but these fields have no confirmed value: {missing}; a person is asked for.",
    ),
    "entry_wants_person": ("知识「{words}」要求由人工处理。", "The entry “{words}” wants a person."),
    "send_failed": (
        "回答发不出去（{words}），转人工。",
        "The answer cannot be sent ({words}); a person is asked for.",
    ),
    "stale": ("回答已过时，改由人工处理。", "The answer would be too late; a person takes it."),
    "own_fault": ("系统故障，已转人工。", "Our own fault; handed to a person."),
}
_STILL_AWAITED = (
    "买家在等人工，机器人不再回复。",
    "The buyer is waiting for a person; the bot stays silent.",
)
"""For a line that does not ask for a person itself, but finds the bot quiet because an earlier one did."""
_ASKED_AGAIN = (
    "「{words}」刚答过又问，答案没帮上忙，转人工。",
    "“{words}” was answered just now and is asked again: the answer did not help; a person is asked for.",
)
_ANSWERED_IN_PART = (
    "一次问了几件事：已先回答「{words}」；「{missing}」由人工回答。",
    "Several things asked at once: “{words}” was answered; a person answers “{missing}”.",
)
_ELSE = ("转人工。", "A person is asked for.")
_SILENCE = {
    "person_holds": ("人工接待中，机器人保持安静。", "A person holds the conversation; the bot is silent."),
    "small_talk_settled": ("寒暄，没有未答的问题，不再回复。", "Small talk with nothing left open; nothing is said."),
    "duplicate_question": ("同一个问题已经答过，不再重复。", "The same question was answered already; not repeated."),
    "own_echo": ("这是我们自己发出的消息。", "This is our own message coming back."),
    "not_for_us": ("不是买家的提问。", "Not a buyer's question."),
}


def explain(reading: Reading, decision: Decision, policy: Policy) -> dict[str, Any]:
    """Put a decision into the shape the API shows (``GET /api/v1/decisions/{id}``), without id and time."""
    best = _best(reading, decision)
    answered = _answered(decision)
    return {
        "outcome": type(decision).__name__.lower(),
        "reason": reason_of(decision),
        "mode": policy.mode.value,
        "threshold": needed(best.entry, policy) if best else policy.threshold,
        "margin": policy.margin,
        "normalized": reading.normalized,
        "entry": {"id": best.entry.id, "question": best.entry.question} if best else None,
        "entries": [{"id": match.entry.id, "question": match.entry.question} for match in answered],
        "sureness": round(best.sureness, 1) if best else None,
        **_told(_Same(reading)),
        "parts": [_part(part, {match.entry.id for match in answered}) for part in reading.parts],
        "missing": list(decision.missing) if isinstance(decision, Handoff) else [],
        "sentence": sentence(reading, decision, policy),
    }


class _Same:
    """A reading, known again by being the very same one: readings are kept, for buyers ask the same things all day."""

    __slots__ = ("reading",)

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def __hash__(self) -> int:
        return id(self.reading)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.reading is other.reading


@lru_cache(maxsize=512)
def _told(same: _Same) -> dict[str, Any]:
    """What a reading holds, whatever is decided about it."""
    reading = same.reading
    return {
        "candidates": [_candidate(match) for match in reading.matches],
        "heard": [{"signal": heard.signal.value, "words": heard.words} for heard in reading.heard],
    }


def reason_of(decision: Decision) -> str:
    """The code of a decision's reason."""
    if isinstance(decision, Wait):
        return "unfinished"
    return str(decision.reason)


def _best(reading: Reading, decision: Decision) -> Match | None:
    if isinstance(decision, Answer):
        return decision.match
    return reading.matches[0] if reading.matches else None


def _answered(decision: Decision) -> tuple[Match, ...]:
    """All that the decision answers, in the order asked."""
    if isinstance(decision, Handoff):
        return decision.partial.matches if decision.partial else ()
    return decision.matches if isinstance(decision, Answer) else ()


def _part(part: Part, answered: Collection[str]) -> dict[str, Any]:
    """One part of a message; ``asks`` False: it only tells. ``answered``: the decision answers it."""
    best = part.matches[0] if part.matches else None
    return {
        "text": part.text,
        "entry": best.entry.question if best else None,
        "sureness": round(best.sureness, 1) if best else None,
        "asks": part.asks,
        "answered": best is not None and best.entry.id in answered,
    }


def _candidate(match: Match) -> dict[str, Any]:
    return {
        "id": match.entry.id,
        "question": match.entry.question,
        "sureness": round(match.sureness, 1),
        "similarity": round(match.similarity, 1),
        "phrasing": match.phrasing,
        "evidence": [_reason(reason) for reason in match.evidence],
        "vetoes": [_reason(reason) for reason in match.evidence if reason.code.startswith(VETOED)],
    }


def _reason(reason: Evidence) -> dict[str, Any]:
    return {"code": reason.code, "value": round(reason.value, 3), "words": reason.words}


def sentence(reading: Reading, decision: Decision, policy: Policy) -> dict[str, str]:
    """Say in one sentence, in both languages, what was decided and why."""
    if isinstance(decision, Wait):
        return {"zh": "这句话还没说完，等下一句。", "en": "The line looks unfinished; waiting for the next one."}
    if isinstance(decision, Silence):
        zh, en = _SILENCE[decision.reason.value]
        return {"zh": zh, "en": en}
    if isinstance(decision, Answer):
        return _answer_sentence(decision, policy)
    best = reading.matches[0] if reading.matches else None
    zh, en = _handoff_words(decision, best, policy)
    words = {
        "words": decision.words,
        "missing": "、".join(decision.missing),
        "sureness": f"{best.sureness:.0f} %" if best else "–",
        "threshold": f"{needed(best.entry, policy) if best else policy.threshold:.0f} %",
        "margin": f"{policy.margin:.0f}",
    }
    return {"zh": zh.format(**words), "en": en.format(**words)}


def _handoff_words(decision: Handoff, best: Match | None, policy: Policy) -> tuple[str, str]:
    if decision.reason in KEEPS_BOT_QUIET and not decision.words:
        return _STILL_AWAITED
    if decision.partial is not None and decision.partial.mode is Mode.AUTO:
        return _ANSWERED_IN_PART
    if decision.reason is HandoffReason.UNSURE and best and best.sureness >= needed(best.entry, policy):
        return _ASKED_AGAIN
    return _HANDOFF.get(decision.reason.value, _ELSE)


def _answer_sentence(decision: Answer, policy: Policy) -> dict[str, str]:
    question = " / ".join(match.entry.question for match in decision.matches)
    sure = f"{min(match.sureness for match in decision.matches):.0f} %"
    needs = f"{needed(decision.match.entry, policy):.0f} %"
    if decision.mode is Mode.SUGGEST:
        return {
            "zh": f"命中「{question}」，把握 {sure}（阈值 {needs}）；待人工确认后发送。",
            "en": f"Matched “{question}”, sureness {sure} (threshold {needs}); a person confirms it first.",
        }
    zh = f"命中「{question}」，把握 {sure}（阈值 {needs}），自动回复"
    en = f"Matched “{question}”, sureness {sure} (threshold {needs}); answered"
    if decision.then_person:
        return {"zh": zh + "，并转人工跟进。", "en": en + ", and a person follows up."}
    return {"zh": zh + "。", "en": en + "."}
