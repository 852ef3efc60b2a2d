"""Whether an entry may answer at all here and now."""

from __future__ import annotations

from knowledge_base.entry import Context, Entry


def may_answer(entry: Entry, context: Context) -> bool:
    """Say whether an entry is valid on the day and meant for the product at hand.

    An entry for certain products needs to know the product; without a day every entry is valid.
    """
    if entry.products and context.product not in entry.products:
        return False
    if context.today is None:
        return True
    begun = entry.valid_from is None or entry.valid_from <= context.today
    return begun and (entry.valid_to is None or context.today <= entry.valid_to)
