"""Decodes the bodies of HTTP messages."""

import sys
import zlib

from newscrawl.errors import UndecodableBody
from newscrawl.warc.records import LARGEST


def decode_body(payload: bytes, encoding: str) -> bytes:
    """Returns a body without its content codings; `encoding` is the value of Content-Encoding (RFC 9110, 8.4).

    An unknown coding is ignored. Raises UndecodableBody when the body does not fit a coding or decodes to LARGEST bytes
    or more.

    >>> import gzip
    >>> decode_body(gzip.compress(b"page"), "gzip"), decode_body(b"page", "")
    (b'page', b'page')
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        try:
            payload = _decoded(payload, name)
        except Exception as error:  # each library has its own errors
            raise UndecodableBody(f"the body is not valid {name}") from error
        if len(payload) >= LARGEST:
            raise UndecodableBody(f"the body has more than {LARGEST} bytes")
    return payload


def _decoded(payload: bytes, name: str) -> bytes:
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(payload, LARGEST)
    if name == "deflate":
        try:
            return zlib.decompressobj().decompress(payload, LARGEST)
        except zlib.error:  # some servers omit the zlib header
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload, LARGEST)
    if name == "br":
        import brotli  # noqa: PLC0415 (comes with Scrapy; few pages need it)

        return bytes(brotli.Decompressor().process(payload, output_buffer_limit=LARGEST))
    if name == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415 (comes with Scrapy, too)

        return zstd.ZstdDecompressor().decompress(payload, max_length=LARGEST)
    return payload
