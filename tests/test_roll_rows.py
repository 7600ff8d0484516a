"""Rows of the roll list of 2023 to 2026. They are not in the repository; conftest skips these tests then."""

import csv
from collections import Counter
from collections.abc import Iterator

import pytest

from newscrawl import extract
from newscrawl.sites.loader import load_site
from newscrawl.sites.sections import label_of
from newscrawl.sites.urls import address
from tests.conftest import SHARED
from tests.support.server import article

ROLL = SHARED / "data" / "roll"
SINA = load_site("sina_finance")
MANY = 100  # rows


def table(name: str) -> Iterator[list[str]]:
    with (ROLL / name).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        yield from rows


FOLDERS = [(host, folder, int(rows)) for host, folder, rows in table("folders.tsv")]
IN_ALL = sum(rows for _, _, rows in FOLDERS)


def categories(host: str, folder: str, crumbs: str) -> list[str]:
    url = f"https://{host}/{folder}/2026-08-01/doc-iabcdefg0000001.shtml"
    return extract(article(crumbs=crumbs), url).categories


def test_each_address_is_known_and_has_a_folder() -> None:
    urls = [url for _, url, _ in table("rows.tsv")]
    assert len(urls) == 20_000
    found = [address(url, SINA) for url in urls]
    assert [each.url for each in found if not (each.is_article and each.docid and each.date)] == []
    without = [each.url for each in found if not each.channel]
    assert all(url.count("/") == 4 for url in without)  # /2024-02-09/doc-i….shtml: the address has none
    assert len(without) == 3
    assert len({each.key for each in found}) == len({each.docid for each in found})


def test_most_rows_have_a_label_by_their_address_alone() -> None:
    labelled = sum(rows for _, folder, rows in FOLDERS if label_of(folder, SINA.folder_labels))
    assert labelled / IN_ALL > 0.75


def test_nearly_all_rows_have_a_label_where_the_page_has_a_breadcrumb() -> None:
    labelled = Counter(
        {
            (host, folder): rows
            for host, folder, rows in FOLDERS
            if len(categories(host, folder, "财经首页 &gt; 某栏 &gt; 正文")) == 3
        }
    )
    assert labelled.total() / IN_ALL > 0.99


@pytest.mark.parametrize("crumbs", ["", "首页 &gt; 正文", "新浪财经 &gt; 标题"])
def test_no_label_is_invented(crumbs: str) -> None:
    found = {folder for host, folder, _ in FOLDERS if len(categories(host, folder, crumbs)) == 3}
    assert found == {folder for _, folder, _ in FOLDERS if label_of(folder, SINA.folder_labels)}


def test_each_folder_with_many_rows_is_decided_on() -> None:
    decided = dict.fromkeys(SINA.sections.by_page, "") | SINA.folder_labels
    open_ones = [
        folder
        for _, folder, rows in FOLDERS
        if rows >= MANY and not any(folder == path or folder.startswith(f"{path}/") for path in decided)
    ]
    assert open_ones == []
