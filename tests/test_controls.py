"""Which characters are controls, and what becomes of them."""

import json
import unicodedata

import pytest

from newscrawl.controls import percent_encoded, visible, visible_json, visible_line, with_texts, without_controls
from tests.support.hostile import ALL, BIDI, EMOJI, KINDS, found_in

STAYS = "文 a1é～" + EMOJI + "\u200c\u200b\xa0\u3000\xad\ufeff\ue000\U0001f600"


def test_the_controls_are_those_of_unicode() -> None:
    """C0, DEL and C1 are all of the category Cc; of the others, those that have a direction and are no letters."""
    turning = {chr(code) for code in range(0x10000) if unicodedata.bidirectional(chr(code)) in TURNING} | MARKS
    assert turning == BIDI
    assert len(KINDS) == 64 + len(BIDI) == 76
    assert without_controls(ALL) == " "


TURNING = frozenset("LRE RLE LRO RLO PDF LRI RLI FSI PDI".split())
MARKS = {"\u061c", "\u200e", "\u200f"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{ord(kind):04x}")
def test_each_control(kind: str) -> None:
    code = f"\\x{ord(kind):02x}" if ord(kind) < 256 else f"\\u{ord(kind):04x}"
    assert without_controls(f"a{kind}b") == ("a b" if kind == "\t" else "ab")
    assert visible(f"a{kind}b\n") == f"a{code}b\n"
    assert visible_line(f"a{kind}b") == f"a{code}b"
    assert json.loads(visible_json({kind: [kind]})) == {code: [code]}
    encoded = percent_encoded(f"https://a.example/{kind}x")
    assert encoded == "https://a.example/" + "".join(f"%{byte:02X}" for byte in kind.encode()) + "x"


def test_what_is_no_control_stays() -> None:
    for change in (without_controls, visible, visible_line, percent_encoded):
        assert change(STAYS) == STAYS
    assert visible_json([STAYS]) == f'["{STAYS}"]'
    assert visible("a\nb") == without_controls("a\nb") == "a\nb"


@pytest.mark.parametrize(("stop", "code"), [("\n", "\\x0a"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")])
def test_a_line_is_one_line(stop: str, code: str) -> None:
    assert visible_line(f"a{stop}b") == f"a{code}b"
    assert len(visible_json([stop + "b"]).splitlines()) == 1
    if stop != "\n":
        assert visible(f"a{stop}b") == f"a{code}b"


def test_all_texts_of_a_value_are_changed() -> None:
    value = {"a\x1b": [1, None, True, 1.5, "b\x1b", ("c\x1b", {"d\x1b": "e\x1b"})]}
    changed = with_texts(value, without_controls)
    assert changed == {"a": [1, None, True, 1.5, "b", ["c", {"d": "e"}]]}
    assert found_in(json.dumps(changed)) == []
