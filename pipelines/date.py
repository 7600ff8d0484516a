"""Date: when the article was published and last changed, as aware instants.

A page has up to four dates; the site file names the metas of three. The visible date is the original publication, to
the minute. The `created` date is the same instant with seconds. The meaning of the `published` date depends on the
site: at Sina it is a later re-publication. The `updated` date is the last change.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from newscrawl.extraction.article import Article
from newscrawl.extraction.dates import DAY, HOUR, MINUTE, PageDate, read_date
from newscrawl.extraction.evidence import Candidate, Evidence, decide

VISIBLE = "the date that readers see, the original publication"
CREATED = "counts where no date is visible, and where it makes the visible one exact"
IN_URL = "the minute in an old address; counts where the page shows no clock"
# Why a date comes before the first one, by the span that the first one leaves open.
EXACT = {
    MINUTE: "the visible date's own instant, with seconds: their minutes agree",
    HOUR: "the minute in the hour that the page shows",
    DAY: "the clock of the day that the page shows",
}
NOTHING = "nothing is read from it"
UNREAD = "its clock could not be read, and 00:00 stands for it"
NO_CLOCK = "it has no clock, and 00:00 stands for it"


class Claim(NamedTuple):
    """A date that a place of the page tells; `date` is None where nothing was read. `why`: the reason for its rank."""

    place: str
    raw: str
    date: PageDate | None
    why: str = ""

    def candidate(self) -> Candidate:
        """Returns the claim as a candidate: its instant, and what it lacks."""
        if self.date and self.date.has_clock:
            return Candidate(self.place, self.raw, self.date.start, self.why)
        lack = NOTHING if not self.date else UNREAD if self.date.unread else NO_CLOCK
        return Candidate(self.place, self.raw, self.date and self.date.start, f"{self.why}; {lack}")


def publication(visible: Claim, created: Claim, republished: Claim, in_url: Claim) -> Evidence:
    """Returns the evidence of the first publication: the first date, or one with a clock that makes it exact.

    A day takes any clock, a re-publication's only where there is no other; a visible minute takes seconds from
    `created` only.

    >>> at = datetime.fromisoformat
    >>> day = Claim("", "", PageDate(at("2018-12-28T00:00+08:00"), DAY))
    >>> created, republished = (
    ...     Claim("", "", PageDate(at(f"2018-12-28T{clock}+08:00"), MINUTE)) for clock in ("19:55", "21:00"))
    >>> publication(day, created, republished, Claim("", "", None)).winner.value.isoformat()
    '2018-12-28T19:55:00+08:00'
    """
    claims = [visible, created, republished, in_url]
    first = next((claim.date for claim in claims if claim.date), None)
    for claim, least in ((created, MINUTE), (in_url, HOUR), (republished, DAY)):
        if first and claim.date and makes_exact(claim.date, first, least):
            exact = claim._replace(why=f"{EXACT[first.span]}; {claim.why}")
            claims = [exact, *(other for other in claims if other is not claim)]
            break
    return decide(claim.candidate() for claim in claims)


def makes_exact(date: PageDate, first: PageDate, least: timedelta) -> bool:
    """Whether a date with a clock is within the first one, which leaves open at least the span `least`."""
    return date is not first and date.has_clock and first.span >= least and first.holds(date.start)


def modification(published: datetime | None, *changes: Candidate) -> Evidence:
    """Returns the evidence of the last change after publication; without such a change it has no winner."""
    later = [change for change in changes if change.value and published and change.value > published]
    return decide(sorted(later, key=lambda change: change.value, reverse=True))


class DatePipeline:
    """Fills `published` and `modified`."""

    def process_item(self, item: Article) -> Article:
        """Fills the fields from the visible date, the metas that the site file names, and the minute in an old URL."""
        raw, site = item.raw, item.raw.site

        def claim(place: str, text: str, why: str) -> Claim:
            return Claim(place, text, read_date(text, site.zone), why)

        def meta_claim(meta: str, why: str) -> Claim:
            return claim(meta, next(iter(raw.meta.get(meta, ())), ""), why)

        day, minute = raw.address.date, raw.address.minute
        in_url = claim("URL", f"{day[:4]}-{day[4:6]}-{day[6:]} {minute[:2]}:{minute[2:]}" if minute else "", IN_URL)
        if in_url.date and not in_url.date.has_clock:
            in_url = in_url._replace(date=None)  # 2561 is no minute, and the day alone is that of the address
        visible = claim(str(raw.layout.date or raw.layout.head), raw.date, VISIBLE)
        created = meta_claim(site.created_meta, CREATED)
        republished = meta_claim(site.published_meta, site.published_why)
        updated = meta_claim(site.updated_meta, "the last change of the text")
        item.published = item.decided("published", publication(visible, created, republished, in_url)) or None
        changes = (updated.candidate(), republished.candidate())
        item.modified = item.decided("modified", modification(item.published, *changes)) or None
        return item
