"""Title: the headline as one line, and the lines over and under it."""

from newscrawl.extraction.article import Article
from newscrawl.extraction.evidence import Candidate, decide
from newscrawl.extraction.headline import LONG_TITLE, clean_title, without_site, without_tags


class TitlePipeline:
    """Fills `title`, `kicker` (引题) and `subtitle` (副题)."""

    def process_item(self, item: Article) -> Article:
        """Fills `title` with the headline; with og:title when the headline is empty."""
        raw = item.raw
        why = "the headline, by the page's other titles: it is not whole, or not alone in its place"
        why = why if LONG_TITLE in raw.flags else "the headline"
        headline = Candidate(str(raw.layout.title), raw.title, clean_title(raw.title), why)
        shared = (
            Candidate(
                "og:title",
                text,
                without_site(without_tags(text), raw.site.shared_title_name),
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
