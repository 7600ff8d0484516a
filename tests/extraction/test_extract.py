"""The library's `extract`: pages as bytes and as text, and their size."""

import pytest
from lxml import etree

from newscrawl import Refused, extract
from newscrawl.extraction import page as page_module
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
PAGE = article("陶喆镕的“账本”😀", "一段正文，说的是某地。")
GB2312 = PAGE.decode().replace('charset="utf-8"', 'http-equiv="Content-Type" content="text/html; charset=gb2312"')


@pytest.mark.parametrize(
    "text",
    [
        PAGE.decode(),
        GB2312,
        GB2312.replace("gb2312", "big5"),
        "\ufeff" + GB2312,
        '<?xml version="1.0" encoding="gb2312"?>' + GB2312,
        GB2312.replace("<body>", "<body>\r\n\r"),
        GB2312.replace("<body>", "<body>\ud83d\udfff\udc00\0"),
    ],
    ids=["utf-8", "gb2312", "big5", "byte order mark", "XML", "carriage returns", "surrogates"],
)
def test_a_text_is_read_whatever_charset_it_declares(text: str) -> None:
    expected = extract(PAGE, URL)
    for charset in ("", "gbk"):
        read = extract(text, URL, charset=charset)
        assert (read.title, read.html, read.text) == (expected.title, expected.html, expected.text)
    assert (read.title, read.text) == ("陶喆镕的“账本”😀", "一段正文，说的是某地。")


def test_a_text_is_read_as_the_same_bytes() -> None:
    saved = f"<!-- saved from url=(0070){URL} -->"
    assert extract(saved + GB2312).url == URL
    assert extract(saved + GB2312).record() == extract((saved + GB2312).encode("gb18030")).record()
    with pytest.raises(Refused, match="unknown_layout"):
        extract("")


def test_a_page_that_is_too_large_is_refused() -> None:
    for page in (PAGE, PAGE.decode()):
        assert extract(page, max_size=len(PAGE)).title
        with pytest.raises(Refused) as refused:
            extract(page, max_size=len(PAGE) - 1)
        assert refused.value.reason == "unreadable"
        assert refused.value.detail.endswith("MB; raise max_size to read it")
    with pytest.raises(Refused, match="the page is larger than 10 MB; raise max_size"):
        extract(PAGE + b" " * 10 * 2**20)


def test_a_page_of_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise etree.XPathEvalError("unknown error")  # of libxml2, from ten million nodes on

    monkeypatch.setattr(page_module, "read_container", fails)
    with pytest.raises(Refused) as refused:
        extract(PAGE)
    assert (refused.value.reason, refused.value.detail) == ("too_large", "the page has too many elements")
