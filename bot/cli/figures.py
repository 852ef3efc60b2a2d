"""The figures of status and metrics in words: what each counts, whether it is fit, and what to do when it is not."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

OLD_S = 60
LATE_S = 0.1
ASK_WITHIN_S = 2
_GAUGE = re.compile(r"^miaohui_(\w+) (\S+)$", re.M)

Told = tuple[bool, str]


def of_the_store(found: Mapping[str, Any], oldest_s: float) -> list[Told]:
    """What the tables say. ``found`` as ``bot.store.reading.journal.status`` gives it."""
    sends = found["sends"]
    stuck = bool(found["waiting"]) and oldest_s > OLD_S
    return [
        (
            True,
            f"收下 {found['accepted']} 条消息，重复 {found['repeats']} 次 / messages accepted, repeats answered yes",
        ),
        _fit_unless(
            found["refused"],
            (f"签名不符 {found['refused']} 次", "检查密钥和时钟，见接入日志"),
            (f"{found['refused']} deliveries refused", "check secret and clock, see Deliveries"),
        ),
        _fit_unless(
            stuck,
            (f"还没判断 {found['waiting']} 条，最久 {oldest_s:.0f} 秒", "服务没在跑或卡住了"),
            (
                f"{found['waiting']} not yet decided, the oldest {oldest_s:.0f} s",
                "the service is down or stuck, see docs/runbook.md",
            ),
        ),
        (True, f"仍需人工 {found['owed']} 个会话 / conversations that still need a person"),
        (
            True,
            f"等待发送 {sends['pending']}，发送中 {sends['sending']}，已发 {sends['sent']} / pending, sending, sent",
        ),
        _fit_unless(
            sends["refused"],
            (f"发送失败 {sends['refused']} 条", "已转人工，看会话里的原因"),
            (f"{sends['refused']} sends refused", "they went to people, the conversation says why"),
        ),
        _fit_unless(
            sends["unknown"],
            (f"结果未知 {sends['unknown']} 条", "到平台核实，不会自动重发"),
            (f"{sends['unknown']} of unknown outcome", "look on the platform, none is sent again by itself"),
        ),
    ]


def _fit_unless(bad: int, zh: tuple[str, str], en: tuple[str, str]) -> Told:
    """A figure in both languages; what to do follows where it is not fit."""
    return not bad, f"{'：'.join(zh)} / {': '.join(en)}" if bad else f"{zh[0]} / {en[0]}"


def of_the_process(url: str) -> list[Told]:
    """What a running service on this machine tells of itself; one line that it is not running where nobody answers."""
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=ASK_WITHIN_S) as answer:  # noqa: S310  (this machine)
            gauges = dict(_GAUGE.findall(answer.read().decode()))
    except (urllib.error.URLError, OSError, UnicodeDecodeError):
        return [(True, f"{url} 上没有服务在跑 / no service answers at {url}")]
    return _felt({name: float(value) for name, value in gauges.items()})


def _felt(gauges: Mapping[str, float]) -> list[Told]:
    lag_ms = 1000 * gauges.get("event_loop_lag_worst_seconds", 0)
    away = int(gauges.get("turned_away", 0))
    late = lag_ms > 1000 * LATE_S
    return [
        (True, f"{gauges.get('workers', 0):.0f} 个进程在跑 / processes at work"),
        _fit_unless(
            late,
            (f"事件循环最近一分钟最多迟 {lag_ms:.0f} 毫秒", "机器太忙，或有东西卡住它"),
            (f"the event loop was at most {lag_ms:.0f} ms late", "the machine is too busy, or something blocks it"),
        ),
        _fit_unless(
            away,
            (f"请平台稍后再发 {away} 次", "来得太多或机器太慢，见 docs/runbook.md"),
            (f"{away} deliveries asked to come again", "too many at once or too slow a machine, see docs/runbook.md"),
        ),
    ]
