"""The download handler of http: Scrapy's, which connects only to addresses that the site may be fetched from.

A name is resolved once for a connection, and the address that it gave is checked where the reactor is told to connect:
nothing is resolved in between, and nothing is sent before. Redirects, lists and robots.txt come this way too. A request
through a proxy (HTTPPROXY_ENABLED) does not: the proxy resolves its name, and the connection is one to the proxy.
"""

from collections.abc import Callable
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _TunnelingTCP4ClientEndpoint
from scrapy.crawler import Crawler
from scrapy.resolver import HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from newscrawl.crawl.failures import PrivateAddress
from newscrawl.sites.addresses import literal, may_connect
from newscrawl.sites.model import Site

PROXY = b"http-proxy"  # how Scrapy begins the key of a connection to a proxy


class HttpHandler(HTTP11DownloadHandler):
    """Scrapy's handler; a request fails by PrivateAddress where its host has no address that may be connected to."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if crawler.settings.getbool("NEWSCRAWL_ADDRESSES_ENABLED"):
            self._pool: Any = CheckedPool(self._pool, crawler)


class CheckedPool:
    """The connections of another pool, whose addresses are checked when they are made."""

    def __init__(self, pool: Any, crawler: Crawler) -> None:
        self.pool, self.crawler = pool, crawler
        self.persistent = pool.persistent

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 (Twisted's name)
        """A connection for a request: one that is there, or a new one. `key`: scheme, host, port …"""
        site = getattr(self.crawler.spider, "data", None)  # `scrapy shell` may have a spider without a site
        if site and key[0] != PROXY and not isinstance(endpoint, _TunnelingTCP4ClientEndpoint):
            named = getattr(endpoint, "_wrappedEndpoint", endpoint)  # below TLS
            named._reactor = CheckedReactor(named._reactor, key[1].decode("ascii").lower(), site)  # noqa: SLF001
        return self.pool.getConnection(key, endpoint)

    def closeCachedConnections(self) -> Any:  # noqa: N802 (Twisted's name)
        """Closes the connections that wait for a request."""
        return self.pool.closeCachedConnections()


@implementer(IReactorPluggableNameResolver)
class CheckedReactor:
    """A reactor, for the connections of one host of a site: it refuses addresses that may not be connected to."""

    def __init__(self, reactor: Any, host: str, site: Site) -> None:
        self.reactor, self.host, self.site = reactor, host, site

    def callLater(self, *about: Any, **options: Any) -> Any:  # noqa: N802 (Twisted's name)
        """Calls something later: the next address is tried when one does not answer soon."""
        return self.reactor.callLater(*about, **options)

    def seconds(self) -> float:
        """The time by the reactor."""
        now: float = self.reactor.seconds()
        return now

    @property
    def nameResolver(self) -> "CheckedResolver":  # noqa: N802 (Twisted's name)
        """What resolves the host."""
        return CheckedResolver(self)

    def connectTCP(self, address: str, *about: Any, **options: Any) -> Any:  # noqa: N802 (Twisted's name)
        """Connects to an address. Raises PrivateAddress if the site file does not let it be."""
        if not self.may_connect(address):
            raise PrivateAddress(address, self.host)
        return self.reactor.connectTCP(address, *about, **options)

    def may_connect(self, address: str) -> bool:
        """Whether an address may be connected to for the host."""
        return may_connect(address, self.host, self.site)


@implementer(IHostnameResolver)
class CheckedResolver:
    """Resolves a host, and leaves out the addresses that may not be connected to if there are others.

    An address is its own, also one of IPv6, of which not every resolver of Scrapy's knows.
    """

    def __init__(self, checked: CheckedReactor) -> None:
        self.checked = checked

    def resolveHostName(self, receiver: Any, name: str, portNumber: int = 0, *about: Any) -> Any:  # noqa: N802, N803 (Twisted's names)
        """Tells the receiver the addresses."""
        few = Few(receiver, self.checked.may_connect)
        address = literal(name)
        if not address:
            return self.checked.reactor.nameResolver.resolveHostName(few, name, portNumber, *about)
        resolution = HostResolution(name)
        few.resolutionBegan(resolution)
        few.addressResolved((IPv6Address if ":" in name else IPv4Address)("TCP", str(address), portNumber))
        few.resolutionComplete()
        return resolution


@implementer(IResolutionReceiver)
class Few:
    """Passes on those addresses of a name that may be connected to; all, if none may be: the connection says why."""

    def __init__(self, receiver: Any, may_connect: Callable[[str], bool]) -> None:
        self.receiver, self.may_connect = receiver, may_connect
        self.addresses: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (Twisted's name)
        """Hears that the addresses will come."""
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 (Twisted's name)
        """Hears of an address."""
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 (Twisted's name)
        """Hears that there are no more."""
        for address in [each for each in self.addresses if self.may_connect(each.host)] or self.addresses:
            self.receiver.addressResolved(address)
        self.receiver.resolutionComplete()
