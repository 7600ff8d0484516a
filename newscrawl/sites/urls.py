"""URL identity: every URL of an article has the same key."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from newscrawl.answers.numbers import whole_number
from newscrawl.controls import percent_encoded
from newscrawl.sites.addresses import host_of
from newscrawl.sites.model import Site


def becomes_https(url: str, base: str, site: Site) -> bool:
    """Whether an address becomes https.

    It does not on a host that only the user's site file names (a test server), nor when the site's scheme is http.
    """
    authority = re.sub(r"(?s)^(?:https?:)?//|[/?#].*", "", url if "//" in url else base)
    host = host_of(authority)
    return site.scheme == "https" and (host in site.https_hosts or not {host, authority} & set(site.hosts))


BEFORE_PAGE = re.compile("[-_]p?$")  # …_2.shtml, …-2.html, …-p2.shtml
WRAPPINGS = 3  # of an address in another one, and how often one is quoted; more are made by hand
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """The identity of a URL. `key` is the same for every URL of an article; `docid` and `channel` may be empty."""

    url: str
    key: str
    docid: str = ""
    channel: str = ""
    date: str = ""  # YYYYMMDD of an article URL
    minute: str = ""  # HHMM of publication, where the URL has it
    did: str = ""  # running number as the URL has it, unique together with the date
    page: int = 1  # of an article of several pages; `url` is the first page's
    is_article: bool = False


def address(url: str, site: Site) -> Address:
    """Returns the canonical address of a URL.

    It has the site's scheme on its own hosts, no fragment, and on article URLs no query: no article was seen whose
    query matters. A further page of an article has the article's address. The key is the docid, else running number
    and date, else the id in the address, else a hash of the canonical URL. The site's prefix comes before all but the
    hash, so the ids of two sites are never the same.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> address("http://finance.sina.com.cn/china/2021-09-03/doc-iktzscyx2063284.shtml?cre=x#top", sina)
    ... # doctest: +NORMALIZE_WHITESPACE
    Address(url='https://finance.sina.com.cn/china/2021-09-03/doc-iktzscyx2063284.shtml',
            key='ktzscyx2063284', docid='ktzscyx2063284', channel='china', date='20210903', minute='', did='', page=1,
            is_article=True)
    >>> second = address("http://finance.sina.com.cn/china/20100301/02427372262_2.shtml", sina)
    >>> second.url, second.key, second.page
    ('https://finance.sina.com.cn/china/20100301/02427372262.shtml', '7372262-20100301', 2)
    >>> third = address("http://finance.people.com.cn/n1/2026/0306/c1004-40676058-3.html", load_site("people_finance"))
    >>> third.url, third.key, third.docid
    ('http://finance.people.com.cn/n1/2026/0306/c1004-40676058.html', 'people-40676058-20260306', 'people-40676058')
    """
    parts = _canonical(split_url(unwrapped(url, site)), site)
    for pattern in site.addresses:
        if match := pattern.match(parts.path):
            found = match.groupdict(default="")
            page, path = found.get("page", ""), parts.path
            if page:  # with what separates it from the number
                path = BEFORE_PAGE.sub("", path[: match.start("page")]) + path[match.end("page") :]
            canonical = urlunsplit(parts._replace(path=path, query=""))
            date = re.sub("[-/]", "", found.get("date", ""))
            docid, did, name = (found.get(group, "") for group in ("docid", "did", "id"))
            number = plain_id(did)
            key = docid or (f"{number}-{date}".rstrip("-") if did else name)
            return Address(
                canonical,
                site.prefix + key if key else short_hash(canonical),
                site.prefix + (docid or number) if docid or did else "",
                found.get("channel", "").strip("/"),
                date,
                found.get("minute", ""),
                did,
                whole_number(page or "1"),
                is_article=True,
            )
    canonical = urlunsplit(parts)
    return Address(canonical, short_hash(canonical))


def unwrapped(url: str, site: Site) -> str:
    """Returns the address that another one holds, if the site file knows its form; else the address itself.

    >>> from newscrawl.sites.loader import load_site
    >>> shown = "https://finance.sina.com.cn/wm/2026-07-18/doc-iabcdefg0000001.shtml"
    >>> wrapper = "https://cj.sina.cn/article/norm_detail?finpagefr=w_1&url="
    >>> sina = load_site("sina_finance")
    >>> unwrapped(wrapper + shown.replace(":", "%3A"), sina) == unwrapped(f"{wrapper}{shown}&x=1", sina) == shown
    True
    >>> unwrapped(wrapper + "javascript:alert(1)", sina).startswith(wrapper)
    True
    """
    for _ in range(WRAPPINGS):
        if "=" not in url or not (match := re.match(site.wrapped, url.strip())):
            return url
        inner = next((each for each in unquoted(match[1]) if is_web_url(each) and each.isprintable()), "")
        if not inner:
            return url
        url = inner
    return url


def unquoted(text: str) -> Iterator[str]:
    """Yields a quoted address unquoted once, twice …; programs that pass addresses on quote them again."""
    for _ in range(WRAPPINGS):
        text = unquote(text)
        yield f"https:{text}" if text.startswith("//") else text


def plain_id(text: str) -> str:
    """Returns an id in the letters of file names, which are the same where case is ignored; digits stay as they are.

    >>> plain_id("L_40189"), plain_id("40676058")
    ('l-40189', '40676058')
    """
    return text.lower().replace("_", "-")


def split_url(url: str) -> SplitResult:
    """Returns the parts of a URL; all are empty when the URL is invalid (`http://[`)."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return urlsplit("")


def _canonical(parts: SplitResult, site: Site) -> SplitResult:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    own = host in site.https_hosts
    scheme = site.scheme if own and parts.scheme in DEFAULT_PORTS else parts.scheme
    port = _port(parts)
    netloc = host if own or port in (None, DEFAULT_PORTS.get(scheme)) else f"{host}:{port}"
    return SplitResult(scheme, encoded(netloc), encoded(parts.path) or "/", encoded(parts.query), "")


def encoded(part: str) -> str:
    """Returns a part of an address without blanks and controls, which are percent-encoded.

    >>> encoded("/a b\\x1b\u3000\\u202e")
    '/a%20b%1B%20%E2%80%AE'
    """
    return part if is_plain(part) else re.sub(r"\s", "%20", percent_encoded(part))


def is_plain(part: str) -> bool:
    """Whether a part of an address is ASCII without blanks and controls, as nearly all are.

    >>> is_plain("https://a.example/?b#c"), is_plain("/a b"), is_plain("/\\x7f"), is_plain("/文")
    (True, False, False, False)
    """
    return part.isascii() and part.isprintable() and " " not in part


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:  # https://host:99999/
        return None


def without_login(url: str) -> str:
    """Returns a URL without a name and password before its host: no site is sent any.

    >>> without_login("http://me:secret@a.example:80/x"), without_login("http://a.example/@x")
    ('http://a.example:80/x', 'http://a.example/@x')
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url


def short_hash(text: str) -> str:
    """Returns the first 16 hexadecimal digits of the SHA-256 of a text: a stable name where there is no id."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_allowed(url: str, site: Site) -> bool:
    """Whether the site file permits fetching a URL: it is http(s), and `hosts` names its host or its host and port.

    Built-in hosts are permitted on the default ports only, hosts that a user's file adds on any port.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> [is_allowed(u, sina) for u in ("https://finance.sina.com.cn/", "https://sina.com.cn.evil.example/", "file:///etc")]
    [True, False, False]
    """
    parts = split_url(url)
    host, port = parts.hostname or "", _port(parts)
    if parts.scheme not in DEFAULT_PORTS or not host:
        return False
    with_port = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if host in site.https_hosts and port not in (None, DEFAULT_PORTS[parts.scheme]):
        return with_port in site.hosts
    return host in site.hosts or with_port in site.hosts


def is_downgrade(url: str, target: str, site: Site) -> bool:
    """Whether a redirect from a URL to `target` falls from https to http, on a site that is fetched over https.

    It does also if the site's own host answered over http: its addresses are asked for over https.

    >>> from newscrawl.sites.loader import load_site
    >>> sina, people = load_site("sina_finance"), load_site("people_finance")
    >>> [is_downgrade("https://k.sina.cn/1", f"{scheme}://k.sina.cn/2", sina) for scheme in ("http", "https")]
    [True, False]
    >>> is_downgrade("https://www.people.cn/1", "http://www.people.cn/2", people)
    False
    """
    before, after = split_url(url), split_url(target)
    falls = before.scheme == "https" or (after.hostname or "") in site.https_hosts
    return site.scheme == "https" and after.scheme == "http" and falls


def followed(url: str, target: str, site: Site) -> str:
    """Returns the address that a page at a URL leads to (by a meta refresh, by a script), as it may be fetched.

    It is https on the site's own hosts, which old pages still link over http. Empty if it may not be fetched.

    >>> from newscrawl.sites.loader import load_site
    >>> followed("https://k.sina.cn/1", "http://k.sina.cn/2", load_site("sina_finance"))
    'https://k.sina.cn/2'
    >>> followed("https://k.sina.cn/1", "http://example.org/2", load_site("sina_finance"))
    ''
    """
    target = resolve(target, url, secure=becomes_https(target, url, site))
    return target if is_allowed(target, site) and not is_downgrade(url, target, site) else ""


def is_web_url(url: str) -> bool:
    """Whether a text is an http(s) URL with a host and no spaces.

    >>> [is_web_url(text) for text in ("https://finance.sina.com.cn/", "finance.sina.com.cn", "https://[", "ftp://x/")]
    [True, False, False, False]
    """
    parts = split_url(url)
    try:
        return (
            parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and (parts.port or 1) > 0 and " " not in url.strip()
        )
    except ValueError:  # a port out of range
        return False


SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
BREAKS = re.compile(r"[\t\n\r]")  # browsers remove them from any place of an address
LOW = re.compile(r"[\x00-\x20\x7f]")
LOWEST = "".join(map(chr, range(0x21)))  # around an address they do not count


def resolve(url: str, base: str, *, secure: bool = True) -> str:
    """Returns the absolute http(s) URL of a link or image; empty for anything else (`javascript:`, `data:`, invalid).

    `secure` makes it https: Sina and its image hosts have answered https since 2017, and a browser shows no http
    pictures on a page served over https.

    >>> resolve("//n.sinaimg.cn/a b.jpg", "https://finance.sina.com.cn/x/1.shtml")
    'https://n.sinaimg.cn/a%20b.jpg'
    >>> resolve("../2.shtml", "https://finance.sina.com.cn/x/y/1.shtml")
    'https://finance.sina.com.cn/x/2.shtml'
    >>> resolve(" JaVa\\tscript:alert(1)", "https://finance.sina.com.cn/"), resolve("//a\\x9b.example/", "https://a.example/")
    ('', '')
    >>> resolve("/a\\x1bb", "https://a.example/")
    'https://a.example/a%1Bb'
    """
    if not is_plain(url):
        url = BREAKS.sub("", url).strip().strip(LOWEST)  # as browsers do before they parse the scheme
        if SCHEME.match(LOW.sub("", url)) and not SCHEME.match(url):  # a scheme in disguise
            return ""
    if not url:
        return ""
    try:
        if SCHEME.match(url) or url.startswith("//"):
            url = url if SCHEME.match(url) else f"https:{url}"
        else:
            url = urljoin(base, url)
        parts = urlsplit(url)
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.netloc or encoded(parts.netloc) != parts.netloc:
        return ""
    url = encoded(url)
    return f"https:{url[5:]}" if secure and scheme == "http" else url
