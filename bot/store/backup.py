"""A store as one file, written while the service runs, and read back into an empty store of either kind.

The file is a zip: ``about.json``, the key file of the shops' secrets, and each table as lines of JSON. Reading is one
transaction of the store, so the file shows one moment.
"""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from bot.store.statements import insert
from bot.store.tables import metadata

ABOUT, KEY = "about.json", "secret.key"
FORMAT = 1
PAGE = 1_000
LEFT_OUT = frozenset({"search_mark", "worker", "looking"})
"""What the service makes anew by itself: the search index, who works, who looks."""


class NotRestored(Exception):
    """Why a backup cannot be read back, in both languages."""


def write(conn: sa.Connection, out: Path, key: Path, about: Mapping[str, Any]) -> dict[str, int]:
    """Write all tables and the key file to ``out`` (readable by its owner only); how many rows of each table.

    Raises:
        OSError: the file cannot be written; what was begun is taken away.
    """
    counts: dict[str, int] = {}
    out.touch(mode=0o600, exist_ok=False)
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            file.write(key, KEY)
            for table in _tables():
                with file.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as lines:
                    counts[str(table.name)] = 0
                    for row in _rows(conn, table):
                        lines.write(orjson.dumps(row, default=_plain) + b"\n")
                        counts[str(table.name)] += 1
            told = {"format": FORMAT, "schema": _revision(conn), "rows": counts, **about}
            file.writestr(ABOUT, orjson.dumps(told, option=orjson.OPT_INDENT_2))
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    return counts


def read(conn: sa.Connection, file: Path) -> dict[str, int]:
    """Fill an empty store that is up to date from a backup, in the transaction under way; how many rows of each table.

    Raises:
        NotRestored: no backup of ours, of another version, cut short, or the store is not empty.
    """
    with zipfile.ZipFile(file) as packed:
        about = _about(packed)
        if about["schema"] != _revision(conn):
            raise NotRestored(
                f"备份来自另一个版本（{about.get('version')}），请用那个版本恢复，再升级 / "
                f"the backup was made by another version ({about.get('version')}); restore with that one, then upgrade"
            )
        if any(conn.execute(sa.select(table).limit(1)).first() for table in _tables()):
            raise NotRestored("目标不是空的 / the store is not empty")
        counts = {str(table.name): _fill(conn, table, packed) for table in _tables()}
    if counts != about["rows"]:
        raise NotRestored("备份不完整 / the backup is cut short")
    return counts


def key_of(file: Path) -> bytes:
    """The key file in a backup.

    Raises:
        NotRestored: no backup of ours.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            _about(packed)
            return packed.read(KEY)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise NotRestored(f"{file} 不是秒回的备份 / is no backup of miaohui: {error}") from error


def _about(packed: zipfile.ZipFile) -> dict[str, Any]:
    try:
        about: dict[str, Any] = orjson.loads(packed.read(ABOUT))
    except (KeyError, ValueError) as error:
        raise NotRestored("这不是秒回的备份 / this is no backup of miaohui") from error
    if about.get("format") != FORMAT:
        raise NotRestored("不认识的备份格式 / an unknown form of backup")
    return about


def _tables() -> list[sa.Table]:
    return [table for name, table in sorted(metadata.tables.items()) if name not in LEFT_OUT]


def _revision(conn: sa.Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _rows(conn: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    """A table's rows in the order of its key, a page at a time."""
    keys = list(table.primary_key)
    query, place = sa.select(table).order_by(*keys).limit(PAGE), None
    while True:
        here: list[Any] = [] if place is None else [sa.tuple_(*keys) > sa.tuple_(*(sa.literal(part) for part in place))]
        page = conn.execute(query.where(*here)).mappings().all()
        for row in page:
            yield {str(name): value for name, value in row.items()}
        if len(page) < PAGE:
            return
        place = [page[-1][column.name] for column in keys]


def _fill(conn: sa.Connection, table: sa.Table, packed: zipfile.ZipFile) -> int:
    raw = [column.name for column in table.columns if isinstance(column.type, sa.LargeBinary)]
    count, page = 0, []
    with packed.open(f"tables/{table.name}.jsonl") as lines:
        for line in lines:
            row = orjson.loads(line)
            page.append(row | {name: base64.b64decode(row[name]) for name in raw})
            if len(page) == PAGE:
                insert(conn, table, page)
                count, page = count + len(page), []
    insert(conn, table, page)
    return count + len(page)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is in no table")
