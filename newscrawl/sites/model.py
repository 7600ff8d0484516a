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
Positive = Annotated[float, msgspec.Meta(gt=0)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
# An attribute of the publisher's that posts keep. None that a program runs: onclick, v-on, x-on, ng-click, hx-get …
OwnAttribute = Annotated[str, msgspec.Meta(pattern="^(?!on|(?:data-)?(?:v|x|ng|hx|bind|on)-)[a-z][a-z0-9_-]{0,60}$")]
# What a text of a site file is, for all who check or measure it (`sites/values.py`): a pattern, by how it is used (in
# any place of a text, at its start, for all of it), or a selector, of the page or of a container. Any other is words.
Searched = Annotated[str, msgspec.Meta(extra={"pattern": "search"})]
Matched = Annotated[str, msgspec.Meta(extra={"pattern": "match"})]
Whole = Annotated[str, msgspec.Meta(extra={"pattern": "fullmatch"})]
Css = Annotated[str, msgspec.Meta(extra={"selector": "css"})]  # or an absolute XPath, where CSS is not enough
XPath = Annotated[str, msgspec.Meta(extra={"selector": "xpath"})]  # relative to the container


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A channel (频道): its ids in the roll API, the label for posts, and its folders of article URLs."""

    name: str
    label: str
    pageid: int
    lid: int
    paths: tuple[str, ...] = ()

    @property
    def post_label(self) -> str:
        """The category of an article that nothing but this channel places."""
        return self.label


class Roll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The roll API: its address and the number of rows per page.

    A window whose total reaches `max_total` is split, because such a total is the server's limit, not a count.
    `overlap` is the number of hours before its watermark from which a channel is read again. `docid` is a pattern: a
    row's id that matches is also the id in the article's address.
    """

    url: str
    docid: Whole = "(?!)"
    page_size: AtLeastOne = 50
    max_total: AtLeastOne = 100_000
    overlap: NotNegative = 24.0


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A list other than the roll API: an HTML page, an RSS or Atom feed, or a sitemap.

    `url` may hold `{page}` (1, 2, …) and `{argument}` (the text after the colon in `stock-news:sh600000`). For HTML,
    `rows` selects the links, `when` is the pattern of the time in the text beside a link, and `next` selects the link
    to the next page where the address has no `{page}`. `paths` are folders of article URLs, as a channel's.
    `category` is that of an article which nothing but this list places; empty: the label.
    """

    name: str
    label: str
    category: str = ""
    kind: Literal["html", "feed", "sitemap"]
    url: str
    rows: Css = "a"
    when: Searched = "(?!)"
    next: Css = ""
    max_pages: AtLeastOne = 20
    paths: tuple[str, ...] = ()

    @property
    def takes_argument(self) -> bool:
        """Whether the list needs an argument, such as a share's code."""
        return "{argument}" in self.url

    @property
    def post_label(self) -> str:
        """The category of an article that nothing but this list places."""
        return self.category or self.label


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of the site: its name in labels, words of breadcrumbs for it, and its folders of article URLs."""

    name: str
    words: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Sections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the site files an article, by words: how a word becomes a label (`form`; empty: words are not used).

    `known` are sections with more words than their name, or with folders that no list has. `by_page` are folders whose
    name in words is on no record: their articles get the label that the page or its list names. `never` is a pattern of
    words that name no section, `around` one of what a word loses (the site's name, 频道). `roots` are words for the
    whole site, which count only where they stand alone, and `page` words for the page itself, which end a breadcrumb.
    """

    form: str = ""
    known: tuple[Section, ...] = ()
    by_page: tuple[str, ...] = ()
    never: Whole = "(?!)"
    around: Searched = "(?!)"
    page: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


class Skip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of lists that are not fetched, because they name no article of this site; counted under the reason."""

    reason: str
    url: Searched
    why: str


Selectors = Css | tuple[Css, ...]
"""A CSS selector, or several: the first that finds an element counts."""


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The CSS selectors of a page design. A layout fits a page that has its title and its body.

    `kicker` and `subtitle` are the lines over and under the headline (引题, 副题).
    """

    name: str
    title: Selectors
    body: Selectors
    head: Selectors | None = None  # kicker, subtitle, date, source and byline are searched in it, not in the whole page
    kicker: Selectors | None = None
    subtitle: Selectors | None = None
    date: Selectors | None = None
    source: Selectors | None = None
    byline: Css | None = None
    editor: Selectors | None = None
    breadcrumb: Css | None = None


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule for pages without an article: the page is refused for `reason` when any of the tests matches."""

    reason: str
    url: Searched | None = None
    title: Searched | None = None
    css: Css | None = None
    why: str


class NeverDate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date in a comment or script that is not the publication date; group 1 of `match` is the date."""

    place: str
    match: Searched
    why: str


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Elements that are not part of the article, by CSS or by XPath relative to the container.

    `headimg`: a picture in them is the post's headimg where the article has none of its own.
    """

    why: str
    css: Css = ""
    xpath: XPath = ""
    headimg: bool = False


class LineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole lines (a paragraph, or a part of one between `<br>`s) that are not the article's text.

    `match` is a pattern, or several of which one will do; `(?&name)` in it stands for one of the `parts`. It must match
    from the start of the line, whose white space is squashed. `field` names the field that the match's group fills.
    `linked: true` limits it to lines that are only links, with at most a label before them (`专题：`). `call` is a
    pattern for the whole of what the line ends with: its last link, or its last words. `links: true` is for the heading
    of a list of links: the rule must match the whole line without its links, and the lines of links that follow are
    dropped too.

    `where: edge` limits the rule to the first and last few lines. `where: outside` is for inserts: only before the
    article's first sentence and after its last; the line may have ornaments at its ends and brackets around it.

    `once: true` is for what stands once in an article: where several lines fit, they are a list or headings, and stay.

    `pictures` says whose a picture near the line is. `own`: the article's; a line with a picture is not dropped.
    `beside`: the one in the line, or in a paragraph of nothing else, is dropped with it, if it can be the code to scan
    of an advertisement. `after`: or the one that follows it at the article's end.
    """

    match: Matched | tuple[Matched, ...]
    why: str
    where: Literal["any", "edge", "outside"] = "any"
    field: Literal["original_title"] | None = None
    linked: bool = False
    call: Whole = ""
    links: bool = False
    pictures: Literal["own", "beside", "after"] = "own"
    once: bool = False

    @property
    def pattern(self) -> str:
        """One pattern for all of `match`.

        >>> LineRule(("more>", "app$"), "invitations").pattern
        '(?:more>)|(?:app$)'
        """
        return self.match if isinstance(self.match, str) else "|".join(f"(?:{pattern})" for pattern in self.match)


class Boilerplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of the container that are not the article: elements to cut, tags to unwrap, lines to drop.

    `continues`, `begins` and `ends` are patterns of comments: an advertisement inside a sentence, the start and the end
    of the article's text. `parts` are pieces of the patterns of lines, by name: `(?&name)` stands for one, in a rule or
    in a later part. A site that is loaded has them in their places, and none here.
    """

    parts: dict[str, str] | None = None
    cut: tuple[Cut, ...] = ()
    unwrap: tuple[Cut, ...] = ()
    lines: tuple[LineRule, ...] = ()
    continues: Searched = "(?!)"
    ends: Matched = "(?!)"
    begins: Searched = "(?!)"


class FrameLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The beginning of lines that stand around the text of a page; what follows on the line may be text."""

    match: Matched
    why: str


class BriefPages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pages of one short paragraph, in a design that is not proven: they are read by what their parts are, and flagged.

    A page is one when its address matches `url` and its title `title`, whose group 1 is the headline. `name` is the
    layout of its record. `ends` is what stands behind the paragraph, `buttons` what may stand behind it on its line,
    `frame` are the lines around it that read like sentences.
    """

    name: str
    url: Searched
    title: Matched
    why: str
    ends: Searched = "(?!)"
    buttons: Searched = "(?!)"
    frame: tuple[FrameLine, ...] = ()


class Politeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The load that a crawl may put on the site.

    `delay` and `timeout` are in seconds, `concurrency` is requests per host, `retries` is per request. `ban_page` is a
    pattern of the ban page, which the site may serve with status 200. `patience` is the number of bans in a row that
    end a run. `contact` stands in the user agent, and no archive remembers it.
    """

    delay: NotNegative = 1.0
    concurrency: AtLeastOne = 1
    timeout: Positive = 20.0
    retries: Annotated[int, msgspec.Meta(ge=0)] = 1
    contact: str = ""
    ban_page: Searched = "(?!)"
    patience: AtLeastOne = 3


class Budgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lists may take, so that one without end ends.

    `requests` are for one reading: of a day of a channel, with 50 rows a request, or of another list as a whole, with
    200. `run_requests` are for one list in a run; what is left unread is read by the next run.
    """

    requests: AtLeastOne = 1000
    run_requests: AtLeastOne = 50_000


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """A publisher: hosts, addresses, channels, page designs, boilerplate, politeness.

    `page_seconds` is how many seconds of CPU time the reading of one page may take.
    """

    name: str
    spider: str
    label: str
    timezone: str
    prefix: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{0,20}$")] = ""  # of ids: sites may share an archive
    hosts: tuple[str, ...]
    https_hosts: tuple[str, ...] = ()  # the built-in hosts; a host that a user's file adds keeps its scheme and port
    scheme: Literal["https", "http"] = "https"  # of canonical addresses on the site's own hosts
    private_networks: tuple[str, ...] = ()  # in CIDR, such as 10.1.0.0/16, that names under `hosts` may lead to
    urls: tuple[Matched, ...]
    wrapped: Matched = "(?!)()"  # addresses that hold another one, in group 1, which counts instead
    roll: Roll | None = None
    lists: tuple[Listing, ...] = ()
    skips: tuple[Skip, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    channel_unknown: tuple[str, ...] = ()
    sections: Sections = Sections()
    headimg: tuple[Literal["content", "og_image", "container", "fallback"], ...] = ("content", "og_image")
    headimg_fallback: str = ""
    logos: Searched = "(?!)"
    image_sources: tuple[str, ...] = ("src",)
    image_blanks: Searched = "(?!)"
    image_original: str = ""
    image_hosts: Searched = "(?!)"
    image_resized: Searched = "(?!)()"
    frame_words: Whole = "(?!)"  # whole words for a picture that name a code to scan, or a button
    frame_marks: Searched = "(?!)"  # in the class or id of such a picture, or around it
    captions: Css = "figcaption"
    style_attributes: tuple[OwnAttribute, ...] = ()
    other_attributes: tuple[OwnAttribute, ...] = ()  # in the full body alone
    stock_spans: Css = ""
    stock_prefix: str = ""
    stock_comment: Searched = "(?!)"
    shared_title_name: str = ""  # part of the site's name, which follows a shared title after an underscore
    author_meta: str = "article:author"
    source_meta: str = ""
    source_extras: Searched = "(?!)"
    docid_meta: str = ""
    docid_comment: Searched = "(?!)()"
    path_meta: str = ""
    path_value: Searched = "(.+)"
    keyword_break: Searched = "[,，]"
    keywords_never: tuple[str, ...] = ()
    keywords_title: Searched = "(?!)"  # of a keyword that is the page's title, with the site's name behind it
    created_meta: str = ""
    updated_meta: str = ""
    published_meta: str = "article:published_time"
    published_why: str = "as the page declares it; counts where it shows none"
    never_dates: tuple[NeverDate, ...] = ()
    layouts: tuple[Layout, ...] = ()
    briefs: BriefPages | None = None
    refusals: tuple[Refusal, ...] = ()
    boilerplate: Boilerplate = Boilerplate()
    politeness: Politeness = Politeness()
    budgets: Budgets = Budgets()
    page_seconds: Positive = 10.0  # the slowest of 39 real pages takes 0.03, 2026-11-28

    @functools.cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of the site's pages."""
        return ZoneInfo(self.timezone)

    @functools.cached_property
    def own_attributes(self) -> frozenset[str]:
        """The attributes of the publisher's that a full body keeps."""
        return frozenset((*self.style_attributes, *self.other_attributes))

    @functools.cached_property
    def addresses(self) -> tuple[re.Pattern[str], ...]:
        """The compiled patterns of article addresses."""
        return tuple(map(re.compile, self.urls))

    @property
    def named_lists(self) -> tuple[Channel | Listing, ...]:
        """All lists: the channels, then the others."""
        return (*self.channels, *self.lists)

    @functools.cached_property
    def folder_labels(self) -> dict[str, str]:
        """The labels of the folders of article URLs, by folder."""
        form = self.sections.form
        labels = {path: form.format(section.name) for section in self.sections.known for path in section.paths}
        return labels | {path: entry.label for entry in self.named_lists for path in entry.paths}

    @functools.cached_property
    def section_labels(self) -> dict[str, str]:
        """The labels of the sections that the site file knows, by each word for them; those of its channels first."""
        form = self.sections.form
        before, _, after = form.partition("{}")
        own = {entry.label.removeprefix(before).removesuffix(after): entry.label for entry in self.channels if form}
        known = self.sections.known
        return own | {word: form.format(each.name) for each in known for word in (each.name, *each.words)}

    def section_name(self, word: str) -> str:
        """The section that a word of a breadcrumb names, without the site's own name; empty when it names none."""
        never, around = self.section_patterns
        return "" if never.fullmatch(word) else around.sub("", word)

    @functools.cached_property
    def section_patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """The compiled patterns of words that name no section, and of what a word loses."""
        return re.compile(self.sections.never), re.compile(self.sections.around)
