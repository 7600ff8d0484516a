"""Migrations of the ledger from earlier schema versions."""

from sqlalchemy import (
    Connection,
    inspect,
)

from newscrawl.ledger.schema import metadata

SCHEMA = 3


def has_current_tables(connection: Connection) -> bool:
    """Whether a database has exactly the tables of this version, whatever its `user_version`."""
    found = inspect(connection)
    return all(
        found.has_table(name) and [each["name"] for each in found.get_columns(name)] == table.columns.keys()
        for name, table in metadata.tables.items()
    )


def migrate(connection: Connection, version: int) -> None:
    """Migrates a database from `version` (0: empty) to `SCHEMA`."""
    if version == 1:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN digest VARCHAR NOT NULL DEFAULT ''")
        connection.exec_driver_sql("CREATE INDEX articles_design ON articles (layout, fingerprint)")
    if version in (1, 2):
        for table in ("articles", "revisions")[:version]:
            for column in ("captures", "payloads"):
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR NOT NULL DEFAULT ''")
        connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS articles_path ON articles (path)")
    metadata.create_all(connection)
    if version in (1, 2):  # the existing posts; their sizes and digests are not known yet
        connection.exec_driver_sql(
            "INSERT INTO files (path, key, size, digest, url, docid, revision, rules, flavour, body, day) "
            "SELECT path, key, 0, '', url, docid, revision, '', '', '', '' FROM articles ORDER BY path"
        )
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
