"""A site as data: everything that belongs to one publisher and not to crawling in general.

A site file is YAML (`newscrawl/sites/<name>.yaml`, or the file that `--site` names). `extends: sina_finance` takes
another site's values and overrides only the keys it names; mappings are merged, lists and scalars replaced.
"""

import functools
import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

NotNegative = Annotated[float, msgspec.Meta(ge=0)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of articles (频道): the roll API's ids for it, the label that posts carry, the URL folders it owns."""

    name: str
    label: str
    pageid: int
    lid: int
    paths: tuple[str, ...] = ()


class Roll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list endpoint: its address and how many items a page of it holds.

    A window whose total reaches `max_total` is split, for such a total is the server's limit and no count. `overlap` is
    how far before its watermark a channel is read again, in hours. `docid` is the form of those ids of its rows that
    are also the ids of addresses.
    """

    url: str
    docid: str = "(?!)"
    page_size: AtLeastOne = 50
    max_total: AtLeastOne = 100_000
    overlap: NotNegative = 24.0


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A source of addresses besides the roll API, or without one: a list page in HTML, an RSS feed, a sitemap.

    `url` may hold `{page}` (1, 2, …) and `{argument}` (what stands behind the colon in `stock-news:sh600000`). For
    HTML, `rows` selects the links, `when` finds their time in the text beside them, `next` selects the link to the next
    page where the address has no `{page}`. `paths`, where it has any: as a channel's, for the label of posts.
    """

    name: str
    label: str
    kind: Literal["html", "feed", "sitemap"]
    url: str
    rows: str = "a"
    when: str = "(?!)"
    next: str = ""
    max_pages: AtLeastOne = 20
    paths: tuple[str, ...] = ()

    @property
    def takes_argument(self) -> bool:
        """Whether it is a list for each of many things, as the news of a share."""
        return "{argument}" in self.url


class Skip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entries of lists that are not fetched, for no article of this site stands there; counted under the reason."""

    reason: str
    url: str
    why: str


Selectors = str | tuple[str, ...]
"""A CSS selector, or several of which the first that finds anything counts."""


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One page design as CSS selectors; it fits a page that has its title and its body."""

    name: str
    title: Selectors
    body: Selectors
    head: Selectors | None = None  # holds date, source and byline: they are looked for in it, not in the whole page
    date: Selectors | None = None
    source: Selectors | None = None
    byline: str | None = None
    editor: Selectors | None = None
    breadcrumb: str | None = None


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to know a page that holds no article: `reason` holds when any of the tests does."""

    reason: str
    url: str | None = None
    title: str | None = None
    css: str | None = None
    why: str


class NeverDate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date in a comment or script that looks like the publication's and is not; group 1 of `match` is it."""

    place: str
    match: str
    why: str


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Elements that are not the article's, with what they hold, by CSS or by XPath from the container."""

    why: str
    css: str = ""
    xpath: str = ""


class LineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole lines (a paragraph, or a part of one between `<br>`s) that are not the article's text.

    `match` must fit from the start of the line, its white space squashed. `where: edge` narrows the rule to the first
    and the last few lines. `field` names the field that group 1 of the match fills. `links: true` is for the head of a
    list of links: the rule must fit all of the line but its links, and the lines of links behind it go too.
    """

    match: str
    why: str
    where: Literal["any", "edge"] = "any"
    field: Literal["original_title"] | None = None
    links: bool = False


class Boilerplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the container and is not the article: elements to cut, tags to unwrap, lines to drop.

    `continues`, `begins` and `ends` fit comments: an advertisement inside a sentence, both ends of the article's text.
    """

    cut: tuple[Cut, ...] = ()
    unwrap: tuple[Cut, ...] = ()
    lines: tuple[LineRule, ...] = ()
    continues: str = "(?!)"
    ends: str = "(?!)"
    begins: str = "(?!)"


class Politeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How gently the site is read. Seconds, requests per host, retries of one request.

    `ban_page` finds the words of a page that turns a reader away with status 200; `patience` is how many refusals in a
    row end a run.
    """

    delay: NotNegative = 1.0
    concurrency: AtLeastOne = 1
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    retries: Annotated[int, msgspec.Meta(ge=0)] = 1
    contact: str = ""
    ban_page: str = "(?!)"
    patience: AtLeastOne = 3


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """A publisher: hosts, addresses, channels, page designs, boilerplate, politeness."""

    name: str
    spider: str
    label: str
    timezone: str
    prefix: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{0,20}$")] = ""  # of its ids: several sites in one archive
    hosts: tuple[str, ...]
    https_hosts: tuple[str, ...] = ()  # the site's own: what a user's file adds to them keeps its scheme and port
    scheme: Literal["https", "http"] = "https"  # of canonical addresses on the site's own hosts
    urls: tuple[str, ...]
    roll: Roll | None = None
    lists: tuple[Listing, ...] = ()
    skips: tuple[Skip, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    channel_unknown: tuple[str, ...] = ()
    headimg: tuple[Literal["content", "og_image", "container", "fallback"], ...] = ("content", "og_image")
    headimg_fallback: str = ""
    logos: str = "(?!)"
    image_sources: tuple[str, ...] = ("src",)
    image_blanks: str = "(?!)"
    image_original: str = ""
    image_hosts: str = "(?!)"
    image_resized: str = "(?!)()"
    captions: str = "figcaption"
    style_attributes: tuple[str, ...] = ()
    stock_spans: str = ""
    stock_prefix: str = ""
    stock_comment: str = "(?!)"
    shared_title_name: str = ""  # what the site's name behind a shared title holds, parted by underscores
    author_meta: str = "article:author"
    source_meta: str = ""
    docid_meta: str = ""
    docid_comment: str = "(?!)()"
    path_meta: str = ""
    path_value: str = "(.+)"
    keyword_break: str = "[,，]"
    keywords_never: tuple[str, ...] = ()
    created_meta: str = ""
    updated_meta: str = ""
    published_meta: str = "article:published_time"
    published_why: str = "as the page declares it; counts where it shows none"
    never_dates: tuple[NeverDate, ...] = ()
    layouts: tuple[Layout, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    boilerplate: Boilerplate = Boilerplate()
    politeness: Politeness = Politeness()

    @functools.cached_property
    def zone(self) -> ZoneInfo:
        """The clock that the site's pages show."""
        return ZoneInfo(self.timezone)

    @functools.cached_property
    def addresses(self) -> tuple[re.Pattern[str], ...]:
        """The forms of article addresses, compiled."""
        return tuple(map(re.compile, self.urls))
