"""A cell of Scrapy's CSV feed is what `newscrawl export` writes, and not Python's repr."""

import csv
import io
from datetime import UTC, datetime

from newscrawl.crawl.feeds import CsvExporter
from newscrawl.extraction.article import Article, Image


def test_a_cell_is_text_an_instant_or_json() -> None:
    article = Article(
        "https://x/", "a", title="题", published=datetime(2026, 3, 1, 8, tzinfo=UTC), keywords=["银行", "股"],
        images=[Image("https://x/a.jpg", "图")],
    )  # fmt: skip
    file = io.BytesIO()
    exporter = CsvExporter(file)
    exporter.start_exporting()
    exporter.export_item(article)
    exporter.finish_exporting()
    (row,) = csv.DictReader(io.StringIO(file.getvalue().decode()))
    assert {name: row[name] for name in ("title", "published", "modified", "keywords", "images")} == {
        "title": "题", "published": "2026-03-01T08:00:00+00:00", "modified": "", "keywords": '["银行", "股"]',
        "images": '[{"src": "https://x/a.jpg", "caption": "图"}]',
    }  # fmt: skip
