"""How Hypothesis makes inputs of each target: whole ones with odd parts, and words in any order."""

import gzip
import json
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.fuzz.mutations import corpus, mutated
from tests.fuzz.promises import BETWEEN
from tests.fuzz.seeds import ROW, SITE, WORDS, seeds

Bytes = st.SearchStrategy[bytes]
TEXT = st.text(max_size=30)
CLOCK = st.one_of(
    st.just("2026-03-01 08:00"),
    st.from_regex(r"[0-9]{1,5}[-年][0-9]{1,3}[-月][0-9]{1,3}日? ?[0-9]{0,3}:?[0-9]{0,3}", fullmatch=True),
    TEXT,
)
ADDRESS = st.one_of(
    st.just(ROW["url"]), st.sampled_from(("//[", "javascript:a", "/a b", "?p=2", "http://a:99999/", "")), TEXT
)
NUMBER = st.one_of(st.integers(), st.floats(), st.integers(-(10**30), 10**30), st.just(10**12 - 1))
SCALAR = st.one_of(st.none(), st.booleans(), NUMBER, TEXT, CLOCK, ADDRESS)
VALUE: st.SearchStrategy[Any] = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8
)

ODD_VALUES = ("(", "(?P<a>", "{", "{0}", "//[", "a[", "[" * 50, "a" * 5000, 0, -1, 1e999)


def words(target: str, most: int = 12) -> Bytes:
    """Words of a target in any order, and bytes between them."""
    word = st.one_of(
        st.sampled_from(WORDS[target]), TEXT.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=6)
    )
    return st.lists(word, max_size=most).map(b"".join)


def framed(before: str, inside: Bytes, after: str) -> Bytes:
    """Bytes within a frame."""
    return inside.map(lambda text: before.encode() + text + after.encode())


@cache
def originals() -> list[bytes]:
    """The pages that are mutated."""
    return corpus()


def page() -> Bytes:
    """Pages that were real ones before, and pages of a frame that is read with any markup in it."""
    damaged = st.integers(0, 2**32).map(lambda seed: mutated(Random(seed), originals()[seed % len(originals())]))
    head = '<html><head><meta charset="utf-8"><title>标题</title>'
    parts = st.tuples(words("page", 3), words("page", 4), words("page", 3), words("page", 30))
    made = parts.map(
        lambda part: b"".join((
            head.encode(), part[0], '</head><body><h1 class="main-title">标题'.encode(), part[1],
            '</h1><div class="date-source"><span class="date">2026年03月01日 08:00</span>'.encode(), part[2],
            '</div><div class="article" id="artibody"><p>　　正文'.encode(), part[3], b"</p></div></body></html>",
        ))
    )  # fmt: skip
    return st.one_of(damaged, made, made, words("page"))


def roll() -> Bytes:
    """JSON of the API's form with any values in it."""
    row = st.dictionaries(st.sampled_from((*ROW, "urls", "wapurl", "intime", "mtime")), SCALAR, max_size=6).map(
        lambda odd: ROW | odd
    )
    rows = st.one_of(st.lists(st.one_of(row, VALUE), max_size=3), st.dictionaries(TEXT, row, max_size=2), VALUE)
    result = st.fixed_dictionaries({"data": rows}, optional={"total": SCALAR, "status": VALUE})
    whole = st.fixed_dictionaries(
        {"result": st.one_of(result, result.map(json.dumps), VALUE)}, optional={"code": SCALAR}
    )
    return st.one_of(
        whole.map(lambda value: json.dumps(value).encode()),
        words("roll"),
        VALUE.map(lambda value: json.dumps(value).encode()),
    )


def list_page() -> Bytes:
    """Pages of links with any address, title and time."""
    row = st.tuples(ADDRESS, TEXT, CLOCK).map(
        lambda part: "<li><a href='{}'>{}</a> {}</li>".format(*part).encode("utf-8", "replace")
    )
    return st.one_of(
        framed(
            "<html><body><ul>", st.lists(row | words("list_page", 3), max_size=5).map(b"".join), "</ul></body></html>"
        ),
        words("list_page"),
    )


def feed() -> Bytes:
    """Feeds of items with any address, title and time."""
    item = st.tuples(TEXT, ADDRESS, CLOCK).map(
        lambda part: "<item><title>{}</title><link>{}</link><pubDate>{}</pubDate></item>".format(*part).encode(
            "utf-8", "replace"
        )
    )
    return st.one_of(
        framed("<rss><channel>", st.lists(item | words("feed", 3), max_size=5).map(b"".join), "</channel></rss>"),
        words("feed"),
    )


def sitemap() -> Bytes:
    """Sitemaps of any address and time, packed or not."""
    entry = st.tuples(st.sampled_from(("url", "sitemap")), ADDRESS, CLOCK).map(
        lambda part: "<{0}><loc>{1}</loc><lastmod>{2}</lastmod></{0}>".format(*part).encode("utf-8", "replace")
    )
    plain = framed("<urlset>", st.lists(entry | words("sitemap", 3), max_size=5).map(b"".join), "</urlset>")
    return st.one_of(plain, plain.map(gzip.compress), words("sitemap"))


@cache
def site_values() -> dict[str, Any]:
    """The values of the built-in site file."""
    values: dict[str, Any] = yaml.safe_load(SITE)
    return values


@st.composite
def odd_site(draw: st.DrawFn) -> bytes:
    """A site file over the built-in one, with an odd value somewhere in it."""
    key = draw(st.sampled_from(sorted(site_values())))
    document: dict[str, Any] = {"extends": "sina_finance", key: deepcopy(site_values()[key])}
    parent: Any = document
    at: Any = key
    while isinstance(parent[at], (dict, list)) and parent[at] and draw(st.integers(0, 3)):
        parent = parent[at]
        at = draw(st.sampled_from(sorted(parent) if isinstance(parent, dict) else range(len(parent))))
    parent[at] = draw(st.one_of(VALUE, st.sampled_from(ODD_VALUES)))
    return yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "surrogatepass")


def site_file() -> Bytes:
    """Site files with an odd value, and words of YAML."""
    return st.one_of(odd_site(), words("site_file"), framed("extends: sina_finance\n", words("site_file", 4), "\n"))


def post() -> Bytes:
    """The values of posts: any texts, and words that some reader of YAML takes for something else."""
    marks = st.lists(st.sampled_from(WORDS["post"]), max_size=6).map(lambda parts: b"".join(parts).decode())
    value = st.one_of(
        st.text(max_size=40),
        marks,
        st.text(alphabet="'\"\\:#-?,[]{}&*!|>%@`~=<.+0123456789eExn \t\n\u3000\xa0中ab", max_size=20),
    )
    return st.lists(value, max_size=6).map(lambda values: BETWEEN.join(values).encode("utf-8", "replace"))


EXAMPLES = {
    "page": page,
    "roll": roll,
    "list_page": list_page,
    "feed": feed,
    "sitemap": sitemap,
    "site_file": site_file,
    "post": post,
}


def examples(target: str) -> Bytes:
    """What Hypothesis tries on a target."""
    return st.one_of(EXAMPLES[target](), st.sampled_from([*seeds(target)]))
