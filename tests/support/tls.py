"""Certificates made on the spot, and servers that answer one connection after the other as a test says."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

AUTHORITIES = count(1)
NOW = datetime.now(UTC)
LOCAL: x509.GeneralName = x509.IPAddress(ip_address("127.0.0.1"))
Speak = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.certificate.public_bytes(Encoding.PEM) + private


def signed(
    issuer: Signed | None = None, names: tuple[x509.GeneralName, ...] = (LOCAL,), first: int = -1, last: int = 1
) -> Signed:
    """A certificate of the days from `first` to `last`, counted from today; without an issuer it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "ours" if names else f"authority {next(AUTHORITIES)}")]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=first))
        .not_valid_after(NOW + timedelta(days=last))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Signed(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@contextmanager
def speaking(speak: Speak) -> Iterator[int]:
    """A server on loopback that gives each connection to `speak`, and then closes it; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def converse(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(20)
            speak(connection)

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=converse, args=listener.accept()[:1], daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def over_tls(own: Signed, file: Path, body: bytes) -> Speak:
    """Answers every request for a page with `body`, over TLS; there is no robots.txt."""
    file.write_bytes(own.pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def speak(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            status, answer = (b"404 No", b"") if b"/robots.txt" in secure.recv(2**16) else (b"200 OK", body)
            head = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            secure.sendall(head % (status, len(answer)) + answer)

    return speak


def over_tls_saying(file: Path, answer: bytes, *, robots: bool) -> Speak:
    """Answers every request with these bytes, over TLS with the certificate of a file; robots.txt only if it says so."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def speak(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            missing = b"/robots.txt" in secure.recv(2**16) and not robots
            secure.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" if missing else answer)

    return speak


def saying(answer: bytes) -> Speak:
    """Answers every request for a page with these bytes, and closes the connection; there is no robots.txt."""

    def speak(connection: socket.socket) -> None:
        robots = b"/robots.txt" in connection.recv(2**16)
        connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" if robots else answer)

    return speak


def plainly(connection: socket.socket) -> None:
    """Answers TLS in plain HTTP."""
    connection.recv(2**16)
    connection.sendall(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")


def silently(connection: socket.socket) -> None:
    """Takes every request and closes the connection."""
    connection.recv(2**16)
