"""Which addresses a site may be fetched from."""

from pathlib import Path

import msgspec
import pytest

from newscrawl.errors import SiteError
from newscrawl.sites.addresses import is_public, literal, may_connect
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Site

# Kinds of addresses that are not public, and examples: the first and the last of each network, where it has them.
CLOSED = {
    "loopback": "127.0.0.1 127.0.0.0 127.255.255.255 ::1",
    "unspecified, this machine": "0.0.0.0 0.255.255.255 ::",
    "private": "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255",
    "behind a provider's NAT": "100.64.0.0 100.127.255.255",
    "link-local": "169.254.0.0 169.254.255.255 fe80::1 fe80::1%eth0 febf::1",
    "metadata of clouds": "169.254.169.254 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd20:ce::254",
    "multicast": "224.0.0.0 239.255.255.255 ff02::1",
    "broadcast, reserved": "240.0.0.0 255.255.255.255 192.0.0.0 192.0.0.255 4000::1 100::1",
    "documentation": "192.0.2.0 192.0.2.255 198.51.100.1 203.0.113.0 203.0.113.255 2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1",
    "benchmarks": "198.18.0.0 198.19.255.255 2001:2::1",
    "unique-local": "fc00::1 fdff::1",
    "site-local": "fec0::1 feff::1",
    "IPv4-mapped": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:0",
    "IPv4-compatible and translated": "::127.0.0.1 ::8.8.8.8 ::ffff:0:7f00:1",
    "NAT64": "64:ff9b::7f00:1 64:ff9b::10.1.2.3 64:ff9b:1::808:808",
    "6to4": "2002:7f00:1:: 2002:a01:203::1 2002:a9fe:a9fe::1 192.88.99.1",
    "Teredo": "2001::1 2001:0:808:808::f7f7:f7f7",
    "ISATAP": "2606:4700::5efe:127.0.0.1 2606:4700::200:5efe:10.1.2.3",
}
# The neighbours of those networks, and some that stand for a public one.
OPEN = """
1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0
192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
2000::1 2001:200::1 2001:db7::1 2001:db9::1 2606:4700::1111 3ffe:ffff::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
2606:4700::5efe:8.8.8.8
""".split()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("address", f"a host at an address: {kind}", addresses, "not connected to"))
        for kind, addresses in CLOSED.items()
    ],
)  # fmt: skip
def test_an_address_of_these_kinds_is_not_public(kind: str) -> None:
    assert [address for address in CLOSED[kind].split() if is_public(address)] == []


@pytest.mark.parametrize("address", OPEN)
def test_the_others_are_public(address: str) -> None:
    assert is_public(address)


def site(*hosts: str, networks: tuple[str, ...] = ()) -> Site:
    return msgspec.structs.replace(load_site("sina_finance"), hosts=hosts, private_networks=networks)


@pytest.mark.parametrize(
    ("address", "host", "hosts", "may"),
    [
        ("8.8.8.8", "a.example", ("a.example",), True),
        ("127.0.0.1", "127.0.0.1", ("127.0.0.1",), True),
        ("127.0.0.1", "127.0.0.1", ("127.0.0.1:80",), True),
        ("::1", "::1", ("::1",), True),
        ("::1", "::1", ("[::1]:80",), True),
        ("10.1.2.3", "10.1.2.3", ("10.1.2.3",), True),
        ("127.0.0.1", "localhost", ("localhost",), True),
        ("127.0.0.5", "localhost", ("localhost:80",), True),
        ("::1", "localhost", ("localhost",), True),
        ("10.1.2.3", "localhost", ("localhost",), False),  # a hosts file of somebody's
        ("127.0.0.1", "localhost", ("127.0.0.1",), False),
        ("127.0.0.1", "127.0.0.1", (), False),
        ("127.0.0.2", "127.0.0.2", ("127.0.0.1",), False),
        ("127.0.0.1", "a.example", ("a.example", "127.0.0.1", "localhost"), False),  # a name that leads to one
        ("127.0.0.1", "127.1", ("127.1",), False),
        ("127.0.0.1", "localhost.", ("localhost.",), False),
    ],
)
def test_an_address_that_is_not_public_is_named_by_the_site_file_itself(
    address: str, host: str, hosts: tuple[str, ...], may: bool
) -> None:
    assert may_connect(address, host, site(*hosts)) is may


@pytest.mark.parametrize(
    ("address", "may"), [("10.1.2.3", True), ("10.2.0.0", False), ("fd00::7", True), ("127.0.0.1", False)]
)
def test_a_private_network_of_the_site_file_is_open(address: str, may: bool) -> None:
    assert may_connect(address, "a.example", site("a.example", networks=("10.1.0.0/16", "fd00::/64"))) is may


@pytest.mark.parametrize("network", ["10.1.0.1/16", "a.example", "10.0.0.0/33", "10.1.*"])
def test_a_network_in_another_form_is_told_when_the_site_file_is_read(network: str, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(f"extends: sina_finance\nprivate_networks: ['{network}']\n", encoding="utf-8")
    with pytest.raises(SiteError, match=r"private_networks are networks such as 10\.1\.0\.0/16: .* is none; give"):
        load_site(str(file))


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "localhost", "", "::1::"]
)
def test_what_only_resolvers_read_as_an_address_is_a_name(host: str) -> None:
    assert literal(host) is None
