"""Search in Chinese without a dictionary: every character is a term, and a word is its characters in a row.

SQLite's own tokenizers take a Chinese sentence for one word (unicode61), or need three characters (trigram). Here words
of one and two characters are found like any other, at any place. Traditional and simplified forms stay different.
"""

import re

# Chinese characters with their marks of repetition, kana, hangul.
CHARACTERS = re.compile("[々〆〇\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
# What is searched for. Words in double quotes stand in a row; a mark between letters or digits parts no word: 3.5, R&D.
ASKED = re.compile(r'"([^"]+)"|((?:[^\W_]|(?<=[A-Za-z0-9])[.,:/&+\'’-](?=[A-Za-z0-9]))+)')
WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
WIDER = ord("Ａ") - ord("A")
NOTHING = '""'  # a query of FTS5 that finds nothing


def terms(text: str) -> str:
    """A text as it is indexed: its characters parted by blanks, full-width letters and digits made plain.

    >>> terms("Ａ股市场涨3.5%")
    'A 股 市 场 涨 3.5%'
    """
    return CHARACTERS.sub(lambda run: f" {' '.join(run[0])} ", plain(text)).strip()


def plain(text: str) -> str:
    """A text without full-width letters and digits."""
    return WIDE.sub(lambda wide: chr(ord(wide[0]) - WIDER), text)


def asked(query: str) -> list[str]:
    """The words of what a person typed.

    >>> asked('经济，A股 "R&D 投入" 3.5% OR *')
    ['经济', 'A股', 'R&D 投入', '3.5', 'OR']
    """
    return [match[1] or match[2] for match in ASKED.finditer(plain(query))]


def match_of(query: str) -> str:
    """What a person typed as a query of FTS5: every word must be there, as it stands. Any text gives a valid query.

    >>> match_of('经济 600519 "')
    '"经 济" "600519"'
    >>> match_of("*")
    '""'
    """
    phrases = (terms(word).replace('"', " ") for word in asked(query))
    return " ".join(f'"{phrase}"' for phrase in phrases) or NOTHING


def passage(text: str, query: str, size: int) -> str:
    """The part of a text, of `size` characters at most, where a query's words first are; else its beginning.

    >>> passage("一二三四五六七八九十经济甲乙丙丁戊己", "经济", 10)
    '…九十经济甲乙丙丁戊己'
    """
    flat = " ".join(text.split())
    pattern = _pattern(query)
    found = pattern.search(flat) if pattern else None
    start = max(0, found.start() - size // 5) if found else 0
    start = min(start, max(0, len(flat) - size))
    part = flat[start : start + size]
    return f"{'…' if start else ''}{part}{'…' if start + size < len(flat) else ''}"


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is a word of the query.

    >>> marked("中国经济与GDP", "经济 gdp")
    [('中国', False), ('经济', True), ('与', False), ('GDP', True)]
    """
    pattern = _pattern(query)
    pieces = pattern.split(text) if pattern else [text]
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]


def _pattern(query: str) -> re.Pattern[str] | None:
    words = sorted(set(asked(query)), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(_as_found, words))})", re.IGNORECASE) if words else None


def _as_found(word: str) -> str:
    """A word as a pattern: what begins or ends with a Latin letter or a digit begins or ends a word there."""
    edge = r"(?a:\b)"
    return f"{edge if word[0].isascii() else ''}{re.escape(word)}{edge if word[-1].isascii() else ''}"
