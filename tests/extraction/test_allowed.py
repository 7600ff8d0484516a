"""A post holds what the list allows, and the documentation draws the list."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from newscrawl import extract
from newscrawl.errors import SiteError
from newscrawl.extraction import walk
from newscrawl.extraction.allowed import (
    ATTRIBUTES,
    DECLARATIONS,
    ELEMENTS,
    EVERYWHERE,
    OWN,
    WITHOUT_CONTENT,
    attribute_value,
    is_comment,
    is_sheet,
)
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site
from tests.conftest import ROOT
from tests.support import synthetic
from tests.support.inert import differences, not_allowed, of_markdown
from tests.support.vectors import KINDS, PLACES, URL, page_of, vectors

BASE = "https://a.example/x/y.html"
POSTS = ROOT / "docs" / "posts.md"
BEGIN, END = "<!-- The list is drawn from newscrawl/extraction/allowed.py -->\n\n", "\n\n## In a site"


def drawn() -> Iterator[str]:
    """The lines of the tables in the documentation."""
    plain = sorted(name for name, names in ELEMENTS.items() if not names)
    yield from ("| element | attributes |", "|---|---|")
    yield f"| {listed(plain)} | {listed(EVERYWHERE)} |"
    yield from (f"| `{name}` | these, and {listed(names)} |" for name, names in sorted(ELEMENTS.items()) if names)
    yield from ("", "| attribute | value |", "|---|---|")
    same: dict[str, list[str]] = {}
    for name, values in ATTRIBUTES.items():
        same.setdefault(values.words, []).append(name)
    yield from (f"| {listed(names)} | {words} |" for words, names in same.items())
    yield f"| `style_attributes`, `other_attributes` of the site file | {OWN.words} |"
    yield f"| declarations of a `style` | {listed(DECLARATIONS)} |"


def listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def test_the_documentation_draws_the_list(request: pytest.FixtureRequest) -> None:
    text = POSTS.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    table, end, after = rest.partition(END)
    assert begin
    assert end
    wanted = "\n".join(drawn())
    if request.config.getoption("--update") and table != wanted:
        POSTS.write_text(f"{before}{begin}{wanted}{end}{after}", encoding="utf-8")
        pytest.fail("the list in docs/posts.md is drawn anew; read it")
    assert table == wanted, "pytest tests/extraction/test_allowed.py --update draws it anew"


def test_nothing_is_both_kept_and_dropped() -> None:
    assert not ELEMENTS.keys() & WITHOUT_CONTENT
    named = {name for names in ELEMENTS.values() for name in names} | set(EVERYWHERE)
    assert named == ATTRIBUTES.keys()


PROGRAMS = (
    "script noscript template object embed applet base meta link frame frameset svg math iframe audio video canvas xmp noembed noframes "
    "plaintext textarea title select option datalist map area param source track head"
).split()  # fmt: skip


def test_what_goes_with_all_that_is_in_it() -> None:
    assert set(PROGRAMS) == WITHOUT_CONTENT


def test_the_clean_body_writes_a_part_of_the_list() -> None:
    written = walk.HEADS | walk.WRAPPERS | walk.INLINE | walk.STYLED
    assert written | {"a", "br", "caption", "div", "img", "li", "p", "table", "td", "th", "tr"} <= ELEMENTS.keys()


VALUES = [
    ("a", "href", "/b", "https://a.example/b"), ("a", "href", "#b", "#b"), ("a", "href", "javascript:b", None), ("a", "href", "mailto:b@c.example", None), ("a", "href", "data:image/png;base64,b", None),
    ("a", "href", "https://b.example/ c", "https://b.example/%20c"), ("a", "target", "_blank", "_blank"), ("a", "target", "b", None), ("a", "ping", "/b", None), ("a", "src", "/b", None),
    ("img", "src", "//b.example/c", "https://b.example/c"), ("img", "src", "data:image/png;base64,b", "data:image/png;base64,b"), ("img", "src", "data:image/svg+xml,b", None), ("img", "src", "data:text/html,b", None), ("img", "src", "data:text/png,b", None), ("img", "src", "ftp://b.example/c.png", None), ("a", "href", "ftp://b.example/c", None), ("img", "src", "#b", "https://a.example/x/y.html#b"),
    ("img", "data-src", "//b.example/c.png?d=1", "//b.example/c.png?d=1"), ("img", "data-src", "javascript:b", None), ("img", "data-src", "data:b", None), ("img", "width", "640px", "640px"), ("img", "width", "99999", None),
    ("img", "alt", '<a "b">', '<a "b">'), ("img", "srcset", "b", None), ("p", "class", "a b-c_d 甲", "a b-c_d 甲"), ("p", "class", "a:b", None), ("p", "class", "a" * 201, None), ("p", "class", "", ""),
    ("p", "id", "12", "12"), ("p", "id", "stock_sz1", "stock_sz1"), ("p", "id", "a-b", "a-b"), ("p", "id", "video0", "video0"), ("p", "id", "location", None), ("p", "id", "__proto__", None), ("p", "name", "b", None),
    ("p", "align", "Center", "Center"), ("p", "align", "char", None), ("font", "color", "#8F1416", "#8F1416"), ("font", "color", "red", "red"), ("font", "color", "url(b)", None), ("font", "size", "+1", "+1"), ("font", "size", "12", None),
    ("font", "face", "KaiTi_GB2312, KaiTi", "KaiTi_GB2312, KaiTi"), ("td", "colspan", "2", "2"), ("td", "colspan", "-1", None), ("p", "colspan", "2", None), ("ol", "start", "3", "3"), ("p", "dir", "rtl", "rtl"), ("p", "lang", "zh-CN", "zh-CN"), ("p", "lang", 'b"', None),
    ("p", "own", "font-L strong-Bold", "font-L strong-Bold"), ("p", "own", "key=a&value=1", "key=a&value=1"), ("p", "own", "comos:iz1", "comos:iz1"), ("p", "own", "alert(1)", None), ("p", "own", "a'b", None), ("p", "own", " java script:", " java script:"), ("p", "own", "vbscript:b", None), ("p", "own", "a$b", None), ("p", "own", "{a}", None), ("p", "own", "[a", None), ("p", "own", "a`b", None), ("p", "own", "a|b", None), ("p", "own", "a\\b", None), ("p", "own", "data:b", None), ("p", "own", "a" * 501, None),
    ("img", "referrerpolicy", "no-referrer", "no-referrer"), ("img", "referrerpolicy", "unsafe-url", None), ("p", "id", "videos", None), ("td", "rowspan", "99999", None), ("p", "onclick", "b", None), ("p", "@click", "b", None), ("p", "style", "b", None),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "name", "value", "expected"), VALUES)
def test_the_value_of_an_attribute(tag: str, name: str, value: str, expected: str | None) -> None:
    assert attribute_value(tag, name, value, BASE, ("own",)) == expected


KEPT = (
    "color:red", "COLOR : #FFF", "color: rgba(1, 2, 3, 0.5)", "margin: 0 auto", "width:50%", "font-size:1.5em", "border:1px solid #E6E6E6", "font-family: KaiTi_GB2312,KaiTi", "display:none", "text-align: center", "padding-left:20px",
)  # fmt: skip
LOST = (
    "position:fixed", "margin:-1px", "width:99999px", "width:calc(1px)", "background:url(x)", "color:expression(x)", "color:x\\y", "font-family:'x'", "z-index:9", "behavior:url(x)", "color:red!important", "top:0", "opacity:0", "color", "border:url(x)", "content:x", "/**/color:red",
)  # fmt: skip


@pytest.mark.parametrize("declaration", KEPT)
def test_harmless_declarations_stay(declaration: str) -> None:
    assert attribute_value("p", "style", f"{declaration};", BASE) == f"{declaration};"


@pytest.mark.parametrize("declaration", LOST)
def test_other_declarations_go(declaration: str) -> None:
    assert attribute_value("p", "style", f"{declaration};width:1px", BASE) == "width:1px"
    assert attribute_value("p", "style", declaration, BASE) is None


def test_sheets_and_comments() -> None:
    for kept in ("\n  .a b{width:1px}\n\n}\n", ".a:hover > b { color: #fff !important; }"):
        assert is_sheet(kept)
    for lost in (
        "@import 'a'",
        ".a{b:url(c)}",
        "- a",
        "1. a",
        "> a",
        "# a",
        ".a/**/",
        "---",
        ".a\\b",
        '.a{b:"c"}',
        "*{}",
        "a@b",
        "a\n@import 'a'",
        "@media print {",
        ".a{b:expression(c)}",
    ):
        assert not is_sheet(lost), lost
    for kept in (" a ", "/a", "a[<p>]a", "a\nb", "", " <span>a</span> ", "moreover", "编辑", " {a} "):
        assert is_comment(kept), kept
    for lost in (
        "more",
        " More ",
        "excerpt",
        "a--b",
        ">a",
        "->a",
        "a-",
        "<!-a",
        "[if IE]",
        " #exec a",
        "<%a%>",
        "a<?b",
        "esi",
        " ko a:b",
        "/ko",
        "wp:b",
        "build:js a.js",
        "endbuild",
        "nextpage",
        "toc",
        "a<!-- b",
        "?b",
        "%a",
    ):
        assert not is_comment(lost), lost


def test_a_site_file_names_no_attribute_that_a_program_runs(tmp_path: Path) -> None:
    for name in ("onclick", "v-html", "x-on", "ng-click", "data-ng-init", "hx-get", "A", "a b", "@a"):
        with pytest.raises(SiteError):
            load_site(site_file(tmp_path, name))
    assert "a-b" in load_site(site_file(tmp_path, "a-b")).own_attributes


def site_file(folder: Path, name: str) -> str:
    path = folder / f"{name.strip('@').replace(' ', '_')}.yaml"
    path.write_text(f"extends: sina_finance\nother_attributes: ['{name}']\n", encoding="utf-8")
    return str(path)


def inner(post: str) -> str:
    """The body of a post without its frame."""
    return post.partition("<div>   \n")[2].rpartition("  \n</div>")[0]


def wrong_in(html: bytes, url: str) -> list[tuple[str, str]]:
    """What is wrong in the bodies of a page's post."""
    article = extract(html, url)
    wrong = []
    for body in ("clean", "full"):
        post = post_of(article, body=body)
        wrong += [(body, each) for each in (*not_allowed(inner(post)), *differences(inner(post)), *of_markdown(post))]
    return wrong


FEW = 6  # one of so many vectors; tests/faults/check_bodies.py takes all


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            marks=pytest.mark.fault(
                "page",
                kind,
                f"{len(kinds)} kinds, some in each of {len(PLACES)} places of an article",
                "bodies with what is allowed alone; nh3 changed nothing, Markdown made nothing of them",
            ),
        )
        for kind, kinds in KINDS.items()
    ],
)
def test_bodies_are_inert(kind: str) -> None:
    some = [*vectors(kind)][::FEW]
    wrong = {vector: found for vector in some if (found := wrong_in(page_of(vector), URL.format("inertaa0000001")))}
    assert wrong == {}


def test_ordinary_pages_are_the_same_to_nh3() -> None:
    made = [page for page in synthetic.pages(24, seed=3) if page.truth.get("published")]
    assert len(made) > 10
    assert {page.url: found for page in made if (found := wrong_in(page.html, page.url))} == {}
