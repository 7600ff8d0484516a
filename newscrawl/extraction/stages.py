"""The stages that normalise an article: the pipelines that need no Scrapy."""

import functools
from importlib import import_module
from typing import Any

from newscrawl.deadline import in_time
from newscrawl.extraction.article import Article

# The pipelines that normalise an article, in order; `newscrawl.extract` runs only these.
STAGES = (
    "pipelines.title.TitlePipeline",
    "pipelines.author.AuthorPipeline",
    "pipelines.date.DatePipeline",
    "pipelines.category.CategoryPipeline",
    "pipelines.boilerplate.BoilerplatePipeline",
    "pipelines.headimg.HeadimgPipeline",
)


@functools.cache
def stages() -> tuple[Any, ...]:
    """Returns instances of the STAGES, created once. They are named by path, because the engine imports no pipeline."""
    paths = (path.rpartition(".") for path in STAGES)
    return tuple(getattr(import_module(module), name)() for module, _, name in paths)


def normalise(article: Article) -> Article:
    """Runs all stages on an article. A stage reads `raw` and fills its own fields, so a second run changes nothing.

    Raises Refused and Unfinished as `in_time` does.
    """

    def run() -> Article:
        return functools.reduce(lambda item, stage: stage.process_item(item), stages(), article)

    return in_time(run, article.raw.site.page_seconds)
