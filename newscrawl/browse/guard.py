"""Who may ask `browse` for what: the host that is asked for, the site that asks, the method and the path.

A page of another site can send requests to this machine, and by DNS rebinding even in the name of its own host.
Browsers say where a request comes from (Sec-Fetch-Site, Origin), and by which name the server was reached (Host).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

LONGEST = 32_768  # bytes of a path with its query: 3,000 Chinese characters are 27,000
ARGUMENTS = 100  # of a query
METHODS = ("GET", "HEAD")
# A name or an address with a port, as in a Host header.
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
# All that is served. Datasette's pages about itself are not: they tell paths and settings, and need inline scripts.
SERVED = re.compile(
    r"/|/favicon\.ico|/look/[a-z]+\.(?:css|js)"
    r"|/-/(?:post|file)/.+|/-/capture/[0-9]{1,18}(?:/page|/body)?/?|/browse(?:\.[a-z]+)?(?:/.*)?"
)
# HTML pages to which another site may lead a reader.
PAGES = re.compile(r"/|/-/post/.+|/-/capture/[0-9]{1,18}|/browse(?:/[^/.]+(?:/[^/.]+)?)?")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names by which the server may be asked: the address it listens on, and further names of the user.

    Each of `names` is a name or `name:port`.
    """

    listening: str = "127.0.0.1"
    port: int | None = None  # None: any
    names: frozenset[str] = field(default=frozenset())


def is_admitted(host: str, hosts: Hosts) -> bool:
    """Whether the server may be asked by the value of a Host header.

    An address as such is no danger where the server listens on all: a site that rebinds needs a name.

    >>> [is_admitted(host, Hosts(port=8001)) for host in ("localhost:8001", "[::1]", "a.example", "localhost:80")]
    [True, True, False, False]
    """
    match = HOST.fullmatch(host)
    if not match:
        return False
    name = match[1].lower()
    if hosts.names & {name, host.lower()}:
        return True
    if hosts.port is not None and match[2] and int(match[2]) != hosts.port:
        return False
    listening, asked = address_of(hosts.listening), address_of(name)
    if listening is None:
        return False
    if listening.is_unspecified:
        return name == "localhost" or asked is not None
    if listening.is_loopback:
        return name == "localhost" or (asked is not None and asked.is_loopback)
    return asked == listening


def address_of(name: str) -> Address | None:
    """The IP address that a name is, with or without brackets."""
    try:
        return ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as it came: path and query as they were sent, the names of headers in small letters."""

    method: str
    path: str
    query: str
    headers: Iterable[tuple[str, str]]

    def header(self, name: str) -> str:
        """The value of a header; that of several ones, which no browser sends, joined. Empty if there is none."""
        return ", ".join(value for each, value in self.headers if each == name)


def refusal(asked: Asked, hosts: Hosts) -> tuple[int, str] | None:
    """Why a request is refused: a status and a sentence; None if it is answered."""
    if len(asked.path) + len(asked.query) > LONGEST or asked.query.count("&") >= ARGUMENTS:
        return 414, f"the address is too long (more than {LONGEST:,} bytes or {ARGUMENTS} parameters)"
    if not is_admitted(asked.header("host"), hosts):
        return 421, "not known by this name; newscrawl browse --allow-host NAME admits one"
    if asked.method not in METHODS:
        return 405, "there is nothing to change here; only GET and HEAD are answered"
    if is_foreign(asked):
        return 403, "another site asks for this; open the address by hand if you want it"
    if not SERVED.fullmatch(asked.path):
        return 404, "there is no such page"
    return None


def is_foreign(asked: Asked) -> bool:
    """Whether another site asks, for more than to lead a reader to a page.

    Such a link is harmless: it changes nothing, the other site cannot read or frame the page (CORP, COOP and no CORS),
    and without a query it costs no search. All else is refused: data, downloads, parts of pages, searches, SQL.
    """
    origin = asked.header("origin")
    if origin and origin.lower() not in {f"{scheme}://{asked.header('host').lower()}" for scheme in ("http", "https")}:
        return True
    if asked.header("sec-fetch-site") in ("", "none", "same-origin"):
        return False
    leads = (
        (asked.header("sec-fetch-mode"), asked.header("sec-fetch-dest")) == ("navigate", "document")
        and not asked.header("sec-purpose")
        and not asked.header("purpose")
    )
    return not (leads and not asked.query and PAGES.fullmatch(asked.path))
