"""Migrations of the ledger from earlier schema versions: one registered function for each version."""

from collections.abc import Callable

from sqlalchemy import Connection, inspect

from newscrawl.ledger.schema import metadata

SCHEMA = 6
Migration = Callable[[Connection], None]
MIGRATIONS: dict[int, Migration] = {}


def migration(version: int) -> Callable[[Migration], Migration]:
    """Registers the function that changes a ledger of `version` into one of the next version."""

    def register(function: Migration) -> Migration:
        MIGRATIONS[version] = function
        return function

    return register


@migration(1)
def add_crawls(connection: Connection) -> None:
    """Adds what a crawl needs: items, listings, windows, runs, watermarks, revisions, and the digests of articles."""
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN digest VARCHAR NOT NULL DEFAULT ''")
    connection.exec_driver_sql("CREATE INDEX articles_design ON articles (layout, fingerprint)")
    create("items", "listings", "windows", "runs", "watermarks", "revisions", connection=connection)


@migration(2)
def add_captures(connection: Connection) -> None:
    """Adds captures, files, rules and manifests. The sizes and digests of the existing posts are not known yet."""
    for table in ("articles", "revisions"):
        for column in ("captures", "payloads"):
            if column not in columns_of(connection, table):  # revisions of version 1 were created with them
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR NOT NULL DEFAULT ''")
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS articles_path ON articles (path)")
    create("captures", "files", "rules", "manifests", connection=connection)
    connection.exec_driver_sql(
        "INSERT INTO files (path, key, size, digest, url, docid, revision, rules, flavour, body, day) "
        "SELECT path, key, 0, '', url, docid, revision, '', '', '', '' FROM articles ORDER BY path"
    )


@migration(3)
def add_about(connection: Connection) -> None:
    """Adds what the archive knows about itself."""
    create("about", connection=connection)


@migration(4)
def add_killed(connection: Connection) -> None:
    """Adds what is known of items whose runs were killed: nothing yet."""
    for column in ("sent BOOLEAN", "killed INTEGER"):
        if column.split()[0] not in columns_of(connection, "items"):  # items of version 1 were created with them
            connection.exec_driver_sql(f"ALTER TABLE items ADD COLUMN {column} NOT NULL DEFAULT 0")
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS items_killed ON items (killed) WHERE killed > 0")


@migration(5)
def add_moved(connection: Connection) -> None:
    """Adds where files were moved: none yet."""
    if "moved" not in columns_of(connection, "files"):  # files of versions 1 and 2 were created with it
        connection.exec_driver_sql("ALTER TABLE files ADD COLUMN moved VARCHAR NOT NULL DEFAULT ''")


def migrate(connection: Connection, version: int) -> None:
    """Migrates a database from `version` (0: empty) to `SCHEMA`, within the transaction of `connection`."""
    if version == 0:
        metadata.create_all(connection)
    for before in range(version or SCHEMA, SCHEMA):
        MIGRATIONS[before](connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")


def create(*names: str, connection: Connection) -> None:
    """Creates tables with their indexes, as `schema.py` has them."""
    metadata.create_all(connection, tables=[metadata.tables[name] for name in names])


def columns_of(connection: Connection, table: str) -> list[str]:
    """The names of a table's columns, in order."""
    return [column["name"] for column in inspect(connection).get_columns(table)]


def missing_parts(connection: Connection) -> list[str]:
    """The tables of this version that a database lacks, and the columns (`table.column`) of those that it has."""
    listed = "SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'"
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(listed):
        found.setdefault(table, set()).add(column)
    lacking = sorted(metadata.tables.keys() - found.keys())
    for name, columns in sorted(found.items()):
        if name in metadata.tables:
            wanted = [column.name for column in metadata.tables[name].columns]
            lacking += [f"{name}.{column}" for column in wanted if column not in columns]
    return lacking


def missing_indexes(connection: Connection) -> list[str]:
    """The indexes of this version that a database lacks; without one it is slow, or takes what it must refuse."""
    found = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars())
    return sorted({str(index.name) for table in metadata.tables.values() for index in table.indexes} - found)


def has_current_tables(connection: Connection) -> bool:
    """Whether a database has exactly the tables of this version, whatever its `user_version`."""
    found = inspect(connection)
    return all(
        found.has_table(name) and columns_of(connection, name) == table.columns.keys()
        for name, table in metadata.tables.items()
    )
