"""Where one message asks several things: the clauses that could be a question, and the best way to cut between them."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence

from knowledge_base.characters import fold, strip
from knowledge_base.normalize import normalize

MOST_CLAUSES = 6
_LEAST_TOLD = 0.45  # a clause that says less (也谢谢, 可以吗) goes with the one before it
_PER_PART, _PER_PART_TOLD = 0.45, 0.3  # what a further part must at least be worth, and one that asks nothing
_LIGHT = 0.15
_MOST_JOINED = 3  # where there are more clauses, a question runs over three at most
_LONGEST_FRAGMENT, _LONGEST_CODE = 8, 4
_POINTING = ("就是", "那个", "这个", "那款", "这款", "那件", "这件", "那双", "这双", "我要的是", "我说的")
_MORE = "某某"  # put behind a text so that a joining word at its end is seen as one
_LONGEST_ENDING = 24  # looked at in one go
_LETTER = re.compile(r"[^\W_]")
_QUESTION_ENDS = ("吗", "么", "嘛", "没", "不", "否", "呢", "没有")
_EITHER_OR = re.compile(r"([\u4e00-\u9fff])[不没]\1")
_ONE_OR_THE_OTHER = re.compile(
    r"(?<=[^\W我你他她它们但可却就也都了过])[还還]是(?=[^\W不没沒想要会會很先算在这這那])(?!.*[吧了]$)"
)
"""国产的还是进口的 asks, 还是没发货 and 我还是退吧 do not."""
_TIMES = frozenset({"when", "long"})
_WEAK_WAYS = frozenset({"say", "is", "have"})
_REQUEST = re.compile(r"[请亲那]*(?:麻烦|帮|给我|我要|我想|想要|想|要|求|需要|能帮|可以帮)(?!了)")
_ADDS_TO_BEFORE = re.compile(
    r"(?:只|最好|必须|一定|还)?(?:要|得|不要)[^吗呢么不没]{1,10}的"
    r"|(?:如果|要是)?(?:可以|能|行|不能|不行|是)[^的]{0,4}的话(?:要|该)?(?:怎么|咋|如何|在哪|去哪).{0,4}"
)
"""A clause that says more of the question before it: 要正品的, 能改的话怎么改."""
_AROUND = "亲啊呀呢哈哦嗯吧"
_BETWEEN = re.compile(
    r"[,，。;；!！?？\n\r、~～…|]+|(?<=[^\sA-Za-z0-9])[ \u3000]+(?=[\u3400-\u9fff])|[ \u3000]{2,}|(?<=[^干]吗)(?=[\u3400-\u9fff]{2})"
    r"|(?:(?<=多久发货)|(?<=[几何]时发货)|(?<=时候发货))(?=(?:几天|多久|什么时候|啥时候|多长时间)[能可以会]{0,3}到)"
    r"|(?<![要需得])(?:另外(?![一两二三几那这的])|还有就是|还有|以及|顺便问下|顺便问一下|顺便问|顺便|对了|再问下|再问一下|然后)(?=[\u3400-\u9fff]{2})"
)


def clauses(text: str) -> list[str]:
    """Cut a text where one question could end and the next begin; at most six clauses, in order, nothing lost.

    A clause that says nearly nothing belongs to the one before it, at the start to the next. Joined together the
    clauses are the text.
    """
    cuts = [0, *(found.end() for found in _BETWEEN.finditer(text) if found.end() < len(text)), len(text)]
    if len(cuts) == 2:
        return [text]
    found: list[str] = []
    carried = ""
    for start, end in itertools.pairwise(cuts):
        piece = carried + text[start:end]
        carried = ""
        says = _BETWEEN.sub("", piece + _MORE).removesuffix(_MORE)
        says_nothing = told(says) < _LEAST_TOLD and not _asks_when(says)
        if len(found) == MOST_CLAUSES or (found and (says_nothing or _ADDS_TO_BEFORE.fullmatch(strip(says)))):
            found[-1] += piece
        elif says_nothing:
            carried = piece
        else:
            found.append(piece)
    if carried:
        found.append(carried)
    return found


def bare(clause: str) -> str:
    """Return a clause without the marks and joining words at its end; a question mark stays."""
    while True:
        tail = clause[-_LONGEST_ENDING:]
        found = list(_BETWEEN.finditer(tail + _MORE))
        if not found or found[-1].end() != len(tail):
            return clause.strip()
        mark = found[-1].group()
        shorter = clause[: len(clause) - len(mark)]
        if not mark or "?" in mark or "？" in mark or not _LETTER.search(shorter):
            return clause.strip()
        clause = shorter


def cut_best(pieces: Sequence[str], worth: Callable[[str], float]) -> list[str]:
    """Join neighbouring clauses into parts so that the parts together are worth most.

    ``worth`` says how surely a part is one known question (0–1). Each part costs a little, so that a question is cut
    only where that gains.
    """
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(pieces) + 1):
        most, found = -math.inf, [""]
        for start in range(end - 1, max(0, end - _MOST_JOINED) - 1 if len(pieces) > _MOST_JOINED else -1, -1):
            value, parts = best[start]
            if value + 1.0 - _PER_PART_TOLD >= most:  # else no worth could make it the best
                part = bare("".join(pieces[start:end]))
                gained = value + worth(part) - (_PER_PART if asks(part) else _PER_PART_TOLD)
                if gained >= most:
                    most, found = gained, [*parts, part]
        best.append((most, found))
    return best[-1][1]


def told(text: str) -> float:
    """Return how much a text says, ways of asking and light words apart (about 1 for one telling word)."""
    question = normalize(text)
    return sum(weight for piece, weight in zip(question.pieces, question.weights, strict=True) if weight > _LIGHT)


def _asks_when(clause: str) -> bool:
    """Say whether a clause of light words is a question of its own all the same: 几天到, but not 多久."""
    question = normalize(clause)
    return not _TIMES.isdisjoint(question.manner.ways) and len(question.pieces) > len(question.manner.ways)


def asks(text: str) -> bool:
    """Say whether a clause asks something by its form: a question mark, one or the other (还是), a way of asking that is not neutral."""
    return _asks_by_sign(text) or bool(normalize(text).manner.ways - {"say"})


def is_question(text: str) -> bool:
    """Say whether a clause is a question by its form: more than ``asks``, for 打开有七八个烂的 says 有 and asks nothing."""
    run = strip(fold(text)).strip(_AROUND)
    by_end = run.endswith(_QUESTION_ENDS) or _EITHER_OR.search(run) is not None
    return by_end or _asks_by_sign(text) or bool(normalize(text).manner.ways - _WEAK_WAYS)


def _asks_by_sign(text: str) -> bool:
    return "?" in text or "？" in text or _ONE_OR_THE_OTHER.search(text) is not None


def requests(text: str) -> bool:
    """Say whether a clause wants something done or given: 帮我改地址, 我要开发票."""
    return _REQUEST.match(strip(fold(text))) is not None


def is_fragment(text: str) -> bool:
    """Say whether a short text only points at something (那个红色的, 就是那个, XL) and asks nothing by its form."""
    run = strip(fold(text)).strip(_AROUND)
    if not run or len(run) > _LONGEST_FRAGMENT or asks(text):
        return False
    return run.endswith("的") or run.startswith(_POINTING) or (run.isascii() and len(run) <= _LONGEST_CODE)
