"""Date: when the article was published and last changed, as aware instants.

A page has up to four dates; the site file names the metas of three. The visible date is the original publication, to
the minute. The `created` date is the same instant with seconds. The meaning of the `published` date depends on the
site: at Sina it is a later re-publication. The `updated` date is the last change.
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
    """Returns the evidence of the first publication: the visible date, with the seconds of `created` if minutes agree.

    >>> at = datetime.fromisoformat
    >>> visible, created = (Candidate("", "", at(f"2018-12-28T19:55{tail}+08:00")) for tail in ("", ":10"))
    >>> none = Candidate("", "", None)
    >>> publication(visible, created, none, none).winner.value.isoformat()
    '2018-12-28T19:55:10+08:00'
    """
    same = visible.value and created.value and visible.value == created.value.replace(second=0, microsecond=0)
    order = [created, visible] if same else [visible, created]
    return decide([*order, republished, in_url])


def modification(published: datetime | None, *changes: Candidate) -> Evidence:
    """Returns the evidence of the last change after publication; without such a change it has no winner."""
    later = [change for change in changes if change.value and published and change.value > published]
    return decide(sorted(later, key=lambda change: change.value, reverse=True))


class DatePipeline:
    """Fills `published` and `modified`."""

    def process_item(self, item: Article) -> Article:
        """Fills the fields from the visible date, the metas that the site file names, and the minute in an old URL."""
        raw, site = item.raw, item.raw.site

        def meta_date(meta: str, why: str) -> Candidate:
            text = next(iter(raw.meta.get(meta, ())), "")
            return Candidate(meta, text, parse_date(text, site.zone), why)

        day, minute = raw.address.date, raw.address.minute
        stamp = f"{day[:4]}-{day[4:6]}-{day[6:]} {minute[:2]}:{minute[2:]}" if minute else ""
        in_url = Candidate("URL", stamp, parse_date(stamp, site.zone), IN_URL)
        visible = Candidate(str(raw.layout.date or raw.layout.head), raw.date, parse_date(raw.date, site.zone), VISIBLE)
        created, republished = meta_date(site.created_meta, SECONDS), meta_date(site.published_meta, site.published_why)
        if not (visible.value and created.value and abs(created.value - visible.value).total_seconds() < 60):  # noqa: PLR2004
            created = meta_date(site.created_meta, CREATED)
        updated = meta_date(site.updated_meta, "the last change of the text")
        item.published = item.decided("published", publication(visible, created, republished, in_url)) or None
        item.modified = item.decided("modified", modification(item.published, updated, republished)) or None
        return item
