"""Every reader of front matter reads the same title, author and categories, whatever characters they hold."""

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import frontmatter
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from newscrawl.posts.frontmatter import FLAVOURS, Post, distinct_names, one_line, pelican_head, render_post

NASTY = (
    "It's", "''", '"', "a: b", "a #b", "# a", "@a", "%a", "`a`", "*a", "&a", "!a", "|", ">", "? a", "- a", "-", "---",
    "...", "a:", "[a", "{a", "a, b", ",a", "yes", "No", "null", "~", "123", "1.0", "0x1f", "017", "1:30", "1_000", "e+5",
    "1e5", "2021-09-03", "2021-09-03 07:43:10", ".nan", "inf", "=", "<<", "a\nb", "a\r\n\r\nb", "a\tb", "\u3000a\xa0",
    "a\u2028b", "a\x85b", "a\x00b", "a\x1bb", "a\x9fb", "\ufeffa", "a\ufffeb", "a\ud83db", "😀", "a\u200bb", "\\", "\\n",
    "{{ 1 }}", "{% x %}", "</script>", "36氪", "C++", "张三/李四", "", " ", "true", "on", "y", "+1", "-1", "a---", "a :b",
)  # fmt: skip

texts = st.one_of(
    st.text(), st.text(alphabet="'\"\\:#-?,[]{}&*!|>%@`~=<.+0123456789eExn \t\n\u3000\xa0中ab"), st.sampled_from(NASTY)
)


def readers(post: str) -> dict[str, dict[str, Any]]:
    head = post.split("---\n")[1]
    return {
        "PyYAML": yaml.safe_load(head),
        "ruamel": dict(YAML(typ="safe").load(io.StringIO(head))),
        "python-frontmatter": frontmatter.loads(post).metadata,
    }


@given(title=texts, author=texts, categories=st.lists(texts, max_size=4), headimg=texts)
@example(title="e+5", author="1,000", categories=["n", "y", "1:30"], headimg="https://x/a b.jpg")
def test_every_reader_reads_the_same_values(title: str, author: str, categories: list[str], headimg: str) -> None:
    date = datetime(2021, 9, 3, 7, 43, 10, tzinfo=UTC)
    post = render_post(Post(title, author, tuple(categories), headimg, date), "<p>x</p>", FLAVOURS["hexo"])
    for reader, values in readers(post).items():
        assert values["title"] == one_line(title), reader
        assert values["author"] == one_line(author), reader
        assert values["categories"] == distinct_names(categories), reader
        assert values["headimg"] == values["thumbnail"], reader
        assert " " not in values["headimg"], reader
        assert values["date"] == "Fri, 03 Sep 2021 07:43:10 GMT", reader
        assert values["comments"] is False, reader


@pytest.mark.parametrize("value", NASTY)
def test_nasty_values(value: str) -> None:
    post = render_post(Post(value, value, (value,), "", None), "", FLAVOURS["jekyll"])
    for reader, values in readers(post).items():
        assert values["title"] == values["author"] == one_line(value), reader
        assert values["categories"] == distinct_names([value]), reader


@pytest.mark.parametrize("value", ["36氪", "C++", "张三/李四", "2021年", 'a "b"', "新浪财经"])
def test_safe_values_are_plain(value: str) -> None:
    assert f"author: {value}\n" in render_post(Post("t", value, (), "", None), "", FLAVOURS["hexo"])


def test_flavours_differ_only_where_a_generator_needs_it() -> None:
    date = datetime(2021, 9, 3, 15, 43, 10, tzinfo=timezone(timedelta(hours=8)))
    post = Post("题: 一", "新浪财经", ("金融", "新浪财经", "新浪财经－国內"), "https://x/1.jpg", date)
    hexo, jekyll, hugo, eleventy, pelican = (render_post(post, "<p>一</p>", FLAVOURS[name]) for name in FLAVOURS)
    assert hexo == "\n" + jekyll
    assert hugo == eleventy == jekyll.replace("Fri, 03 Sep 2021 07:43:10 GMT", "'2021-09-03T07:43:10Z'")
    assert pelican.startswith(
        "---\ntitle: 题: 一\ncategory: 金融\ntags: 新浪财经; 新浪财经－国內;\nauthor: 新浪财经\ndate: 2021-09-03 15:43:10+08:00\n"
    )


def test_without_a_date_there_is_no_date_line() -> None:
    ancient = datetime(1, 1, 1, tzinfo=UTC)
    for date in (None, ancient):
        assert "date:" not in render_post(Post("t", "a", (), "", date), "", FLAVOURS["hexo"])
    assert not any(line.startswith("date") for line in pelican_head(Post("t", "a", (), "", None)))
