"""Which capture of a further page belongs to which capture of a first one."""

from types import SimpleNamespace

import pytest

from newscrawl.integrity.rebuild import nearest

ROWS = [SimpleNamespace(id=number, url=url) for number, url in enumerate(["1", "2", "1", "2", "2", "3"])]


@pytest.mark.parametrize(("first", "url", "capture"), [(0, "2", 1), (2, "2", 3), (4, "1", 2), (5, "2", 4), (0, "3", 5)])
def test_the_next_one_belongs_to_it_else_the_last_before(first: int, url: str, capture: int) -> None:
    assert nearest(url, ROWS[first], ROWS) == capture


def test_a_page_that_was_never_captured() -> None:
    with pytest.raises(LookupError, match="4"):
        nearest("4", ROWS[0], ROWS)
