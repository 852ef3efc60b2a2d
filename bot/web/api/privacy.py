"""The door of personal data: what is kept of one buyer, handed out or erased."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bot.web import auth
from bot.web.route import ADMINS, Call, Shape, in_shop


class BuyerNamed(Shape):
    """Whose data: the platform's id of the buyer."""

    buyer: str = Field(min_length=1, max_length=200)


async def export(call: Call) -> Any:
    """All that is kept of one buyer in a shop, as JSON."""
    place = auth.place(call.request, call.services.settings)
    return await call.services.erasing.export(call.shop, call.query.buyer, by=call.principal.id, place=place)


async def erase(call: Call) -> Any:
    """Erase one buyer in a shop; the ledger and the sums stay, earlier backups still hold the data."""
    place = auth.place(call.request, call.services.settings)
    return await call.services.erasing.erase(call.shop, call.body.buyer, by=call.principal.id, place=place)


ROUTES = [
    in_shop("GET", "/personal-data", export, ADMINS, query=BuyerNamed),
    in_shop("POST", "/personal-data/erase", erase, ADMINS, body=BuyerNamed),
]
