"""Everything a handler may use, handed in where all is wired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.service.clocks import Clocks
    from bot.service.desk import Desk
    from bot.service.directory import Directory
    from bot.service.intake import Intake
    from bot.service.people import People
    from bot.service.publishing import Publishing
    from bot.service.setup import Setup
    from bot.service.shelf import Shelf
    from bot.settings import Settings
    from bot.store.engine import Store
    from bot.web.feed import Feed


@dataclass(slots=True)
class Services:
    """The rooms behind the door."""

    settings: Settings
    store: Store
    clocks: Clocks
    directory: Directory
    shelf: Shelf
    people: People
    intake: Intake
    desk: Desk
    publishing: Publishing
    setup: Setup
    feed: Feed
    simulator: Any
    """The fake platform of the sandbox channel."""
    start_token: str = ""
