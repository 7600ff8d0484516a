"""What sends articles through the pipelines: Scrapy's own, with a deadline for those that normalise an article."""

from typing import Any

from scrapy.pipelines import ItemPipelineManager

from newscrawl.crawl.failures import Incomplete, LeftOver
from newscrawl.deadline import in_time
from newscrawl.errors import Refused, Unfinished
from newscrawl.extraction.article import Article
from newscrawl.extraction.stages import STAGES


class Stage:
    """A pipeline that reads what a page says, as Scrapy calls it."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    def process_item(self, item: Article) -> Article:
        """Has the pipeline process an article. Raises Incomplete if that takes too long, LeftOver as the run ends."""

        def process() -> Article:
            done: Article = self.pipeline.process_item(item)
            return done

        try:
            return in_time(process, item.raw.site.page_seconds)
        except Refused as refused:
            raise Incomplete(refused.reason) from refused
        except Unfinished as stopped:
            raise LeftOver(str(stopped)) from stopped


class ItemProcessor(ItemPipelineManager):
    """Scrapy's item processor. The pipelines of others, and those that store, have no deadline."""

    def _add_middleware(self, mw: Any) -> None:
        super()._add_middleware(Stage(mw) if path_of(mw) in STAGES else mw)


def path_of(pipeline: object) -> str:
    """The path of a pipeline's class, as settings name it."""
    kind = type(pipeline)
    return f"{kind.__module__}.{kind.__qualname__}"
