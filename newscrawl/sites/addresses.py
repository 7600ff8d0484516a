"""Which addresses of the internet (IPv4 and IPv6) a site may be fetched from: public ones, and those its file names.

The networks are written out here, after IANA's registries of special addresses (2026-11-28), and not taken from
`ipaddress`: its `is_global` differs between Python 3.11 and 3.13, and knows nothing of NAT64, 6to4 and Teredo.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from newscrawl.sites.model import Site

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network
LOCALHOST = "localhost"  # the one name that a site file may name for the addresses behind it

CLOSED_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this machine
            "10.0.0.0/8",  # private, as are 172.16 and 192.168
            "100.64.0.0/10",  # behind a provider's NAT; 100.100.100.200 is a cloud's metadata
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # a cloud's metadata, at an address that looks public
            "169.254.0.0/16",  # link-local, and the metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # for protocols; 192.0.0.192 is a cloud's metadata
            "192.0.2.0/24",  # documentation, as are 198.51.100 and 203.0.113
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
OPEN_IPV6 = IPv6Network("2000::/3")  # all that is given out; loopback, fc00::/7, fe80::/10, ff00::/8 … are not in it
CLOSED_IPV6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # for protocols: Teredo, benchmarks, identifiers
            "2001:db8::/32",  # documentation, as is 3fff::/20
            "3fff::/20",
        ),
    )
)
# Networks whose addresses stand for one of IPv4, and how many bits are behind it.
EMBEDDING = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped: the connection is one of IPv4
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
ISATAP = (0x00005EFE, 0x02005EFE)  # in front of an IPv4 address in the last 64 bits, in any network
IPV4_BITS = 32


def is_public(address: str | IPAddress) -> bool:
    """Whether an address is one of the public internet. An address of IPv6 that stands for one of IPv4 is as that is.

    Raises ValueError for what is no address.

    >>> [is_public(address) for address in ("8.8.8.8", "127.0.0.1", "::ffff:10.0.0.1", "2606:4700::1111")]
    [True, False, False, True]
    """
    known = ip_address(address) if isinstance(address, str) else address
    if isinstance(known, IPv4Address):
        return not is_within(known, CLOSED_IPV4)
    for network, behind in EMBEDDING:
        if known in network:
            return is_public(ipv4_in(known, behind))
    if int(known) >> IPV4_BITS & 0xFFFFFFFF in ISATAP and not is_public(ipv4_in(known, 0)):
        return False
    return known in OPEN_IPV6 and not is_within(known, CLOSED_IPV6)


def ipv4_in(address: IPv6Address, behind: int) -> IPv4Address:
    """The IPv4 address in one of IPv6 that has `behind` bits after it."""
    return IPv4Address(int(address) >> behind & 0xFFFFFFFF)


def literal(host: str) -> IPAddress | None:
    """The address that a host of a URL is; None for a name, also for one such as `0x7f.1` that resolvers read as one.

    >>> literal("127.0.0.1"), literal("::1"), literal("2130706433"), literal("127.0.0.1.")
    (IPv4Address('127.0.0.1'), IPv6Address('::1'), None, None)
    """
    try:
        return ip_address(host)
    except ValueError:
        return None


def may_connect(address: str, host: str, site: Site) -> bool:
    """Whether a connection to an address may be made for the host of a URL.

    It may if the address is public, if it is in one of the site's `private_networks`, or if the site file names it
    itself under `hosts`, as the URL does: as an address, or as `localhost`. Any other name leads where those who answer
    for it want.
    """
    known = ip_address(address)
    if is_public(known) or is_within(known, networks_of(site)):
        return True
    own = literal(host) == known or (host == LOCALHOST and is_within(known, LOOPBACK))
    return own and host in map(host_of, site.hosts)


def is_within(address: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    """Whether an address is in one of some networks."""
    return any(address in network for network in networks)


def host_of(named: str) -> str:
    """The host of an entry of `hosts`, which may have a port.

    >>> [host_of(named) for named in ("127.0.0.1", "127.0.0.1:80", "::1", "[::1]:80", "a.example:80")]
    ['127.0.0.1', '127.0.0.1', '::1', '::1', 'a.example']
    """
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named.partition(":")[0] if named.count(":") == 1 else named


def networks_of(site: Site) -> tuple[IPNetwork, ...]:
    """The private networks of a site. Raises ValueError for one that is not in the form of CIDR."""
    return tuple(map(network, site.private_networks))


def network(text: str) -> IPNetwork:
    """A network in the form of CIDR. Raises ValueError for another one.

    >>> network("10.1.0.5/16")
    Traceback (most recent call last):
    ValueError: 10.1.0.5/16 is none; give its first address and the length of its prefix
    """
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"{text} is none; give its first address and the length of its prefix") from None
