"""What a response adds to the article of its page."""

from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from newscrawl.crawl.pages import keeps_half, of_asked, read_article, validated
from newscrawl.crawl.responses import other_type
from newscrawl.crawl.visit import Visit
from newscrawl.errors import Refused
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.extraction.stages import normalise
from newscrawl.provenance import Capture, Lease, State
from newscrawl.sites.loader import load_site
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
SITE, POLICY = load_site("sina_finance"), FallbackPolicy()
LEASE = Lease(1, "a", URL, State.KEPT, etag='"old"', modified="old")
VALIDATORS: dict[str, Any] = {"ETag": '"new"', "Last-Modified": "new"}


def response(body: bytes, capture: int = 0, **headers: Any) -> Response:
    meta = {"capture": Capture(capture, "digest")} if capture else {}
    return Response(URL, body=body, headers=headers or None, request=Request(URL, meta=meta))


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("", ""), ("text/html; charset=gbk", ""), ("text/plain", ""), ("Application/XHTML+xml", ""),
        ("application/pdf", "application/pdf"), ("Image/PNG", "image/png"),
    ],
)  # fmt: skip
def test_what_is_no_web_page(kind: str, other: str) -> None:
    assert other_type(Response(URL, headers={"Content-Type": kind} if kind else None)) == other


@pytest.mark.parametrize("reusable", [False, True])
def test_the_validators_are_those_of_the_response_if_they_can_be_used_again(reusable: bool) -> None:
    lease = validated(LEASE, Response(URL, headers=VALIDATORS), reusable=reusable)
    assert (lease.etag, lease.modified, lease.key) == (('"new"', "new", "a") if reusable else ("", "", "a"))
    without = validated(LEASE, Response(URL), reusable=True)
    assert (without.etag, without.modified) == ("", "")


def test_an_article_has_its_capture_and_its_lease() -> None:
    found = read_article(response(article("标题"), capture=3, **VALIDATORS), SITE, POLICY, Visit(1, URL, LEASE))
    assert (found.url, [capture.id for capture in found.captures]) == (URL, [3])
    assert found.lease
    assert found.lease.etag == '"new"'
    assert read_article(response(article("标题")), SITE, POLICY, Visit(1, URL)).lease is None


def test_a_further_page_is_joined_to_the_first() -> None:
    first = read_article(response(article("标题", "甲"), capture=1), SITE, POLICY, Visit(1, URL, LEASE))
    second = response(article("他题", "乙"), capture=2)
    whole = read_article(second, SITE, POLICY, Visit(1, URL, LEASE, first=first, joined=(URL,)))
    assert [capture.id for capture in whole.captures] == [1, 2]
    assert whole.lease == first.lease
    assert (normalise(whole).title, whole.text) == ("标题", "甲\n乙")


@pytest.mark.parametrize(
    ("first", "second", "joins"), [(0, 0, True), (9, 9, True), (0, 9, False), (8, 9, False), (9, 0, True)]
)
def test_a_further_page_may_claim_only_what_the_first_one_claims(first: int, second: int, joins: bool) -> None:
    claims = [URL.replace("0000001", f"{number:07d}") if number else "" for number in (first, second)]
    page, further = (response(article("标题", text, url=claim)) for text, claim in zip("甲乙", claims, strict=True))
    visit = Visit(1, URL, first=read_article(page, SITE, POLICY, Visit(1, URL)), joined=(URL,))
    if joins:
        assert normalise(read_article(further, SITE, POLICY, visit)).text == "甲\n乙"
    else:
        with pytest.raises(Refused, match=r"^other_article: it leads to "):
            read_article(further, SITE, POLICY, visit)


def test_a_page_without_an_article_is_refused() -> None:
    with pytest.raises(Refused):
        read_article(response(b"<html></html>"), SITE, POLICY, Visit(1, URL))


@pytest.mark.parametrize(
    ("state", "tries", "keeps"),
    [(State.LISTED, 0, False), (State.FAILED, 4, False), (State.FAILED, 5, True), (State.KEPT, 5, False)],
)
def test_half_an_article_is_kept_at_the_last_try_of_an_item_without_one(state: State, tries: int, keeps: bool) -> None:
    assert keeps_half(Lease(1, "a", URL, state, tries=tries)) is keeps
    assert not keeps_half(None)


def test_half_an_article_is_not_asked_for_by_its_validators() -> None:
    body = article("标题").replace(b"</p></div></body></html>", b"")
    last = Visit(1, URL, Lease(1, "a", URL, State.FAILED, tries=5))
    found = read_article(response(body, **VALIDATORS), SITE, POLICY, last)
    assert found.raw.flags == ("cut_off",)
    assert found.lease
    assert (found.lease.etag, found.lease.modified) == ("", "")
    with pytest.raises(Refused, match="broken"):
        read_article(response(body), SITE, POLICY, Visit(1, URL))


@pytest.mark.parametrize(
    ("refused", "url", "reason", "final"),
    [
        (Refused("index", "a list", by_rule=True), "https://finance.sina.com.cn/", "moved", False),
        (Refused("video", "a player", by_rule=True), "https://video.sina.com.cn/p/1.html", "moved", False),
        (Refused("video", "a player", by_rule=True), URL, "video", True),
        (Refused("video", "a player", by_rule=True), URL.replace("https:", "http:"), "video", True),  # the same page
        (Refused("error", "gone", by_rule=True), "https://finance.sina.com.cn/404.html", "error", True),
        (Refused("unknown_layout", "no design"), "https://finance.sina.com.cn/", "unknown_layout", False),
    ],
)
def test_a_rule_that_knows_another_page_says_nothing_about_the_one_that_was_asked_for(
    refused: Refused, url: str, reason: str, final: bool
) -> None:
    found = of_asked(refused, URL, url, SITE)
    assert (found.reason, found.by_rule) == (reason, final)
    if reason == "moved":
        assert found.detail == f"it leads to {url} ({refused.reason})"


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_a_validator_with_a_control_is_not_used_again(name: str) -> None:
    lease = validated(LEASE, Response(URL, headers=VALIDATORS | {name: b'"\x1b[31m"'}), reusable=True)
    assert (lease.etag, lease.modified) == (("", "new") if name == "ETag" else ('"new"', ""))
