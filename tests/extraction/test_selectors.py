"""Selectors find the elements, in the order of the page, that the XPath of libraries finds."""

import pytest
from lxml import etree
from parsel import css2xpath

from newscrawl.extraction.dom import parse
from newscrawl.extraction.selectors import compile_selector

PAGE = parse(
    b"""<div class="a"><p id=one class="x y">1<b>2</b></p><!-- - --><p class=x>3</p><h2>4</h2>text<p>5</p>
    <div class="a b"><ul><li><a href=1>6</a><ul><li><a>7</a></li></ul></li><li class=x>8</li></ul></div>
    <table><tr><td>9</td><td class=x>10</td></tr></table></div><p>11</p><h2>12</h2><p class=x>13</p>"""
)
CSS = [
    "p", ".x", "#one", "p.x", "p#one", "p[class]", "div p", "div.a p", "div.a ul li a", "ul ul a", "div > p", "ul > li > a", "p + p", "p + h2", "h2 + p",
    "b + p", "p ~ p", "p ~ .x", "h2 ~ p", "h2 ~ table", "li ~ li", "div.a p ~ h2", "p ~ h2 + p", "div p + p b", "a, b", "p, .x", "td, a, p.x", "ul a, div > p, h2 ~ p",
    "nothing", "nothing p", "p nothing", "nothing ~ p", "nothing, also", "div.b ul > li ~ li", "p:not(.x)", "td:nth-of-type(2)", "div:has(table)", "div div",
]  # fmt: skip


@pytest.mark.parametrize("css", CSS)
def test_elements_are_those_of_the_xpath(css: str) -> None:
    expected = etree.XPath(css2xpath(css))
    for root in PAGE.iter("html", *(() if css == "#one" else ("body", "div", "ul"))):  # an id is looked up in the page
        assert compile_selector(css)(root) == expected(root), etree.tostring(root)


@pytest.mark.parametrize("xpath", ["//p", "(//p)[1]", ".//ul/li", "id('one')/.."])
def test_xpath_is_taken_as_it_is(xpath: str) -> None:
    (div, *_) = PAGE.iter("div")
    assert compile_selector(xpath)(div) == etree.XPath(xpath)(div) != []
