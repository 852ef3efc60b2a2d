"""The people's desk: takeover, reply, note, release, close. Each act is one commit; sends start after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.conversation import NotAllowed
from bot.core.message import Kind, Origin, Sender, classify
from bot.service.clocks import Clocks
from bot.service.moves import Moves
from bot.service.refusal import Because, Refusal
from bot.service.saying import own_row, send_row
from bot.service.sending import Sending
from bot.store import conversations as convs
from bot.store import decisions, drafts, messages, outbox, phrases
from bot.store.conversations import Conversation
from bot.store.engine import Store
from bot.store.ids import from_ms, iso, new_id
from bot.store.journal import Line, append

TEXT_AT_MOST = 5_000
ORIGINS = (Origin.TYPED, Origin.QUICK_PHRASE, Origin.SUGGESTED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person sends. ``suggestion`` is the draft it came from; ``then`` is keep, release or close.

    ``seen`` is the last line of the shop's journal that their page showed: what colleagues said after it is told before
    anything is sent. None sends anyway. ``phrase`` or ``entry``: what it was picked from, counted as used.
    """

    text: str
    origin: Origin = Origin.TYPED
    suggestion: str | None = None
    entry: str | None = None
    then: str = "keep"
    seen: int | None = None
    phrase: str | None = None


class Desk:
    """Acts by a person (``who`` is their id). Raises ``Refusal`` with the reason in words."""

    def __init__(self, store: Store, clocks: Clocks, moves: Moves, sending: Sending) -> None:
        self._store, self._clocks, self._moves, self._sending = store, clocks, moves, sending

    async def takeover(self, conversation: str, who: str) -> list[str]:
        """Take a conversation; return the automatic sends that could not be stopped any more."""
        return await self._store.write(self._act, conversation, self._moves.take, who)

    async def reply(self, conversation: str, who: str, reply: Reply) -> str:
        """Send a person's reply, taking the conversation over if nobody holds it; return the send's id."""
        if not reply.text.strip():
            raise Refusal(Because.INVALID, "empty", "回复不能为空。", "A reply cannot be empty.", pointer="/text")
        if len(reply.text) > TEXT_AT_MOST:
            raise Refusal(
                Because.INVALID,
                "too_long",
                f"回复最多 {TEXT_AT_MOST} 个字。",
                f"A reply has at most {TEXT_AT_MOST} characters.",
                pointer="/text",
            )
        send, rows = await self._store.write(self._reply, conversation, who, reply)
        self._sending.start(rows)
        return send

    async def note(self, conversation: str, who: str, text: str) -> str:
        """Keep an internal note: buyers never see it, the books do not count it."""
        if not text.strip() or len(text) > TEXT_AT_MOST:
            raise Refusal(
                Because.INVALID,
                "note_length",
                f"备注需要 1 到 {TEXT_AT_MOST} 个字。",
                f"A note has 1 to {TEXT_AT_MOST} characters.",
                pointer="/text",
            )
        return await self._store.write(self._note, conversation, who, text)

    async def release(self, conversation: str, who: str) -> None:
        """Give a conversation back to the bot (or the queue, where a buyer still waits)."""

        def act(conn: sa.Connection, one: Conversation, who: str) -> None:
            self._moves.mine(conn, one, who)
            self._moves.release(conn, one, who)

        await self._store.write(self._act, conversation, act, who)

    async def close(self, conversation: str, who: str, reason: str = "") -> None:
        """End a conversation."""
        await self._store.write(self._act, conversation, self._moves.close, who, reason)

    async def reopen(self, conversation: str, who: str) -> None:
        """Undo a close."""
        await self._store.write(self._act, conversation, self._moves.reopen, who)

    async def read(self, conversation: str, who: str) -> None:
        """Mark a conversation's lines as read."""

        def act(_conn: sa.Connection, one: Conversation, _who: str) -> None:
            one.unread = 0

        await self._store.write(self._act, conversation, act, who)

    async def reject(self, conversation: str, who: str, suggestion: str) -> None:
        """Reject a draft: the conversation stays in the queue, the rejection is counted."""

        def act(conn: sa.Connection, one: Conversation, who: str) -> None:
            if decisions.take_suggestion(conn, one.id, suggestion, "rejected", who) is None:
                raise _no_draft()
            self._line(conn, one, "draft", suggestion, {"by": who, "act": "rejected"})

        await self._store.write(self._act, conversation, act, who)

    async def resend(self, conversation: str, who: str, line: str) -> str:
        """Send again what was refused, or what nobody knows the end of, as a new send by this person."""
        row = (await self._store.read(outbox.get, [line])).get(line)
        if row is None or row["conversation"] != conversation or row["status"] not in ("refused", "unknown"):
            raise Refusal(
                Because.CONFLICT,
                "not_resendable",
                "只有发送失败或结果未知的消息可以重发。",
                "Only failed or unknown sends can be sent again.",
            )
        origin = Origin.SUGGESTED if row["sender"] == Sender.BOT.value else Origin(row["origin"])
        return await self.reply(conversation, who, Reply(row["text"], origin, entry=row["entry"]))

    def _act(self, conn: sa.Connection, conversation: str, act: Any, who: str, *more: Any) -> Any:
        """Run one act on one conversation and save it."""
        one = self._moves.load(conn, conversation)
        try:
            result = act(conn, one, who, *more)
        except NotAllowed as no:
            raise Refusal(
                Because.CONFLICT,
                "not_allowed_now",
                f"会话现在的状态（{no.state.value}）不允许这个操作。",
                f"A conversation that is {no.state.value} does not allow this.",
            ) from no
        convs.save(conn, [one])
        return result

    def _reply(
        self, conn: sa.Connection, conversation: str, who: str, reply: Reply
    ) -> tuple[str, Sequence[Mapping[str, Any]]]:
        return self._act(conn, conversation, self._send, who, reply)  # type: ignore[no-any-return]

    def _send(
        self, conn: sa.Connection, one: Conversation, who: str, reply: Reply
    ) -> tuple[str, Sequence[Mapping[str, Any]]]:
        if reply.seen is not None and (said := drafts.meanwhile(conn, one.shop, one.id, reply.seen, who)):
            raise _answered(said)
        self._moves.take(conn, one, who)
        origin = reply.origin if reply.origin in ORIGINS else Origin.TYPED
        if reply.suggestion:
            draft = decisions.take_suggestion(conn, one.id, reply.suggestion, "used", who)
            if draft is None:
                raise _no_draft()
            if draft.strip() != reply.text.strip():
                decisions.rename_suggestion(conn, reply.suggestion, "edited")
            origin = Origin.SUGGESTED
        row: dict[str, Any] = send_row(
            one,
            self._clocks,
            text=reply.text,
            parts=[],
            in_reply_to=one.last_message if one.last_sender == Sender.BUYER.value else None,
            entry=reply.entry,
            sender=Sender.AGENT,
            origin=origin,
            reply_class=classify(Sender.AGENT, origin),
            by=who,
            then=reply.then if reply.then in ("release", "close") else "keep",
        )
        outbox.add(conn, [row])
        drafts.drop(conn, one.id, who)
        if origin is Origin.QUICK_PHRASE and (chosen := reply.phrase or reply.entry):
            phrases.used(conn, one.shop, chosen, self._clocks.now_ms(one.shop))
        self._moves.keep_lease(conn, one)
        self._line(conn, one, "send", row["id"], {"by": who, "status": "pending", "class": row["reply_class"]})
        # Saved before the claim: the claim reads the conversation's state and epoch.
        convs.save(conn, [one])
        return row["id"], self._sending.claim(conn, {one.id})

    def _note(self, conn: sa.Connection, conversation: str, who: str, text: str) -> str:
        one = self._moves.load(conn, conversation)
        now, nid = self._clocks.now_ms(one.shop), new_id(self._clocks.real())
        [seq] = append(conn, [Line(one.shop, now, "note", nid, one.id, {"by": who})])
        said = {"sender": Sender.AGENT.value, "origin": Origin.TYPED.value, "text": text}
        messages.add(conn, [own_row(one, nid, Kind.INTERNAL_NOTE, who, now, seq) | said])
        return nid

    def _line(self, conn: sa.Connection, one: Conversation, kind: str, ref: str, body: dict[str, Any]) -> None:
        append(conn, [Line(one.shop, self._clocks.now_ms(one.shop), kind, ref, one.id, body)])


def _no_draft() -> Refusal:
    return Refusal(Because.CONFLICT, "no_draft", "这条推荐已经被处理。", "This draft is no longer open.")


def _answered(said: Sequence[Mapping[str, Any]]) -> Refusal:
    """A colleague has answered while somebody typed: nothing is sent until they have read it."""
    name = (said[-1]["by"] or {}).get("name", "同事")
    return Refusal(
        Because.CONFLICT,
        "answered_meanwhile",
        f"你输入时 {name} 已经回复。看过之后再决定要不要发。",
        f"{name} answered while you typed. Read it, then send if it is still needed.",
        said=[{**line, "at": iso(from_ms(line["at"]))} for line in said],
    )
