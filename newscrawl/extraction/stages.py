"""The stages that normalise an article: the pipelines that need no Scrapy."""

import functools
from importlib import import_module
from typing import Any

from newscrawl.extraction.article import Article

# The pipelines that make a page's words into an article, in order; `newscrawl.extract` runs just these.
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
    """The pipelines that normalise a page, made once; named in the settings, since the engine imports none."""
    paths = (path.rpartition(".") for path in STAGES)
    return tuple(getattr(import_module(module), name)() for module, _, name in paths)


def normalised(article: Article) -> Article:
    """An article after all stages. A stage reads `raw` and fills its own fields, so a second time changes nothing."""
    for stage in stages():
        article = stage.process_item(article)
    return article
