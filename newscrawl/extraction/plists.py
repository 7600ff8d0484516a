"""Reads property lists, as Safari's web archives are, within bounds: `plistlib` and expat have none."""

import re

from newscrawl.extraction import limits
from newscrawl.extraction.kinds import unreadable

OBJECTS = 100_000  # of a web archive, which has seven for each picture
LINES = 600_000  # of one in XML, with 80 bytes in memory; 10 MB have 140,000
BINARY, TRAILER = b"bplist", 32  # bytes of the end of a binary one, which says where its objects are
DAMAGED = "a damaged property list, as Safari's web archives are"
UNITS = {0x4: 1, 0x5: 1, 0x6: 2}  # bytes of each unit of data, of a text, of a wide text
REFERENCES = {0xA: 1, 0xC: 1, 0xD: 2}  # of each entry of an array, of a set, of a dictionary
LONG = 15  # the length of an object whose length is behind its mark

# What begins in one of XML and is none of its tags and characters: expat takes time by the square of the attributes of
# a tag, and of the bytes of whatever does not end.
STRANGE = re.compile(
    rb"""<(?!/?[A-Za-z]{1,9}\s{0,9}/?>|plist\s{1,9}version=["'][\d.]{1,9}["']\s{0,9}>|!--[^<>]{0,300}-->|!\[CDATA\[|"""
    rb"""\?xml[^<>]{0,300}\?>|!DOCTYPE plist[^<>\[]{0,300}>)|&(?!#?[0-9A-Za-z]{1,9};)"""
)


def plist_in(data: bytes) -> object:
    """Reads a property list. Raises Refused: `unreadable` for a damaged one, `too_large` for one of too many parts."""
    if OBJECTS < objects_in(data) <= len(data):  # one of more objects than bytes is damaged
        raise limits.too_large(f"more than {OBJECTS:,} objects")
    if not data.startswith(BINARY) and sum(map(data.count, (b"\n", b"\r", b"&"))) > LINES:  # each begins another text
        raise limits.too_large(f"more than {LINES:,} lines")
    import plistlib  # noqa: PLC0415 (few files need it)

    try:
        found: object = None if is_strange(data) else plistlib.loads(data)
    except Exception as error:  # each kind of damage has another
        raise unreadable(DAMAGED) from error
    if found is None:
        raise unreadable(DAMAGED)
    return found


def is_strange(data: bytes) -> bool:
    """Whether a property list is none that a program writes, and may take more time or memory than its bytes tell.

    >>> is_strange(b'<?xml version="1.0"?><plist version="1.0"><dict/></plist>'), is_strange(b"<plist><dict a='b'/>")
    (False, True)
    """
    if data.startswith(BINARY):
        return objects_in(data) > len(data) or bytes_of_objects(data) > len(data)
    return STRANGE.search(data) is not None


def objects_in(data: bytes) -> int:
    """How many objects a property list has at most: its trailer says it, or one of XML its tags.

    >>> objects_in(b"<plist><dict/></plist>"), objects_in(b"bplist00" + bytes(15) + b"\\7" + bytes(16))
    (3, 7)
    """
    if data.startswith(BINARY):
        return int.from_bytes(data[-TRAILER + 8 : -TRAILER + 16])
    return data.count(b"<")


def bytes_of_objects(data: bytes) -> int:
    """How many bytes the objects of a binary property list have: more than there are, if some share theirs.

    20,000 texts in the same 90 kB took 1.7 GB (2026-11-28). Raises IndexError for a damaged one.
    """
    wide, reference = data[-TRAILER + 6], data[-TRAILER + 7]
    table = int.from_bytes(data[-8:])
    places = range(table, table + objects_in(data) * wide, wide)
    return sum(size_at(data, int.from_bytes(data[place : place + wide]), reference) for place in places)


def size_at(data: bytes, at: int, reference: int) -> int:
    """How many bytes an object at an offset has, without its mark; references have so many bytes each.

    >>> size_at(b"\\x53abc", 0, 1), size_at(b"\\x6f\\x10\\x20", 0, 1), size_at(b"\\xd2", 0, 2), size_at(b"\\x08", 0, 1)
    (3, 64, 8, 0)
    """
    kind, length = divmod(data[at], 16)
    if length == LONG:
        length = int.from_bytes(data[at + 2 : at + 2 + (1 << (data[at + 1] & 3))])
    return length * (UNITS.get(kind, 0) + REFERENCES.get(kind, 0) * reference)
