"""Date: when the article was published and last changed, as aware instants on the site's clock.

A page shows up to four clocks. The visible date is the original publication, to the minute; `create_at` is the same
instant with seconds; `published_time` is a later re-publication, by up to hours (`sina-layouts.md` §2).
"""

from datetime import datetime

from newscrawl.dates import parse_date
from newscrawl.items import Article


def publication(
    visible: datetime | None, created: datetime | None, republished: datetime | None, in_url: datetime | None
) -> datetime | None:
    """The instant of first publication: the visible date with the seconds of `created` where their minutes agree.

    >>> at = datetime.fromisoformat
    >>> publication(at("2018-12-28T19:55+08:00"), at("2018-12-28T19:55:10+08:00"), None, None).isoformat()
    '2018-12-28T19:55:10+08:00'
    """
    if visible and created and visible == created.replace(second=0, microsecond=0):
        return created
    return visible or created or republished or in_url


def modification(published: datetime | None, updated: datetime | None, republished: datetime | None) -> datetime | None:
    """The instant of the last change the page tells of, None when it tells of none after publication."""
    later = [instant for instant in (updated, republished) if instant and published and instant > published]
    return max(later, default=None)


class DatePipeline:
    """Fills `published` and `modified`."""

    def process_item(self, item: Article) -> Article:
        """Reads the visible date, the metas that the site file names, and the minute in an old URL."""
        raw, site = item.raw, item.raw.site

        def clock(meta: str) -> datetime | None:
            return next((found for text in raw.meta.get(meta, ()) if (found := parse_date(text, site.zone))), None)

        stamp = raw.address.date + raw.address.minute
        in_url = parse_date(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[8:10]}:{stamp[10:]}", site.zone)
        created, republished = clock(site.created_meta), clock(site.published_meta)
        in_url = in_url if raw.address.minute else None
        item.published = publication(parse_date(raw.date, site.zone), created, republished, in_url)
        item.modified = modification(item.published, clock(site.updated_meta), republished)
        return item
