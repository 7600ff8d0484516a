"""Reads a built site as browsers do: run in the consumers' environment, which has html5lib.

python reading.py FOLDER    a JSON line for each page with a post in it: what its reader sees
"""

import json
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]

LAID_OUT = re.compile(r"[ \t\r]*\n[ \t\r\n]*")  # between the lines of a file, never between words


def posts(site: Path) -> Iterator[dict[str, Any]]:
    """What each page of a post shows."""
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
            "beyond": len(beyond),  # elements that broke out of the body
        }


def written(element: Any) -> Iterator[str]:
    """The inside of an element, written so that equal trees are equal text."""
    yield said(element.text)
    for part in element:
        if isinstance(part.tag, str):
            names = "".join(f' {name}="{escape(value)}"' for name, value in sorted(part.items()))
            yield from (f"<{part.tag}{names}>", *written(part), f"</{part.tag}>")
        else:
            yield f"<!--{part.text}-->"
        yield said(part.tail)


def said(text: str | None) -> str:
    """Text without the line feeds and blanks that only lay a file out."""
    return escape(LAID_OUT.sub("", text or ""), quote=False)


if __name__ == "__main__":
    for post in posts(Path(sys.argv[1])):
        print(json.dumps(post))
