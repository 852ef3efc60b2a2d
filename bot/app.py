"""The one room where all is wired. Everything else is handed what it needs; tests call the same function."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import structlog

from adapters.registry import ADAPTERS, make_clients
from adapters.sandbox import FakePlatform
from adapters.sandbox.platform import Fault, FaultKind
from bot import rulesets
from bot.accounting.ruleset import Ruleset
from bot.alarms import Teller
from bot.service.agents import Agents
from bot.service.alarm_watch import AlarmWatch
from bot.service.alarms import Alarms
from bot.service.answering import Answering
from bot.service.assigning import Assigning
from bot.service.books import Books
from bot.service.buyers import Buyers
from bot.service.charts import Charts
from bot.service.checking import Checking
from bot.service.clocks import Clocks
from bot.service.contradictions import Contradictions
from bot.service.correcting import Correcting
from bot.service.coverage import Coverage
from bot.service.deciding import Deciding
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
from bot.service.gap_intake import GapIntake
from bot.service.gaps import Gaps
from bot.service.gate import Gate
from bot.service.intake import Intake
from bot.service.moves import Moves
from bot.service.nights import Nights
from bot.service.openings import Openings
from bot.service.passing import Passing
from bot.service.patience import Patience
from bot.service.people import People
from bot.service.phrase_book import PhraseBook
from bot.service.presences import Presences
from bot.service.promises import Promises
from bot.service.publishing import Publishing
from bot.service.pulse import Pulse
from bot.service.recounting import Recounting
from bot.service.replay import Replay
from bot.service.reports import Reports
from bot.service.rulebook import Rulebook
from bot.service.rules import Rules
from bot.service.scorecards import Scorecards
from bot.service.searching import Searching
from bot.service.sending import Sending
from bot.service.setup import Setup
from bot.service.shelf import Shelf
from bot.service.shops import Shops
from bot.service.statement_files import StatementFiles
from bot.service.statements import Statements
from bot.service.teams import Teams
from bot.service.ticking import Ticking
from bot.service.together import Together
from bot.service.watching import Watch, Watching
from bot.service.worker import Worker
from bot.settings import Settings
from bot.store.engine import Store
from bot.store.faq import CHANGED
from bot.store.migrate import migrate
from bot.store.vault import Vault
from bot.web.api.simulator import Wire
from bot.web.feed import Feed
from bot.web.routes import ALL
from bot.web.services import Services

EXPIRE_EVERY_S = 6 * 3600.0
SPARE_S = 0.1
"""Of the time in which a webhook is answered, what is left for the answer itself once the store is too slow."""
STALL_S = 8.0
"""A simulated stall outlasts the sending timeout."""

log = structlog.get_logger("app")


def real_clock(settings: Settings) -> Callable[[], datetime]:
    """The clock of this process: the real one, or one that started at the time a setting names."""
    if settings.clock_starts_at is None:
        return lambda: datetime.now(UTC)
    offset = settings.clock_starts_at - datetime.now(UTC)
    return lambda: datetime.now(UTC) + offset


def load_ruleset(name: str, day: date | None, overrides: Mapping[str, Any] | None) -> Ruleset:
    """The rules in force on a day; for a day before the first version, that first version."""
    first = rulesets.versions(name)[0]
    return rulesets.load(name, max(day, first) if day else None, overrides)


def chat_rulesets() -> frozenset[str]:
    """The platforms whose rulesets judge chats."""
    return frozenset(name for name in rulesets.names() if rulesets.load(name).chat)


class App:
    """A wired service: ``start`` it, hand ``services`` to the web, ``stop`` it. ``now`` replaces the real clock."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] | None = None) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.clocks = Clocks(now or real_clock(settings))
        self.store = Store(settings.database or settings.data / "miaohui.db")
        self.worker = Worker(self.store, self.clocks, settings.lease_s, settings.heartbeat_s)
        self.vault = Vault.at(settings.data / "secret.key")
        self.simulator = FakePlatform(lambda channel: self.clocks.now(channel.shop))
        self.clients = make_clients(self.simulator)
        self.directory = Directory(
            self.store,
            self.vault,
            self.clocks,
            {name: wire.adapter for name, wire in ADAPTERS.items()},
            load_ruleset,
            chat_rulesets(),
        )
        self._wire_flow()
        self._wire_rest()

    def _wire_flow(self) -> None:
        """Intake → answering → sending, and what falls due."""
        self.shelf = Shelf(self.store, self.directory)
        self.books = Books(self.directory, self.clocks)
        self.recounting = Recounting(self.store, self.directory, self.clocks, self.books)
        self.moves = Moves(self.clocks, self.books, Promises(self.directory, self.clocks))
        self.sending = Sending(
            self.store, self.directory, self.clocks, self.books, self.worker, self.clients, self.moves.after_sent
        )
        self.answering = Answering(
            self.store,
            self.shelf,
            Deciding(self.directory, self.clocks, self.books, self.worker),
            self.sending,
            self.worker,
        )
        self.together = Together(self.store, self.worker, self._take_in, self._committed)
        self.intake = Intake(
            self.store, self.clocks, self.worker, self.vault.digest, self.answering.put, self.together.ring
        )
        self.errands = Errands(self.store, self.directory, self.clocks, self.clients, self.intake)
        self.presences = Presences(self.store, self.clocks, self.moves)
        self.assigning = Assigning(self.store, self.clocks, self.directory, self.shelf, self.presences)
        self.desk_line = DeskLine(self.store, self.directory, self.clocks)
        self.searching = Searching(self.store)
        self.gap_intake = GapIntake(self.store, self.directory, self.clocks, self.shelf)
        self.erasing = Erasing(self.store, self.directory, self.clocks, self.vault)
        self.watching = Watching(self._watches(), self.worker.first)
        self.nights = Nights(self.store, self.directory, self.clocks)
        self.ticking = Ticking(
            self.store,
            self.directory,
            self.clocks,
            self.books,
            self.moves,
            self.shelf,
            self.answering,
            self.sending,
            self.nights,
        )

    def _watches(self) -> list[Watch]:
        """What is looked at again and again, how often in seconds."""
        return [
            Watch("assign", 1, self.assigning.look),
            Watch("assign_soon", 3600, self.assigning.assign, rung=True),
            Watch("line", 20, self.desk_line.watch),
            Watch("search", 2, self.searching.take_in),
            Watch("gaps", 3, self.gap_intake.take_in),
            Watch("expire", EXPIRE_EVERY_S, self.erasing.expire),
        ]

    def _books_services(self, shops: Shops) -> dict[str, Any]:
        """The services that read the books, and those that change what the books go by."""
        replay = Replay(self.store, self.directory, self.clocks)
        rules = Rules(self.store, self.directory, self.clocks, shops, self.recounting)
        statements = Statements(self.store, self.directory, self.clocks)
        return {
            "statements": statements,
            "statement_files": StatementFiles(statements),
            "explaining": Explaining(self.store, self.books),
            "forecasts": Forecasts(self.store, self.directory, self.clocks),
            "nights": self.nights,
            "openings": Openings(self.store, self.clocks),
            "rules": rules,
            "recounting": self.recounting,
            "rulebook": Rulebook(self.store, self.directory, self.clocks),
            "replay": replay,
            "contradictions": Contradictions(self.store, self.directory, self.clocks, replay, rules),
            "facts": Facts(self.directory, self.clocks, shops),
        }

    def _wire_rest(self) -> None:
        """People, publishing, setup, and the services the web is handed."""
        people = People(self.store, self.clocks)
        platforms = tuple(sorted({*rulesets.names(), "other"} - {"reviews", "other"}))
        shops = Shops(self.store, self.directory, self.clocks, self.vault, platforms)
        publishing = Publishing(self.store, self.clocks, self.directory, self.shelf)
        self.setup = Setup(self.store, self.clocks, self.directory, shops, people, publishing)
        scorecards = Scorecards(self.store, self.directory, self.clocks, self.settings.data)
        base_url = self.settings.public_url or ""
        self.alarms = Alarms(self.store, self.directory, self.clocks, self.vault, Teller(), base_url)
        self.pulse = Pulse()
        self.alarm_watch = AlarmWatch(self.store, self.directory, self.clocks, self.alarms)
        self.services = Services(
            settings=self.settings,
            store=self.store,
            clocks=self.clocks,
            patience=Patience(self.settings.webhook_deadline_s - SPARE_S),
            directory=self.directory,
            shelf=self.shelf,
            people=people,
            shops=shops,
            worker=self.worker,
            erasing=self.erasing,
            intake=self.intake,
            errands=self.errands,
            answering=self.answering,
            **self._desk(publishing),
            follow_ups=FollowUps(self.store, self.shelf, self.directory, self.clocks),
            scorecards=scorecards,
            agents=Agents(self.store, self.directory),
            charts=Charts(self.store),
            alarms=self.alarms,
            pulse=self.pulse,
            gate=Gate(self.pulse),
            **self._books_services(shops),
            publishing=publishing,
            coverage=Coverage(self.store, self.directory, self.clocks),
            gaps=Gaps(self.store, self.directory, self.clocks, self.shelf, publishing),
            setup=self.setup,
            feed=Feed(self.store),
            wire=Wire(),
            simulator=self.simulator,
            make_fault=self._make_fault,
            routes=ALL,
        )

    def _desk(self, publishing: Publishing) -> dict[str, Any]:
        """The rooms of those who work at the desk."""
        return {
            "desk": Desk(self.store, self.clocks, self.moves, self.sending),
            "passing": Passing(self.store, self.clocks, self.moves),
            "teams": Teams(self.store, self.clocks),
            "presences": self.presences,
            "desk_line": self.desk_line,
            "checking": Checking(self.store, self.directory, self.clocks, self.books, self.shelf),
            "drafts": Drafts(self.store, self.clocks),
            "correcting": Correcting(self.store, self.clocks, self.shelf, publishing),
            "reports": Reports(self.store, self.directory, self.clocks, self.moves, self.books),
            "phrase_book": PhraseBook(self.store, self.clocks),
            "buyers": Buyers(self.store, self.clocks),
            "searching": self.searching,
        }

    def _make_fault(self, channel: str, name: str) -> None:
        fault = None if name == "none" else Fault(FaultKind(name), seconds=STALL_S)
        self.simulator.set_fault(channel, fault)

    async def open(self) -> None:
        """Bring the store up to date and read the directory; no work is done yet."""
        await migrate(self.store)
        await self.store.open()
        await self.directory.reload()

    async def start(self) -> None:
        """Open, then find the work a former process left, and begin."""
        await self.open()
        if not await self.services.people.has_owner():
            self.services.start_token = secrets.token_urlsafe(24)
        await self.together.start(self.answering, self.sending)
        await self.errands.start()
        self.ticking.start()
        self.recounting.start()
        self.alarm_watch.start()
        self.pulse.start()
        self.watching.start()

    async def stop(self) -> None:
        """Finish what was accepted or leave it safely stored, then close."""
        self.together.cancel()
        await self.alarm_watch.stop()
        await self.pulse.stop()
        self.alarms.close()
        await self.errands.stop()
        await self.ticking.stop()
        await self.watching.stop()
        await self.recounting.stop()
        await self.answering.stop()
        await self.sending.drain(6)
        for client in self.clients.values():
            await client.close()
        await self.together.stop()
        await self.store.close()

    def _committed(self, shops: set[str]) -> None:
        self.services.feed.ring(shops)
        self.watching.ring()

    async def _take_in(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Take in what some process has changed about shops and FAQs, as lines of the installation's journal tell."""
        if any(line["kind"] != CHANGED for line in lines):
            await self.directory.reload()
        for line in lines:
            if line["kind"] == CHANGED:
                await self.shelf.follow(line["ref"], line["body"]["entries"])


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """An app over a store for one command, without workers."""
    app = App(settings)
    await app.open()
    try:
        yield app
    finally:
        for client in app.clients.values():
            await client.close()
        await app.store.close()
