"""The colours of browse's pages: every text can be read, light and dark. A browser looks in tests/consumers."""

import re
from pathlib import Path

import pytest

from newscrawl.browse.server import HERE

CSS = (HERE / "static" / "browse.css").read_text("utf-8")
TEXTS = ("ink", "quiet", "link", "visited", "active")
GROUNDS = ("ground", "paper", "chip")
READABLE = 4.5  # WCAG 2, AA


def colours(look: str) -> dict[str, str]:
    """The colours of a look, by name."""
    light, _, rest = CSS.partition("@media (prefers-color-scheme: dark) {")
    text = light if look == "light" else rest.partition("\n}\n")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21.

    >>> round(contrast("#ffffff", "#000000"))
    21
    """
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_text_can_be_read(look: str) -> None:
    named = colours(look)
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(name, name.removesuffix("-ink")) for name in named if name.endswith("-ink")]
    assert len(pairs) >= 20
    found = {pair: round(contrast(named[pair[0]], named[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < READABLE} == {}


def test_both_looks_name_the_same_colours_and_no_rule_has_another() -> None:
    assert colours("light").keys() == colours("dark").keys()
    assert colours("light") != colours("dark")
    rules = CSS.partition("/* Basics */")[2]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules) == ["#ffffff"], "that of a captured page's frame"
    assert set(re.findall(r"var\(--([a-z-]+)\)", CSS)) == colours("light").keys()


def test_templates_have_no_inline_script_style_or_handler() -> None:
    for path in sorted(Path(HERE, "templates").glob("*.html")):
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text), path.name
        assert text.count("<script") == text.count('src="/look/browse.js" nonce="{{ nonce }}"'), path.name
