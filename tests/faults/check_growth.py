"""Growth with all inputs, and larger ones: takes some minutes. `tests/growth` has a part of it."""

import pytest

from tests.growth.test_growth import PARTS, steep


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.fault(
    "flood",
    "any page",
    "the worst inputs of each pattern, selector and reader, all of them",
    "its time grew as the page did",
)
def test_time_grows_as_the_page_does(part: str) -> None:
    assert steep(part, "all") == []
