"""Title: the headline as one line."""

import re

from newscrawl.body import squash
from newscrawl.items import Article
from newscrawl.markup import clean_text

# `<title>` and og:title carry keywords and the site's name behind the headline: 标题|词|词_新浪财经_新浪网.
SUFFIX = re.compile(r"(?:\|[^|_]*)*(?:_+[^_]*)?_+[^_]*新浪[^_]*$")


def clean_title(headline: str, *others: str) -> str:
    """The headline, or where it is empty the first of the other places that is not, without the site's name.

    >>> clean_title("\u3000中美双方\\n在天津 ")
    '中美双方 在天津'
    >>> clean_title("", "中铁总辟谣|辟谣_新浪财经_新浪网")
    '中铁总辟谣'
    """
    if title := squash(clean_text(headline)):
        return title
    return next((title for other in others if (title := SUFFIX.sub("", squash(clean_text(other))))), "")


class TitlePipeline:
    """Fills `title`."""

    def process_item(self, item: Article) -> Article:
        """The headline; og:title where a design has it empty."""
        item.title = clean_title(item.raw.title, *item.raw.meta.get("og:title", ()))
        return item
