"""Who acts: a person or a machine's token, and what they may do in which shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

AGENT, SUPERVISOR, OPERATOR, ADMIN = "agent", "supervisor", "operator", "admin"
EVERYBODY = (AGENT, SUPERVISOR, OPERATOR, ADMIN)
EVERY_SHOP = "*"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a person or a machine's token, with roles by shop (``*`` = all)."""

    id: str
    name: str
    roles: Mapping[str, frozenset[str]]
    """Shop (or ``*``) → roles there."""
    lang: str = "zh-CN"
    is_person: bool = True

    def roles_in(self, shop: str) -> frozenset[str]:
        """The roles held in a shop, those of ``*`` included."""
        return self.roles.get(shop, frozenset()) | self.roles.get(EVERY_SHOP, frozenset())

    def may(self, roles: tuple[str, ...], shop: str) -> bool:
        """Say whether one of ``roles`` is held in ``shop``."""
        return not self.roles_in(shop).isdisjoint(roles)

    def shops(self, known: Iterable[str], roles: tuple[str, ...] = EVERYBODY) -> list[str]:
        """Those of the known shops in which one of ``roles`` is held."""
        return [shop for shop in known if self.may(roles, shop)]


NOBODY = Principal(id="", name="", roles={}, is_person=False)
