"""Verdicts in words: one sentence in Chinese and in English, naming the parameter, the ruleset's version and source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Night, Reason, ReplyReason, ReplyVerdict, Verdict

_INQUIRY = {
    Reason.EXCLUDED_SPAM: (
        "这次咨询里的消息被举报为广告骚扰并已生效（{decided_by}），分子分母都不计",
        "a message of this inquiry was reported as spam and the report took effect ({decided_by}): left out of both sides",
    ),
    Reason.EXCLUDED_ABUSE: (
        "这次咨询里的消息被举报为恶意辱骂并已生效（{decided_by}），分子分母都不计",
        "a message of this inquiry was reported as abuse and the report took effect ({decided_by}): left out of both sides",
    ),
    Reason.OUTSIDE_HOURS: (
        "{opened} 进线，不在考核时段（{window}），不计入",
        "opened at {opened}, outside the assessed hours ({window}): not counted",
    ),
    Reason.VALID: (
        "{opened} 进线，{response} 秒后有有效回复（{decided_by}）{anew}，期限 {deadline} 秒，计入",
        "opened at {opened}, validly answered after {response} s ({decided_by}){anew_en}, within {deadline} s: counts",
    ),
    Reason.TURN_MISSED: (
        "首次回复及时（{response} 秒），但之后有一轮没有在 {deadline} 秒内回复，不计入分子",
        "the first reply was in time ({response} s), a later turn was not answered within {deadline} s: a miss",
    ),
    Reason.LATE: (
        "{opened} 进线，{response} 秒后才有有效回复（{decided_by}）{anew}，不在期限 {deadline} 秒{edge}之内，不计入分子",
        "opened at {opened}, validly answered only after {response} s ({decided_by}){anew_en}, not within {deadline} s"
        "{edge_en}: a miss",
    ),
    Reason.PENDING: (
        "{opened} 进线，还没有有效回复，期限 {deadline} 秒未到，{pending}",
        "opened at {opened}, not validly answered yet, {deadline} s have not passed: {pending_en}",
    ),
    Reason.MEANINGLESS_ONLY: (
        "只有无实质内容的回复（{decided_by}），不算有效回复，计为未达标",
        "only replies without substance ({decided_by}), which are not valid: a miss",
    ),
    Reason.AUTO_ONLY: (
        "有自动回复（{decided_by}），没有可计的人工回复，自动回复不计，计为未达标",
        "an automatic reply ({decided_by}) and none by a person that can count; automatic ones do not: a miss",
    ),
    Reason.UNMEASURED: (
        "看不出有没有人工回复（渠道看不到，或有消息不知道是谁发的），无法判断，{unmeasured}",
        "nobody can see whether a person replied (the channel does not show it, or a message has no known sender), so it "
        "cannot be judged: {unmeasured_en}",
    ),
    Reason.NO_REPLY: ("没有可计的回复，计为未达标", "no reply that can count: a miss"),
}
_LATER_TURN = (
    "{opened} 进线，首次回复有效（{response} 秒），之后有一轮还没回复，期限 {deadline} 秒未到，{pending}",
    "opened at {opened}, validly answered after {response} s; a later turn waits, {deadline} s have not passed: {pending_en}",
)
_HOLIDAY = ("{opened} 进线，当天是不考核的节假日，不计入", "opened at {opened}, on an exempt holiday: not counted")
_TIMES_OF_DAY = ("window.start", "window.end", "night.cutoff")
_BELONGS = {
    "window.test": ("window.", "holiday."),
    "deadline.seconds": ("deadline.", "time.", "transfer.restarts_clock", "session."),
    "session.scope": ("session.", "deadline."),
    "reply.meaningless": ("reply.",),
    "reply.auto_counts": ("reply.",),
    "reply.human_actors": ("reply.",),
    "exclude.reasons": ("exclude.",),
}
"""Parameters (or beginnings of their names) that have a say in what another one settles."""

_NIGHT = {
    Night.MET: ("夜间咨询已在 {night_due}前回复", "the night inquiry was answered {night_due_en}"),
    Night.MISSED: ("夜间咨询没有在 {night_due}前回复", "the night inquiry was not answered {night_due_en}"),
    Night.PENDING: ("夜间咨询须在 {night_due}前回复", "the night inquiry must be answered {night_due_en}"),
}

_FAKE = (
    "期限内发过无实质内容的人工回复，有被判虚假回复的风险",
    "a reply without substance was sent in time by a person: risk of being judged a fake reply",
)

_REPLY = {
    ReplyReason.FIRST_VALID: ("第一条有效回复", "the first valid reply", "deadline.seconds"),
    ReplyReason.LATER_VALID: ("有效，但此前已有有效回复", "valid, but a valid reply came before it", "session.scope"),
    ReplyReason.LATE: ("有效，但超过了期限", "valid, but beyond the deadline", "deadline.seconds"),
    ReplyReason.MEANINGLESS: ("没有实质内容，不算有效回复", "without substance, so not valid", "reply.meaningless"),
    ReplyReason.AUTOMATIC: ("自动回复，不计", "automatic, which does not count", "reply.auto_counts"),
    ReplyReason.RECALLED: ("已撤回，视为没有发过", "recalled, so it counts as never sent", "reply.recall"),
    ReplyReason.BEFORE_INQUIRY: ("发在买家来咨询之前", "sent before the buyer asked anything", "session.clock_start"),
    ReplyReason.OUTSIDE_HOURS: (
        "所答的咨询不考核",
        "it answers an inquiry that is not assessed",
        "window.test",
    ),
    ReplyReason.EXCLUDED: ("所答的咨询已因举报排除", "it answers an inquiry that a report excludes", "exclude.reasons"),
    ReplyReason.UNKNOWN_SENDER: (
        "不知道是人工还是自动，不算人工",
        "nobody knows whether a person sent it, so it is not human",
        "reply.human_actors",
    ),
    ReplyReason.SENT_BY_API: (
        "人工发送，但平台不计通过接口发出的回复",
        "sent by a person, but the platform does not count replies sent by API",
        "channel.api_sent_counts",
    ),
}


_SHORT = {
    Reason.EXCLUDED_SPAM: ("广告骚扰，已排除", "spam, excluded"),
    Reason.EXCLUDED_ABUSE: ("恶意辱骂，已排除", "abuse, excluded"),
    Reason.OUTSIDE_HOURS: ("不在考核时段", "outside assessed hours"),
    Reason.VALID: ("及时有效", "valid and in time"),
    Reason.TURN_MISSED: ("后续有一轮未及时", "a later turn missed"),
    Reason.LATE: ("有效但超时", "valid but late"),
    Reason.PENDING: ("期限未到", "still has time"),
    Reason.MEANINGLESS_ONLY: ("只有无实质回复", "only replies without substance"),
    Reason.AUTO_ONLY: ("只有自动回复", "only automatic replies"),
    Reason.UNMEASURED: ("无法判断", "cannot be measured"),
    Reason.NO_REPLY: ("没有回复", "no reply"),
}


def reason_words(reason: Reason) -> tuple[str, str]:
    """Name a reason in a few words, Chinese and English."""
    return _SHORT[reason]


def reply_reason_words(reason: ReplyReason) -> tuple[str, str]:
    """Say in a few words why a reply does or does not count, Chinese and English."""
    zh, en, _ = _REPLY[reason]
    return zh, en


def explain(verdict: Verdict, ruleset: Ruleset) -> dict[str, str]:
    """Say in Chinese (``zh``) and English (``en``) how an inquiry counts, by which parameter of which version and
    source; night duty and fake-reply risk are added where there are any."""
    facts = _facts(verdict, ruleset)
    zh, en = _INQUIRY[verdict.reason]
    if verdict.rule == "holiday.exempt":
        zh, en = _HOLIDAY
    elif verdict.reason is Reason.PENDING and verdict.response is not None:
        zh, en = _LATER_TURN
    parts = [(zh, en)]
    if verdict.night is not None:
        parts.append(_NIGHT[verdict.night])
    if verdict.fake_reply_risk:
        parts.append(_FAKE)
    source_zh, source_en = _source(verdict.rule, ruleset)
    return {
        "zh": "；".join(part[0].format_map(facts) for part in parts) + source_zh,
        "en": "; ".join(part[1].format_map(facts) for part in parts) + source_en,
    }


def explain_reply(reply: ReplyVerdict, ruleset: Ruleset, settled_by: str = "") -> dict[str, str]:
    """Say in Chinese (``zh``) and English (``en``) why a shop-side message does or does not count.

    ``settled_by``: the parameter that settled its inquiry, which is what an unassessed one's replies rest on too.
    """
    zh, en, rule = _REPLY[reply.reason]
    if settled_by and reply.reason is ReplyReason.OUTSIDE_HOURS:
        rule = settled_by
    source_zh, source_en = _source(rule, ruleset)
    return {"zh": zh + source_zh, "en": en + source_en}


def _facts(verdict: Verdict, ruleset: Ruleset) -> dict[str, str]:
    left_out = ("暂不计入", "left out for now")
    missed = ("先按未达标计", "counted as a miss until then")
    pending = missed if ruleset.pending_counts else left_out
    unmeasured = ("按未达标计", "counted as a miss") if ruleset.unmeasured_counts else ("不计入", "left out")
    anew = "" if verdict.due_at is None else _clock_words(verdict, verdict.due_at - ruleset.deadline, ruleset)
    edge = ("", "") if ruleset.inclusive else ("（不含）", " (itself not included)")
    night = ("", "") if verdict.night_due_at is None else _night_words(verdict.night_due_at, ruleset)
    return {
        "anew": anew and f"，{anew} 重新计时",
        "anew_en": anew and f", the clock having started anew at {anew}",
        "edge": edge[0],
        "edge_en": edge[1],
        "decided_by": verdict.decided_by or "",
        "opened": verdict.opened_at.astimezone(ruleset.zone).strftime("%H:%M:%S"),
        "window": window_words(ruleset),
        "response": str(verdict.response_s),
        "deadline": plain(ruleset["deadline.seconds"]),
        "pending": pending[0],
        "pending_en": pending[1],
        "unmeasured": unmeasured[0],
        "unmeasured_en": unmeasured[1],
        "night_due": night[0],
        "night_due_en": night[1],
    }


def _clock_words(verdict: Verdict, start: datetime, ruleset: Ruleset) -> str:
    """When the clock started anew; empty where it runs from the opening."""
    return "" if start == verdict.opened_at else start.astimezone(ruleset.zone).strftime("%H:%M:%S")


def _night_words(due: datetime, ruleset: Ruleset) -> tuple[str, str]:
    at = due.astimezone(ruleset.zone).strftime("%m-%d %H:%M")
    return (f"{at}（含）", f"by {at}") if ruleset.night_inclusive else (f"{at} ", f"before {at}")


def window_words(ruleset: Ruleset) -> str:
    """Write the assessed hours as a person would: 09:00–23:00, the whole day where there is no window."""
    if ruleset.window is None:
        return "00:00–24:00"
    return "–".join(map(_time_of_day, ruleset.window))


def _source(rule: str, ruleset: Ruleset) -> tuple[str, str]:
    if rule.startswith("channel."):
        return (
            f"。依据渠道的 {rule.removeprefix('channel.')}",
            f". Settled by {rule.removeprefix('channel.')} of the channel",
        )
    value = _shown(rule, ruleset)
    setting = f"{rule} = {value}" if value else rule
    basis_zh = {"override": "本店改动", "fact": "来源明文", "default": "我们的默认"}[ruleset.basis(rule)]
    basis_en = {"override": "changed by the shop", "fact": "stated by the source", "default": "our default"}
    identity = ruleset.identity
    changed = [
        f"{name} = {_shown(name, ruleset)}"
        for name in ruleset.overridden
        if name != rule and name.startswith(_BELONGS.get(rule, ()))
    ]
    also_zh, also_en = (
        (f"，本店另改了 {'、'.join(changed)}", f", the shop also changed {', '.join(changed)}") if changed else ("", "")
    )
    return (
        f"。依据 {setting}（{basis_zh}）{also_zh}，规则 {ruleset.version}，来源：{identity.source_zh}",
        f". Settled by {setting} ({basis_en[ruleset.basis(rule)]}){also_en}, ruleset {ruleset.version}, source: "
        f"{identity.source_en}",
    )


def _shown(rule: str, ruleset: Ruleset) -> str:
    value = ruleset.values.get(rule)
    if rule in _TIMES_OF_DAY and value is not None:
        return _time_of_day(value)
    return plain(value) if rule in ruleset.values else ""


def _time_of_day(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}"


def plain(value: Any) -> str:
    """Write a parameter's value as a person would: 180, 0.7, true, [spam, abuse]."""
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else format(float(value), "g")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {plain(item)}" for key, item in value.items()) + "}"
    return str(value)
