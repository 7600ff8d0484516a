"""What is wrong with a certificate, in words."""

from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from OpenSSL.crypto import X509
from OpenSSL.SSL import VERIFY_FAIL_IF_NO_PEER_CERT, VERIFY_PEER
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.python.failure import Failure

from newscrawl.crawl.failures import CertificateRefused
from newscrawl.crawl.https import UNKNOWN, HttpsHandler, Policy, mismatch, refusal, verify_for
from tests.support.crawler import stub_crawler
from tests.support.tls import LOCAL, signed

AUTHORITY = signed(names=())
TRUST = "SSL_CERT_FILE=FILE names the certificates to trust"


def certificate(*names: x509.GeneralName) -> X509:
    return X509.from_cryptography(signed(AUTHORITY, names).certificate)


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (9, "its certificate is not valid yet; is the clock of this machine right?"),
        (10, "its certificate has expired; is the clock of this machine right?"),
        (18, f"its certificate is self-signed; {TRUST}"),
        *((number, f"nobody whom this machine trusts has issued its certificate; {TRUST}") for number in (2, 19, 20, 21)),
        (66, f"its certificate is not valid (X.509 error 66); {TRUST}"),
    ],
)  # fmt: skip
def test_each_error_of_openssl_has_words(error: int, detail: str) -> None:
    assert refusal(error) == detail


FOUR = tuple(x509.DNSName(f"{name}.example") for name in "abcd")


@pytest.mark.parametrize(
    ("names", "host", "detail"),
    [
        ((LOCAL,), "127.0.0.1", ""),
        (FOUR, "d.example", ""),
        ((x509.DNSName("*.a.example"),), "b.a.example", ""),
        ((x509.DNSName("*.a.example"),), "c.b.a.example", "its certificate is one of *.a.example, and not of c.b.a.example"),
        (FOUR[:3], "e.example", "its certificate is one of a.example, b.example, c.example, and not of e.example"),
        (FOUR, "::1", "its certificate is one of a.example, b.example, c.example …, and not of ::1"),
        ((LOCAL,), "a.example", "its certificate is one of 127.0.0.1, and not of a.example"),
        ((), "a.example", "its certificate names no host"),  # which Twisted takes for one of every host
    ],
)  # fmt: skip
def test_a_certificate_is_of_the_hosts_that_it_names(
    names: tuple[x509.GeneralName, ...], host: str, detail: str
) -> None:
    assert mismatch(certificate(*names), host) == detail


@pytest.mark.parametrize(
    ("error", "depth", "ok", "host", "detail"),
    [
        (0, 0, 1, "127.0.0.1", ""),
        (0, 1, 1, "b.example", ""),  # an issuer's certificate is not one of the host
        (0, 0, 1, "b.example", "its certificate is one of 127.0.0.1, and not of b.example"),
        (20, 0, 0, "127.0.0.1", UNKNOWN),
        (20, 1, 0, "127.0.0.1", UNKNOWN),
    ],
)
def test_only_a_certificate_without_fault_is_accepted(error: int, depth: int, ok: int, host: str, detail: str) -> None:
    told: list[Failure] = []
    verify = verify_for(host, told.append)
    assert verify(None, certificate(LOCAL), error, depth, ok) is not bool(detail)  # type: ignore[arg-type]
    assert [str(failure.value) for failure in told] == ([detail] if detail else [])
    assert all(failure.check(CertificateRefused) for failure in told)  # type: ignore[no-untyped-call]


class Connections:
    """A policy of others, and what creates its connections; what is asked of it is noted."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def creatorForNetloc(self, *about: Any) -> "Connections":  # noqa: N802 (Twisted's name)
        self.asked.append(about)
        return self

    def clientConnectionForTLS(self, protocol: Any) -> "Connections":  # noqa: N802 (Twisted's name)
        self.asked.append(protocol)
        return self

    def set_verify(self, *about: Any) -> None:
        self.asked.append(about)


@pytest.mark.parametrize("told", [True, False])
def test_the_connections_of_a_policy_are_verified_here(told: bool) -> None:
    policy = Connections()
    failures: list[Failure] = []
    protocol: Any = SimpleNamespace(
        **({"failVerification": failures.append} if told else {})
    )  # Twisted 26.4, and older
    connection: Any = Policy(policy).creatorForNetloc(b"b.example", 443).clientConnectionForTLS(protocol)
    assert connection is policy
    where, for_whom, (mode, verify) = policy.asked
    assert (where, for_whom, mode) == ((b"b.example", 443), protocol, VERIFY_PEER | VERIFY_FAIL_IF_NO_PEER_CERT)
    assert verify(None, certificate(LOCAL), 0, 0, 1) is False
    assert verify(None, certificate(FOUR[1]), 0, 0, 1) is True
    assert len(failures) == told


@pytest.mark.parametrize("verifies", [True, False])
def test_certificates_are_verified_unless_the_settings_say_otherwise(
    monkeypatch: pytest.MonkeyPatch, verifies: bool
) -> None:
    def start(handler: Any, crawler: Any) -> None:
        handler._contextFactory = crawler
        handler._pool = SimpleNamespace(persistent=True)

    monkeypatch.setattr(HTTP11DownloadHandler, "__init__", start)
    crawler = stub_crawler({"DOWNLOAD_VERIFY_CERTIFICATES": verifies})
    factory = HttpsHandler(crawler)._contextFactory
    assert (factory.policy if verifies else factory) is crawler
    assert isinstance(factory, Policy) is verifies
