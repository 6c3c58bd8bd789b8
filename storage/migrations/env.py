"""Alembic's door: runs on the connection that `storage.migrations_runner` opened."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=context.config.attributes.get("include_name"),
    user_module_prefix="storage.types.",
)
with context.begin_transaction():
    context.run_migrations()
