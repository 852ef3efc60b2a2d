"""What a person or a token may be called, and which roles there are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from bot.service.principal import EVERYBODY
from bot.service.refusal import Because, Refusal

MOST = 40


def checked_name(name: str) -> str:
    """A name as it is kept: full width made narrow (NFKC), no spaces around it.

    Raises:
        Refusal: empty, too long, or with characters nobody can see.
    """
    name = unicodedata.normalize("NFKC", name).strip()
    if not 0 < len(name) <= MOST or not name.isprintable():
        raise Refusal(
            Because.INVALID,
            "name_invalid",
            f"名字要有 1 到 {MOST} 个看得见的字符。",
            f"A name has 1 to {MOST} visible characters.",
            pointer="/name",
        )
    return name


def checked_roles(roles: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of (shop or ``*``, role), sorted, each once.

    Raises:
        Refusal: a role does not exist, a shop is empty, or there is no role at all.
    """
    pairs = sorted(set(roles))
    if not pairs or any(not shop or role not in EVERYBODY for shop, role in pairs):
        raise Refusal(
            Because.INVALID,
            "roles_invalid",
            "请至少给一个角色：agent（客服）、operator（运营）、supervisor（主管）或 admin（管理员），并写明店铺，全部店铺写 *。",
            "Give at least one role, agent, operator, supervisor or admin, each with a shop or * for all shops.",
            pointer="/roles",
        )
    return pairs
