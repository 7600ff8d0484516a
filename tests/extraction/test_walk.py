"""Reading containers: a table of markup and the clean body. Every fixed bug adds a row."""

import re

import pytest

from newscrawl import extract
from newscrawl.posts.render import post_of
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"

# (inside of #artibody after the first paragraph's indent, clean HTML)
CASES = {
    "indent is kept": ("</p><p>　　一", "<p>　　一</p>"),
    "line feed in a paragraph": ("</p><p>\n\t甲\n   乙\n", "<p>甲 乙</p>"),
    "bold split over the indent": ("</p><p>　<strong>　甲</strong>乙", "<p>　<strong>　甲</strong>乙</p>"),
    "empty inline tags are dropped": ("</p><p>甲<b></b><font> </font>乙<span></span>", "<p>甲 乙</p>"),
    "one-character fonts are joined": ("</p><p><font>历</font><font>史</font>", "<p>历史</p>"),
    "cms-style is kept": ('</p><p cms-style="font-L"><font cms-style="strong-Bold">甲', '<p cms-style="font-L"><font cms-style="strong-Bold">甲</font></p>'),
    "inline across blocks is closed": ("</p><strong><p>甲</p><p>乙</p></strong><p>", "<p><strong>甲</strong></p>\n<p><strong>乙</strong></p>"),
    "break": ("</p><p>甲<br>乙<br><br>丙", "<p>甲<br>乙<br>丙</p>"),
    "text without a tag": ("</p>甲<p>乙", "<p>甲</p>\n<p>乙</p>"),
    "division is a paragraph": ("</p><div>甲<div>乙</div>丙</div><p>", "<p>甲</p>\n<p>乙</p>\n<p>丙</p>"),
    "head": ("</p><h2>甲</h2><p>", "<h2>甲</h2>"),
    "quotation": ("</p><blockquote>甲<p>乙</p></blockquote><p>", "<blockquote>\n<p>甲</p>\n<p>乙</p>\n</blockquote>"),
    "list": ("</p><ul><li>甲</li><li><p>乙</p></li></ul><p>", "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"),
    "item without a list": ("</p><li>甲</li><p>", "<p>甲</p>"),
    "lists in a row": ("</p><ul><li>甲</li></ul><ul><li>乙</li></ul><p>", "<ul>\n<li>甲</li>\n</ul>\n<ul>\n<li>乙</li>\n</ul>"),
    "table": ("</p><table><tr><td>甲</td><td>1</td></tr><tr><td></td><td></td></tr></table><p>", "<table>\n<tr><td>甲</td><td>1</td></tr>\n</table>"),
    "spans of cells": ("</p><table><tr><td colspan=2>甲</td></tr><tr><td>乙</td><td>丙</td></tr></table><p>", '<table>\n<tr><td colspan="2">甲</td></tr>\n<tr><td>乙</td><td>丙</td></tr>\n</table>'),
    "layout table is read as paragraphs": ("</p><table><tr><td>甲</td></tr><tr><td>乙</td></tr></table><p>", "<p>甲</p>\n<p>乙</p>"),
    "picture and caption": ('</p><div class="img_wrapper"><img src="//n/1.jpg" alt="甲"><span class="img_descr">甲</span></div><p>', '<div class="img_wrapper"><img src="https://n/1.jpg" alt="甲" referrerpolicy="no-referrer"><span class="img_descr">甲</span></div>'),
    "empty caption": ('</p><div class="img_wrapper"><img src="//n/1.jpg" alt><span class="img_descr"></span></div><p>', '<div class="img_wrapper"><img src="https://n/1.jpg" referrerpolicy="no-referrer"></div>'),
    "text in a picture's wrapper": ('</p><div class="img_wrapper"><img src="//n/1.jpg"><span class="img_descr">甲</span>乙</div><p>', '<div class="img_wrapper"><img src="https://n/1.jpg" referrerpolicy="no-referrer"><span class="img_descr">甲</span></div>\n<p>乙</p>'),
    "lazy picture": ('</p><p><img src="http://x/sg_trans.gif" real_src="http://n/1.jpg">', '<div class="img_wrapper"><img src="https://n/1.jpg" referrerpolicy="no-referrer"></div>'),
    "no picture at all": ('</p><p><img src="data:image/png;base64,x"><img>甲', "<p>甲</p>"),
    "stock link": ('</p><p><span id="stock_sh600999"><a class="keyword" href="/x">甲</a></span><span id="quote_sh600999">(1, 2)</span>乙', "<p>甲乙</p>"),
    "complaint link": ('</p><p>要<a href="http://tousu.sina.com.cn/">投诉</a>的', "<p>要投诉的</p>"),
    "other links are kept, absolute": ('</p><p><a href="../a.shtml" target="_blank">甲</a>', '<p><a href="https://finance.sina.com.cn/china/a.shtml">甲</a></p>'),
    "script link": ('</p><p><a href=" java\tscript:alert(1)">甲</a>', "<p>甲</p>"),
    "comment": ("</p><p>甲<!-- 乙 --></p><!--article_adlist[<p>丙</p>]article_adlist--><p>", "<p>甲</p>"),
    "broken comment": ('</p><!--article_adlist[<p cms-style="font-M">--><p>甲</p><p>', "<p>甲</p>"),
    "angle brackets and ampersands": ("</p><p>a &lt;b&gt; R&amp;D &amp;lt; 《关于修改&lt;条例&gt;的决定》", "<p>a &lt;b> R&D &amp;lt; 《关于修改&lt;条例>的决定》</p>"),
    "braces": ("</p><p>{{ 1 }}{% x %}", "<p>&#123;&#123; 1 &#125;&#125;&#123;% x %&#125;</p>"),
    "article text ends at a comment": ("</p><p>甲</p><!-- publish_helper_end --><p>乙</p><!-- publish_helper name='相关' --><p>丙", "<p>甲</p>"),
    "article text begins after a comment": ("</p><p>甲</p><!-- publish_helper_end --><!-- publish_helper name='原始正文' p_id='1' --><p>乙</p><!-- publish_helper_end --><p>丙", "<p>甲</p>\n<p>乙</p>"),
    "editor at the end": ("</p><p>甲</p><p>责任编辑：乙 SF001", "<p>甲</p>"),
    "source in a sentence": ("</p><p>甲</p><p>来源：乙说的话很长，" + "丙" * 90, "<p>甲</p>\n<p>来源：乙说的话很长，" + "丙" * 90 + "</p>"),
    "line feeds in attributes": ('</p><p class="a\n\n    b" cms-style="x\n">甲', '<p cms-style="x" class="a b">甲</p>'),
    "invalid spans of cells": ("</p><table><tr><td colspan='2;x'>甲</td><td>乙</td></tr></table><p>", "<table>\n<tr><td>甲</td><td>乙</td></tr>\n</table>"),
    "caption in a cell": ('</p><table><tr><td>甲<span class="img_descr">注</span></td><td>乙</td></tr></table><p>', "<table>\n<tr><td>甲注</td><td>乙</td></tr>\n</table>"),
    "text between cells": ("</p><table><tr>甲<b>乙<td>丙</td></b><td>丁</td></tr></table><p>", "<table>\n<tr><td>甲<b>乙</b>丙</td><td>丁</td></tr>\n</table>"),
    "hidden text": ("</p><p>甲<span style='display : none'>乙</span></p><p style='DISPLAY:none'>丙", "<p>甲</p>\n<p>丙</p>"),
    "preformatted": ("</p><pre>甲\n  乙</pre><p>", "<p>甲<br>乙</p>"),
    "numbered list with a start": ('</p><ol start="5"><li>甲</li></ol><p>', '<ol start="5">\n<li>甲</li>\n</ol>'),
    "statements that are not the disclaimer": ("</p><p>新浪声明：公司今日宣布，将于明年私有化。</p><p>下载新浪财经APP的用户数突破一亿。", "<p>新浪声明：公司今日宣布，将于明年私有化。</p>\n<p>下载新浪财经APP的用户数突破一亿。</p>"),
    "article text like boilerplate": ("</p><p>市场有风险，投资需谨慎。</p><p>投诉时请认准官方渠道", "<p>市场有风险，投资需谨慎。</p>\n<p>投诉时请认准官方渠道</p>"),
}  # fmt: skip


def clean(inside: str) -> str:
    """The body of a post, without its `<div>`."""
    post = post_of(extract(article(paragraph=inside), URL))
    match = re.search(r"<div>   \n(.*)  \n</div>\n {12}$", post, re.DOTALL)
    assert match
    return match[1]


@pytest.mark.parametrize(("inside", "expected"), CASES.values(), ids=CASES)
def test_clean_body(inside: str, expected: str) -> None:
    body = clean(inside)
    assert body == expected
    assert not any(not line.strip() or line[0] in " \t" for line in body.splitlines())  # safe as Markdown


def test_original_title_is_a_field() -> None:
    for line in ("原标题：旧题", "（原标题：旧题）", "<span>原标题 “旧题”</span>"):
        result = extract(article(paragraph=f"{line}</p><p>甲"), URL)
        assert (result.original_title.strip("“”"), result.text) == ("旧题", "甲")


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("看<a href='/x'>点击 看</a>", "点击 看"),
        ("看【<a href='/x'>点击<b>看</b></a>】>>", "点击看"),
        ("<a href='/x'>甲</a>、<a href='/y'>乙</a>。", "乙"),
        ("<a href='/x'>甲</a>乙", ""),
        ("<a href='/x'>甲</a><br>乙", ""),
        ("<a href='/x'>甲</a></p><p>乙<a name='y'></a>", ""),
    ],
)
def test_a_line_knows_the_link_that_ends_it(inside: str, link: str) -> None:
    blocks = extract(article(paragraph=inside), URL).raw.blocks
    assert blocks[-1].lines[-1].link == link


def test_text_has_a_line_per_block() -> None:
    table = "<table><tr><td>甲</td><td>1</td></tr></table>"
    result = extract(
        article(paragraph=f'一<br>二</p>{table}<img src="//n/1.jpg"><span class="img_descr">图</span><p>三'), URL
    )
    assert result.text.splitlines() == ["一", "二", "甲 | 1", "图", "三"]
    assert [(image.src, image.caption) for image in result.images] == [("https://n/1.jpg", "图")]
