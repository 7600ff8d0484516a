"""Feeds: records in the forms that Scrapy writes (`-O FILE`), where its own exporter would write Python."""

from collections.abc import Mapping
from typing import Any

from scrapy.exporters import CsvItemExporter

from newscrawl.export.csv_table import cell


class CsvExporter(CsvItemExporter):
    """CSV in which a list is a cell of JSON, as `newscrawl export` writes it; Scrapy's own writes a list's repr."""

    def serialize_field(self, field: Mapping[str, Any], name: str, value: Any) -> Any:  # noqa: ARG002 (Scrapy's signature)
        """The value of a field as a cell."""
        return cell(field.get("serializer", lambda same: same)(value))
