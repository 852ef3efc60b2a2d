"""Kind ``review``: reviews and replies in, whether each was answered in time and well out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.accounting.request.reading import (
    choice_at,
    flag_at,
    moment_at,
    objects_at,
    rate_shown,
    refuse,
    text_at,
    texts_at,
)
from bot.accounting.reviews import Review, ReviewReply, ReviewVerdict, compliance, judge_reviews
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import seconds


def review(request: Mapping[str, Any], ruleset: Ruleset) -> dict[str, Any]:
    """Judge the request's reviews at its ``as_of``.

    Raises:
        RequestError: the ruleset has no review rules, or a field is missing or wrong.
    """
    if "reviews" not in ruleset.extras:
        raise refuse(ruleset.name, "没有评价规则", "has no review rules")
    as_of = moment_at(request, "as_of", "")
    reviews = [_review(item, where) for item, where in objects_at(request, "reviews", "")]
    replies = [_reply(item, where) for item, where in objects_at(request, "replies", "", default=[])]
    verdicts = judge_reviews(reviews, replies, ruleset, as_of)
    result: dict[str, Any] = {
        "results": [_shown(one) for one in verdicts],
        "rate": rate_shown(compliance(verdicts)),
    }
    notes = _notes(reviews, replies)
    if notes:
        result["notes"] = notes
    return result


def _review(item: Mapping[str, Any], where: str) -> Review:
    return Review(
        id=text_at(item, "id", where),
        at=moment_at(item, "ts", where),
        sentiment=choice_at(item, "sentiment", where, ("good", "neutral", "bad")),
        urgent=flag_at(item, "urgent", where, default=False),
        text=text_at(item, "text", where, default=""),
        key_points=texts_at(item, "key_points", where, default=[]),
    )


def _reply(item: Mapping[str, Any], where: str) -> ReviewReply:
    text = text_at(item, "text", where, default="")
    return ReviewReply(text_at(item, "review", where), moment_at(item, "ts", where), text)


def _shown(one: ReviewVerdict) -> dict[str, Any]:
    return {
        "review": one.review,
        "verdict": one.reason,
        "compliant": one.compliant,
        "response_s": None if one.response is None else seconds(one.response),
        "same_day": one.same_day,
        "quality": list(one.quality),
    }


def _notes(reviews: list[Review], replies: list[ReviewReply]) -> list[str]:
    known = {one.id for one in reviews}
    return [
        f"回复指向的评价 {one.review} 没有出现过，不起作用 / a reply names review {one.review}, which was not seen: no effect"
        for one in replies
        if one.review not in known
    ]
