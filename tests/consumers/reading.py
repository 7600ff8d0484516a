"""Parses a built site as browsers do; runs in the consumers' environment, which has html5lib.

python reading.py FOLDER    prints a JSON line for each page with a post: what a reader sees
"""

import json
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]

FORMATTING = re.compile(r"[ \t\r]*\n[ \t\r\n]*")  # white space with a line feed, which only formats a file


def posts(site: Path) -> Iterator[dict[str, Any]]:
    """Yields the visible content of each page of a post."""
    for path in sorted(site.rglob("*.html")):
        page = path.read_bytes()
        if b"<article data-source=" not in page:
            continue
        root = html5lib.parse(page.decode(), treebuilder="etree", namespaceHTMLElements=False)
        (article,) = root.iter("article")
        title, author, time, categories, body, *beyond = article
        beyond += [part for part in root.find("body") if part is not article]
        yield {
            "source": article.get("data-source"),
            "title": "".join(title.itertext()),
            "author": "".join(author.itertext()),
            "instant": time.get("datetime"),
            "categories": ["".join(category.itertext()) for category in categories],
            "body": "".join(written(body)).strip(),
            "beyond": len(beyond),  # elements outside the body
        }


def written(element: Any) -> Iterator[str]:
    """The content of an element, in a form in which equal trees are equal text."""
    yield text_of(element.text)
    for part in element:
        if isinstance(part.tag, str):
            names = "".join(f' {name}="{escape(value)}"' for name, value in sorted(part.items()))
            yield from (f"<{part.tag}{names}>", *written(part), f"</{part.tag}>")
        else:
            yield f"<!--{part.text}-->"
        yield text_of(part.tail)


def text_of(text: str | None) -> str:
    """Text without the white space that only formats a file."""
    return escape(FORMATTING.sub("", text or ""), quote=False)


if __name__ == "__main__":
    for post in posts(Path(sys.argv[1])):
        print(json.dumps(post))
