"""Alembic's entry: the connection and its transaction are the caller's (`bot.store.migrating`)."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
