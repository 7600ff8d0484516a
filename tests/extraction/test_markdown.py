"""No text of a full body is Markdown, wherever a parser may look for some."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.extraction.dom import parse
from newscrawl.extraction.full import full_body
from newscrawl.extraction.markdown import BLOCK_STARTS, Place, referenced
from tests.support.inert import differences, not_allowed, of_markdown

URL = "https://a.example/x.html"


def full(*contents: str) -> str:
    """The full body of an article of as many pages."""
    return full_body([parse(f"<main>{content}</main>".encode()).find(".//main") for content in contents], URL)  # type: ignore[misc]


LINK = "[x](y)"
REFERENCED = "&#91;x&#93;&#40;y&#41;"
TEXTS = {
    "in the first block": (f"{LINK}<p>a</p>{LINK}\n{LINK}", f"{LINK}<p>a</p>{LINK}\n{LINK}"),
    "behind a blank line": (f"a\n\n{LINK}", f"a\n\n{REFERENCED}"),
    "behind a line of blanks": (f"a\n \u3000\xa0\n{LINK}", f"a\n \u3000\xa0\n{REFERENCED}"),
    "in a block that begins behind it": (f"a\n\n<p>{LINK}</p>\n{LINK}", f"a\n\n<p>{LINK}</p>\n{LINK}"),
    "in a block that begins with blanks": (f"a\n\n <p>{LINK}</p>", f"a\n\n <p>{REFERENCED}</p>"),
    "in an element that begins no block": (f"a\n\n<b>{LINK}</b>", f"a\n\n<b>{REFERENCED}</b>"),
    "in a block inside a line": (f"a\n\nb<p>{LINK}</p>", f"a\n\nb<p>{REFERENCED}</p>"),
    "behind the end of a block": (f"<div>a\n\nb\n</div>{LINK}", f"<div>a\n\nb\n</div>{LINK}"),
    "behind a comment": (f"a\n\n<!--b-->{LINK}", f"a\n\n<!--b-->{REFERENCED}"),
    "in a block behind a comment": (f"a\n\n<!--b--><p>{LINK}</p>", f"a\n\n<!--b--><p>{REFERENCED}</p>"),
    "in a block behind a style sheet": (
        f"a\n\n<style>.b</style><p>{LINK}</p>",
        f"a\n\n<style>.b</style><p>{REFERENCED}</p>",
    ),
    "in the next line": (f"a\n\nb\n{LINK}", f"a\n\nb\n{REFERENCED}"),
    "behind a dropped element": (f"a\n\n<iframe></iframe>{LINK}", f"a\n\n{REFERENCED}"),
    "in an element without tags": (f"a\n<form>\n{LINK}</form>", f"a\n\n{REFERENCED}"),
}


@pytest.mark.parametrize(("content", "expected"), TEXTS.values(), ids=TEXTS)
def test_signs_are_references_where_markdown_may_be_read(content: str, expected: str) -> None:
    assert full(content) == expected


def test_each_sign_of_ascii_is_a_reference_and_no_letter_or_digit() -> None:
    for sign in string.punctuation:
        assert referenced(f"a{sign}1") == f"a&#{ord(sign)};1"
    for plain in (string.ascii_letters + string.digits, " \t", "甲，。［］"):
        assert referenced(plain) == plain


@pytest.mark.parametrize("name", "address blockquote div h1 li p section table ul".split())
def test_the_tag_of_a_block_begins_html(name: str) -> None:
    place = Place()
    place.pass_line()
    assert not place.is_html
    place.pass_tag(name)
    assert place.is_html


def test_a_further_page_goes_on_where_the_one_before_ended() -> None:
    assert full("a\n\nb", LINK) == f"a\n\nb{REFERENCED}"


COMMENTS = {
    "of several lines, in a block": ("a<!--b\n<p>-->", "a<!--b\n<p>-->"),
    "of several lines, at the start of a line": ("a\n\n<!--b\n<p>-->", "a\n\n<!--b\n<p>-->"),
    "of several lines, in a text": ("a\n\nb<!--c\nd-->", "a\n\nb"),
    "behind blanks": ("a\n\n <!--c\nd-->", "a\n\n "),
    "with a tag, in a text": ("a\n\nb<!--<p>-->", "a\n\nb"),
    "in a text": ("a\n\nb<!-- c -->", "a\n\nb<!-- c -->"),
    "with a blank line": ("a<!--b\n \nc-->", "a"),
}


@pytest.mark.parametrize(("content", "expected"), COMMENTS.values(), ids=COMMENTS)
def test_a_comment_is_one_for_markdown_too_or_left_out(content: str, expected: str) -> None:
    assert full(content) == expected


SHEETS = {
    "as in existing posts": ("\n<style>\n.a\n\n.b\n</style>", "<style>\n.a\n\n.b\n</style>"),
    "inside a line": ("a<style>\n.a\n \n.b\n</style>", "a<style>\n.a\n.b\n</style>"),
    "that ends inside a line": ("a\n<style>\n\n    .a</style>", "a\n<style>\n    .a</style>"),
    "and a text behind it": (f"a\n<style>\n.a\n\n.b\n</style>{LINK}", f"a\n<style>\n.a\n\n.b\n</style>{REFERENCED}"),
    "without blank lines, and a text": (f"a\n<style>\n.a\n</style>{LINK}", f"a\n<style>\n.a\n</style>{LINK}"),
}


@pytest.mark.parametrize(("content", "expected"), SHEETS.values(), ids=SHEETS)
def test_a_style_sheet_ends_where_it_ends(content: str, expected: str) -> None:
    assert full(content) == expected


STARTS = {
    "```js": "&#96;``js",
    " \u3000~~~": " \u3000&#126;~~",
    "> - ```": "> - &#96;``",
    "1. ~~~": "1. &#126;~~",
    "10. ~~~": "10. &#126;~~",
    "* + ```": "* + &#96;``",
    "b\u2028```": "b\u2028&#96;``",
    "``": "``",
    "b ```": "b ```",
    "|---|:-:|": "&#124;---|:-:|",
    "- | -": "&#45; | -",
    ":-|-:": "&#58;-|-:",
    "  |--|": "  &#124;--|",
    "--- b": "--- b",
}


@pytest.mark.parametrize(("line", "expected"), STARTS.items())
def test_no_line_begins_what_is_looked_for_before_html(line: str, expected: str) -> None:
    assert full(f"<p>a\n{line}\n</p>") == f"<p>a\n{expected}\n</p>"


def test_no_tag_begins_a_block_but_those_of_all_parsers() -> None:
    for name in ("pre", "hgroup", "b", "style", "img", "wbr"):
        assert name not in BLOCK_STARTS
        place = Place()
        place.pass_line()
        place.pass_tag(name)
        assert not place.is_html


def test_attributes_hold_no_line_feeds() -> None:
    assert full(f"<p title='a\n\n{LINK}'>b</p>") == f'<p title="a&#10;&#10;{LINK}">b</p>'


PIECES = """\\n|\\n\\n|\\n   |\\n     |\u3000|甲|[x](javascript:x)|[x]: javascript:x|&lt;javascript:x&gt;|&lt;script&gt;|# h|- i|1. i|&gt; q|```|~~~|===|---|**b**|_e_|`c`
<p>|</p>|<div>|</div>|<b>|</b>|<pre>|</pre>|<table><tr><td>|</td></tr></table>|<ul><li>|</ul>|<hr>|<x-y>|</x-y>|<img alt='a\\n\\n[x](y)'>|<!--c-->|<!--c\\n<script>-->|<!--c\\n\\n-->
<style>.a</style>|<style>\\n.a\\n\\n.b\\n</style>|<style>\\n\\n    .a</style>|a \\| b|\\n\\|--\\|--\\||\\t|&amp;lt;"""


@pytest.mark.fault(
    "page",
    "text, tags and comments in any order",
    "random markup of what Markdown knows",
    "Markdown made nothing of it, nh3 changed nothing",
)
@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                each.replace("\\n", "\n").replace("\\t", "\t").replace("\\|", "|")
                for line in PIECES.splitlines()
                for each in line.split("|")
            ]
        ),
        max_size=16,
    )
)
def test_random_markup_is_no_markdown(pieces: list[str]) -> None:
    body = full("".join(pieces))
    assert (not_allowed(body), differences(body), of_markdown(f"\n---\n\n<div>   \n{body}  \n</div>\n")) == ([], [], [])
