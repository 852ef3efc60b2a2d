"""The setup file (``miaohui init``): its shape, and errors that name the path and the line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from adapters.base import Channel
from bot.service.plain_yaml import DocumentError, line_of, load
from bot.service.shops import NewShop

Text = Annotated[str, StringConstraints(min_length=1)]
RoleName = Literal["agent", "supervisor", "operator", "admin"]


class Part(BaseModel):
    """A part of a setup file: a name nobody knows is an error, not a silent loss."""

    model_config = {"extra": "forbid"}


class Hours(Part):
    """Service hours, local time: ``{start: 09:00, end: 23:00}``, or in short ``09:00-23:00``."""

    start: Text
    end: Text

    @model_validator(mode="before")
    @classmethod
    def _in_short(cls, value: Any) -> Any:
        if isinstance(value, str) and value.count("-") == 1:
            start, _, end = value.partition("-")
            return {"start": start.strip(), "end": end.strip()}
        return value


class ShopPart(Part):
    """A shop."""

    id: Text
    name: Text
    platform: Text
    simulated: bool = False
    tier: str | None = None
    store_type: str | None = None
    open_date: str | None = None
    monthly_sales: float | None = None
    monthly_orders: int | None = Field(None, ge=0)
    promo_dates: list[date] | None = Field(None, max_length=366)
    category: str | None = None
    service_hours: Hours | None = None
    bot_mode: Literal["off", "suggest", "auto"] | None = None
    human_follow_up: Literal["always", "within_budget", "off"] | None = None
    notices: dict[str, str] | None = None
    timed_answer_s: int | None = Field(None, ge=0, le=86_400)
    partial_answers: bool | None = None
    threshold: float | None = Field(None, ge=0, le=100)
    promise_s: int | None = Field(None, ge=0, le=86_400)
    holding_words: list[str] | None = Field(None, max_length=100)
    rules: dict[str, Any] | None = None

    def new(self) -> NewShop:
        """The shop to make or change."""
        own = {"id", "name", "platform", "simulated", "bot_mode", "human_follow_up"}
        options = self.model_dump(exclude=own, exclude_none=True, mode="json")
        return NewShop(self.id, self.name, self.platform, self.simulated, self.bot_mode, self.human_follow_up, options)


class ChannelPart(Part):
    """A channel; its key begins with its shop and a dot."""

    key: Text
    shop: Text
    adapter: Text
    secrets: list[Text] = Field(min_length=1, max_length=20)
    send_url: str = ""
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _key_names_the_shop(self) -> ChannelPart:
        if not self.key.startswith(f"{self.shop}.") or "/" in self.key:
            raise ValueError(
                f"编号要以「{self.shop}.」开头，不含斜杠 / the key must begin with “{self.shop}.” and hold no slash"
            )
        return self

    def channel(self) -> Channel:
        """The channel to make or change."""
        return Channel(self.key, self.shop, self.adapter, tuple(self.secrets), self.send_url, self.options)


class User(Part):
    """A person with one role in some shops, or in all."""

    name: Text
    password: Text
    role: RoleName
    shops: list[Text] | Literal["*"]

    def pairs(self) -> list[tuple[str, str]]:
        """(shop, role) for each shop."""
        return [(shop, self.role) for shop in (["*"] if self.shops == "*" else self.shops)]


class TokenPart(Part):
    """A machine's key."""

    name: Text
    value: Annotated[str, StringConstraints(min_length=16)]
    role: RoleName
    shops: list[Text] | Literal["*"]

    def shop_list(self) -> list[str]:
        """The shops, ``*`` for all."""
        return ["*"] if self.shops == "*" else list(self.shops)


class KeywordsPart(Part):
    """Words tied to an entry."""

    all: list[str] = []
    any: list[str] = []
    never: list[str] = []
    ordered: list[str] = []
    exact: list[str] = []
    pattern: list[str] = []
    priority: int = 0


class EntryPart(Part):
    """An entry written in the file itself."""

    id: Text
    question: Text
    answer: str
    phrasings: list[str] = []
    similar: list[str] = []
    not_this: list[str] = []
    keywords: KeywordsPart | list[str] = KeywordsPart()
    category: str = ""
    products: list[str] = []
    variants: dict[str, str] = {}
    threshold: float | None = None
    mode: Literal["auto", "suggest", "off"] = "auto"
    then_person: bool = False
    valid_from: str | None = None
    valid_to: str | None = None

    def data(self) -> dict[str, Any]:
        """The entry's JSON; ``similar`` is another word for phrasings, a plain list of keywords means any of them."""
        words = self.keywords
        kept = KeywordsPart(any=words) if isinstance(words, list) else words
        return {
            **self.model_dump(exclude={"id", "similar", "keywords"}),
            "phrasings": [*self.phrasings, *self.similar],
            "keywords": kept.model_dump(),
        }


class TableRef(Part):
    """A FAQ in a file of its own (.xlsx .xls .csv .yaml), named from the setup file's folder."""

    shop: Text
    file: Text


class PackRef(Part):
    """A starter pack."""

    shop: Text
    pack: Text


class EntryList(Part):
    """Entries written in the setup file."""

    shop: Text
    entries: list[EntryPart]


class Document(Part):
    """A setup file."""

    version: Literal[1]
    shops: list[ShopPart] = []
    channels: list[ChannelPart] = []
    users: list[User] = []
    tokens: list[TokenPart] = []
    faq: list[TableRef | PackRef | EntryList] = []


_WORDS = {
    "missing": "缺少这一项 / this is missing",
    "extra_forbidden": "没有这个名称 / there is no such name",
    "string_type": "要写成文字，数字请加引号 / must be text; put quotes around a number",
    "string_too_short": "太短了，至少 {min_length} 个字符 / too short: at least {min_length} characters",
    "literal_error": "只能是 {expected} / must be {expected}",
    "list_type": "要写成列表 / must be a list",
    "model_type": "要写成“名称: 值” / must be names with values",
    "dict_type": "要写成“名称: 值” / must be names with values",
    "bool_parsing": "只能是 true 或 false / must be true or false",
}
"""What is most often wrong, in both languages; pydantic's own words serve for the rest."""


def read(text: str) -> tuple[Document, Mapping[str, int]]:
    """Read a setup file; return it and, for each pointer, its line.

    Raises:
        DocumentError: not YAML or JSON, or not of this shape.
    """
    value, lines = load(text)
    try:
        return Document.model_validate(value), lines
    except ValidationError as error:
        first = _most_telling(error)
        where = _pointer(first["loc"], lines)
        raise DocumentError(where, line_of(where, lines), _words(first)) from error


def _words(error: Any) -> str:
    known = _WORDS.get(error["type"])
    if known:
        return known.format(**error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Value error, ")


def _most_telling(error: ValidationError) -> Any:
    """Of the errors of a union's branches the deepest: it speaks of the shape that was meant."""
    return max(error.errors(include_url=False, include_input=False), key=lambda e: len(e["loc"]))


def _pointer(loc: tuple[int | str, ...], lines: Mapping[str, int]) -> str:
    """A pointer into the file; names of a union's branches, which are not in it, are left out."""
    pointer = ""
    for part in loc:
        branch = part in ("TableRef", "PackRef", "EntryList", "KeywordsPart") or str(part).startswith(
            ("list[", "literal[")
        )
        if not branch:
            pointer += f"/{part}"
    return pointer or "/"
