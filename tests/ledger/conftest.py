from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine

from newscrawl.ledger.schema import metadata


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """An empty ledger in memory."""
    created = create_engine("sqlite://")
    metadata.create_all(created)
    yield created
    created.dispose()


@pytest.fixture
def connection(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to an empty ledger; what the test writes is rolled back.

    The rows that a query does not order come in reverse, so that nothing relies on luck; `OFF` as the fixture's
    parameter: in the order of SQLite's choice.
    """
    with engine.connect() as opened:
        opened.exec_driver_sql(f"PRAGMA reverse_unordered_selects = {getattr(request, 'param', 'ON')}")
        yield opened
