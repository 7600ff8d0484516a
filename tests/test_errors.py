"""Every error has the exit code and the place in the tree that the docstring of its module says."""

import re

import pytest

from newscrawl import errors
from newscrawl.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveHeld,
    FormatError,
    ListError,
    NewscrawlError,
    NotKept,
    Refused,
    UsageError,
    WorkerDied,
)

TREE = re.findall(r"^    ([│├└─ ]*)(\w+) +(\d+)  ", str(errors.__doc__), re.MULTILINE)
CLASSES: dict[str, type[NewscrawlError]] = {
    name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, NewscrawlError)
}


def test_every_error_is_in_the_tree_with_its_exit_code() -> None:
    documented = {name: int(code) for _, name, code in TREE}
    assert documented == {name: each.exit_code for name, each in CLASSES.items()}


def test_every_error_is_below_the_one_that_the_tree_shows() -> None:
    above: list[type] = []
    for branch, name, _ in TREE:
        del above[len(branch) // 4 :]
        assert CLASSES[name].__bases__[:1] == ((above or [Exception])[-1],), name
        above.append(CLASSES[name])


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (UsageError, ValueError),
        (ArchiveError, OSError),
        (ArchiveHeld, OSError),
        (ArchiveDamaged, OSError),
        (NotKept, LookupError),
        (WorkerDied, RuntimeError),
        (Refused, ValueError),
        (ListError, ValueError),
        (FormatError, ValueError),
    ],
)
def test_a_program_may_catch_the_error_of_python(error: type[NewscrawlError], builtin: type[Exception]) -> None:
    assert issubclass(error, builtin)


def test_the_detail_of_a_list_error_is_one_line() -> None:
    error = ListError("list_unreadable", "two\n  lines")
    assert (error.reason, error.detail, str(error)) == ("list_unreadable", "two lines", "list_unreadable: two lines")
