from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from newscrawl.ledger.schema import metadata


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """An empty ledger in memory. Rows that a query does not order come in reverse, so that none relies on luck."""
    created = create_engine("sqlite://")
    event.listen(created, "connect", lambda opened, _: opened.execute("PRAGMA reverse_unordered_selects = ON"))
    metadata.create_all(created)
    yield created
    created.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection to an empty ledger; what the test writes is rolled back."""
    with engine.connect() as opened:
        yield opened
