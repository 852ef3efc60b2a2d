"""Everything a handler may use, handed in where all is wired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.service.agents import Agents
    from bot.service.alarms import Alarms
    from bot.service.answering import Answering
    from bot.service.buyers import Buyers
    from bot.service.charts import Charts
    from bot.service.checking import Checking
    from bot.service.clocks import Clocks
    from bot.service.contradictions import Contradictions
    from bot.service.correcting import Correcting
    from bot.service.coverage import Coverage
    from bot.service.desk import Desk
    from bot.service.desk_line import DeskLine
    from bot.service.directory import Directory
    from bot.service.drafts import Drafts
    from bot.service.erasing import Erasing
    from bot.service.errands import Errands
    from bot.service.explaining import Explaining
    from bot.service.facts import Facts
    from bot.service.follow_ups import FollowUps
    from bot.service.forecasts import Forecasts
    from bot.service.gaps import Gaps
    from bot.service.gate import Gate
    from bot.service.intake import Intake
    from bot.service.nights import Nights
    from bot.service.openings import Openings
    from bot.service.passing import Passing
    from bot.service.patience import Patience
    from bot.service.people import People
    from bot.service.phrase_book import PhraseBook
    from bot.service.presences import Presences
    from bot.service.publishing import Publishing
    from bot.service.pulse import Pulse
    from bot.service.recounting import Recounting
    from bot.service.replay import Replay
    from bot.service.reports import Reports
    from bot.service.rulebook import Rulebook
    from bot.service.rules import Rules
    from bot.service.scorecards import Scorecards
    from bot.service.searching import Searching
    from bot.service.setup import Setup
    from bot.service.shelf import Shelf
    from bot.service.shops import Shops
    from bot.service.statement_files import StatementFiles
    from bot.service.statements import Statements
    from bot.service.teams import Teams
    from bot.service.worker import Worker
    from bot.settings import Settings
    from bot.store.engine import Store
    from bot.web.api.simulator import Wire
    from bot.web.feed import Feed
    from bot.web.route import Route


@dataclass(slots=True)
class Services:
    """The rooms behind the door."""

    settings: Settings
    store: Store
    clocks: Clocks
    patience: Patience
    """For what a webhook waits for."""
    directory: Directory
    shelf: Shelf
    people: People
    shops: Shops
    worker: Worker
    intake: Intake
    errands: Errands
    answering: Answering
    desk: Desk
    passing: Passing
    teams: Teams
    presences: Presences
    desk_line: DeskLine
    checking: Checking
    drafts: Drafts
    correcting: Correcting
    reports: Reports
    phrase_book: PhraseBook
    buyers: Buyers
    searching: Searching
    follow_ups: FollowUps
    scorecards: Scorecards
    agents: Agents
    charts: Charts
    alarms: Alarms
    pulse: Pulse
    gate: Gate
    statements: Statements
    statement_files: StatementFiles
    erasing: Erasing
    explaining: Explaining
    forecasts: Forecasts
    nights: Nights
    openings: Openings
    rules: Rules
    recounting: Recounting
    rulebook: Rulebook
    replay: Replay
    contradictions: Contradictions
    facts: Facts
    publishing: Publishing
    gaps: Gaps
    coverage: Coverage
    setup: Setup
    feed: Feed
    wire: Wire
    simulator: Any
    """The fake platform of the sandbox channels."""
    make_fault: Callable[[str, str], None]
    """Make a simulated channel's send address misbehave: channel key, fault's name or ``none``."""
    routes: Sequence[Route]
    start_token: str = ""
