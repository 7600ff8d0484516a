"""Bodies as a browser reads them."""

import sys
import zlib

from newscrawl.errors import UndecodableBody
from newscrawl.warc.records import LARGEST


def decode_body(payload: bytes, encoding: str) -> bytes:
    """A body as a browser would read it: with what Content-Encoding says undone. Raises UndecodableBody.

    >>> import gzip
    >>> decode_body(gzip.compress(b"page"), "gzip"), decode_body(b"page", "")
    (b'page', b'page')
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        try:
            payload = _decoded(payload, name)
        except Exception as error:  # each library has errors of its own
            raise UndecodableBody(f"a body that is no {name}") from error
        if len(payload) >= LARGEST:
            raise UndecodableBody(f"a body of more than {LARGEST} bytes")
    return payload


def _decoded(payload: bytes, name: str) -> bytes:
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(payload, LARGEST)
    if name == "deflate":
        try:
            return zlib.decompressobj().decompress(payload, LARGEST)
        except zlib.error:  # servers that leave the zlib header out
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
