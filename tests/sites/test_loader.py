"""Site files: overriding values, and one-line messages for errors."""

import re
from pathlib import Path

import pytest
import yaml

from newscrawl.errors import SOFT_MISSING, Refused, SiteError
from newscrawl.extraction.page import extract
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.urls import address, is_allowed
from tests.conftest import ROOT

SITES = ROOT / "newscrawl" / "sites"


def site_file(folder: Path, text: str) -> str:
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_overrides_only_what_it_names(tmp_path: Path) -> None:
    site = load_site(site_file(tmp_path, "extends: sina_finance\nhosts: [127.0.0.1]\npoliteness: {delay: 0}\n"))
    sina = load_site("sina_finance")
    assert site.hosts == ("127.0.0.1",)
    assert (site.politeness.delay, site.politeness.timeout) == (0, sina.politeness.timeout)
    assert site.layouts == sina.layouts
    assert site.https_hosts == sina.hosts


@pytest.mark.parametrize("name", site_names())
def test_every_site_knows_its_page_of_a_deleted_article(name: str) -> None:
    """The ledger retries pages that are refused for this reason, and a held article counts as gone."""
    with pytest.raises(Refused) as caught:
        extract("<title>页面没有找到</title>".encode(), site=name)
    assert caught.value.reason == SOFT_MISSING


def test_only_named_hosts_and_ports(tmp_path: Path) -> None:
    sina = load_site("sina_finance")
    assert not is_allowed("http://127.0.0.1:8000/", sina)
    assert not is_allowed("https://www.finance.sina.com.cn/", sina)
    site = load_site(site_file(tmp_path, 'extends: sina_finance\nhosts: ["127.0.0.1:8000"]\n'))
    assert is_allowed("http://127.0.0.1:8000/x", site)
    assert not is_allowed("http://127.0.0.1:8001/x", site)


def test_canonical_addresses(tmp_path: Path) -> None:
    site = load_site(site_file(tmp_path, "extends: sina_finance\nhosts: [127.0.0.1, finance.sina.com.cn]\n"))
    path = "/china/2026-03-01/doc-iabcdefg0000001.shtml"
    assert address(f"http://127.0.0.1:8099{path}?x=1", site).url == f"http://127.0.0.1:8099{path}"
    assert address(f"HTTP://Finance.Sina.com.cn:80{path}#a", site).url == f"https://finance.sina.com.cn{path}"
    mobile = "https://finance.sina.cn/2026-03-01/detail-iabcdefg0000001.d.html?vt=4"
    assert address(mobile, site).key == address(f"https://finance.sina.com.cn{path}", site).key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: sina_finance\nhots: [x]\n", "there is no key hots"),
        ("extends: sina_finance\nhosts: x\n", "hosts is a text, and must be a list"),
        ("extends: sina_finance\npoliteness: {delay: fast}\n", "politeness.delay is a text, and must be a number"),
        ("extends: sina_finance\nlists: [{nam: x}]\n", "in lists[1]"),
        ("extends: sina_finance\nchannels: [{name: x}]\n", "the key label is missing in channels[1]"),
        ("extends: sina_finance\nscheme: ftp\n", "scheme cannot be 'ftp'"),
        ("extends: sina_finance\nprefix: A\n", "prefix must be a text of the form '^[a-z0-9-]{0,20}$'"),
        ("extends: sina_finance\nbudgets: {requests: 0}\n", "budgets.requests must be a whole number >= 1"),
        ("extends: sina_finance\npoliteness: [1]\n", "politeness is a list, and must be a mapping"),
        ("extends: sina_finance\n5: 1\n", "each key must be a text"),
        ("extends: sina_finance\ntimezone: Mars/Olympus\n", "Mars"),
        ("extends: sina_finance\ntimezone: Asia\n", "no time zone is named Asia; name one such as Asia/Shanghai"),
        (f"extends: sina_finance\ntimezone: {'x' * 5000}\n", f"no time zone is named {'x' * 40};"),
        ("extends: sina_finance\nhosts: [2026-13-45]\n", "has an impossible value; write a text in quotes"),
        ("extends: sina_finance\nhosts: [!!timestamp x]\n", "has an impossible value; write a text in quotes"),
        ("extends: sina_finance\nhosts: [!!bool x]\n", "has an impossible value; write a text in quotes"),
        (f"hosts: {'[' * 100}{']' * 100}", "its values are nested too deeply"),
        (f"extends: sina_finance\nhosts: {'[' * 99}{']' * 99}", "hosts[1] is a list, and must be a text"),
        ("- " * 50_000, "its values are nested too deeply"),
        ("extends: sina_finance\nurls: ['(']\n", "urls[1] is not a pattern: missing ), unterminated"),
        (
            "extends: sina_finance\nurls: ['a{99999999999}']\n",
            "urls[1] is not a pattern: the repetition number is too large",
        ),
        (
            f"extends: sina_finance\nlogos: '{'(' * 3000}{')' * 3000}'\n",
            "logos is not a pattern: it is nested too deeply",
        ),
        (f"extends: sina_finance\ncaptions: 'a{':not(b' * 3000}{')' * 3000}'\n", "is not a selector"),
        (f"extends: sina_finance\ncaptions: '//a{'[b' * 3000}{']' * 3000}'\n", "is not a selector"),
        ("extends: nowhere\n", "no site named nowhere"),
        ("extends: |\n  no\n  where\n", "no site named no where and no such file"),
        ("extends: sina_finance\npoliteness: {concurrency: 0}\n", "concurrency"),
        ("extends: sina_finance\npoliteness: {delay: -1}\n", "delay"),
        ("extends: sina_finance\ncaptions: 'h1['\n", "not a selector"),
        ("extends: sina_finance\ntimezone: ''\n", "site file"),
        ("extends: sina_finance\nlayouts: [{name: x, title: '//[', body: p}]\n", "not a selector"),
        ("extends: sina_finance\nboilerplate: {lines: [{match: a, why: because, field: title}]}\n", "field"),
        (
            "extends: sina_finance\nboilerplate: {lines: [{match: a, why: because, field: original_title}]}\n",
            "no group",
        ),
        (
            "extends: sina_finance\nboilerplate: {lines: [{match: 'a(?&verb)', why: x}]}\n",
            "a(?&verb) names the part verb",
        ),
        ("extends: sina_finance\nboilerplate: {parts: {one: '(?&two)', two: b}}\n", "names the part two"),
        ("extends: sina_finance\nboilerplate: {parts: {end: '('}}\n", "unterminated"),
        ("extends: sina_finance\nboilerplate: {lines: [{match: b, why: x}, {match: (?i)a, why: x}]}\n", "flags"),
        (
            "extends: sina_finance\nbriefs: {title: 甲_新浪网}\n",
            "the rule 甲_新浪网 fills the headline, but has no group",
        ),
        ("extends: sina_finance\nbriefs: {ends: '('}\n", "unterminated"),
        ("extends: sina_finance\nbriefs: {frame: [{match: '[', why: x}]}\n", "unterminated"),
        ("extends: sina_finance\nbriefs: {url: '('}\n", "unterminated"),
        ("extends: sina_finance\nbriefs: {buttons: '('}\n", "unterminated"),
        ("extends: sina_finance\nboilerplate: {lines: [{match: a, call: '(', why: x}]}\n", "unterminated"),
        ("extends: sina_finance\nsections: {form: '{}{x}'}\n", "sections.form holds {} in place of the word"),
        ("extends: sina_finance\nsections: {form: 新浪财经}\n", "sections.form holds {} in place of the word"),
        ("extends: sina_finance\nsections: {never: '('}\n", "unterminated"),
        ("extends: sina_finance\nsections: {around: '('}\n", "unterminated"),
        ("extends: sina_finance\nkeywords_title: '('\n", "unterminated"),
        ("extends: sina_finance\nsource_extras: '('\n", "unterminated"),
        ("extends: sina_finance\nwrapped: '('\n", "unterminated"),
        ("extends: sina_finance\nwrapped: x\n", "the rule x fills wrapped, but has no group"),
        ("extends: sina_finance\nlayouts: [{name: x, title: p, body: p, kicker: 'h3['}]\n", "not a selector"),
        ("extends: sina_finance\nlayouts: [{name: x, title: p, body: p, subtitle: 'h4['}]\n", "not a selector"),
        ("extends: 3\n", "extends"),
        ("- a\n", "mapping"),
        ("a: [\n", "site.yaml"),
        ("name: x\n", "missing"),
    ],
)
def test_errors_have_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SiteError) as raised:
        load_site(site_file(tmp_path, text))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_pattern_may_hold_what_a_later_python_may_read_otherwise(tmp_path: Path) -> None:
    assert load_site(site_file(tmp_path, "extends: sina_finance\nlogos: '[[]a]'\n")).logos == "[[]a]"


def test_a_rule_for_lines_holds_the_parts_that_it_names(tmp_path: Path) -> None:
    """A part may hold those before it, and a file may use and replace the parts of the one it extends."""
    lines = "lines: [{match: ['(?&verb)', 'x(?&verb)$'], why: because}, {match: y, why: because}]"
    base = tmp_path / "base.yaml"
    base.write_text(f"extends: sina_finance\nboilerplate: {{parts: {{mark: '!|>', verb: 'go(?&mark)'}}, {lines}}}\n")
    own = site_file(tmp_path, f"extends: {base}\nboilerplate: {{parts: {{mark: '#'}}}}\n")
    texts = ["go!", "xgo>", "y", "go#", "x"]
    assert [text for text in texts if fits(text, str(base))] == ["go!", "xgo>", "y"]
    assert [text for text in texts if fits(text, own)] == ["y", "go#"]


def fits(text: str, site: str) -> bool:
    return any(re.fullmatch(rule.pattern, text) for rule in load_site(site).boilerplate.lines)


LONGEST = 120  # characters of a pattern, so that it stays readable: a longer one wants parts, or is several


@pytest.mark.parametrize("name", site_names())
def test_patterns_of_lines_are_short(name: str) -> None:
    rules = yaml.safe_load((SITES / f"{name}.yaml").read_text(encoding="utf-8"))["boilerplate"]
    matches = [rule["match"] for rule in rules["lines"]]
    patterns = [each for match in matches for each in ([match] if isinstance(match, str) else match)]
    assert [each for each in (*rules["parts"].values(), *patterns) if len(each) > LONGEST] == []


def test_a_file_that_extends_itself(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(f"extends: {path}\n", encoding="utf-8")
    with pytest.raises(SiteError, match="extends itself"):
        load_site(str(path))
