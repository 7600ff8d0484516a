"""One function says whether an answer is whole."""

import gzip
from dataclasses import replace

import pytest

from newscrawl.answers.model import BODY, CUT_OFF, Answer, declared_charset, has_end, saved_page, stored_answer, why_cut
from newscrawl.errors import UndecodableBody

WHOLE = b"<html><p>all of it</p></html>"
HALF = WHOLE[:12]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(WHOLE), ""),
        (Answer(HALF), ""),  # its length was told and reached: whether the page is whole is for its reader to say
        (Answer(WHOLE, unfinished="gzip"), "is cut off within its gzip data"),
        (Answer(WHOLE, missing=3), "is 3 bytes shorter than its Content-Length"),
        (Answer(WHOLE, missing=1), "is 1 bytes shorter than its Content-Length"),
        (Answer(b"", undecodable="the body is not valid gzip"), "cannot be decoded: the body is not valid gzip"),
        (Answer(WHOLE, truncated="length"), "is cut off, as its record says (length)"),
        (Answer(WHOLE, 206), "is only a part of the page (HTTP 206)"),
        (Answer(HALF, sized=False), "has no Content-Length, and its page no </html>"),
        (Answer(b"", sized=False), "has no Content-Length, and its page no </html>"),
        (Answer(WHOLE, sized=False), ""),
        (Answer(b"<HTML></HTML >\n<!-- cached -->", sized=False), ""),
        (Answer(b"<html></htmlx>", sized=False), "has no Content-Length, and its page no </html>"),
    ],
)
def test_why_an_answer_is_cut(answer: Answer, why: str) -> None:
    assert why_cut(answer) == why


@pytest.mark.parametrize(
    ("page", "ends"),
    [
        (b"<p></html>", True),
        (b"<p></HTML>\r\n", True),
        (b"<p></html\n>\n<!-- <p> 0.02 s -->", True),
        (b"<p></html>" + b" " * 100, True),
        (b"<p></html><script>document.write('<p>ad</p>')</script><img src='1.gif'>", True),
        (b"<p></html><style>p > a {}</style>", True),
        (b"<script>'</html>'</script><p></HTML>", True),
        (b"<p title='a > b'></html><i>", True),
        (b"<p", False),
        (b"<p></htmlx>", False),
        (b"<p></html><p>", False),
        (b"<html></html><TD>", False),
        (b"<script>'</html>'</script><p>", False),
        (b"<SCRIPT>'</html>'</SCRIPT><div>half", False),
        (b"<script>'<html></html>", False),
        (b"<!-- <html></html>", False),
        (b"<!-- </html> --><div>half", False),
        (b"<style>/* </html> */</style>half", False),
        (b'<iframe srcdoc="<html></html>"><br>half', False),
        (b"<iframe src='javascript:\"</html>\"'>half", False),
        (b"<p></body>", False),
    ],
)
def test_the_end_of_a_page(page: bytes, ends: bool) -> None:
    assert has_end(page) is ends
    assert has_end(page.replace(b"html", b"body").replace(b"HTML", b"BODY"), BODY) is (
        ends if b"</body>" not in page else True
    )


def test_the_flag_is_a_word_that_archives_hold() -> None:
    assert CUT_OFF == "cut_off"


def test_of_a_saved_page_nothing_is_known() -> None:
    assert why_cut(saved_page(WHOLE)) == ""
    assert why_cut(saved_page(HALF)) == "has no Content-Length, and its page no </html>"
    assert saved_page(WHOLE, "big5").charset == "big5"


CHUNKED = b"%x\r\n%b\r\n" % (len(WHOLE), WHOLE)


@pytest.mark.parametrize(
    ("headers", "payload", "expected"),
    [
        ({}, WHOLE, Answer(WHOLE)),
        ({}, HALF, Answer(HALF)),
        ({"content-length": f"{len(WHOLE)}"}, WHOLE, Answer(WHOLE)),
        ({"content-length": f"{len(WHOLE)}"}, HALF, Answer(HALF, missing=len(WHOLE) - len(HALF))),
        ({"content-length": "none"}, HALF, Answer(HALF)),
        ({"content-length": "1"}, WHOLE, Answer(WHOLE)),  # more than it says is no loss
        ({"content-encoding": "gzip"}, gzip.compress(WHOLE, mtime=0), Answer(WHOLE)),
        ({"content-encoding": "gzip"}, gzip.compress(WHOLE, mtime=0)[:-4], Answer(WHOLE, unfinished="gzip")),
        ({"content-encoding": "gzip", "content-length": "9999"}, WHOLE, Answer(WHOLE)),  # stored decoded
        ({"transfer-encoding": "chunked"}, CHUNKED + b"0\r\n\r\n", Answer(WHOLE)),
        ({"transfer-encoding": "Chunked"}, CHUNKED, Answer(WHOLE, unfinished="chunked")),
        ({"transfer-encoding": "chunked", "content-length": "9999"}, CHUNKED + b"0\r\n\r\n", Answer(WHOLE)),
        ({"transfer-encoding": "chunked"}, WHOLE, Answer(WHOLE)),  # stored decoded
        ({"content-type": "text/html; charset=gbk"}, WHOLE, Answer(WHOLE, charset="gbk")),
    ],
)
def test_the_answer_in_a_record(headers: dict[str, str], payload: bytes, expected: Answer) -> None:
    assert stored_answer(200, headers, payload) == expected
    assert stored_answer(206, headers, payload, "time") == replace(expected, status=206, truncated="time")


def test_a_chunked_and_packed_body_that_is_cut() -> None:
    packed = gzip.compress(WHOLE, mtime=0)
    headers = {"transfer-encoding": "chunked", "content-encoding": "gzip"}
    assert stored_answer(200, headers, b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)) == Answer(WHOLE)
    half = stored_answer(200, headers, b"%x\r\n%b" % (len(packed), packed[:-9]))
    assert half.unfinished == "gzip"


def test_a_body_that_fits_no_coding_is_an_error() -> None:
    with pytest.raises(UndecodableBody):
        stored_answer(200, {"content-encoding": "gzip"}, b"neither packed nor a page")


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ("text/html;CHARSET='GB2312'", "GB2312"),
        ('text/html; charset = "big5-hkscs"', "big5-hkscs"),
        ("text/html; mycharset=x", ""),
        ("", ""),
    ],
)
def test_the_charset_of_a_content_type(content_type: str, charset: str) -> None:
    assert declared_charset(content_type) == charset
