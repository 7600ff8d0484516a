"""The download handler of https: that of http, which verifies certificates, and says what is wrong with one.

OpenSSL tells why it refuses a certificate only to who verifies it; what is raised afterwards says that it was refused.
And Twisted 26.4 takes a certificate of a trusted issuer that names no host at all for one of every host.
"""

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.crawler import Crawler
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import (
    DNS_ID,
    CertificatePattern,
    DNSPattern,
    IPAddress_ID,
    IPAddressPattern,
    verify_service_identity,
)
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from newscrawl.crawl.connections import HttpHandler
from newscrawl.crawl.failures import CertificateRefused

VERIFIED = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
CLOCK = "is the clock of this machine right?"
TRUST = "SSL_CERT_FILE=FILE names the certificates to trust"
UNKNOWN = f"nobody whom this machine trusts has issued its certificate; {TRUST}"
EXPIRED, EARLY, SELF_SIGNED = 10, 9, 18  # errors of X.509 as OpenSSL numbers them
REFUSALS = {
    EXPIRED: f"its certificate has expired; {CLOCK}",
    EARLY: f"its certificate is not valid yet; {CLOCK}",
    SELF_SIGNED: f"its certificate is self-signed; {TRUST}",
    **dict.fromkeys((2, 19, 20, 21), UNKNOWN),  # there is no issuer, or none up to one that is trusted
}
SHOWN = 3  # hosts of a certificate that are named
Verify = Callable[[SSL.Connection, X509, int, int, int], bool]


class HttpsHandler(HttpHandler):
    """The handler of http; a request fails by CertificateRefused where a certificate is not accepted."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            self._contextFactory: Any = Policy(self._contextFactory)


@implementer(IPolicyForHTTPS)
class Policy:
    """Adds our verification to the connections of another policy."""

    def __init__(self, policy: Any) -> None:
        self.policy = policy

    def creatorForNetloc(self, hostname: bytes, port: int) -> "Creator":  # noqa: N802 (Twisted's name)
        """What creates the connections to a host."""
        return Creator(self.policy.creatorForNetloc(hostname, port), hostname.decode("ascii"))


@implementer(IOpenSSLClientConnectionCreator)
class Creator:
    """Creates connections whose certificates are verified here."""

    def __init__(self, creator: Any, host: str) -> None:
        self.creator, self.host = creator, host

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803 (Twisted's names)
        """Creates a connection."""
        connection: SSL.Connection = self.creator.clientConnectionForTLS(tlsProtocol)
        connection.set_verify(VERIFIED, verify_for(self.host, getattr(tlsProtocol, "failVerification", lambda _: None)))
        return connection


def verify_for(host: str, fail: Callable[[Failure], None]) -> Verify:
    """The verification of the certificates of a host, which OpenSSL calls for each from the issuer's to its own.

    Calls `fail` for one that is refused; Twisted before 26.4 has nothing to call, and the detail is a general one.
    """

    def verify(_: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
        detail = "" if ok else refusal(error)
        if ok and depth == 0:
            detail = mismatch(certificate, host)
        if detail:
            fail(Failure(CertificateRefused(detail)))  # type: ignore[no-untyped-call]
        return not detail

    return verify


def refusal(error: int) -> str:
    """Why a certificate is refused, by the number of the error."""
    return REFUSALS.get(error, f"its certificate is not valid (X.509 error {error}); {TRUST}")


def mismatch(certificate: X509, host: str) -> str:
    """Why a certificate is not one of the host; empty if it is."""
    try:
        patterns = extract_patterns(certificate)
        verify_service_identity(patterns, [identity_of(host)], [])
    except VerificationError:
        return f"its certificate is one of {names_of(patterns)}, and not of {host}"
    except (CertificateError, ValueError):
        return "its certificate names no host"
    return ""


def identity_of(host: str) -> DNS_ID | IPAddress_ID:
    """The identity that a certificate must have: a name, or an address."""
    try:
        ip_address(host)
    except ValueError:
        return DNS_ID(host)
    return IPAddress_ID(host)


def names_of(patterns: Sequence[CertificatePattern]) -> str:
    """The first hosts that a certificate names."""
    names = [text_of(each) for each in patterns if isinstance(each, DNSPattern | IPAddressPattern)]
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def text_of(pattern: DNSPattern | IPAddressPattern) -> str:
    """A host of a certificate as text."""
    return pattern.pattern.decode("ascii", "replace") if isinstance(pattern, DNSPattern) else str(pattern.pattern)
