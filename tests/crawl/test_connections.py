"""Which addresses are connected to: real sockets, and names that lead to loopback without any DNS."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import yaml
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.utils.misc import load_object
from twisted.internet.address import IPv4Address, IPv6Address

from newscrawl.crawl.connections import CheckedPool, CheckedReactor, HttpHandler
from newscrawl.crawl.failures import PrivateAddress
from newscrawl.settings import DOWNLOAD_HANDLERS
from newscrawl.sites.loader import load_site
from tests.conftest import Run
from tests.support.crawler import stub_crawler
from tests.support.listener import Listener, answer
from tests.support.server import article
from tests.support.tls import over_tls_saying, signed, speaking

PATH = "/china/2026-03-01/doc-iabcdefg0000001.shtml"
# Hosts that resolvers take for 127.0.0.1 or 0.0.0.0; a site file that has them under `hosts` names them, and no address.
SPELLINGS = ("2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0")
SITE = msgspec.structs.replace(load_site("sina_finance"), hosts=("a.example", "127.0.0.1", "::1"))


class Reactor:
    """Notes what it is told to connect to."""

    nameResolver: Any = None  # noqa: N815 (Twisted's name)

    def __init__(self) -> None:
        self.connected: list[Any] = []

    def connectTCP(self, *about: Any, **options: Any) -> str:  # noqa: N802 (Twisted's name)
        self.connected.append((about, options))
        return "connector"


class Resolution:
    """Hears what a resolver tells."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (Twisted's name)
        self.heard.append(resolution.name)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 (Twisted's name)
        self.heard.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 (Twisted's name)
        self.heard.append("complete")


def test_only_an_address_that_is_public_is_connected_to() -> None:
    reactor = Reactor()
    checked = CheckedReactor(reactor, "a.example", SITE)
    assert checked.connectTCP("8.8.8.8", 80, "factory", timeout=5) == "connector"
    for address in ("127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1"):
        with pytest.raises(PrivateAddress) as caught:
            checked.connectTCP(address, 80, "factory", timeout=5)
        assert caught.value.detail.startswith(f"a.example leads to {address}, which is not public; ")
    assert reactor.connected == [(("8.8.8.8", 80, "factory"), {"timeout": 5})]


def resolved(host: str, *addresses: str) -> list[Any]:
    """What a connection hears of a host that has some addresses."""

    class Resolver:
        def resolveHostName(self, receiver: Any, name: str, port: int) -> None:  # noqa: N802 (Twisted's name)
            receiver.resolutionBegan(SimpleNamespace(name=name))
            for address in addresses:
                receiver.addressResolved((IPv6Address if ":" in address else IPv4Address)("TCP", address, port))
            receiver.resolutionComplete()

    receiver, reactor = Resolution(), Reactor()
    reactor.nameResolver = Resolver()
    CheckedReactor(reactor, host, SITE).nameResolver.resolveHostName(receiver, host, 80)
    return receiver.heard


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_is_not_resolved(host: str) -> None:
    kind = IPv6Address if ":" in host else IPv4Address
    assert resolved(host, "8.8.8.8") == [host, kind("TCP", host, 80), "complete"]
    assert CheckedReactor(Reactor(), host, SITE).connectTCP(host, 80) == "connector"


@pytest.mark.fault(
    "address",
    "a name with several addresses",
    "one public, the others not, of IPv4 and IPv6",
    "only the public one is tried",
)
@pytest.mark.parametrize(
    ("addresses", "tried"),
    [
        (("8.8.8.8", "2606:4700::1111"), ["8.8.8.8", "2606:4700::1111"]),
        (("127.0.0.1", "8.8.8.8", "::1"), ["8.8.8.8"]),
        (("10.1.2.3", "2606:4700::1111"), ["2606:4700::1111"]),
        (("127.0.0.1", "::1"), ["127.0.0.1", "::1"]),  # of which the connection says why
        ((), []),
    ],
)  # fmt: skip
def test_of_several_addresses_those_that_may_be_are_tried(addresses: tuple[str, ...], tried: list[str]) -> None:
    name, *heard, complete = resolved("a.example", *addresses)
    assert (name, [address.host for address in heard], complete) == ("a.example", tried, "complete")


class Endpoint:
    """An endpoint of Twisted's, below TLS or not."""

    def __init__(self, below: "Endpoint | None" = None) -> None:
        self._reactor = "reactor"
        if below:
            self._wrappedEndpoint = below


class Pool:
    """A pool of connections."""

    persistent = True

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 (Twisted's name)
        return key, endpoint


KEY = (b"http", b"A.example", 80)


@pytest.mark.parametrize("secure", [False, True])
def test_each_endpoint_gets_a_reactor_that_checks(secure: bool) -> None:
    below = Endpoint()
    endpoint = Endpoint(below) if secure else below
    pool = CheckedPool(Pool(), stub_crawler(data=SITE))
    assert pool.getConnection(KEY, endpoint) == (KEY, endpoint)
    checked: Any = below._reactor
    assert (checked.reactor, checked.host, checked.site) == ("reactor", "a.example", SITE)
    assert pool.persistent


@pytest.mark.parametrize(
    ("key", "about"), [((b"http-proxy", b"10.1.2.3", 3128), {"data": SITE}), ((b"http", b"a", 80), {})]
)
def test_a_proxy_of_the_users_and_a_spider_without_a_site_connect_to_what_they_want(
    key: Any, about: dict[str, Any]
) -> None:
    endpoint = Endpoint()
    CheckedPool(Pool(), stub_crawler(**about)).getConnection(key, endpoint)
    assert endpoint._reactor == "reactor"


def test_both_schemes_come_this_way() -> None:
    handlers: dict[str, Any] = DOWNLOAD_HANDLERS
    assert all(issubclass(load_object(handlers[scheme]), HttpHandler) for scheme in ("http", "https"))


@pytest.mark.parametrize("checks", [True, False])
def test_the_handler_checks_unless_the_settings_say_otherwise(monkeypatch: pytest.MonkeyPatch, checks: bool) -> None:
    own = Pool()
    monkeypatch.setattr(HTTP11DownloadHandler, "__init__", lambda handler, _: setattr(handler, "_pool", own))
    pool = HttpHandler(stub_crawler({"NEWSCRAWL_ADDRESSES_ENABLED": checks}))._pool
    assert (pool.pool if checks else pool) is own


def site_file(folder: Path, **values: Any) -> Path:
    path = folder / "site.yaml"
    politeness = {"delay": 0, "concurrency": 8, "retries": 0}
    path.write_text(yaml.safe_dump({"extends": "sina_finance", "politeness": politeness, **values}), encoding="utf-8")
    return path


def reasons(errors: bytes, urls: dict[str, str]) -> dict[str, str]:
    """What a run tells of each URL."""
    lines = errors.decode().splitlines()
    return {
        name: next(line.partition(f"{url}: ")[2] for line in lines if f"{url}: " in line) for name, url in urls.items()
    }


WHY = "which is not public; name its network under private_networks in a --site file"


@pytest.mark.fault(
    "address", "a name that leads to this machine", f"{', '.join(SPELLINGS)} under hosts; a redirect to one", "not connected to"
)  # fmt: skip
def test_a_name_that_leads_to_this_machine_is_not_connected_to(newscrawl: Run, tmp_path: Path) -> None:
    """And what the site file names itself is: an address, one of IPv6, a network."""
    listener = Listener("0.0.0.0", 0, {"/moved": answer(status="302 Found", location="http://127.1/moved")})
    sixth = Listener("::1", 0)
    refused = {spelling: f"http://{spelling}:{listener.port}/{spelling}" for spelling in SPELLINGS}
    refused["moved"] = f"http://127.0.0.1:{listener.port}/moved"
    named = {host: f"http://{host}:{listener.port}/{host}" for host in ("127.0.0.1", "127.8", "localhost")}
    named["::1"] = f"http://[::1]:{sixth.port}/six"
    hosts = [*SPELLINGS, *named]
    config = site_file(tmp_path, hosts=hosts, private_networks=["127.0.0.8/32"])
    done = newscrawl("fetch", *refused.values(), *named.values(), "--site", config)
    listener.close()
    sixth.close()
    told = reasons(done.stderr, refused)
    assert told.pop("0") == f"private_address: 0 leads to 0.0.0.0, {WHY}"
    assert told.pop("moved") == f"private_address: 127.1 leads to 127.0.0.1, {WHY}"
    assert told == {name: f"private_address: {name} leads to 127.0.0.1, {WHY}" for name in told}
    assert {why.partition(":")[0] for why in reasons(done.stderr, named).values()} == {"unknown_layout"}
    assert {path for _, path in listener.reached} == {"/robots.txt", "/moved", "/127.0.0.1", "/127.8", "/localhost"}
    assert [path for _, path in sixth.reached] == ["/robots.txt", "/six"]


@pytest.mark.fault(
    "address", "a list at a name that leads to this machine", "a feed, a sitemap that redirects", "not read"
)
def test_a_list_on_this_machine_is_not_read(newscrawl: Run, tmp_path: Path) -> None:
    listener = Listener("127.0.0.1", 0, {"/moved": answer(status="302 Found", location="http://127.1/sitemap.xml")})
    urls = {"feed": f"http://127.1:{listener.port}/feed", "sitemap": f"http://127.0.0.1:{listener.port}/moved"}
    lists = [{"name": kind, "label": kind, "kind": kind, "url": url} for kind, url in urls.items()]
    done = newscrawl(
        "crawl", *urls, "-o", "kept", "--site", site_file(tmp_path, hosts=["127.1", "127.0.0.1"], lists=lists)
    )
    listener.close()
    assert done.returncode == 4
    told = reasons(done.stderr, urls)
    assert told == dict.fromkeys(urls, f"list_private_address: 127.1 leads to 127.0.0.1, {WHY}")
    assert {path for _, path in listener.reached} == {"/robots.txt", "/moved"}


@pytest.mark.fault("address", "a redirect from https to http", "301 of a page, and of robots.txt", "not followed")
def test_no_redirect_falls_from_https_to_http(newscrawl: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Listener("127.0.0.1", 0, {PATH: answer(article())})
    moved = answer(status="301 Moved", location=f"http://127.0.0.1:{plain.port}{PATH}")
    file = tmp_path / "own"
    file.write_bytes(signed().pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with (
        speaking(over_tls_saying(file, moved, robots=False)) as page,
        speaking(over_tls_saying(file, moved, robots=True)) as robots,
    ):
        urls = {name: f"https://127.0.0.1:{port}/china/{name}" for name, port in (("page", page), ("robots", robots))}
        done = newscrawl("fetch", *urls.values(), "--site", site_file(tmp_path, hosts=["127.0.0.1"]))
    plain.close()
    told = reasons(done.stderr, urls)
    assert told["page"] == f"http_301: it redirects to http://127.0.0.1:{plain.port}{PATH}, which is not https"
    assert told["robots"].startswith("robots_unreachable: robots.txt: HTTP 301: ")
    assert plain.reached == []
