"""Decodes the bodies of HTTP messages: their content codings (RFC 9110, 8.4) and the chunked transfer coding."""

import re
import sys
import zlib
from typing import NamedTuple

from newscrawl.errors import BodyTooLarge, UndecodableBody

LARGEST = 2**26  # bytes of a decoded body
LARGEST_PAGE = 10 * 2**20  # bytes of a page, unless a user says otherwise: --max-size, max_size, DOWNLOAD_MAXSIZE
GZIP = b"\x1f\x8b"
CODINGS = 5  # of a body; real ones have one, and a few two
CHUNKS = 100_000  # of a body, which take 0.1 s; a page of 10 MB has 100 bytes in each
PIECE = 512  # bytes that are inflated at a time
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")  # the start of a page, which no coding has
CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")  # the size of a chunk, in hexadecimal


class Decoded(NamedTuple):
    """A body without its codings. `unfinished` names the coding that ends early; empty: each reached its end."""

    body: bytes
    unfinished: str = ""


def decode_body(payload: bytes, encoding: str, largest: int = LARGEST) -> Decoded:
    """Decodes a body; `encoding` is the value of Content-Encoding.

    Of a body that was cut off it returns as much as there is. A body that is markup although a coding is named is
    returned as it is: some servers and archivers name a coding that they do not use. An unknown coding is ignored.
    Raises UndecodableBody if the body does not fit a coding or more than `CODINGS` are named, BodyTooLarge if it
    decodes to `largest` bytes or more.

    >>> import gzip
    >>> decode_body(gzip.compress(b"page"), "gzip"), decode_body(b"<html>", "gzip")
    (Decoded(body=b'page', unfinished=''), Decoded(body=b'<html>', unfinished=''))
    >>> decode_body(gzip.compress(b"page")[:-8], "gzip")
    Decoded(body=b'page', unfinished='gzip')
    """
    if encoding.count(",") >= CODINGS:
        raise UndecodableBody(f"more than {CODINGS} codings are named")
    body, unfinished = payload, ""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        try:
            decoded = _decoded(body, name, largest)
        except BodyTooLarge:
            raise
        except Exception as error:  # each library has its own errors
            if not MARKUP.match(body):
                raise UndecodableBody(f"the body is not valid {name}") from error
            continue
        body, unfinished = decoded.body, unfinished or decoded.unfinished
    return Decoded(body, unfinished)


def _decoded(payload: bytes, name: str, largest: int) -> Decoded:
    if not payload:
        return Decoded(b"")
    match name:
        case "gzip" | "x-gzip":
            return _gzip_members(payload, largest)
        case "deflate":
            return _deflated(payload, largest)
        case "br":
            return _brotli(payload, largest)
        case "zstd":
            return _zstd_frames(payload, largest)
    return Decoded(payload)


def _gzip_members(payload: bytes, largest: int) -> Decoded:
    """Inflates all members; what follows the last one and is none is ignored, as browsers do."""
    parts: list[bytes] = []
    size = at = 0
    while True:
        try:
            body, end, whole = _inflated(payload, at, zlib.MAX_WBITS + 16, largest - size)
        except zlib.error:
            if not parts:
                raise
            return Decoded(b"".join(parts), "gzip")
        parts.append(body)
        size += len(body)
        if not whole or not payload.startswith(GZIP, end):
            return Decoded(b"".join(parts), "" if whole else "gzip")
        at = end


def _deflated(payload: bytes, largest: int) -> Decoded:
    try:
        body, _, whole = _inflated(payload, 0, zlib.MAX_WBITS, largest)
    except zlib.error:  # some servers omit the zlib header
        body, _, whole = _inflated(payload, 0, -zlib.MAX_WBITS, largest)
    return Decoded(body, "" if whole else "deflate")


def _inflated(payload: bytes, start: int, wbits: int, largest: int) -> tuple[bytes, int, bool]:
    """Inflates the stream at an offset: what it holds, where it ends, and whether it is whole.

    It is inflated in pieces, or each of many streams would copy all that follow. Of a damaged one it returns all that
    stands before the damage. Raises zlib.error if that is nothing, BodyTooLarge.
    """
    inflater, size, at = zlib.decompressobj(wbits), 0, start
    parts: list[bytes] = []
    while at < len(payload) and not inflater.eof:
        try:
            part = inflater.decompress(payload[at : at + PIECE], largest - size)
        except zlib.error:
            sound = _before_damage(payload[start : at + PIECE], at - start, wbits, largest)
            if not sound:
                raise
            return sound, len(payload), False
        at += PIECE
        parts.append(part)
        size += len(part)
        _check(size, largest)
    return b"".join(parts), min(at, len(payload)) - len(inflater.unused_data), inflater.eof


def _before_damage(stream: bytes, sound: int, wbits: int, largest: int) -> bytes:
    """Inflates a damaged stream, whose first `sound` bytes are not: all that stands before the damage."""
    inflater = zlib.decompressobj(wbits)
    parts = [inflater.decompress(stream[:sound], largest)]
    for at in range(sound, len(stream)):
        try:
            parts.append(inflater.decompress(stream[at : at + 1], largest))
        except zlib.error:
            break
    return b"".join(parts)


def _brotli(payload: bytes, largest: int) -> Decoded:
    import brotli  # noqa: PLC0415 (comes with Scrapy; few pages need it)

    decompressor = brotli.Decompressor()
    body = bytes(decompressor.process(payload, output_buffer_limit=largest))
    _check(len(body), largest)
    return Decoded(body, "" if decompressor.is_finished() else "br")


def _zstd_frames(payload: bytes, largest: int) -> Decoded:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415
    else:
        from backports import zstd  # noqa: PLC0415 (comes with Scrapy, too)

    parts: list[bytes] = []
    size = at = 0
    while True:
        decompressor = zstd.ZstdDecompressor()
        while at < len(payload) and not decompressor.eof:  # in pieces, or each frame would copy all that follow
            if part := decompressor.decompress(payload[at : at + PIECE], max_length=largest - size):
                parts.append(part)  # an empty one, too, would take 40 bytes
            size += len(part)
            _check(size, largest)
            at += PIECE
        at = min(at, len(payload)) - (len(decompressor.unused_data) if decompressor.eof else 0)
        if at == len(payload):
            return Decoded(b"".join(parts), "" if decompressor.eof else "zstd")


def _check(size: int, largest: int) -> None:
    if size >= largest:
        raise BodyTooLarge(f"the body has more than {largest} bytes")


def join_chunks(payload: bytes) -> Decoded:
    """Removes the chunked transfer coding (RFC 9112, 7.1); a body that does not have it is returned as it is.

    Raises UndecodableBody for more than `CHUNKS`.

    >>> join_chunks(b"4\\r\\npage\\r\\n0\\r\\n\\r\\n"), join_chunks(b"9\\r\\npage")
    (Decoded(body=b'page', unfinished=''), Decoded(body=b'page', unfinished='chunked'))
    """
    parts: list[bytes] = []
    at = 0
    while match := CHUNK.match(payload, at):
        size = int(match[1], 16)
        if not size:
            return Decoded(b"".join(parts))
        if len(parts) == CHUNKS:
            raise UndecodableBody(f"more than {CHUNKS:,} chunks")
        chunk = payload[match.end() : match.end() + size]
        parts.append(chunk)
        at = match.end() + size
        if len(chunk) < size:
            break
        at += 2 if payload.startswith(b"\r\n", at) else 1 if payload.startswith(b"\n", at) else 0
    if not parts:
        return Decoded(payload)
    return Decoded(b"".join(parts), "chunked")
