"""Date: when the article was published and last changed, as aware instants on the site's clock.

A page shows up to four clocks, and the site file names their metas. The visible date is the original publication, to
the minute; the created one is the same instant with seconds; the published one is what the site file says of it, as a
later re-publication (`sina-layouts.md` §2).
"""

from datetime import datetime

from newscrawl.extraction.article import Article
from newscrawl.extraction.dates import parse_date
from newscrawl.extraction.evidence import Candidate, Evidence, decide

SECONDS = "the visible date's own instant, with seconds: their minutes agree"
VISIBLE = "the date that readers see, the original publication"
CREATED = "counts where there is no visible date; another minute than the visible one"
IN_URL = "the minute in an old address; counts where the page shows no date"


def publication(visible: Candidate, created: Candidate, republished: Candidate, in_url: Candidate) -> Evidence:
    """The instant of first publication: the visible date, with the seconds of `created` where their minutes agree.

    >>> at = datetime.fromisoformat
    >>> shown, made = (Candidate("", "", at(f"2018-12-28T19:55{tail}+08:00")) for tail in ("", ":10"))
    >>> none = Candidate("", "", None)
    >>> publication(shown, made, none, none).winner.value.isoformat()
    '2018-12-28T19:55:10+08:00'
    """
    same = visible.value and created.value and visible.value == created.value.replace(second=0, microsecond=0)
    order = [created, visible] if same else [visible, created]
    return decide([*order, republished, in_url])


def modification(published: datetime | None, *changes: Candidate) -> Evidence:
    """The last change the page tells of after publication; no winner when it tells of none."""
    later = [change for change in changes if change.value and published and change.value > published]
    return decide(sorted(later, key=lambda change: change.value, reverse=True))


class DatePipeline:
    """Fills `published` and `modified`."""

    def process_item(self, item: Article) -> Article:
        """Reads the visible date, the metas that the site file names, and the minute in an old URL."""
        raw, site = item.raw, item.raw.site

        def clock(meta: str, why: str) -> Candidate:
            text = next(iter(raw.meta.get(meta, ())), "")
            return Candidate(meta, text, parse_date(text, site.zone), why)

        day, minute = raw.address.date, raw.address.minute
        stamp = f"{day[:4]}-{day[4:6]}-{day[6:]} {minute[:2]}:{minute[2:]}" if minute else ""
        in_url = Candidate("URL", stamp, parse_date(stamp, site.zone), IN_URL)
        visible = Candidate(str(raw.layout.date or raw.layout.head), raw.date, parse_date(raw.date, site.zone), VISIBLE)
        created, republished = clock(site.created_meta, SECONDS), clock(site.published_meta, site.published_why)
        if not (visible.value and created.value and abs(created.value - visible.value).total_seconds() < 60):  # noqa: PLR2004
            created = clock(site.created_meta, CREATED)
        updated = clock(site.updated_meta, "the last change of the text")
        item.published = item.decided("published", publication(visible, created, republished, in_url)) or None
        item.modified = item.decided("modified", modification(item.published, updated, republished)) or None
        return item
