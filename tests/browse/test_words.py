"""Text of strangers in the pages, sentences and tables of `browse`."""

from newscrawl.browse.words import LONGEST, cell, one_line, visible


def test_text_of_strangers_is_made_harmless() -> None:
    assert visible("a\u202eb\x00\x9b\u2066\u200f\t\n经济") == "a\ufffdb\ufffd\ufffd\ufffd\ufffd\t\n经济"
    assert one_line("a\n\r b\u202e") == "a b\ufffd"
    assert len(one_line("a" * 1000)) == LONGEST + 1 == 301
    assert one_line("a" * 300) == "a" * 300
    assert [cell(value) for value in ("=1", " =1", "＝1", "+1", "-1", "@x", "\tx", "\r=x")] == [
        "'=1", "' =1", "'＝1", "'+1", "'-1", "'@x", "'\tx", "'\r=x"
    ]  # fmt: skip
    assert [cell(value) for value in ("a=1", "", None, -1, "1-2", "a\u202e")] == ["a=1", "", None, -1, "1-2", "a\ufffd"]
