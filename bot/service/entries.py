"""An entry between its two forms: the JSON that is stored and sent, and the frozen value the matcher works with.

What an operator may write is checked here, whatever door it comes through (editor, import, pack, init).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.service.refusal import Because, Refusal
from knowledge_base.characters import fold, strip
from knowledge_base.entry import WORD_LISTS, Entry, Keywords, Mode
from knowledge_base.keywords import PATTERN_MAX, ordered_words, wrong_pattern

STATUSES = ("on", "off", "draft")
QUESTION_MAX = 200
PHRASINGS_MAX = 200
ANSWER_MAX = 4_000
CATEGORY_MAX = 100
WORDS_MAX = 100
WORD_MAX = 60
PRODUCTS_MAX = 500
PRIORITY_MAX = 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def refused(pointer: str, zh: str, en: str) -> Refusal:
    """What was sent cannot be saved: where, why and what to do."""
    return Refusal(Because.INVALID, "faq_invalid", zh, en, pointer=pointer)


def no_such() -> Refusal:
    """There is no such entry, version, import or pack (here)."""
    return Refusal(Because.UNKNOWN, "not_found", "没有找到，或者你没有权限查看。", "Not found, or not yours to see.")


def entry_of(entry_id: str, data: Mapping[str, Any]) -> Entry:
    """Make the entry that JSON stands for; what is left out has its default, texts are trimmed, doubles go.

    Raises:
        Refusal: a value that no entry can have (a mode, a day).
    """
    question = _clean(data.get("question"))
    return Entry(
        id=entry_id,
        question=question,
        answer=_clean(data.get("answer")),
        phrasings=tuple(text for text in _texts(data.get("phrasings")) if text != question),
        keywords=keywords_of(data.get("keywords")),
        category=_clean(data.get("category")),
        products=_texts(data.get("products")),
        variants=tuple(
            sorted(
                {
                    _clean(name): _clean(text) for name, text in (data.get("variants") or {}).items() if _clean(text)
                }.items()
            )
        ),
        threshold=None if data.get("threshold") is None else float(data["threshold"]),
        mode=_mode(data.get("mode") or Mode.AUTO),
        then_person=bool(data.get("then_person")),
        valid_from=_day(data.get("valid_from"), "/valid_from"),
        valid_to=_day(data.get("valid_to"), "/valid_to"),
        not_this=tuple(text for text in _texts(data.get("not_this")) if text != question),
    )


def keywords_of(data: Mapping[str, Any] | None) -> Keywords:
    """Make the keywords that JSON stands for."""
    data = data or {}
    lists = {kind: _texts(data.get(kind)) for kind in WORD_LISTS}
    return Keywords(**lists, priority=int(data.get("priority") or 0))


def data_of(entry: Entry) -> dict[str, Any]:
    """The JSON of an entry, its id apart; ``entry_of`` turns it back."""
    words = entry.keywords
    keywords = {kind: list(getattr(words, kind)) for kind in WORD_LISTS} | {"priority": words.priority}
    return {
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "keywords": keywords,
        "answer": entry.answer,
        "category": entry.category,
        "products": list(entry.products),
        "variants": dict(entry.variants),
        "threshold": entry.threshold,
        "mode": entry.mode.value,
        "then_person": entry.then_person,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "not_this": list(entry.not_this),
    }


def sound(entry: Entry) -> Entry:
    """Return the entry if it may be saved.

    Raises:
        Refusal: naming the first thing that is wrong.
    """
    if not _ID.fullmatch(entry.id):
        raise refused(
            "/id",
            "编号只能用字母、数字和 . _ : -，最多 64 个字符。",
            "An id has letters, digits and . _ : - only, at most 64.",
        )
    if not strip(fold(entry.question)):
        raise refused("/question", "请填写标准问。", "Write the standard question.")
    if not entry.answer and entry.mode is not Mode.OFF:
        raise refused(
            "/answer",
            "请填写答案；只想转人工就把方式设为「关闭」。",
            "Write the answer, or set the mode to off to always ask for a person.",
        )
    _at_most("/question", entry.question, QUESTION_MAX)
    _at_most("/answer", entry.answer, ANSWER_MAX)
    _at_most("/category", entry.category, CATEGORY_MAX)
    _list_at_most("/phrasings", entry.phrasings, PHRASINGS_MAX, QUESTION_MAX)
    _list_at_most("/products", entry.products, PRODUCTS_MAX, QUESTION_MAX)
    _list_at_most("/not_this", entry.not_this, PHRASINGS_MAX, QUESTION_MAX)
    _not_itself(entry)
    _sound_keywords(entry.keywords)
    for name, text in entry.variants:
        _at_most(f"/variants/{name}", text, ANSWER_MAX)
    if entry.threshold is not None and not 0 <= entry.threshold <= 100:
        raise refused("/threshold", "阈值是 0 到 100 的数。", "A threshold is a number from 0 to 100.")
    if entry.valid_from and entry.valid_to and entry.valid_from > entry.valid_to:
        raise refused("/valid_to", "截止日早于开始日。", "The last day is before the first.")
    return entry


def _not_itself(entry: Entry) -> None:
    own = {same_question(text) for text in (entry.question, *entry.phrasings)}
    for index, text in enumerate(entry.not_this):
        if same_question(text) in own:
            raise refused(
                f"/not_this/{index}",
                f"「{text}」也写在问法里，不能同时是反例问。",
                f"“{text}” is one of the phrasings too; it cannot be what the entry is not.",
            )


def _sound_keywords(keywords: Keywords) -> None:
    for kind in WORD_LISTS:
        longest = {"exact": QUESTION_MAX, "pattern": PATTERN_MAX}.get(kind, WORD_MAX)
        _list_at_most(f"/keywords/{kind}", getattr(keywords, kind), WORDS_MAX, longest)
    if abs(keywords.priority) > PRIORITY_MAX:
        raise refused(
            "/keywords/priority",
            f"优先级是 −{PRIORITY_MAX} 到 {PRIORITY_MAX} 的整数。",
            f"A priority is a whole number from −{PRIORITY_MAX} to {PRIORITY_MAX}.",
        )
    for index, rule in enumerate(keywords.ordered):
        if not ordered_words(rule):
            raise refused(
                f"/keywords/ordered/{index}",
                f"「{rule}」要写成用 … 隔开的两个以上的词，例如 退…运费。",
                f"“{rule}” must be two or more words with … between them, such as 退…运费.",
            )
    for index, pattern in enumerate(keywords.pattern):
        if why := wrong_pattern(pattern):
            raise refused(
                f"/keywords/pattern/{index}",
                f"正则「{pattern}」不能用：{why}。这里用 RE2 语法，没有回溯引用和前后断言，也不能匹配空文本。",
                f"The pattern “{pattern}” cannot be used: {why}. This is RE2 syntax: no back-references, no look-around, "
                "and it must not fit the empty text.",
            )


def same_question(question: str) -> str:
    """The form in which two standard questions are the same one."""
    return strip(fold(question)) or question


def _clean(text: Any) -> str:
    """Trim, and put U+FFFD for what a store cannot hold."""
    return _UNSTORABLE.sub("\ufffd", str(text or "")).replace("\r\n", "\n").strip()


def _texts(values: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(_clean, values or ()) if text))


def _mode(value: Any) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        raise refused("/mode", "方式只能是 auto、suggest 或 off。", "A mode is auto, suggest or off.") from None


def _day(value: Any, pointer: str) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise refused(pointer, "日期写成 2026-11-24 这样。", "Write a day as 2026-11-24.") from None


def _at_most(pointer: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise refused(
            pointer,
            f"最多 {limit} 个字，现在是 {len(text)} 个。",
            f"At most {limit} characters; this has {len(text)}.",
        )


def _list_at_most(pointer: str, texts: tuple[str, ...], count: int, length: int) -> None:
    if len(texts) > count:
        raise refused(
            pointer, f"最多 {count} 条，现在是 {len(texts)} 条。", f"At most {count} items; these are {len(texts)}."
        )
    for index, text in enumerate(texts):
        _at_most(f"{pointer}/{index}", text, length)
