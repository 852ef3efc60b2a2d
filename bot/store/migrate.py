"""Bringing a store's schema up to date."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bot.store.engine import Store

MIGRATIONS = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(713231)"
PATIENCE = "SET LOCAL lock_timeout = '60s'"
"""How long a process waits at its start while another one brings the same store up to date."""


async def migrate(store: Store) -> None:
    """Run the migrations that a store has not had yet; of several processes one does it, the others wait."""
    await store.alter(upgrade)


def upgrade(connection: sa.Connection) -> None:
    """Run the migrations that the store behind a connection has not had yet; it waits for another one that does."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    begin = ("BEGIN IMMEDIATE",) if connection.dialect.name == "sqlite" else ("BEGIN", PATIENCE, ONE_AT_A_TIME)
    if MigrationContext.configure(connection).get_current_revision() == newest:
        return
    for statement in begin:
        connection.exec_driver_sql(statement)
    try:
        if MigrationContext.configure(connection).get_current_revision() != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
