"""What the doors for tables of entries and for starter packs take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from bot.service.fields import Fact
from bot.web.api.faq_shapes import Reason, RemarkOut, WordsOut
from bot.web.route import Shape


class ImportQuery(Shape):
    """``columns``: JSON ``{our name: header}``, to correct what was guessed."""

    columns: str = Field(default="", max_length=10_000)


class ApplyQuery(Shape):
    """``skip_errors``: take the good rows although others have errors. ``reason``: why it may break cases."""

    skip_errors: bool = False
    reason: str = Reason


class ExportQuery(Shape):
    """The file format wanted, and which rows of the table; ``ids`` between commas. Without any of them all but deleted."""

    format: Literal["xlsx", "csv", "yaml", "json"] = "xlsx"
    q: str = Field(default="", max_length=200)
    category: str = Field(default="", max_length=100)
    status: Literal["", "on", "off", "draft"] = ""
    ids: str = Field(default="", max_length=6_000)


class RowErrorOut(BaseModel):
    """What is wrong in one cell of a table."""

    row: int
    column: str
    why: WordsOut


class RowRemarkOut(RemarkOut):
    """One thing to know about a text that a row would save."""

    row: int
    question: str


class CellOut(BaseModel):
    """What a row would change in one column of an entry: the lines that go and those that come."""

    column: str
    before: str
    after: str


class RowOut(BaseModel):
    """What one row of a table would do; ``cells``: what of the entry becomes another."""

    row: int
    state: Literal["new", "changed", "unchanged", "error"]
    question: str
    answer: str
    why: WordsOut | None
    cells: list[CellOut]


class PreviewOut(BaseModel):
    """What importing a table would do. Counts are of all rows; of errors, remarks and rows of each state the first 200 are
    listed."""

    id: str
    columns: dict[str, str]
    headers: list[str]
    new: int
    changed: int
    unchanged: int
    failed: int
    remarked: int
    errors: list[RowErrorOut]
    remarks: list[RowRemarkOut]
    rows: list[RowOut]


class ProgressOut(BaseModel):
    """How far an import is, in percent of the present act."""

    stage: Literal["waiting", "reading", "rows", "comparing", "playing", "writing", "publishing"] | None
    percent: int | None


class AppliedOut(BaseModel):
    """What an import did."""

    import_id: str
    added: int
    changed: int
    skipped: int


class ImportOut(BaseModel):
    """An import that was applied."""

    id: str
    file: str
    added: int
    changed: int
    by: str
    at: datetime
    undone: bool


class ImportsOut(BaseModel):
    """The last imports of a shop, latest first."""

    items: list[ImportOut]


class UndoneOut(BaseModel):
    """What taking an import back did; ``kept`` were edited since."""

    restored: int
    removed: int
    kept: list[str]


class PackOut(BaseModel):
    """A starter pack."""

    id: str
    name: dict[str, str]
    entries: int
    phrases: int


class PackAppliedOut(BaseModel):
    """What a starter pack brought, and the facts of the shop afterwards."""

    added: int
    changed: int
    unchanged: int
    fields: list[Fact]
