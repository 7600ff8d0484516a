"""What the texts of a site file are: the model says it of each field, and the loader checks all that it says."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect

from newscrawl.sites.loader import load_site, patterns_of, selectors_of, site_names
from newscrawl.sites.model import Site
from newscrawl.sites.values import PATTERN, SELECTOR, Value, marked

# The texts that are neither patterns nor selectors. A new field of the model is added here, or it is marked as one.
WORDS = {
    "argument", "author_meta", "by_page", "categories", "category", "channel_unknown", "contact", "created_meta", "docid_meta", "form", "headimg_fallback",
    "hosts", "other_attributes", "private_networks", "https_hosts", "image_original", "image_sources", "keywords_never", "label", "name", "page", "parts", "path_meta", "paths", "place",
    "prefix", "published_meta", "published_why", "reason", "roots", "shared_title_name", "source_meta", "spider", "stock_prefix", "style_attributes",
    "timezone", "updated_meta", "url", "why", "words",
}  # fmt: skip


def unmarked(kind: inspect.Type, name: str = "") -> Iterator[str]:
    """The names of the fields with a text that is not marked."""
    match kind:
        case inspect.Metadata(extra=extra) if extra and extra.keys() & {PATTERN, SELECTOR}:
            return
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner) | inspect.DictType(value_type=inner):
            yield from unmarked(inner, name)
        case inspect.UnionType(types=types):
            for each in types:
                yield from unmarked(each, name)
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from unmarked(field.type, field.name)
        case inspect.StrType():
            yield name


def test_each_text_of_the_model_is_a_pattern_a_selector_or_words() -> None:
    assert set(unmarked(inspect.type_info(Site))) - WORDS == set()


@pytest.mark.parametrize("name", site_names())
def test_the_loader_checks_all_patterns_and_selectors(name: str) -> None:
    site = load_site(name)
    patterns, selectors = set(patterns_of(site)), set(selectors_of(site))
    assert {value.text for value in marked(site, PATTERN)} <= patterns
    assert {value.text for value in marked(site, SELECTOR)} <= selectors
    for text in texts(msgspec.to_builtins(site)):
        assert text in patterns or not re.search(r"\(\?|\\[dsw]|[\])][*+?{]", text), "looks like a pattern"
        assert text in selectors or not re.match(r"\.?//|[a-z]+[.#][a-z]\S* ", text), "looks like a selector"


def texts(value: object) -> Iterator[str]:
    """All texts in a site, but for what only people read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in ("why", "label", "url"):
                yield from texts(each)


def test_how_patterns_are_used() -> None:
    uses = {value.where: value.use for value in marked(load_site("sina_finance"), PATTERN)}
    assert (uses["urls[1]"], uses["image_blanks"], uses["frame_words"]) == ("match", "search", "fullmatch")
    assert (uses["lists[cn-page].when"], uses["boilerplate.lines[1].match"]) == ("search", "match")


def test_which_selectors_are_xpath() -> None:
    assert [Value("", text, "css").is_xpath for text in ("a b", "//a", "(//a)[1]", ".//a", "id('a')/..")] == [
        False,
        *[True] * 4,
    ]
    assert Value("", "descendant::a", "xpath").is_xpath
