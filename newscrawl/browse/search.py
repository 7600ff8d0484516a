"""Search in Chinese without a dictionary: every character is a term, and a word is a phrase of its characters.

SQLite's own tokenizers take a Chinese sentence for one word (unicode61), or need three characters (trigram). Here words
of one and two characters are found at any position, too. Traditional and simplified characters are different.
"""

import re

# Chinese characters and iteration marks, kana, hangul.
CHARACTERS = re.compile("[々〆〇\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
# The words of a query. Double quotes make a phrase; a mark between letters or digits is part of a word: 3.5, R&D.
ASKED = re.compile(r'"([^"]+)"|((?:[^\W_]|(?<=[A-Za-z0-9])[.,:/&+\'’-](?=[A-Za-z0-9]))+)')
WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
WIDER = ord("Ａ") - ord("A")
NOTHING = '""'  # a query of FTS5 that finds nothing


def terms(text: str) -> str:
    """A text as it is indexed: characters separated by spaces, full-width letters and digits as ASCII.

    >>> terms("Ａ股市场涨3.5%")
    'A 股 市 场 涨 3.5%'
    """
    return CHARACTERS.sub(lambda run: f" {' '.join(run[0])} ", plain(text)).strip()


def plain(text: str) -> str:
    """A text with full-width letters and digits as ASCII."""
    return WIDE.sub(lambda wide: chr(ord(wide[0]) - WIDER), text)


def words_of(query: str) -> list[str]:
    """The words of a query as a person typed it.

    >>> words_of('经济，A股 "R&D 投入" 3.5% OR *')
    ['经济', 'A股', 'R&D 投入', '3.5', 'OR']
    """
    return [match[1] or match[2] for match in ASKED.finditer(plain(query))]


def match_of(query: str) -> str:
    """Turns a search text into a query of FTS5 for all of its words. Any text gives a valid query.

    >>> match_of('经济 600519 "')
    '"经 济" "600519"'
    >>> match_of("*")
    '""'
    """
    phrases = (terms(word).replace('"', " ") for word in words_of(query))
    return " ".join(f'"{phrase}"' for phrase in phrases) or NOTHING


def passage(text: str, query: str, size: int) -> str:
    """The part of a text, at most `size` characters, with the first word of a query; else its beginning.

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
    """Splits a text into pieces, each with whether it is a word of the query.

    >>> marked("中国经济与GDP", "经济 gdp")
    [('中国', False), ('经济', True), ('与', False), ('GDP', True)]
    """
    pattern = _pattern(query)
    pieces = pattern.split(text) if pattern else [text]
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]


def _pattern(query: str) -> re.Pattern[str] | None:
    words = sorted(set(words_of(query)), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(_as_found, words))})", re.IGNORECASE) if words else None


def _as_found(word: str) -> str:
    """The pattern of a word: a Latin letter or digit at its edge must be at the edge of a word in the text."""
    edge = r"(?a:\b)"
    return f"{edge if word[0].isascii() else ''}{re.escape(word)}{edge if word[-1].isascii() else ''}"
