"""Which rules of a robots.txt are for us, and that no robots.txt takes long to read or to ask."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego
from scrapy import Request
from scrapy.http import Response

from newscrawl.crawl.failures import RobotsUnreachable
from newscrawl.crawl.middlewares.robots import MOST, RobotsMiddleware
from newscrawl.crawl.robots_rules import MOST_SPECIAL, agent_of, are_too_many, rules_for, score
from tests.support.crawler import stub_crawler

NAMES = ["*", "newscrawl", "News*", "newscrawl-images", "other", "crawl", "", "**", "n"]
LINES = st.one_of(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["User-agent", "user agent", "USERAGENT", " user-agent "]),
        st.sampled_from([":", ": ", " "]),
        st.sampled_from(NAMES),
    ),
    st.builds(
        "{}: {}".format, st.sampled_from(["Disallow", "allow", "Disalow"]), st.sampled_from(["/", "/a", "/b/*c", "/a$", ""])
    ),
    st.sampled_from(["Sitemap: https://a.example/s.xml", "# User-agent: *", "", "Crawl-delay: 7", "X-Rule: /", "nothing", "Disallow /a"]),
)  # fmt: skip


@given(st.lists(LINES, max_size=12))
def test_the_rules_for_an_agent_are_those_that_the_parser_finds(lines: list[str]) -> None:
    whole = Protego.parse("\n".join(lines))
    own = Protego.parse("\n".join(("User-agent: *", *rules_for("\n".join(lines), "newscrawl"))))
    for path in ("/", "/a", "/a/b", "/b/x/c", "/c"):
        assert own.can_fetch(path, "newscrawl") == whole.can_fetch(path, "newscrawl"), lines
    assert own.crawl_delay("newscrawl") == whole.crawl_delay("newscrawl")


@pytest.mark.parametrize(
    ("name", "agent", "points"),
    [
        ("newscrawl", "newscrawl/1.0", 9),
        ("news", "newscrawl/1.0", 4),
        ("crawl", "newscrawl/1.0", 0),
        ("bot", "newscrawl/1.0 (+Bot)", 3),
        ("bot", "my-bot", 0),
        ("*", "newscrawl", 1),
        ("", "newscrawl", 0),
        ("a.b", "axb", 0),
    ],
)
def test_how_well_a_name_fits(name: str, agent: str, points: int) -> None:
    assert score(name, agent) == points


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        ("User-agent: A", "a"),
        ("user  agent a", "a"),
        ("User-agent:", ""),
        ("User-agent a: b", None),
        ("User-agent a:b", "a:b"),
        ("User-agents: a", None),
        ("Disallow: /user-agent: a", None),
    ],
)
def test_which_agent_a_line_names(line: str, agent: str | None) -> None:
    assert agent_of(line) == agent


def test_a_rule_counts_once_and_the_last_delay_counts() -> None:
    text = "User-agent: *\nDisallow: /a\nCrawl-delay: 5\nCrawl-delay: 3\nDisallow: /a\nCrawl-delay: 5"
    assert rules_for(text, "newscrawl") == ["Crawl-delay: 3", "Disallow: /a", "Crawl-delay: 5"]


def test_lines_of_no_group_do_not_end_one_and_words_without_a_colon_are_rules() -> None:
    text = (
        "User-agent: *\nSitemap: https://a.example/s.xml\nUser-agent: b\nRequest-rate 1/5\nallow /a\nSitemap x\nnothing"
    )
    assert rules_for(text, "newscrawl") == ["Request-rate 1/5", "allow /a"]


def test_how_many_rules_may_be_tried_one_by_one() -> None:
    assert MOST_SPECIAL == 2000
    rules = [f"Disallow: /*{number}" for number in range(MOST_SPECIAL)]
    assert not are_too_many([*rules, "Disallow: /a"])
    assert are_too_many([*rules, "Disallow: /a$"])


OURS = "User-agent: *\nDisallow: /no\n"
# What fills a robots.txt up to what counts of it, by what it is. The first rule is one for us.
WORST = {
    "a million short rules": "".join(f"Disallow: /{number}\n" for number in range(40_000)),
    "rules of wildcards, each again": "Disallow: /*a*a*a*a\n" * 30_000,
    "agents, each with all rules": (
        "".join(f"User-agent: a{number}\n" for number in range(12_500))
        + "".join(f"Disallow: /{number}\n" for number in range(12_500))
    ),
    "a hundred thousand agents": "".join(f"User-agent: b{number}\n" for number in range(100_000)),
    "our agent in pieces": "".join(f"User-agent: {'*' * number}n\nDisallow: /{number}\n" for number in range(700)),
    "a rule of a hundred thousand wildcards": "Disallow: /" + "*a" * 100_000 + "b\n",
    "one line of 500 KiB": "Disallow: /" + "a" * MOST,
    "an agent of 400 kB": f"User-agent: {'newscrawl-' * 40_000}\nDisallow: /\n",
    "sitemaps": "Sitemap: https://a.example/s.xml\n" * 20_000,
    "a rule in signs of the dollar": "Disallow: /" + "$" * 100_000 + "\n",
}  # fmt: skip


def middleware_of(text: str) -> RobotsMiddleware:
    """The middleware of a run whose hosts have this robots.txt."""

    async def download(request: Request) -> Response:
        return Response(request.url, body=text.encode())

    return RobotsMiddleware(stub_crawler(engine=SimpleNamespace(download_async=download)))


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("robots", kind, "up to 500 KiB and more", "read in a second, asked in ms"))
        for kind in WORST
    ],
)  # fmt: skip
def test_a_robots_txt_of_any_kind_is_read_and_asked(kind: str) -> None:
    """What it takes is in `tests/faults/check_robots.py`; a parser that is not linear would not come back here."""
    middleware: Any = middleware_of(OURS + WORST[kind])
    rules = asyncio.run(middleware.robot_parser(Request("https://a.example/x")))
    assert rules.allowed("https://a.example/x/" + "y" * 2000, "newscrawl")
    assert not rules.allowed("https://a.example/no", "newscrawl")


@pytest.mark.fault(
    "robots", "rules with more wildcards than can be tried with each URL", "24,000", "nothing is fetched"
)
def test_a_host_with_too_many_rules_of_wildcards_is_left_alone() -> None:
    middleware = middleware_of(OURS + "".join(f"Disallow: /*a*{number}\n" for number in range(24_000)))
    with pytest.raises(RobotsUnreachable) as caught:
        asyncio.run(middleware.robot_parser(Request("https://a.example/x")))
    assert caught.value.detail == "robots.txt: it has more than 2000 rules with wildcards"


@pytest.mark.fault("robots", "wildcards without number in groups of others", "24,000", "they do not count")
def test_rules_for_others_do_not_count() -> None:
    middleware = middleware_of(
        OURS + "User-agent: x\n" + "".join(f"Disallow: /*a*{number}\n" for number in range(24_000))
    )
    rules = asyncio.run(middleware.robot_parser(Request("https://a.example/x")))
    assert rules.allowed("https://a.example/a1", "newscrawl")
