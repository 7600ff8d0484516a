"""Exporters for Scrapy's feeds (`-O FILE`), where Scrapy's own would write Python's repr of a value."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from scrapy.exporters import CsvItemExporter

from newscrawl.export.csv_table import cell


class CsvExporter(CsvItemExporter):
    """Writes lists in CSV as JSON in a cell, as `newscrawl export` does; Scrapy's exporter writes their repr."""

    def __init__(self, file: BytesIO, *, safe: bool = False, **options: Any) -> None:
        """`safe`: no cell is a formula, as with `newscrawl export --safe`; set by `item_export_kwargs` of a feed."""
        super().__init__(file, **options)
        self.safe = safe

    def serialize_field(self, field: Mapping[str, Any], name: str, value: Any) -> Any:  # noqa: ARG002 (Scrapy's signature)
        """Returns the value of a field as a cell."""
        return cell(field.get("serializer", lambda same: same)(value), safe=self.safe)
