"""Exports in every format, read back by the programs that use them (pandas, DuckDB, pyarrow, lxml)."""

import csv
import errno
import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import duckdb
import fsspec
import pandas as pd
import pyarrow.parquet as pq
import pytest
from lxml import etree
from moto.server import ThreadedMotoServer
from sqlalchemy import event, update

from newscrawl import extract
from newscrawl.archive.paths import LEDGER, path_for
from newscrawl.cli.main import main
from newscrawl.controls import with_texts
from newscrawl.demo.site import PAGES
from newscrawl.errors import BadTarget, Unwritable
from newscrawl.export import parquet
from newscrawl.export.columns import COLUMNS
from newscrawl.export.targets import bad_target
from newscrawl.extraction.article import Article
from newscrawl.extraction.markup import clean_text
from newscrawl.ledger.articles import published_articles
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import articles, items, listings
from newscrawl.posts.frontmatter import FLAVOURS
from newscrawl.posts.render import post_of, post_of_record
from newscrawl.sites.loader import load_site
from newscrawl.stores import BLOCK
from tests.conftest import ROOT
from tests.support.synthetic import pages

KEPT = "2026-03-01T00:00:00+00:00"
NASTY: dict[str, Any] = {
    "title": '=HYPERLINK("x"),"引"',
    "text": "一,\n二]]>\r\n;三\x0b\t",
    "html": "<p>一 & ]]> &lt;</p>\n<p>\x01二</p>",
    "keywords": ["a;b", 'c,"d"', "[]"],
    "categories": ["金融", "A & B <c>"],
    "modified": None,
    "images": [],
    "author": "R&D\x02",
}


@dataclass(frozen=True)
class Kept:
    """An archive, and the records of its articles in the order of an export, without controls."""

    root: Path
    records: list[dict[str, Any]]

    @property
    def lines(self) -> bytes:
        return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in self.records)


def keep(root: Path, records: Iterable[Mapping[str, Any]]) -> Kept:
    """Creates an archive whose ledger has articles with these records."""
    root.mkdir(parents=True)
    rows = [
        {
            "key": record["docid"], "path": path_for(record), "fingerprint": "", "kept": KEPT, "revision": 2,
            "record": json.dumps(record, ensure_ascii=False), "evidence": "{}",
            **{name: record[name] for name in ("url", "docid", "channel", "published", "layout")},
        }
        for record in records
    ]  # fmt: skip
    with Ledger(root) as ledger, ledger.engine.begin() as connection:
        connection.execute(articles.insert(), rows)
    ordered = sorted(rows, key=lambda row: (row["published"], row["key"]))
    return Kept(root, [with_texts(json.loads(row["record"]), clean_text) for row in ordered])


@pytest.fixture(scope="module")
def read() -> list[Article]:
    """Articles of every generated design."""
    return [extract(page.html, page.url) for page in pages(180) if page.truth["is_article"]]


@pytest.fixture(scope="module")
def kept(read: list[Article], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """An archive of 130 articles, one of them with special characters in most fields."""
    records = [article.record() for article in read if article.published][:130]
    assert len(records) == 130
    for number, record in enumerate(records):
        record["docid"] = f"export{number:08}"  # some designs have no docid
    records[7] |= NASTY
    records[8]["published"] = records[9]["published"]
    return keep(tmp_path_factory.mktemp("export") / "archive", records)


@pytest.fixture
def export(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, archive: Path = kept.root) -> int:
        return main(["export", str(archive), *map(str, arguments)])

    return run


Export = Callable[..., int]


def test_a_record_gives_the_post_of_its_article(read: list[Article]) -> None:
    assert {article.layout for article in read} == {layout.name for layout in load_site("sina_finance").layouts}
    for article in read:
        record = json.loads(json.dumps(article.record(), ensure_ascii=False))
        for flavour in FLAVOURS:
            assert post_of_record(record, flavour) == post_of(article, flavour)


def test_the_columns_are_the_fields_of_a_record(read: list[Article]) -> None:
    assert list(COLUMNS) == [*read[0].record(), "revision", "kept"]


def test_json_lines_are_the_records(export: Export, kept: Kept, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert export() == 0
    out, err = capfdbinary.readouterr()
    assert out == kept.lines
    assert err.startswith(b"newscrawl export: 130 articles to standard output")
    assert export("-o", "a.ndjson.gz", "--json") == 0
    out, err = capfdbinary.readouterr()
    summary = json.loads(out)
    packed = Path("a.ndjson.gz").read_bytes()
    assert gzip.decompress(packed) == kept.lines
    assert {name: summary[name] for name in ("command", "format", "output", "articles", "bytes", "exit")} == {
        "command": "export", "format": "jsonl", "output": "a.ndjson.gz", "articles": 130, "bytes": len(packed), "exit": 0,
    }  # fmt: skip
    assert err == b""


def test_csv_in_pandas(export: Export, kept: Kept) -> None:
    assert export("-o", "a.csv") == 0
    data = Path("a.csv").read_bytes()
    assert data.startswith(b"url,docid,title,")
    frame = pd.read_csv("a.csv", dtype=str, keep_default_na=False)
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == len(kept.records)
    for row, record in zip(frame.to_dict("records"), kept.records, strict=True):
        for name, value in record.items():
            assert row[name] == (value or "") if not isinstance(value, list) else json.loads(row[name]) == value
        assert (row["revision"], row["kept"]) == ("2", KEPT)
    rows = [*csv.reader(io.StringIO(data.decode(), newline=""))]
    assert len(rows) == 131
    assert queried("SELECT count(*), count(modified) FROM read_csv('a.csv')") == [
        (130, sum(record["modified"] is not None for record in kept.records))
    ]
    assert export("-o", "bom.csv", "--bom") == 0
    assert Path("bom.csv").read_bytes() == b"\xef\xbb\xbf" + data


def test_parquet_in_duckdb_pandas_and_arrow(export: Export, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP", 50)
    assert export("-o", "a.parquet") == 0
    types = dict(queried("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM 'a.parquet')"))
    texts = {"text": "VARCHAR", "texts": "VARCHAR[]", "images": "STRUCT(src VARCHAR, caption VARCHAR)[]"}
    clocks = {"instant": "TIMESTAMP WITH TIME ZONE", "moment": "TIMESTAMP WITH TIME ZONE", "number": "INTEGER"}
    assert types == {name: (texts | clocks)[kind] for name, kind in COLUMNS.items()}
    days = "SELECT count(*) FROM 'a.parquet' WHERE list_contains(categories, '金融') AND year(published) >= 2004"
    assert queried(days) == [(130,)]
    assert pq.ParquetFile("a.parquet").num_row_groups == 3
    frame = pd.read_parquet("a.parquet")
    assert str(frame.dtypes["published"]) == "datetime64[us, Asia/Shanghai]"
    assert str(frame.dtypes["kept"]) == "datetime64[us, UTC]"
    assert str(frame.dtypes["revision"]) == "int32"
    assert set(frame["revision"]) == {2}
    for row, record in zip(pq.read_table("a.parquet").to_pylist(), kept.records, strict=True):
        for name, value in record.items():
            if COLUMNS[name] == "instant":
                assert row[name] == (value and datetime.fromisoformat(value))
            else:
                assert row[name] == value
        assert row["kept"] == datetime.fromisoformat(KEPT)


def test_parquet_to_standard_output(export: Export, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert export("--format", "parquet", "-q") == 0
    assert pq.read_table(io.BytesIO(capfdbinary.readouterr().out)).num_rows == 130


def test_the_feed(export: Export, kept: Kept) -> None:
    assert export("-o", "feed.xml") == 0
    root = etree.parse("feed.xml").getroot()
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    assert channel.findtext("title") == channel.findtext("description") == "新浪财经"
    assert channel.findtext("link") == "https://finance.sina.com.cn/"
    assert channel.findtext("language") == "zh-CN"
    newest = kept.records[::-1]
    assert parsedate_to_datetime(str(channel.findtext("lastBuildDate"))) == instant(newest[0])
    assert export("-o", "feed.rss", "--limit", "0") == 0
    every = etree.parse("feed.rss").findall(".//item")
    first = channel.findall("item")
    assert (len(first), len(every)) == (100, 130)
    assert [etree.tostring(item).strip() for item in first] == [etree.tostring(item).strip() for item in every[:100]]
    spaces = {"dc": "http://purl.org/dc/elements/1.1/", "content": "http://purl.org/rss/1.0/modules/content/"}
    for item, record in zip(every, newest, strict=True):
        assert item.findtext("link") == item.findtext("guid") == record["url"]
        assert item.xpath("guid/@isPermaLink") == ["true"]
        assert str(item.findtext("pubDate")).endswith(" GMT")
        assert parsedate_to_datetime(str(item.findtext("pubDate"))) == instant(record)
        assert [category.text for category in item.findall("category")] == record["categories"]
        assert item.findtext("title") == record["title"]
        assert item.findtext("dc:creator", namespaces=spaces) == record["author"].rstrip("\x02")
        assert item.findtext("content:encoded", namespaces=spaces) == record["html"].replace("\x01", "")
        assert 0 < len(str(item.findtext("description"))) <= 201


def queried(question: str) -> list[Any]:
    """The rows that DuckDB returns."""
    relation = duckdb.sql(question)
    assert relation
    return relation.fetchall()


def instant(record: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(record["published"])


def test_the_same_articles_give_the_same_bytes(export: Export, tmp_path: Path) -> None:
    names = ("a.jsonl", "a.csv", "a.parquet", "a.xml", "a.csv.gz")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name in names:
            assert export("-o", f"{folder}/{name}") == 0
    assert [*(tmp_path / "one").iterdir()] != []
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == sorted(names)  # and no unfinished files


def test_no_articles_give_an_empty_file_of_the_format(export: Export) -> None:
    for name in ("a.jsonl", "a.csv", "a.parquet", "a.xml"):
        assert export("-o", name, "--since", "2999-01-01") == 0
    assert Path("a.jsonl").read_bytes() == b""
    assert Path("a.csv").read_text("utf-8").split() == [",".join(COLUMNS)]
    assert queried("SELECT count(published) FROM 'a.parquet'") == [(0,)]
    assert pd.read_parquet("a.parquet").empty
    assert etree.parse("a.xml").findall(".//item") == []
    assert export("-o", "site", "--format", "posts", "--since", "2999-01-01") == 0
    assert [*Path("site").iterdir()] == []


FOLDERS = ("china/gncj", "stock/usstock/c", "stock/s", "stocks", "money/forex", "money", "world", "roll")
CHOICES: dict[str, tuple[list[str], Sequence[int]]] = {
    "all": ([], range(8)),
    "since a day": (["--since", "2026-03-05"], range(4, 8)),
    "until a day": (["--until", "2026-03-05"], range(5)),
    "one day of Beijing": (["--since", "2026-03-05", "--until", "2026-03-05"], [4]),
    "a channel": (["--channel", "china"], [0]),
    "a channel without channels below it": (["--channel", "stock"], [2]),
    "a folder with folders below it": (["--channel", "stock/"], [1, 2]),
    "a channel with several folders": (["--channel", "banking"], [5]),
    "two channels": (["--channel", "forex", "--channel", "usstock"], [1, 4]),
    "a folder": (["--channel", "stock/usstock/c"], [1]),
    "a folder that only the archive has": (["--channel", "roll"], [7]),
    "a folder of the site's without articles": (["--channel", "world/x"], []),
    "a channel without folders: its list": (["--channel", "macro"], [3, 6]),
    "another list": (["--channel", "stock-news:sh600000"], [6]),
    "all options": (["--channel", "macro", "--since", "2026-03-05", "--limit", "1"], [6]),
    "the first articles": (["--limit", "3"], range(3)),
}


@pytest.fixture(scope="module")
def listed(read: list[Article], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """An article a day, one second before the day ends in Beijing; lists have named some of them."""
    day = datetime.fromisoformat("2026-03-01T23:59:59+08:00")
    records = []
    for number, folder in enumerate(FOLDERS):
        record = {**read[0].record(), "docid": f"listed{number}", "channel": folder}
        record["published"] = (day + timedelta(days=number)).isoformat()
        records.append(record)
    kept = keep(tmp_path_factory.mktemp("export") / "listed", records)
    named = {"macro": (3, 6), "stock-news:sh600000": (6,)}
    with Ledger(kept.root) as ledger, ledger.engine.begin() as connection:
        for number in (3, 6):
            row = {"key": f"i{number}", "url": "", "channel": "macro", "day": "", "state": "kept"}
            connection.execute(items.insert(), {**row, "article": f"listed{number}"})
        rows = [
            {"channel": name, "day": "d", "key": f"i{n}", "run": 1} for name, numbers in named.items() for n in numbers
        ]
        connection.execute(listings.insert(), rows)
    return kept


@pytest.mark.parametrize(("arguments", "numbers"), CHOICES.values(), ids=CHOICES)
def test_choice_of_articles(export: Export, listed: Kept, arguments: list[str], numbers: Sequence[int]) -> None:
    assert export(*arguments, "-o", "a.jsonl", archive=listed.root) == 0
    lines = Path("a.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["docid"] for line in lines] == [f"listed{number}" for number in numbers]


def test_times_relative_to_now(export: Export, read: list[Article], tmp_path: Path) -> None:
    now = datetime.now().astimezone()
    days = [(now - timedelta(hours=hours)).isoformat(timespec="seconds") for hours in (50, 30, 5)]
    records = [{**read[0].record(), "docid": f"hours{n}", "published": day} for n, day in enumerate(days)]
    recent = keep(tmp_path / "recent", records)
    assert export("-o", "a.jsonl", "--since", "2d", "--until", "6h", archive=recent.root) == 0
    assert [json.loads(line)["docid"] for line in Path("a.jsonl").read_text("utf-8").splitlines()] == ["hours1"]


def test_posts_have_the_bytes_of_the_archive(export: Export, capfd: pytest.CaptureFixture[str]) -> None:
    saved = [path for path in sorted(PAGES.glob("*.html")) if path.with_suffix(".md").exists()]
    assert main(["extract", *map(str, saved), "-o", "archive", "-q"]) == 0
    assert export("-o", "site", "--format", "posts", "--json", archive=Path("archive")) == 0
    assert tree(Path("site", "posts")) == tree(Path("archive", "posts"))
    other = Path("site", "posts", "about.md")
    other.write_text("mine")
    one, two, *_ = sorted(Path("site", "posts").rglob("20*.md"))
    for post in (one, two):
        os.utime(post, (1, 1))
    two.write_text("spoilt")
    assert export("-o", "site", "--format", "posts", "-q", "--json", archive=Path("archive")) == 0
    first, second = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert (first["written"], first["unchanged"]) == (len(saved), 0)
    assert (second["articles"], second["written"], second["unchanged"]) == (len(saved), 1, len(saved) - 1)
    assert one.stat().st_mtime == 1
    assert other.read_text() == "mine"
    other.unlink()
    assert tree(Path("site", "posts")) == tree(Path("archive", "posts"))
    assert export("-o", "hugo", "--format", "posts", "--flavour", "hugo", archive=Path("archive")) == 0
    assert main(["extract", *map(str, saved), "-o", "other", "--flavour", "hugo", "-q"]) == 0
    assert tree(Path("hugo", "posts")) == tree(Path("other", "posts"))
    before = tree(Path("archive"))
    assert export("-o", "archive", "--format", "posts", "--flavour", "hugo", archive=Path("other")) == 2
    assert tree(Path("archive")) == before


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def damage(kept: Kept, **values: str) -> None:
    """Sets columns of the last article of an archive to damaged values."""
    with Ledger(kept.root) as ledger, ledger.engine.begin() as connection:
        connection.execute(update(articles).where(articles.c.key == kept.records[-1]["docid"]).values(values))


@pytest.mark.parametrize("form", ["csv", "parquet", "rss", "posts"])
def test_a_failed_export_leaves_an_existing_file_unchanged(
    form: str, export: Export, kept: Kept, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = keep(tmp_path / "damaged", kept.records)
    damage(damaged, record="{")
    Path("kept").mkdir()
    Path("kept", "a").write_text("before")
    target = "kept" if form == "posts" else "kept/a"
    assert export("-o", target, "--format", form, "--limit", "0", archive=damaged.root) == 6
    assert tree(Path("kept"))["a"] == b"before"
    assert not [*Path("kept").rglob(".*")]
    errors = capfd.readouterr().err
    assert errors.count("\n") == 1
    assert "the archive is damaged" in errors


def test_a_post_is_never_written_outside_the_folder(
    export: Export, kept: Kept, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = keep(tmp_path / "damaged", kept.records[:1])
    damage(damaged, path="posts/../../escaped.md")
    assert export("-o", "site/deep", "--format", "posts", archive=damaged.root) == 6
    assert "cannot be stored at" in capfd.readouterr().err
    assert not [*tmp_path.rglob("escaped.md")]


ERRORS: dict[str, tuple[list[str], int, str]] = {
    "no channel": (["--channel", "chna"], 2, "no channel named chna"),
    "no time": (["--since", "yesterday"], 2, "neither a day (2026-03-01) nor a time back"),
    "far away": (["--until", "0001-01-01"], 2, "too far away"),
    "backwards": (["--since", "2026-03-05", "--until", "2026-03-01"], 2, "there is no time between"),
    "limit": (["--limit", "-1"], 2, "--limit must not be negative"),
    "bom": (["--bom", "-o", "a.xml"], 2, "--bom is for --format csv"),
    "posts printed": (["--format", "posts"], 2, "give a folder with -o"),
    "posts in a file": (["--format", "posts", "-o", "file"], 2, "File exists"),
    "packed Parquet": (["-o", "a.parquet.gz"], 2, "compressed already"),
    "summary in the data": (["--format", "csv", "--json"], 2, "give a file with -o"),
    "no folder": (["-o", "none/a.csv"], 2, "No such file or directory; give another with -o"),
    "a folder": (["-o", "."], 2, "Is a directory; give another with -o"),
    "a ledger": (["-o", LEDGER], 2, "is the ledger of an archive"),
    "a full disk": (["-o", "/dev/full"], 4, "cannot write /dev/full: the disk is full; make room and run it again"),
    "a full disk, packed": (["--format", "parquet", "-o", "/dev/full"], 4, "the disk is full; make room"),
    "no such protocol": (["-o", "nope://x/a.csv"], 2, "Protocol not known: nope"),
    "not to be written": (["-o", "http://127.0.0.1:9/a.csv"], 2, "no URL of a file that can be written"),
    "a library missing": (["-o", "gs://kept/a.csv"], 2, "gcsfs"),
}


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (errno.EACCES, BadTarget, "cannot write a: as the system says it; give another with -o"),
        (errno.EIO, Unwritable, "cannot write a: as the system says it"),
        (errno.ENOSPC, Unwritable, "cannot write a: the disk is full; make room and run it again"),
    ],
)
def test_another_target_is_advised_where_it_would_help(number: int, kind: type[Exception], said: str) -> None:
    error = bad_target(Path("a"), OSError(number, "as the system says it"))
    assert (type(error), str(error)) == (kind, said)


@pytest.mark.parametrize(("arguments", "code", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_are_one_line(
    export: Export, capfd: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    Path("file").touch()
    assert export(*arguments) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["file"]


def test_a_missing_extra_is_named(
    export: Export, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert export("-o", "a.parquet") == 2
    assert export("-o", "s3://kept/a.csv") == 2
    assert export("-o", "a.csv", archive=Path("nowhere")) == 2
    lines = capfd.readouterr().err.splitlines()
    assert [line.rpartition("; ")[2] for line in lines] == [
        "pip install 'newscrawl[parquet]'",
        "pip install 'newscrawl[remote]'",
        "newscrawl fetch -o nowhere makes one",
    ]
    assert [*Path().iterdir()] == []


def test_an_export_is_a_snapshot_while_a_crawl_writes(kept: Kept, tmp_path: Path) -> None:
    busy = keep(tmp_path / "busy", kept.records)
    other = json.dumps(kept.records[0] | {"title": "别题"}, ensure_ascii=False)
    assert [path.name for path in busy.root.iterdir()] == [LEDGER]
    with Ledger(busy.root, read_only=True) as reader, reader.reading() as snapshot:
        found = published_articles(snapshot)
        seen = [next(found)]
        with Ledger(busy.root) as writer, writer.engine.begin() as connection:
            connection.execute(update(articles).values(record=other, published="2000-01-01T00:00:00+08:00"))
        with Ledger(busy.root) as writer, writer.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        seen += found
    assert [json.loads(article.record) for article in seen] == kept.records
    with Ledger(busy.root, read_only=True) as reader, reader.reading() as snapshot:
        assert {article.record for article in published_articles(snapshot)} == {other}
    assert [path.name for path in busy.root.iterdir()] == [LEDGER]


def test_a_large_ledger_is_not_sorted_in_memory(kept: Kept) -> None:
    """Articles are read in the order of an index, so the first one comes at once and none are in memory."""
    queries: list[tuple[str, Any]] = []
    with Ledger(kept.root, read_only=True) as ledger:
        event.listen(
            ledger.engine, "before_cursor_execute", lambda _c, _u, sql, values, *_: queries.append((sql, values))
        )
        for newest_first in (False, True):
            with ledger.reading() as connection:
                next(published_articles(connection, newest_first=newest_first))
        with ledger.engine.connect() as connection:
            for sql, values in [query for query in queries if query[0].startswith("SELECT")]:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
                assert "USING INDEX ix_articles_published" in plan[0][3]
                assert plan[1][3] in (
                    "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY",
                    "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
                )


# In processes ----------------------------------------------------------------------------------------------------


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "newscrawl", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "PYTHONPATH": str(ROOT), **more
    }  # fmt: skip


def test_the_reader_of_the_output_may_close_the_pipe(kept: Kept, tmp_path: Path) -> None:
    script = '"$0" -m newscrawl export "$1" --format $2 -q | head -c 20 >/dev/null; echo ${PIPESTATUS[0]}'
    for form in ("jsonl", "parquet"):
        done = subprocess.run(
            ["bash", "-c", script, sys.executable, kept.root, form],
            env=environment(), cwd=tmp_path, capture_output=True, check=False,
        )  # fmt: skip
        assert (done.stdout, done.stderr) == (b"0\n", b"")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The endpoint URL of an S3 server on this machine (moto)."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_s3(s3: str, kept: Kept, tmp_path: Path) -> None:
    """A file in several parts, an export that fails after a part, posts, and a bucket that does not exist."""
    long = "".join(f"{number:x}" for number in range(2 * BLOCK // 5))
    large = keep(tmp_path / "large", [{**kept.records[0], "text": long}, kept.records[-1]])
    broken = keep(tmp_path / "broken", large.records)
    damage(broken, record="{")
    runs = {
        "parts": (large.root, "-o", "s3://kept/a/large.jsonl", "--json"),
        "broken": (broken.root, "-o", "s3://kept/broken.csv"),
        "posts": (kept.root, "-o", "s3://kept/site", "--format", "posts", "--limit", "3"),
        "none": (kept.root, "-o", "s3://none/a.csv"),
    }
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    client = boto3.client(
        "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_bucket(Bucket="kept")
    with ThreadPoolExecutor(2) as pool:
        done = dict(zip(runs, pool.map(partial(run, AWS_ENDPOINT_URL=s3, **keys), runs.values()), strict=True))
    codes = {name: each.returncode for name, each in done.items()}
    assert codes == {"parts": 0, "broken": 6, "posts": 0, "none": 4}
    stored = {
        each["Key"]: client.get_object(Bucket="kept", Key=each["Key"])["Body"].read()
        for each in client.list_objects_v2(Bucket="kept")["Contents"]
    }
    posts = {f"site/{path_for(record)}": post_of_record(record).encode() for record in kept.records[:3]}
    assert stored == {"a/large.jsonl": large.lines, **posts}
    assert "Uploads" not in client.list_multipart_uploads(Bucket="kept")
    assert len(large.lines) == json.loads(done["parts"].stdout)["bytes"] > 2 * BLOCK
    assert done["none"].stderr == b"newscrawl: cannot write s3://none/a.csv: The specified bucket does not exist\n"


def run(arguments: Sequence[str | Path], **more: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(command("export", *arguments), env=environment(**more), capture_output=True, check=False)


def test_what_a_killed_export_of_posts_has_left_goes(export: Export, tmp_path: Path) -> None:
    (tmp_path / "site/posts").mkdir(parents=True)
    (tmp_path / "site/posts/.newscrawl.7").write_bytes(b"half a post")
    assert export("-o", tmp_path / "site", "--format", "posts", "--limit", "3", "-q") == 0
    assert not [*(tmp_path / "site").rglob(".*")]
    assert len([*(tmp_path / "site").rglob("*.md")]) == 3


def test_posts_in_any_file_system_of_fsspec(export: Export, kept: Kept, capfd: pytest.CaptureFixture[str]) -> None:
    url = "memory://posts-anywhere"
    for flavour in ("hexo", "hexo", "hugo"):
        assert export("-o", url, "--format", "posts", "--flavour", flavour, "--json", "-q") == 0
    summaries = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(summary["written"], summary["unchanged"]) for summary in summaries] == [(130, 0), (0, 130), (130, 0)]
    files = fsspec.filesystem("memory").store
    posts = {path: post_of_record(record, "hugo") for record in kept.records for path in [path_for(record)]}
    assert {path: files[f"/posts-anywhere/{path}"].getvalue().decode() for path in posts} == posts
