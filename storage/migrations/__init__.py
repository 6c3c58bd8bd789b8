"""Schema migrations, applied by `storage.migrations_runner`."""
