"""Which entries may answer by themselves: the borders of each rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.trust import Record, Standing, Terms, Why, standing


@pytest.mark.parametrize(
    ("record", "stands", "why"),
    [
        (Record(), Standing.NOT_YET, Why.TOO_FEW),
        (Record(used=9), Standing.NOT_YET, Why.TOO_FEW),
        (Record(used=10), Standing.EARNED, Why.USED_AS_WRITTEN),
        (Record(used=9, edited=1), Standing.EARNED, Why.USED_AS_WRITTEN),
        (Record(used=8, edited=2), Standing.NOT_YET, Why.EDITED_OFTEN),
        (Record(used=12, rejected=3), Standing.NOT_YET, Why.EDITED_OFTEN),
        (Record(used=11, rejected=3), Standing.LOST, Why.TURNED_DOWN),
        (Record(used=8, edited=3, heavy=3), Standing.LOST, Why.TURNED_DOWN),
        (Record(used=1, rejected=2), Standing.NOT_YET, Why.TOO_FEW),
        (Record(used=10, answered=20, asked_again=3), Standing.EARNED, Why.USED_AS_WRITTEN),
        (Record(used=10, answered=19, asked_again=3), Standing.LOST, Why.ASKED_ON),
        (Record(answered=10, asked_again=1, asked_for_person=1), Standing.NOT_YET, Why.TOO_FEW),
        (Record(answered=10, asked_again=1, asked_for_person=2), Standing.LOST, Why.ASKED_ON),
        (Record(used=100, marked_wrong=1), Standing.LOST, Why.MARKED_WRONG),
    ],
)
def test_where_an_entry_stands(record: Record, stands: Standing, why: Why) -> None:
    assert standing(record, Terms.shipped()) == (stands, why)


def test_other_terms_give_other_standings() -> None:
    strict = replace(Terms.shipped(), decided_at_least=20)
    assert standing(Record(used=10), strict) == (Standing.NOT_YET, Why.TOO_FEW)
