"""Title: the headline as one line."""

import re

from newscrawl.body import squash
from newscrawl.evidence import Candidate, decide
from newscrawl.items import Article
from newscrawl.markup import clean_text


def clean_title(text: str) -> str:
    """A title as one line.

    >>> clean_title("　中美双方 \\n在天津 ")
    '中美双方 在天津'
    """
    return squash(clean_text(text))


def without_site(text: str, tail: str) -> str:
    """A title made for sharing, without the keywords and the site's name behind it, which the pattern `tail` finds.

    >>> from newscrawl.site import load_site
    >>> without_site("中铁总辟谣|辟谣_新浪财经_新浪网", load_site("sina_finance").shared_title_tail)
    '中铁总辟谣'
    """
    return re.sub(tail, "", clean_title(text), count=1)


class TitlePipeline:
    """Fills `title`."""

    def process_item(self, item: Article) -> Article:
        """The headline; og:title where a design has it empty."""
        raw = item.raw
        headline = Candidate(str(raw.layout.title), raw.title, clean_title(raw.title), "the headline")
        shared = (
            Candidate(
                "og:title",
                text,
                without_site(text, raw.site.shared_title_tail),
                "made for sharing; counts where the headline is empty",
            )
            for text in raw.meta.get("og:title", ())
        )
        item.title = item.decided("title", decide([headline, *shared]))
        return item
