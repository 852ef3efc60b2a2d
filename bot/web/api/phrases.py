"""The door of quick phrases, of what is known of a buyer, and of searching messages."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import unquote

from aiohttp import web
from pydantic import Field

from bot.service.phrase_book import Phrase
from bot.web import views
from bot.web.problem import Problem, not_found
from bot.web.recording import recorded
from bot.web.route import (
    ADMIN,
    DESK,
    EVERYBODY,
    OPERATOR,
    SUPERVISOR,
    Auth,
    Call,
    Route,
    Scope,
    Shape,
    in_conversation,
    in_shop,
)

KEEPERS = (SUPERVISOR, OPERATOR, ADMIN)
"""Who may change the phrases of a shop; one's own everybody may."""
FILE_AT_MOST = 2 << 20
ENTRIES, ENTRIES_A_SHOP = 20, 5
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class PhraseBody(Shape):
    """A quick phrase; ``own``: only yours."""

    title: str
    text: str
    category: str = ""
    own: bool = False


class SlashQuery(Shape):
    """What was typed after the slash: text, pinyin, or its initials; the ``conversation`` it was typed in fills fields."""

    q: str = Field("", max_length=100)
    limit: int = Field(20, ge=1, le=100)
    conversation: str = Field("", max_length=80)


class PhrasesFileQuery(Shape):
    """As what kind of file."""

    kind: Literal["xlsx", "csv"] = "xlsx"


class PhrasesImportQuery(Shape):
    """Whose the phrases are: the shop's, or your own."""

    own: bool = False


class BuyerBody(Shape):
    """What the shop keeps about a buyer."""

    note: str = ""
    labels: list[str] = Field(default_factory=list, max_length=50)


class SearchQuery(Shape):
    """Words to find, in one shop or in all of yours."""

    q: str = Field("", max_length=100)
    shop: str = ""
    limit: int = Field(50, ge=1, le=200)


async def slash(call: Call) -> Any:
    """Phrases and answers of the FAQ that fit what was typed, the most used first; fields filled, missing ones named."""
    query: SlashQuery = call.query
    phrases = call.services.publishing.phrases
    found = await phrases.search(call.shop, call.principal.id, query.q, query.limit, query.conversation)
    return {"items": found}


def _may(call: Call, owner: str | None) -> None:
    """Make sure that one may change a phrase: one's own, or the shop's if one keeps those; a colleague's is not there."""
    if owner is not None and owner != call.principal.id:
        raise not_found()
    if owner is None and not call.principal.may(KEEPERS, call.shop):
        raise Problem(
            403, "not_allowed", "共享短语由主管或运营修改。", "Shared phrases are changed by supervisors and operators."
        )


def _phrase(body: PhraseBody) -> Phrase:
    return Phrase(body.title, body.text, body.category, body.own)


async def add(call: Call) -> Any:
    """Add a quick phrase, the shop's or your own."""
    _may(call, call.principal.id if call.body.own else None)
    return {"id": await call.services.phrase_book.save(call.shop, _phrase(call.body), by=call.principal.id)}


async def change(call: Call) -> Any:
    """Change a quick phrase."""
    _may(call, await call.services.phrase_book.owner(call.shop, call.path("phrase")))
    _may(call, call.principal.id if call.body.own else None)
    made = await call.services.phrase_book.save(
        call.shop, _phrase(call.body), by=call.principal.id, phrase_id=call.path("phrase")
    )
    return {"id": made}


async def delete(call: Call) -> Any:
    """Take a quick phrase away."""
    _may(call, await call.services.phrase_book.owner(call.shop, call.path("phrase")))
    await call.services.phrase_book.delete(call.shop, call.path("phrase"), by=call.principal.id)
    return {"deleted": call.path("phrase")}


async def export(call: Call) -> web.Response:
    """The shop's phrases and your own as a table."""
    kind = call.query.kind
    data = await call.services.phrase_book.export(call.shop, call.principal.id, kind)
    headers = {"Content-Disposition": f'attachment; filename="phrases.{kind}"', "Content-Type": _TYPES[kind]}
    return web.Response(body=data, headers=headers)


async def take_in(call: Call) -> Any:
    """Take in a table of phrases (标题 分类 内容; .xlsx .xls .csv): all of it, or nothing where a row is wrong."""
    _may(call, call.principal.id if call.query.own else None)
    data = await call.request.read()
    name = unquote(call.request.headers.get("X-Filename", "phrases.xlsx"))
    return await call.services.phrase_book.take_in(call.shop, data, name, own=call.query.own, by=call.principal.id)


async def buyer(call: Call) -> Any:
    """The buyer of a conversation: the shop's note and labels, earlier conversations, orders."""
    return _buyer(await call.services.buyers.of(call.path("conversation")))


async def keep_buyer(call: Call) -> Any:
    """Keep a note (500 characters at most) and labels about the buyer, for the whole shop."""
    body: BuyerBody = call.body
    return _buyer(
        await call.services.buyers.keep(call.path("conversation"), body.note, body.labels, by=call.principal.id)
    )


def _buyer(found: dict[str, Any]) -> dict[str, Any]:
    earlier = [
        {**row, "created_at": views.iso(row["created_at"]), "last_at": views.iso(row["last_at"])}
        for row in found["conversations"]
    ]
    cards = {kind: [{**card, "at": views.iso(card["at"])} for card in found[kind]] for kind in ("orders", "products")}
    return {**found, **cards, "changed_at": views.iso(found["changed_at"]), "conversations": earlier}


async def search(call: Call) -> Any:
    """Messages in which the words stand, the latest first (two Chinese characters are enough), and ``conversations`` of
    buyers who are called so, and ``entries`` of the FAQ in which they stand."""
    query: SearchQuery = call.query
    mine = call.principal.shops(call.services.directory.shops, EVERYBODY)
    if query.shop and query.shop not in mine:
        raise not_found()
    shops = [query.shop] if query.shop else mine
    found = await call.services.searching.find(shops, query.q, query.limit)
    talks = await call.services.searching.buyers(shops, query.q)
    entries = await _entries(call, shops, query.q) if query.q.strip() else []
    return {
        "entries": entries,
        "items": [{**row, "at": views.iso(row["at"])} for row in found],
        "conversations": [{**row, "last_at": views.iso(row["last_at"])} for row in talks],
    }


async def _entries(call: Call, shops: list[str], text: str) -> list[dict[str, Any]]:
    known = call.services.directory.shops
    out: list[dict[str, Any]] = []
    for shop in shops:
        table = await call.services.publishing.table(shop, text=text, limit=ENTRIES_A_SHOP)
        rows = (row.as_json() for row in table.rows)
        of_shop = {"shop": shop, "shop_name": known[shop].name}
        out += [of_shop | {name: row[name] for name in ("id", "question", "answer")} for row in rows]
    return out[:ENTRIES]


ROUTES: list[Route] = [
    in_shop("GET", "/slash", slash, EVERYBODY, query=SlashQuery, tags=("desk",)),
    in_shop("POST", "/phrases", recorded("phrase_added", add), EVERYBODY, body=PhraseBody, tags=("desk",)),
    in_shop("PUT", "/phrases/{phrase}", recorded("phrase_changed", change), EVERYBODY, body=PhraseBody, tags=("desk",)),
    in_shop("DELETE", "/phrases/{phrase}", recorded("phrase_deleted", delete), EVERYBODY, tags=("desk",)),
    in_shop(
        "GET",
        "/phrases/export",
        recorded("phrases_exported", export),
        EVERYBODY,
        query=PhrasesFileQuery,
        tags=("desk",),
    ),
    in_shop(
        "POST",
        "/phrases/import",
        recorded("phrases_imported", take_in),
        EVERYBODY,
        query=PhrasesImportQuery,
        raw=True,
        limit=FILE_AT_MOST,
        tags=("desk",),
    ),
    in_conversation("GET", "/buyer", buyer, EVERYBODY, tags=("desk",)),
    in_conversation("PUT", "/buyer", recorded("buyer_noted", keep_buyer), DESK, body=BuyerBody, tags=("desk",)),
    Route(
        "GET", "/api/v1/messages/search", search, Auth.PERSON, EVERYBODY, Scope.ANY, query=SearchQuery, tags=("desk",)
    ),
]
