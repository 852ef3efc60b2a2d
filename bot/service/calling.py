"""One send put on the wire: what the platform allows is looked at first, a long text goes out in pieces that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from adapters.base import Capabilities, Channel, Client, Outgoing, SendResult, Sent
from bot.core.joining import in_pieces
from bot.core.message import ReplyClass
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.worker import Worker
from bot.store import conversations as convs
from bot.store import outbox
from bot.store.engine import Store

log = structlog.get_logger("sending")

Row = Mapping[str, Any]
NO_CHANNEL = SendResult(Sent.REFUSED, detail="渠道已删除", permanent=True)


class Calls:
    """Makes the calls of sends through the adapters' clients."""

    def __init__(
        self, store: Store, directory: Directory, clocks: Clocks, clients: Mapping[str, Client], worker: Worker
    ) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks
        self._clients, self._worker = clients, worker

    async def make(self, row: Row) -> SendResult | None:
        """Make a send's calls; None if the row is not ours any more, for our lease ran out: then nothing is called.

        A text over the platform's limit goes out in pieces, each of which costs quota. Once a piece has gone out the
        whole is never surely undelivered: what stops then leaves the ending unknown.
        """
        channel = self._directory.channels.get(row["channel"])
        if channel is None:
            return NO_CHANNEL
        able = self._directory.adapter(channel).capabilities(channel)
        pieces = in_pieces(row["text"], able.text_limit, able.text_limit_bytes)
        barred = await self._barred(row, able, len(pieces))
        if barred:
            return SendResult(Sent.REFUSED, detail=barred, permanent=True)
        first = await self._call(row, channel, row["id"], pieces[0])
        if first is None or first.outcome is not Sent.SENT or len(pieces) == 1:
            return first
        return await self._rest(row, channel, first, pieces)

    async def _rest(self, row: Row, channel: Channel, first: SendResult, pieces: Sequence[str]) -> SendResult:
        """Send the pieces behind the first; each is kept by the platform's name for it before the next goes out."""
        for number, text in enumerate(pieces[1:], start=2):
            overtaken = await self._store.read(was_overtaken, row)
            name = f"{row['id']}{outbox.PIECE}{number}"
            result = None if overtaken else await self._call(row, channel, name, text)
            if result is None or result.outcome is not Sent.SENT:
                why = "已由人工接管" if overtaken else result.detail if result else "本进程已停止发送"
                detail = f"共 {len(pieces)} 段，前 {number - 1} 段已送达，第 {number} 段没有：{why}"
                return SendResult(Sent.UNKNOWN, first.platform_id, first.at, detail)
            await self._store.write(outbox.add_piece, row, result.platform_id or name)
        return first

    async def _call(self, row: Row, channel: Channel, name: str, text: str) -> SendResult | None:
        outgoing = Outgoing(
            id=name,
            conversation=row["external"],
            buyer=row["buyer_id"],
            text=text,
            in_reply_to=row["reply_platform_id"],
            reply_class=row["reply_class"],
            context={"greet": row["greet"]} if row["greet"] else {},
        )
        if not self._worker.holds() or row["worker"] != self._worker.name:
            log.warning("not_sent_without_lease", send=row["id"])
            return None
        try:
            return await self._clients[channel.adapter].send(channel, outgoing, self._clocks.now(row["shop"]))
        except Exception as error:
            log.exception("client_fault", send=row["id"], adapter=channel.adapter)
            return SendResult(Sent.UNKNOWN, detail=f"发送时出错：{type(error).__name__}")

    async def _barred(self, row: Row, able: Capabilities, pieces: int) -> str:
        """Why the platform would not take this send, known before it is asked: its limits are data. Empty if it may."""
        if not able.can_send:
            return "这个渠道不能发送"
        if row["greet"] and able.greets is not None:
            return self._greeting_barred(row, able.greets, pieces)
        if able.quotas:
            asked_at, used = await self._store.read(outbox.used_quota, row["conversation"])
            since = timedelta(milliseconds=self._clocks.now_ms(row["shop"]) - asked_at)
            for quota in able.quotas:
                if since > quota.window or used + pieces > quota.sends:
                    hours = quota.window / timedelta(hours=1)
                    split = f"，这条要分 {pieces} 段" if pieces > 1 else ""
                    return f"超过平台额度：买家最后一条消息后 {hours:g} 小时内最多发 {quota.sends} 条{split}"
        return ""

    def _greeting_barred(self, row: Row, within: timedelta, pieces: int) -> str:
        if pieces > 1:
            return "欢迎语超过平台的长度，一次进入只能发一条"
        late = self._clocks.now_ms(row["shop"]) - row["greet_at"] > within / timedelta(milliseconds=1)
        return f"买家进入会话已超过 {within.seconds} 秒，平台不再收欢迎语" if late else ""


def was_overtaken(conn: sa.Connection, row: Row) -> bool:
    """Say whether somebody took the conversation while an automatic send waited for its turn on the wire."""
    one = convs.load(conn, [row["conversation"]]).get(row["conversation"])
    return row["reply_class"] == ReplyClass.AUTOMATIC.value and (one is None or one.epoch != row["epoch"])
