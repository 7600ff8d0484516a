"""The full body is the page's container, and nothing in it is active."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from newscrawl.extraction.full import full_body
from newscrawl.extraction.layouts import select_first
from newscrawl.extraction.markup import clean_text

BASE = "https://finance.sina.com.cn/china/1.shtml"


def full(inside: str) -> str:
    root = etree.fromstring(f"<div id=x>{inside}</div>".encode(), etree.HTMLParser(encoding="utf-8"))
    container = select_first(root, "#x")
    assert container is not None
    return full_body([container], BASE, ("data-link",))


FORMS = {
    "nothing before the first element": ("\n <!-- a -->\n<p>甲</p>\n<!-- b -->\n", "<p>甲</p>\n<!-- b -->\n"),
    "empty attributes have no value": ('<p data-link="" class="">甲</p>', "<p data-link class>甲</p>"),
    "entities are decoded": ("<p>a&nbsp;b&gt;&gt; &quot;c&quot; &amp; d</p>", '<p>a\xa0b>> "c" & d</p>'),
    "an escaped < stays escaped": ("<p>&lt;条例&gt;</p>", "<p>&lt;条例></p>"),
    "an escaped & before a name stays": ("<p>&amp;lt;b&amp;gt;</p>", "<p>&amp;lt;b&amp;gt;</p>"),
    "referrerpolicy comes last": (
        '<img referrerpolicy="x" src="//n/1.jpg" id="0">',
        '<img src="https://n/1.jpg" id="0" referrerpolicy="no-referrer">',
    ),
    "lazy picture": (
        '<img data-src="//n/1.jpg">',
        '<img data-src="//n/1.jpg" src="https://n/1.jpg" referrerpolicy="no-referrer">',
    ),
    "links are absolute": ('<a href="/x">甲</a>', '<a href="https://finance.sina.com.cn/x">甲</a>'),
    "tabs are dropped": ("<p>甲\t乙</p>", "<p>甲乙</p>"),
    "braces": ("<style>a{b}</style><p>{</p>", "<style>a&#123;b&#125;</style><p>&#123;</p>"),
    "balanced": ("<p>甲<b>乙<p>丙", "<p>甲<b>乙</b></p><p>丙</p>"),
}


@pytest.mark.parametrize(("inside", "expected"), FORMS.values(), ids=FORMS)
def test_full_body_has_the_form_of_existing_posts(inside: str, expected: str) -> None:
    assert full(inside) == expected


ATTACKS = [
    "<script>alert(1)</script>",
    "<p onclick=alert(1) ONLOAD=alert(1)>x</p>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' \x01java\nscript:alert(1)'>x</a>",
    "<a href=&#106;avascript:alert(1)>x</a>",
    "<iframe src=javascript:alert(1) srcdoc='<script>alert(1)</script>'><script>alert(1)</script></iframe>",
    "<img src=x onerror=alert(1)//>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<p title='<img src=x onerror=alert(1)>'>x</p>",
    "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
    "<base href=javascript:alert(1)//><meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<template><script>alert(1)</script></template><xmp><script>alert(1)</script></xmp>",
    "<textarea></textarea><script>alert(1)</script>",
    "<a href=vbscript:x>x</a><a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<table background=javascript:alert(1)><td>x</table>",
    "<!--a-\x80-><img src=x onerror=alert(1)>-->",
    "<p o\x80nerror=alert(1)>x</p>",
    "<style><\x80/style><img src=x onerror=alert(1)></style>",
    "<form action='java\x80script:alert(1)'><a href='java\ufeffscript:alert(1)'>x</a></form>",
    "<iframe src='data:image/svg+xml,<svg onload=alert(1)>'></iframe>",
    "<iframe src='data:application/xhtml+xml,<x/>'></iframe>",
]


@pytest.mark.parametrize("inside", ATTACKS)
def test_full_body_is_inert(inside: str) -> None:
    """The test parses the output again, as a browser does: it must still be inert."""
    body = full(f"<p>甲</p>{inside}")
    assert body.startswith("<p>甲</p>")
    root = etree.fromstring(f"<div>{body}</div>".encode(), etree.HTMLParser(encoding="utf-8"))
    for element in root.iter(etree.Element):
        assert element.tag not in {"script", "svg", "math", "object", "embed", "base", "meta", "template", "noscript"}
        for name, value in element.items():
            assert not str(name).startswith("on")
            assert not re.match(
                r"\W*(java|vb)script:|data:(text|app|image/svg)", re.sub(r"[\x00-\x20]", "", str(value))
            )
    assert clean_text(body) == body  # later stages delete nothing, so the result of this check holds


@given(
    st.lists(
        st.sampled_from(
            [*"<>/-!=\"' abps", "\x80", "\ufeff", "\ufffe", "on", "script", "style", "href=", "java", ":", "&lt;"]
        )
    )
)
def test_full_body_of_random_markup_is_inert(pieces: list[str]) -> None:
    body = full("<p>甲</p>" + "".join(pieces))
    root = etree.fromstring(f"<div>{body}</div>".encode(), etree.HTMLParser(encoding="utf-8"))
    assert not root.xpath("//script | //@*[starts-with(name(), 'on')] | //@*[starts-with(., 'javascript:')]")


def test_hexo_more_comments_are_dropped() -> None:
    assert full("<p>甲</p><!-- more --><p>乙</p><!--More-->") == "<p>甲</p><p>乙</p>"


def test_code_fences_are_escaped() -> None:
    assert full("<p>甲</p>\n```js\n~~~\n``x") == "<p>甲</p>\n&#96;``js\n&#126;~~\n``x"
