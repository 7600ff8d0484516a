"""Which of a page's dates is the publication: the visible one, with the clock of another where it has none."""

from datetime import datetime, timedelta

import pytest

from newscrawl import extract
from newscrawl.extraction.dates import DAY, HOUR, MINUTE, SECOND, PageDate
from pipelines.date import Claim, publication

URL = "https://finance.sina.com.cn/china/2025-04-07/doc-iabcdefg0000001.shtml"
MINUTE_URL = "https://finance.sina.com.cn/china/20250407/08457372262.shtml"
CREATED, REPUBLISHED, UPDATED = "weibo: article:create_at", "article:published_time", "weibo: article:update_at"


def page(date: str, metas: dict[str, str]) -> bytes:
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in metas.items())
    return (
        f'<html><head><meta charset="utf-8">{head}</head><body><h1 class="main-title">灯塔换灯</h1>'
        f'<div class="date-source"><span class="date">{date}</span> <span class="source">江畔日报</span></div>'
        f'<div id="artibody"><p>守塔人上午换了灯。</p></div></body></html>'
    ).encode()


def published(date: str, url: str = URL, **metas: str) -> str:
    names = {"created": CREATED, "republished": REPUBLISHED, "updated": UPDATED}
    article = extract(page(date, {names[name]: value for name, value in metas.items()}), url)
    return article.published.isoformat()[:19] if article.published else ""


CREATE_AT, LATER = "2025-04-07 08:45:17", "2025-04-07T10:02:03+08:00"


@pytest.mark.parametrize(
    ("date", "created", "republished", "url", "expected"),
    [
        # A visible clock decides; `created` of the same minute has its seconds.
        ("2025年04月07日 08:45", CREATE_AT, LATER, URL, "2025-04-07T08:45:17"),
        ("2025年04月07日（周一）8点45分", CREATE_AT, LATER, URL, "2025-04-07T08:45:17"),
        ("2025年04月07日 08:44", CREATE_AT, LATER, URL, "2025-04-07T08:44:00"),
        ("2025年04月07日 00:00", CREATE_AT, LATER, URL, "2025-04-07T00:00:00"),
        ("2025年04月07日 08:45:30", CREATE_AT, LATER, URL, "2025-04-07T08:45:30"),
        ("2025年04月07日 10:02", "", LATER, URL, "2025-04-07T10:02:00"),
        ("2025年04月07日 08:45", "2025-04-07", LATER, URL, "2025-04-07T08:45:00"),
        # A visible hour is made exact within the hour, not by a re-publication.
        ("2025年04月07日 8时", CREATE_AT, LATER, URL, "2025-04-07T08:45:17"),
        ("2025年04月07日 9时", CREATE_AT, LATER, URL, "2025-04-07T09:00:00"),
        ("2025年04月07日 10时", "", LATER, URL, "2025-04-07T10:00:00"),
        ("2025年04月07日 8时", "", LATER, MINUTE_URL, "2025-04-07T08:45:00"),
        # A day takes the clock of `created`, else of the URL, else of a re-publication; of the same day only.
        ("2025年04月07日", CREATE_AT, LATER, MINUTE_URL, "2025-04-07T08:45:17"),
        ("2025年04月07日 24:00", CREATE_AT, LATER, MINUTE_URL, "2025-04-07T08:45:17"),
        ("2025年04月07日", "", LATER, MINUTE_URL, "2025-04-07T08:45:00"),
        ("2025年04月07日", "2025-04-07", LATER, URL, "2025-04-07T10:02:03"),
        ("2025年04月07日", "", LATER, URL, "2025-04-07T10:02:03"),
        ("2025年04月07日", "2025-04-08 00:00:00", "2025-04-06T23:59:59+08:00", URL, "2025-04-07T00:00:00"),
        ("2025年04月07日", "2025-04-07 00:00:00", LATER, URL, "2025-04-07T00:00:00"),
        ("2025年04月07日", "2025-04-06T18:00:00Z", LATER, URL, "2025-04-07T02:00:00"),
        # Nothing is visible.
        ("昨天", CREATE_AT, LATER, URL, "2025-04-07T08:45:17"),
        ("", "2025-04-07", LATER, URL, "2025-04-07T10:02:03"),
        ("", "", LATER, MINUTE_URL, "2025-04-07T10:02:03"),
        ("", "", "", MINUTE_URL, "2025-04-07T08:45:00"),
        ("", "", "", MINUTE_URL.replace("0845", "2561"), ""),
        ("昨天", "", "", URL, ""),
    ],
)  # fmt: skip
def test_the_publication(date: str, created: str, republished: str, url: str, expected: str) -> None:
    assert published(date, url, created=created, republished=republished) == expected


def test_the_last_change_gives_no_clock() -> None:
    assert published("2025年04月07日", updated="2025-04-07 11:00:00") == "2025-04-07T00:00:00"


def test_a_re_publication_that_is_the_publication_is_no_change() -> None:
    changed = extract(page("2025年04月07日", {REPUBLISHED: LATER, UPDATED: "2025-04-07 11:00:00"}), URL)
    assert changed.modified
    assert changed.modified.isoformat() == "2025-04-07T11:00:00+08:00"
    assert extract(page("2025年04月07日", {REPUBLISHED: LATER}), URL).modified is None


def test_the_latest_change_counts() -> None:
    for updated, republished in (
        ("2025-04-07 11:00:00", "2025-04-07 12:00:00"),
        ("2025-04-07 12:00:00", "2025-04-07 11:00:00"),
    ):
        changed = extract(page("2025年04月07日 08:45", {REPUBLISHED: republished, UPDATED: updated}), URL)
        assert changed.modified
        assert changed.modified.isoformat() == "2025-04-07T12:00:00+08:00"


def test_explain_tells_every_date_and_its_reason() -> None:
    metas = {CREATED: CREATE_AT, REPUBLISHED: LATER, UPDATED: "2025-11-17"}
    evidence = extract(page("2025年11月17日 24:00", metas), MINUTE_URL.replace("20250407", "20251117")).evidence
    published, modified = evidence["published"], evidence["modified"]
    assert [(each.place, each.raw, each.why) for each in (published.winner, *published.rivals) if each] == [
        ("URL", "2025-11-17 08:45", "the clock of the day that the page shows; the minute in an old address; counts where the page shows no clock"),
        ("span.date", "2025年11月17日 24:00", "the date that readers see, the original publication; its clock could not be read, and 00:00 stands for it"),
        (CREATED, CREATE_AT, "counts where no date is visible, and where it makes the visible one exact"),
        (REPUBLISHED, LATER, "a later re-publication, by up to hours"),
    ]  # fmt: skip
    assert published.winner
    assert published.winner.value.isoformat() == "2025-11-17T08:45:00+08:00"
    assert modified.winner is None
    evidence = extract(page("2025年04月07日", {UPDATED: "2025-11-17"}), MINUTE_URL).evidence
    winner = evidence["modified"].winner
    assert winner
    assert winner.why == "the last change of the text; it has no clock, and 00:00 stands for it"


def test_explain_names_only_what_the_page_has() -> None:
    evidence = extract(page("刚刚", {}), URL).evidence
    assert evidence["published"].winner is None
    assert [(rival.place, rival.why) for rival in evidence["published"].rivals] == [
        ("span.date", "the date that readers see, the original publication; nothing is read from it")
    ]


def reasons(date: str, metas: dict[str, str]) -> dict[str, str]:
    """The reasons of the dates by their place, the winner first."""
    evidence = extract(page(date, metas), URL).evidence
    winner, rivals = evidence["published"].winner, evidence["published"].rivals
    return {candidate.place: candidate.why for candidate in (*([winner] if winner else []), *rivals)}


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2025年04月07日 24:00", "its clock could not be read"),
        ("2025年04月07日 08:45 (EST)", "its clock could not be read"),
        ("2025年04月07日", "it has no clock"),
        ("刚刚", "nothing is read from it"),
    ],
)
def test_explain_says_what_a_date_lacks(date: str, said: str) -> None:
    alone = reasons(date, {})
    assert said in alone["span.date"]
    assert ("00:00" in alone["span.date"]) == (date != "刚刚")
    both = reasons(date, {CREATED: CREATE_AT})
    assert next(iter(both)) == CREATED
    assert said in both["span.date"]
    assert said not in both[CREATED]


def test_explain_says_what_made_a_date_exact() -> None:
    day, hour, minute = (
        next(iter(reasons(f"2025年04月07日{clock}", {CREATED: CREATE_AT}).values())) for clock in ("", " 8时", " 08:45")
    )
    assert "the clock of the day" in day
    assert "the minute in the hour" in hour
    assert "with seconds" in minute


def test_a_date_does_not_make_itself_exact() -> None:
    """The one date of a page keeps its own reason."""
    at = datetime.fromisoformat("2025-04-07T08:45:00+08:00")
    only = Claim("meta", "raw", PageDate(at, MINUTE), "the reason")
    nothing = Claim("", "", None)
    for evidence in (publication(nothing, only, nothing, nothing), publication(nothing, nothing, nothing, only)):
        assert evidence.winner
        assert (evidence.winner.value, evidence.winner.why, evidence.rivals) == (at, "the reason", ())


@pytest.mark.parametrize("span", [DAY, HOUR, MINUTE, SECOND])
def test_a_date_that_is_made_exact_stays_a_rival(span: timedelta) -> None:
    at = datetime.fromisoformat("2025-04-07T00:00:00+08:00")
    claims = [
        Claim("visible", "a", PageDate(at, span)),
        Claim("created", "b", PageDate(at, MINUTE)),
        *[Claim("", "", None)] * 2,
    ]
    evidence = publication(*claims)
    places = [candidate.place for candidate in (evidence.winner, *evidence.rivals) if candidate]
    assert places == (["visible", "created"] if span == SECOND else ["created", "visible"])
