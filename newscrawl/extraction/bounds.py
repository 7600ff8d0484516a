"""How much of a field is looked at. Of a longer one the first part counts, before any pattern sees it.

A page may have 200,000 characters where a date should stand. Beside each number is the most that 39 recorded pages of
both sites have (2026-11-28). None of these cuts makes a field of an article shorter that a reader would call one.
"""

TITLE = 2000  # characters of a headline, and of what the page calls itself elsewhere: 113
DATE = 1000  # of the text that has the date: 48
SOURCE, PARTS = 1000, 40  # of the text beside the date, and its parts, such as links: 72 and 6
BYLINE = 1000  # of the names over the text: 29
EDITOR = 500  # of the editor's line: 14
META, METAS = 5000, 50  # of what a meta says, and metas of one name: 176 and 3
WORDS = 1000  # of the words for a picture: 272
SRCSET, SIZES = 50_000, 20  # characters that name the sizes of a picture, a `data:` address among them; sizes: none
BESIDE = 40  # sources of a `<picture>`, and pictures in it: none; a page of the specification has 3
REMARKS = 1000  # comments and processing instructions of a page: 239 of an article, 590 of a list
LINE = 2000  # of a line that can be something else than the article's text: a longer one is text, whatever it says; 381
ROW, STEPS = 1000, 200  # of what stands around a link of a list, and tags that are passed in it: 200 and 24


def bounded(text: str, most: int) -> str:
    """Returns a text as it stands, if it has at most `most` characters; else so many, without runs of blanks.

    >>> bounded("2026年 \\n 3月", 10), bounded("2026年3月1日" + " " * 200 + "08:00", 15)
    ('2026年 \\n 3月', '2026年3月1日 08:00')
    """
    return text if len(text) <= most else " ".join(text.split())[:most]
