"""Renders an article, or its record, as a post."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newscrawl.extraction.article import Article
from newscrawl.extraction.dom import base_of
from newscrawl.extraction.full import full_body
from newscrawl.extraction.images import OWN, first_picture
from newscrawl.extraction.markup import template_safe
from newscrawl.posts.frontmatter import FLAVOURS, Post, render_post


def post_of(article: Article, flavour: str = "hexo", body: str = "clean") -> str:
    """Returns the article as a post; with the flavour `hexo` byte for byte in the form of existing posts.

    `flavour` is a key of FLAVOURS. `body` is `clean` (only the article) or `full` (the page's container, boilerplate
    included).
    """
    if body == "full":
        inner = full_body(article.raw.containers, article.url, article.raw.site.own_attributes)
    else:
        inner = template_safe(article.html)
    head = Post(article.title, article.author, tuple(article.categories), headimg_of(article, body), article.published)
    return render_post(head, inner, FLAVOURS[flavour])


def headimg_of(article: Article, body: str) -> str:
    """Returns the picture of a post.

    With the body `full`, an article without one has the first of its container, whatever it shows, as existing posts
    have it.
    """
    found = article.evidence.get("headimg")
    own = found and found.winner and found.winner.place in OWN
    if body != "full" or own or "container" not in article.raw.site.headimg:
        return article.headimg
    container = article.raw.containers[0]
    base = base_of(container.getroottree().getroot(), article.url)
    return first_picture(container, base, article.raw.site) or article.headimg


def post_of_record(record: Mapping[str, Any], flavour: str = "hexo") -> str:
    """Returns the post of a record, byte for byte what `post_of` returns for its article with the body `clean`."""
    published = record["published"] and datetime.fromisoformat(record["published"])
    head = Post(record["title"], record["author"], tuple(record["categories"]), record["headimg"], published)
    return render_post(head, template_safe(record["html"]), FLAVOURS[flavour])
