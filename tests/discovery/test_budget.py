"""What the lists of a run may take."""

import pytest

from newscrawl.discovery.budget import ROWS_OF_ALL, Spending, share
from newscrawl.errors import ListError
from newscrawl.sites.model import Budgets


def spending(requests: int = 100, run_requests: int = 1000) -> Spending:
    return Spending(Budgets(requests, run_requests))


def taken(lists: Spending, name: str = "china", most: int = 10**6) -> tuple[int, str]:
    """How many requests a reading takes, which wants `most`, and what ends it."""
    allowance = lists.reading(name, f"{name} today")
    for number in range(most):
        try:
            allowance.request()
        except ListError as error:
            return number, str(error).removeprefix("list_moving: ")
    return most, ""


END = "; raise budgets.requests in a --site file"


def test_a_reading_has_a_budget_and_one_after_one_that_met_it_half_of_it() -> None:
    lists = spending(400, 10_000)
    assert [taken(lists)[0] for _ in range(6)] == [400, 200, 100, 50, 50, 50]
    assert taken(lists, most=20) == (20, "")
    assert taken(lists) == (400, f"it was not at its end after 400 requests{END}")
    assert taken(lists, "stock") == (400, f"it was not at its end after 400 requests{END}")


@pytest.mark.parametrize(("requests", "times", "left"), [(1000, 0, 1000), (1000, 1, 500), (1000, 5, 50), (40, 3, 40)])
def test_what_is_left_after_readings_that_met_their_budget(requests: int, times: int, left: int) -> None:
    assert share(requests, times) == left


def test_a_list_has_a_budget_of_the_run_and_no_other_has_less_by_it() -> None:
    lists = spending(1000, 1500)
    why = "its list took 1,500 requests in this run; raise budgets.run_requests in a --site file"
    assert taken(lists)[0] == 1000
    assert lists.spent == set()
    assert [taken(lists)[0], taken(lists, most=0)[0]] == [500, 0]
    assert (taken(lists), lists.spent) == ((0, why), {"china"})
    assert taken(lists, "stock")[0] == 1000


def test_rows_are_counted() -> None:
    allowance = spending(10).reading("china", "china today")
    allowance.take(500)
    with pytest.raises(ListError, match=f"it gave more than 500 rows{END}"):
        allowance.take(1)
    assert allowance.met
    whole = spending(10).reading("map", "map", ROWS_OF_ALL)
    whole.take(2000)
    with pytest.raises(ListError, match="more than 2,000 rows"):
        whole.take(1)


def test_a_list_without_a_total_may_have_a_fifth_of_the_requests_for_pages() -> None:
    allowance = spending(100).reading("china", "china today")
    allowance.turn(19)
    with pytest.raises(ListError, match=f"it counts no total, and was not at its end after 20 pages{END}"):
        allowance.turn(20)
    spending(3).reading("china", "china today").turn(0)
    few = spending(3).reading("china", "china today")
    with pytest.raises(ListError):
        few.turn(1)
