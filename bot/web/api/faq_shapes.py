"""What the FAQ's routes take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from bot.web.route import Shape

Id = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")


class KeywordsBody(Shape):
    """Words tied to an entry: every one of ``all``, one of ``any``, none of ``never``; ``ordered`` words in this order
    (``退…运费``), ``exact`` whole questions, ``pattern`` RE2 expressions. Of two entries that keywords speak for alike
    the one of higher ``priority`` answers.
    """

    all: list[str] = Field(default_factory=list)
    any: list[str] = Field(default_factory=list)
    never: list[str] = Field(default_factory=list)
    ordered: list[str] = Field(default_factory=list)
    exact: list[str] = Field(default_factory=list)
    pattern: list[str] = Field(default_factory=list)
    priority: int = 0


Reason = Field(default="", max_length=500)
"""Why a change may break cases of the gate; needed only where it does."""


class EntryFields(Shape):
    """What an operator writes about one thing the shop knows."""

    question: str
    answer: str = ""
    phrasings: list[str] = Field(default_factory=list)
    not_this: list[str] = Field(default_factory=list)
    keywords: KeywordsBody = Field(default_factory=KeywordsBody)
    category: str = ""
    products: list[str] = Field(default_factory=list)
    variants: dict[str, str] = Field(default_factory=dict)
    threshold: float | None = None
    mode: Literal["auto", "suggest", "off"] = "auto"
    then_person: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    status: Literal["on", "off", "draft"] = "on"

    def data(self) -> dict[str, Any]:
        """The entry's JSON, without what stands beside it."""
        return self.model_dump(mode="json", exclude={"status", "version", "id", "reason"})


class NewEntry(EntryFields):
    """A new entry; without an ``id`` one is made. ``reason``: why it may break cases."""

    id: str | None = Id
    reason: str = Reason


class SavedEntry(EntryFields):
    """A changed entry. ``version`` is the one the writer saw. ``reason``: why it may break cases."""

    version: int = Field(ge=1)
    reason: str = Reason


class TableQuery(Shape):
    """Which rows of the table are wanted; without a status all but deleted ones. ``q`` must stand in question, phrasings
    or answer; ``like`` instead lists what answers in the shop, most like the text first, of all states those that are on."""

    q: str = Field(default="", max_length=200)
    like: str = Field(default="", max_length=200)
    category: str = Field(default="", max_length=100)
    status: Literal["", "on", "off", "draft", "deleted"] = ""
    after: str = Field(default="", max_length=100)
    limit: int = Field(default=100, ge=1, le=500)


class Restored(Shape):
    """Which version to bring back; none means the last one before the deletion."""

    version: int | None = Field(default=None, ge=1)
    reason: str = Reason


class ReasonQuery(Shape):
    """Why the act may break cases of the gate."""

    reason: str = Reason


class BulkBody(Shape):
    """One act on many entries: another status (``deleted`` too), another category, or both."""

    ids: list[str] = Field(min_length=1, max_length=5_000)
    status: Literal["on", "off", "draft", "deleted"] | None = None
    category: str | None = None
    reason: str = Reason


class UndoBody(Shape):
    """What a bulk act made, each entry with the version it got."""

    versions: dict[str, int] = Field(min_length=1, max_length=5_000)


class TextBody(Shape):
    """A text as a buyer or an agent would write it."""

    text: str = Field(min_length=1, max_length=5_000)


class NeighboursBody(TextBody):
    """A text, the entry that is not its own neighbour, and other wordings of the text (``also``)."""

    exclude: str | None = None
    also: list[str] = Field(default_factory=list, max_length=50)


class FieldValue(Shape):
    """A fact the shop vouches for; an empty value takes it back."""

    name: str
    value: str


class FieldsBody(Shape):
    """Facts that are confirmed together. ``reason``: why cases may break by it."""

    fields: list[FieldValue] = Field(max_length=300)
    reason: str = Reason

    def values(self) -> dict[str, str]:
        """The facts by name."""
        return {field.name: field.value for field in self.fields}


class EntryOut(EntryFields):
    """An entry as it stands: who saved it when, how often it answered in seven days, which fields it lacks here."""

    status: Literal["on", "off", "draft", "deleted"]  # type: ignore[assignment]
    id: str
    shop: str
    version: int
    changed_by: str
    changed_at: datetime
    hits_7d: int
    missing_fields: list[str]


class TableEntry(EntryOut):
    """An entry in the table; ``similarity`` (0–100) to the text, where entries like one were asked for."""

    similarity: float | None = None


class TableOut(BaseModel):
    """One page of the table; ``next`` is the cursor of the following one."""

    items: list[TableEntry]
    next: str | None
    total: int
    categories: list[str]


class DeletedOut(BaseModel):
    """What was taken out of use."""

    deleted: str


class ChangedOut(BaseModel):
    """How many entries an act changed, and the version each has now: what ``undo`` takes."""

    changed: int
    versions: dict[str, int]


class TakenBackOut(BaseModel):
    """How many entries are as they were before; ``kept`` were saved since."""

    restored: int
    kept: list[str]


class NeighbourOut(BaseModel):
    """An entry like a text, and which of its phrasings is most like it."""

    id: str
    question: str
    similarity: float
    phrasing: str


class CheckOut(BaseModel):
    """What the shop's rules make of a text."""

    meaningless: bool
    forbidden: list[str]
    ruleset: str


class WordsOut(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class RemarkOut(BaseModel):
    """One thing to know about a text of an entry, and the column it stands in."""

    code: str
    column: str
    why: WordsOut


class RemarksOut(BaseModel):
    """What there is to know about the texts of an entry."""

    remarks: list[RemarkOut]
