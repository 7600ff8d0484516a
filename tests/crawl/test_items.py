"""Which pipelines have a deadline, and what becomes of an article that one of them does not finish."""

from types import SimpleNamespace
from typing import Any

import pytest

from newscrawl import settings
from newscrawl.crawl import items
from newscrawl.crawl.failures import Incomplete, LeftOver
from newscrawl.crawl.items import ItemProcessor, Stage, path_of
from newscrawl.errors import Refused, Unfinished
from newscrawl.extraction.stages import STAGES
from pipelines.complete import CompletePipeline
from pipelines.title import TitlePipeline
from tests.support.crawler import stub_crawler

ITEM: Any = SimpleNamespace(raw=SimpleNamespace(site=SimpleNamespace(page_seconds=7.5)))


class Own:
    def process_item(self, item: Any) -> Any:
        return item


def test_the_settings_name_it() -> None:
    assert f"{ItemProcessor.__module__}.{ItemProcessor.__qualname__}" == settings.ITEM_PROCESSOR


def test_the_stages_have_a_deadline_and_no_other_pipeline() -> None:
    assert path_of(TitlePipeline()) in STAGES
    own = Own()
    processor = ItemProcessor(TitlePipeline(), own, CompletePipeline(), crawler=stub_crawler())
    methods: Any = processor.methods["process_item"]
    assert [type(method.__self__) for method in methods] == [Stage, Own, CompletePipeline]


def test_a_stage_is_given_the_seconds_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def in_time(work: Any, seconds: float) -> Any:
        given.append(seconds)
        return work()

    monkeypatch.setattr(items, "in_time", in_time)
    assert Stage(Own()).process_item(ITEM) is ITEM
    assert given == [7.5]


@pytest.mark.parametrize(
    ("raised", "expected", "says"),
    [
        (Refused("too_slow", "it took long"), Incomplete, "too_slow"),
        (Unfinished("the run was told to stop"), LeftOver, "the run was told to stop"),
    ],
)
def test_what_is_not_finished_is_dropped(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type[Exception], says: str
) -> None:
    def in_time(*_: Any) -> Any:
        raise raised

    monkeypatch.setattr(items, "in_time", in_time)
    with pytest.raises(expected, match=f"^{says}$"):
        Stage(Own()).process_item(ITEM)
