"""The names of a run's counts: other people's extensions and dashboards read them."""

from newscrawl.outcomes import stats


def test_the_names_stay() -> None:
    assert {name: value for name, value in vars(stats).items() if name.isupper()} == {
        "ASKED": "newscrawl/asked",
        "FLAGGED": "newscrawl/flagged/",
        "CLOSED": "newscrawl/output_closed",
        "POSTS": "newscrawl/posts/",
        "FAILED": "newscrawl/failed/",
        "REPEATED": "newscrawl/repeated",
        "VANISHED": "newscrawl/gone",
        "STILL_GONE": "newscrawl/still_gone",
        "UNCHANGED": "newscrawl/not_modified",
        "REFUSED": "newscrawl/refused/",
        "LISTS": "newscrawl/lists/",
        "STOPPED": "newscrawl/stopped",
        "NO_ARCHIVE": "no_archive",
        "EXIT": "newscrawl/exit_code",
        "UNSENT": "newscrawl/unsent",
        "GIVEN_UP": "newscrawl/given_up",
    }
