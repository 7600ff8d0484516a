"""Title: the headline as one line, and the lines over and under it."""

from newscrawl.extraction.article import Article
from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.evidence import Candidate, decide
from newscrawl.extraction.markup import clean_text


def clean_title(text: str) -> str:
    """Returns a title as one line.

    >>> clean_title("　中美双方 \\n在天津 ")
    '中美双方 在天津'
    """
    return collapse_space(clean_text(text))


def without_site(text: str, name: str) -> str:
    """Returns a title for sharing (`og:title`) without the keywords and the site's `name` after it.

    >>> without_site("中铁总辟谣|辟谣_新浪财经_新浪网", "新浪")
    '中铁总辟谣'
    """
    title = clean_title(text)
    parts = title.split("_")
    if not name or name not in parts[-1]:
        return title
    while len(parts) > 1 and (name in parts[-1] or not parts[-1]):
        parts.pop()
    return "_".join(parts).partition("|")[0]


class TitlePipeline:
    """Fills `title`, `kicker` (引题) and `subtitle` (副题)."""

    def process_item(self, item: Article) -> Article:
        """Fills `title` with the headline; with og:title when the headline is empty."""
        raw = item.raw
        headline = Candidate(str(raw.layout.title), raw.title, clean_title(raw.title), "the headline")
        shared = (
            Candidate(
                "og:title",
                text,
                without_site(text, raw.site.shared_title_name),
                "made for sharing; counts where the headline is empty",
            )
            for text in raw.meta.get("og:title", ())
        )
        item.title = item.decided("title", decide([headline, *shared]))
        over = Candidate(str(raw.layout.kicker), raw.kicker, clean_title(raw.kicker), "the line over the headline")
        under = Candidate(
            str(raw.layout.subtitle), raw.subtitle, clean_title(raw.subtitle), "the line under the headline"
        )
        item.kicker = item.decided("kicker", decide([over]))
        item.subtitle = item.decided("subtitle", decide([under]))
        return item
