"""WARC files that can only be read from their start: not packed, or packed as a whole."""

import gzip
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest

from newscrawl.errors import DamagedRecord
from newscrawl.warc import stream
from newscrawl.warc.stream import Stream, is_stream, stream_records


def record(number: int, size: int = 300, length: int | None = None) -> bytes:
    """A record with a block of `size` bytes, which says that they are `length`."""
    head = (
        f"WARC/1.0\r\nWARC-Type: resource\r\nX-Number: {number}\r\nContent-Length: {size if length is None else length}"
    )
    block = (f"{number}:".encode() * size)[:size]
    return head.encode() + b"\r\n\r\n" + block


END = b"\r\n\r\n"
RECORDS = [record(n, size) for n, size in enumerate((300, 0, 90_000, 1, 70_000, 5))]
PLAIN = END.join([*RECORDS, b""])


def read(data: bytes) -> list[bytes | tuple[int, str]]:
    """The records of a file, and (offset, why) of the damage between them."""
    return [
        (each.offset, str(each)) if isinstance(each, DamagedRecord) else each[1]
        for each in stream_records(BytesIO(data))
    ]


def packed_each(records: Iterable[bytes]) -> bytes:
    return b"".join(gzip.compress(each + END) for each in records)


FORMS = {
    "plain": PLAIN,
    "one member": gzip.compress(PLAIN),
    "two members": gzip.compress(PLAIN[:50_001]) + gzip.compress(PLAIN[50_001:]),
    "a member a record": packed_each(RECORDS),
    "the first in its own": gzip.compress(RECORDS[0] + END) + gzip.compress(END.join([*RECORDS[1:], b""])),
    "two a member": packed_each([RECORDS[0], *(END.join(RECORDS[n : n + 2]) for n in (1, 3)), RECORDS[5]]),
    "without newlines": gzip.compress(b"".join(RECORDS)),
    "with one newline": b"\n".join([*RECORDS, b""]),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_records_are_read_whole_and_in_order(form: str) -> None:
    assert read(FORMS[form]) == RECORDS


@pytest.mark.parametrize("form", ["plain", "one member", "two members"])
def test_offsets_are_those_of_the_unpacked_file(form: str) -> None:
    for each in stream_records(BytesIO(FORMS[form])):
        assert isinstance(each, tuple)
        assert PLAIN[each[0] : each[0] + len(each[1])] == each[1]


@pytest.mark.parametrize("block", [1, 7, 100])
def test_it_does_not_matter_where_a_part_ends(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", block)
    records = [record(n, size) for n, size in enumerate((30, 0, 250, 1))]
    plain = END.join([*records, b""])
    assert read(plain) == read(gzip.compress(plain)) == read(packed_each(records)) == records
    assert read(gzip.compress(plain[:100]) + gzip.compress(plain[100:])) == records
    assert is_stream(BytesIO(gzip.compress(plain)))
    assert not is_stream(BytesIO(packed_each(records)))
    third = plain.index(records[2])
    assert read(plain.replace(b": 250", b": 249")) == [*records[:2], (third, "a record of another length"), records[3]]
    assert read(plain[:-5]) == [*records[:3], (len(plain) - len(records[3]) - 4, "cut off")]
    assert read(gzip.compress(plain[third:])[:-9])[-1] == (0, "cut off")
    assert read(plain[:third] + b"junk\nWARC/1" + plain[third - 1 :]) == [
        *records[:2],
        (third, "no record"),
        *records[2:],
    ]


def test_a_record_begins_with_its_version_and_has_a_length() -> None:
    first, second = RECORDS[0] + END, RECORDS[1]
    assert read(first.replace(b"Content-Length", b"content-length") + second) == [
        RECORDS[0].replace(b"Content-Length", b"content-length"),
        second,
    ]
    for none in (
        b"NONE/1.0\r\nContent-Length: 4\r\n\r\nnone",
        b"WARC/1.0\r\nX: 1\r\n\r\n\r\nContent-Length: 4\r\n\r\n",
        b"WARC/1.0\r\nX: " + bytes(2**16 - 30) + b"\r\nContent-Length: 0\r\n\r\n",
    ):
        assert read(first + none + END + second) == [RECORDS[0], (len(first), "no record"), second]
    long = b"WARC/1.0\r\nX: " + b"a" * (2**16 - 50) + b"\r\nContent-Length: 0\r\n\r\n"
    assert read(first + long + END + second) == [RECORDS[0], long, second]


def test_which_files_can_only_be_read_from_their_start() -> None:
    streams = {form for form, data in FORMS.items() if is_stream(BytesIO(data))}
    assert streams == {*FORMS} - {"a member a record"}
    assert is_stream(BytesIO(gzip.compress(PLAIN)[:-9]))  # cut off after its first record
    assert is_stream(BytesIO(packed_each(RECORDS[1:2] * 8 + [END.join(RECORDS)])))
    assert not is_stream(BytesIO(gzip.compress(RECORDS[0]) + gzip.compress(RECORDS[1])))
    assert not is_stream(BytesIO(gzip.compress(RECORDS[0] + END)))
    for other in (b"", b"<html>", gzip.compress(b"<html>"), gzip.compress(RECORDS[0])[:40], b"\x1f\x8b\x08\0junk"):
        assert not is_stream(BytesIO(other))


def test_what_is_cut_off_is_damage_and_the_rest_is_used() -> None:
    last = PLAIN.rindex(b"WARC/")
    assert read(PLAIN[:-6]) == [*RECORDS[:-1], (last, "cut off")]
    assert read(PLAIN[: last + 20]) == [*RECORDS[:-1], (last, "no record")]
    assert read(gzip.compress(PLAIN)[:-1]) == [*RECORDS, (0, "cut off")]


def test_a_damaged_record_of_a_plain_file_leaves_the_others() -> None:
    third = PLAIN.index(RECORDS[2])
    assert read(PLAIN.replace(b"X-Number: 2\r\nContent-Length", b"X-Number: 2\r\nContent-Size")) == [
        *RECORDS[:2],
        (third, "no record"),
        *RECORDS[3:],
    ]
    lost = PLAIN[: third + 500] + PLAIN[third + 600 :]  # the record takes what begins the next one
    assert read(lost) == [*RECORDS[:2], (third, "a record of another length"), *RECORDS[3:]]
    assert read(b"\0" * 70_000 + b"\n" + PLAIN) == [(0, "no record"), *RECORDS]
    junk = PLAIN[:third] + b"\0" * 200_000 + b"\n" + PLAIN[third:]
    assert read(junk) == [*RECORDS[:2], (third, "no record"), *RECORDS[2:]]
    assert read(PLAIN + b"junk") == [*RECORDS, (len(PLAIN), "no record")]


def test_a_damaged_member_leaves_the_others() -> None:
    first, second, third = (gzip.compress(END.join([*each, b""])) for each in (RECORDS[:2], RECORDS[2:4], RECORDS[4:]))
    damaged = second[:-8] + bytes(8)  # its checksum
    assert read(first + damaged + third) == [*RECORDS[:2], (len(first), "not a whole gzip member"), *RECORDS[4:]]
    assert read(first + second[:60] + third)[:2] == RECORDS[:2]
    assert read(first + second[:60] + third)[-2:] == RECORDS[4:]
    assert read(first + b"junk") == [*RECORDS[:2], (len(first), "not a whole gzip member")]
    begins = [each[0] for each in stream_records(BytesIO(first + damaged + third)) if isinstance(each, tuple)]
    assert begins == sorted(set(begins))  # an offset is the name of a record


def test_a_record_that_is_too_large_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LARGEST", 80_000)
    third = PLAIN.index(RECORDS[2])
    why = "a record of more than 80000 bytes"
    assert read(PLAIN) == [*RECORDS[:2], (third, why), *RECORDS[3:]]
    assert read(gzip.compress(PLAIN)) == [*RECORDS[:2], (0, why), *RECORDS[3:]]


def test_no_more_than_a_record_is_held(tmp_path: Path) -> None:
    """A record that inflates to a gigabyte is passed over in parts."""
    path = tmp_path / "bomb.warc.gz"
    squeeze = zlib.compressobj(1, wbits=zlib.MAX_WBITS + 16)
    with path.open("wb") as file:
        file.write(squeeze.compress(RECORDS[0] + END + record(1, 0, 2**28) + END[:0]))
        for _ in range(2**8):
            file.write(squeeze.compress(bytes(2**20)))
        file.write(squeeze.compress(END + RECORDS[2] + END) + squeeze.flush())
    most = 0
    with path.open("rb") as opened:
        for parts in (stream.packed_parts(opened, 0), stream.plain_parts(opened)):
            reading = Stream(parts)
            for _ in reading.records():
                most = max(most, len(reading.held))
    assert most < 2**18
    with path.open("rb") as opened:
        assert [each if isinstance(each, DamagedRecord) else each[1] for each in stream_records(opened)][::2] == [
            RECORDS[0],
            RECORDS[2],
        ]
