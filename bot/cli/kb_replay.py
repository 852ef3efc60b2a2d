"""``miaohui kb replay``: stored conversations, or an exported month, played silently against a shop's FAQ."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot.cli.kb_check import in_shop
from bot.cli.shared import fail

RATES = {"always": "都跟进 / always", "within_budget": "按名额 / within budget", "off": "不跟进 / off"}
SHOWN = 20


def replay(
    context: typer.Context,
    shop: Annotated[str, typer.Option("--shop", help="店铺编号 / the shop's id")],
    days: Annotated[int, typer.Option(min=1, max=180, help="最近几天 / how many days back")] = 30,
    import_: Annotated[
        Path | None, typer.Option("--import", help="导出的聊天记录（.csv .xlsx） / an exported chat record")
    ] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="各列的含义（.yaml） / what its columns mean")] = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """静默试演：会答多少、和客服说的合不合、回复率会怎样 / play the past silently: answers, agreement, reply rates"""
    if (import_ is None) != (map_ is None):
        fail("--import 和 --map 要一起给 / --import and --map go together")
    past = _exported(import_, map_) if import_ and map_ else None

    async def act(services: Any) -> dict[str, Any]:
        if past is None:
            return dict(await services.publishing.shadow.stored(shop, days))
        return dict(await services.publishing.shadow.play(shop, *past))

    found = in_shop(context, shop, act)
    if json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(found)


def _exported(file: Path, map_file: Path) -> tuple[Any, datetime]:
    from bot.cli.audit import AuditError, record_of
    from bot.cli.sheets import SheetError
    from bot.service.shadow import past_of

    try:
        record, as_of = record_of(file, map_file)
    except (AuditError, SheetError) as error:
        fail(str(error))
    if record.problems:
        typer.echo(f"没读出来的行 / unreadable rows: {len(record.problems)}", err=True)
    return past_of(record), as_of


def _tell(found: dict[str, Any]) -> None:
    typer.echo(
        f"{found['conversations']} 个会话、{found['questions']} 句提问：会答 {found['would_answer']}，留给人工 {found['left_to_people']} / "
        f"{found['questions']} questions: {found['would_answer']} answered, {found['left_to_people']} left to people"
    )
    typer.echo(
        f"会答的里面：和客服说的一致 {found['agrees']}，不一致 {found['disagrees']}，当时没人答 {found['nobody_replied']} / "
        f"agrees {found['agrees']}, disagrees {found['disagrees']}, nobody replied {found['nobody_replied']}"
    )
    for name, words in RATES.items():
        rate = found["rates"][name]
        percent = "–" if rate["percent"] is None else f"{rate['percent']:.2f}%"
        typer.echo(f"  {words}: {rate['numerator']}/{rate['denominator']} = {percent}")
    for one in found["to_read"][:SHOWN]:
        typer.echo(f"? {one['question']} → {one['entry']['question']} · 客服说 / a person said: {one['people_said']}")
