"""Title: the headline as one line."""

import re

from newscrawl.body import squash
from newscrawl.evidence import Candidate, decide
from newscrawl.items import Article
from newscrawl.markup import clean_text

# og:title carries keywords and the site's name behind the headline: 标题|词|词_新浪财经_新浪网.
SUFFIX = re.compile(r"(?:\|[^|_]*)*(?:_+[^_]*)?_+[^_]*新浪[^_]*$")


def clean_title(text: str) -> str:
    """A title as one line, without the site's name.

    >>> clean_title("\u3000中美双方\\n在天津 "), clean_title("中铁总辟谣|辟谣_新浪财经_新浪网")
    ('中美双方 在天津', '中铁总辟谣')
    """
    return SUFFIX.sub("", squash(clean_text(text)))


class TitlePipeline:
    """Fills `title`."""

    def process_item(self, item: Article) -> Article:
        """The headline; og:title where a design has it empty."""
        raw = item.raw
        headline = Candidate(str(raw.layout.title), raw.title, clean_title(raw.title), "the headline")
        shared = (
            Candidate("og:title", text, clean_title(text), "made for sharing; counts where the headline is empty")
            for text in raw.meta.get("og:title", ())
        )
        item.title = item.decided("title", decide([headline, *shared]))
        return item
