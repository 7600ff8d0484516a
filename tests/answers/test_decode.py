"""Bodies are decoded as far as they go, and one that ends early is told from a whole one."""

import gzip
import time
import tracemalloc
import zlib

import brotli
import pytest

from newscrawl.answers.decode import LARGEST, Decoded, decode_body, join_chunks
from newscrawl.errors import BodyTooLarge, UndecodableBody

PAGE = b"<html>" + bytes(range(256)) * 40 + b"</html>"
ZSTD = bytes.fromhex("28b52ffd200421000070616765")  # "page"
EMPTY_FRAME = bytes.fromhex("28b52ffd2000010000")


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE),
    "deflate": zlib.compress(PAGE),
    "DEFLATE": raw_deflate(PAGE),
    "br": brotli.compress(PAGE),
}


@pytest.mark.parametrize("coding", PACKED)
def test_a_whole_body_is_decoded(coding: str) -> None:
    assert decode_body(PACKED[coding], coding) == Decoded(PAGE, "")


@pytest.mark.parametrize("coding", PACKED)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_body_that_ends_early_is_unfinished(coding: str, share: float) -> None:
    packed = PACKED[coding]
    decoded = decode_body(packed[: int(len(packed) * share)], coding)
    assert decoded.unfinished == coding.lower().replace("x-", "")
    assert PAGE.startswith(decoded.body)
    assert decoded.body != PAGE or share > 0.9


def test_a_gzip_body_without_its_checksum_is_unfinished() -> None:
    assert decode_body(PACKED["gzip"][:-1], "gzip") == Decoded(PAGE, "gzip")


def test_a_second_member_counts() -> None:
    two = gzip.compress(b"one, ") + gzip.compress(b"two")
    assert decode_body(two, "gzip") == Decoded(b"one, two")
    assert decode_body(two[:-9], "gzip").unfinished == "gzip"


def test_damage_at_the_head_of_a_member_leaves_the_members_before_it() -> None:
    assert decode_body(PACKED["gzip"] + b"\x1f\x8bgarbage", "gzip") == Decoded(PAGE, "gzip")
    with pytest.raises(UndecodableBody):
        decode_body(b"\x1f\x8bgarbage", "gzip")


def test_what_follows_a_gzip_body_and_is_none_is_ignored() -> None:
    assert decode_body(PACKED["gzip"] + b"garbage", "gzip") == Decoded(PAGE)


def test_many_members_take_no_time() -> None:
    members = gzip.compress(b"") * 100_000
    begun = time.process_time()
    assert decode_body(members, "gzip") == Decoded(b"")
    assert time.process_time() - begun < 5  # 0.4 s where it was measured; copies of the rest took 10 s


@pytest.mark.parametrize("page", [PAGE, b"<html>short</html>"])
def test_of_a_body_with_another_checksum_all_is_there_and_it_is_unfinished(page: bytes) -> None:
    packed = gzip.compress(page)
    assert decode_body(packed[:-8] + bytes(8), "gzip") == Decoded(page, "gzip")


def test_of_a_damaged_body_what_stands_before_the_damage_is_there() -> None:
    text = b"".join(b"%d, " % (number * 7919 % 10007) for number in range(2000))
    packed = gzip.compress(text)
    damaged = packed[:1500] + b"\xff" * 40 + packed[1540:]
    body, unfinished = decode_body(damaged, "gzip")
    assert unfinished == "gzip"
    assert text[:1000] == body[:1000]
    assert len(body) < len(text)


def test_zstd() -> None:
    assert decode_body(ZSTD, "zstd") == Decoded(b"page")
    assert decode_body(ZSTD + ZSTD, "zstd") == Decoded(b"pagepage")
    assert decode_body(ZSTD[:-2], "zstd").unfinished == "zstd"


def test_codings_are_removed_in_reverse_order() -> None:
    assert decode_body(gzip.compress(zlib.compress(b"twice")), "deflate, gzip") == Decoded(b"twice")
    half = gzip.compress(zlib.compress(PAGE)[:40])
    assert decode_body(half, "deflate, gzip").unfinished == "deflate"


def test_a_body_may_have_five_codings() -> None:
    body = b"page"
    for _ in range(5):
        body = gzip.compress(body)
    assert decode_body(body, ",".join(["gzip"] * 5)) == Decoded(b"page")


def test_a_body_of_more_codings_is_an_error() -> None:
    for encoding in (",".join(["gzip"] * 6), "gzip," * 5, "," * 9_000_000):
        with pytest.raises(UndecodableBody, match="more than 5 codings"):
            decode_body(b"<html>", encoding)


@pytest.mark.fault(
    "flood",
    "a body of many frames of zstd",
    "1.3 MB of empty frames",
    "each is read, without a copy of those behind it",
)
def test_many_frames_take_no_time() -> None:
    begun = time.process_time()
    assert decode_body(EMPTY_FRAME * 150_000, "zstd") == Decoded(b"")
    assert time.process_time() - begun < 5  # 0.6 s where it was measured; copies of the rest took 8 s


def test_an_unknown_coding_and_an_empty_body_stay_as_they_are() -> None:
    assert decode_body(b"page", "identity") == decode_body(b"page", "") == Decoded(b"page")
    assert decode_body(b"", "gzip") == Decoded(b"")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_page_whose_coding_is_named_and_not_used_is_read(coding: str) -> None:
    page = b"\xef\xbb\xbf \n<!DOCTYPE html><html></html>"
    assert decode_body(page, coding) == Decoded(page)
    with pytest.raises(UndecodableBody, match=coding):
        decode_body(b"neither a page nor packed", coding)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: gzip.compress(data[: 2**25]) * 2, brotli.compress])
def test_a_body_that_grows_too_large_is_an_error(pack: "type[bytes]") -> None:
    coding = "br" if pack is brotli.compress else "gzip"
    with pytest.raises(UndecodableBody, match="more than"):
        decode_body(pack(bytes(LARGEST)), coding)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "DEFLATE", "br"])
def test_no_more_is_decoded_than_the_limit(coding: str) -> None:
    """A bomb of some kilobytes must not take its megabytes before it is refused."""
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "DEFLATE": raw_deflate, "br": brotli.compress}[coding]
    bomb = pack(bytes(2**24))
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            decode_body(bomb, coding, 2**16)
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()


def test_a_smaller_limit() -> None:
    with pytest.raises(UndecodableBody, match="more than 100 bytes"):
        decode_body(PACKED["gzip"], "gzip", 100)


def test_a_body_may_have_many_chunks() -> None:
    assert join_chunks(b"1\r\na\r\n" * 100_000 + b"0\r\n\r\n") == Decoded(b"a" * 100_000)
    with pytest.raises(UndecodableBody, match="more than 100,000 chunks"):
        join_chunks(b"1\r\na\r\n" * 100_001)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (chunked(b"one, ", b"two"), Decoded(b"one, two")),
        (chunked(b"one", end=b"0;a=b\r\nTrailer: x\r\n\r\n"), Decoded(b"one")),
        (chunked(b"one", end=b""), Decoded(b"one", "chunked")),
        (chunked(b"one", b"twenty")[:-9], Decoded(b"onetwen", "chunked")),
        (b"3\none\n0\n\n", Decoded(b"one")),
        (b"<html>", Decoded(b"<html>")),
        (chunked(b"x" * 31, b"y" * 171), Decoded(b"x" * 31 + b"y" * 171)),
        (b"AB\r\n" + b"y" * 171 + b"\r\n0\r\n\r\n", Decoded(b"y" * 171)),
        (b"3\r\none3\r\ntwo0\r\n", Decoded(b"onetwo")),  # without the line breaks behind the chunks
        (b"", Decoded(b"")),
    ],
)
def test_chunks_are_joined(payload: bytes, expected: Decoded) -> None:
    assert join_chunks(payload) == expected
