"""The budgets of lists: what one reading of a list may take, and one list in a run. Other lists have their own.

Each time in a row that a list is not at its end when its budget is met, its next reading has half of it. So a list
without end takes twice the budget in all, and little more each day, while one odd day does not end a backfill.
"""

from collections import Counter

from newscrawl.errors import ListError
from newscrawl.sites.model import Budgets

LEAST = 50  # requests that a reading has in any case: 2,000 rows, more than most days have
READ_AGAIN = 5  # how often a list without a total may be read within its budget: four times, and some
ROWS = 50  # of a day, a request: as many as a page has; 50,000 are in the ledger in 5 s, 200,000 in 20 (2026-11-28)
ROWS_OF_ALL = 200  # of a list that is read as a whole, and noted day by day: a sitemap has 50,000


class Spending:
    """What the lists of a run have taken. `spent` are the lists whose budget of the run is met."""

    def __init__(self, budgets: Budgets) -> None:
        self.budgets = budgets
        self.requests: Counter[str] = Counter()  # by list
        self.last: dict[str, Allowance] = {}  # of the last reading, by list
        self.spent: set[str] = set()

    def reading(self, name: str, where: str, rows: int = ROWS) -> "Allowance":
        """What the next reading of a list may take. `where`: what is read, for the user; `rows`: of each request."""
        last = self.last.get(name)
        self.last[name] = Allowance(self, name, where, rows, last.times + 1 if last and last.met else 0)
        return self.last[name]


class Allowance:
    """What a reading of a list may take. Its methods raise ListError (`list_moving`) when that is met.

    `times`: how many readings of the list before this one, in a row, have met theirs; `met`: whether this one has.
    """

    def __init__(self, spending: Spending, name: str, where: str, rows: int, times: int) -> None:
        self.spending, self.name, self.where, self.times = spending, name, where, times
        self.most = share(spending.budgets.requests, times)
        self.most_rows = self.most * rows
        self.requests = self.rows = 0
        self.met = False

    def request(self) -> None:
        """Counts a request that is about to be sent, for the reading and for the run."""
        run = self.spending.budgets.run_requests
        if self.spending.requests[self.name] >= run:
            self.spending.spent.add(self.name)
            raise self.error(f"its list took {run:,} requests in this run", "run_requests")
        if self.requests >= self.most:
            raise self.error(f"it was not at its end after {self.most:,} requests", "requests")
        self.requests += 1
        self.spending.requests[self.name] += 1

    def take(self, rows: int) -> None:
        """Counts the rows of a page."""
        self.rows += rows
        if self.rows > self.most_rows:
            raise self.error(f"it gave more than {self.most_rows:,} rows", "requests")

    def turn(self, page: int) -> None:
        """Notes that a list without a total has rows on a page: it is read more than once to prove that it is whole."""
        if page >= max(1, self.most // READ_AGAIN):
            raise self.error(f"it counts no total, and was not at its end after {page:,} pages", "requests")

    def error(self, what: str, key: str) -> ListError:
        """The error that a budget is met: what was met, and the key that raises it."""
        self.met = True
        return ListError("list_moving", f"{what}; raise budgets.{key} in a --site file", self.where)


def share(requests: int, times: int) -> int:
    """The requests of a reading, of a budget, after so many readings in a row that have met theirs.

    >>> [share(1000, times) for times in (0, 1, 4, 5, 99)], share(20, 3)
    ([1000, 500, 62, 50, 50], 20)
    """
    return max(requests >> times, min(requests, LEAST))
