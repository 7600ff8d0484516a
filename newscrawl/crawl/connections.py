"""The download handler of http: Scrapy's, which connects only to addresses that the site may be fetched from.

A name is resolved once for a connection, and the address that it gave is checked where the reactor is told to connect:
nothing is resolved in between, and nothing is sent before. Redirects, lists and robots.txt come this way too. A request
through a proxy (HTTPPROXY_ENABLED) does not: the proxy resolves its name, and the connection is one to the proxy.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _TunnelingTCP4ClientEndpoint
from scrapy.crawler import Crawler
from scrapy.resolver import HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver
from zope.interface import implementer  # type: ignore[import-untyped]

from newscrawl.crawl.failures import PrivateAddress
from newscrawl.sites.addresses import IPAddress, literal, may_connect
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

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pool, name)

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 (Twisted's name)
        """A connection for a request: one that is there, or a new one. `key`: scheme, host, port …"""
        site = getattr(self.crawler.spider, "data", None)  # `scrapy shell` may have a spider without a site
        if site and key[0] != PROXY and not isinstance(endpoint, _TunnelingTCP4ClientEndpoint):
            named = getattr(endpoint, "_wrappedEndpoint", endpoint)  # below TLS
            named._reactor = CheckedReactor(named._reactor, key[1].decode("ascii").lower(), site)  # noqa: SLF001
        return self.pool.getConnection(key, endpoint)


@implementer(IReactorPluggableNameResolver)
class CheckedReactor:
    """A reactor, for the connections of one host of a site: it refuses addresses that may not be connected to."""

    def __init__(self, reactor: Any, host: str, site: Site) -> None:
        self.reactor, self.host, self.site = reactor, host, site

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reactor, name)

    @property
    def nameResolver(self) -> Any:  # noqa: N802 (Twisted's name)
        """What resolves the host; an address is its own, also one of IPv6, of which Scrapy's resolver knows nothing."""
        address = literal(self.host)
        return Resolved(address) if address else self.reactor.nameResolver

    def connectTCP(self, address: str, *about: Any, **options: Any) -> Any:  # noqa: N802 (Twisted's name)
        """Connects to an address. Raises PrivateAddress if the site file does not let it be."""
        if not may_connect(address, self.host, self.site):
            raise PrivateAddress(address, self.host)
        return self.reactor.connectTCP(address, *about, **options)


@implementer(IHostnameResolver)
class Resolved:
    """Resolves a host that is an address."""

    def __init__(self, address: IPAddress) -> None:
        self.address = address

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        receiver: Any,
        name: str,
        portNumber: int = 0,  # noqa: N803 (Twisted's name)
        *_: Any,
    ) -> HostResolution:
        """Tells the receiver the address."""
        resolution = HostResolution(name)
        receiver.resolutionBegan(resolution)
        kind = IPv4Address if self.address.version == 4 else IPv6Address  # noqa: PLR2004 (the names say it)
        receiver.addressResolved(kind("TCP", str(self.address), portNumber))
        receiver.resolutionComplete()
        return resolution
