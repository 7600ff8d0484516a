"""The general extractor as canary and as fallback: it runs only on request, and its results are flagged."""

import json
from pathlib import Path

import pytest

from newscrawl import Refused, extract
from newscrawl.demo.site import PAGES
from newscrawl.extraction import limits
from newscrawl.extraction.article import UNPROVEN
from newscrawl.extraction.dom import parse
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.outcomes.flags import FLAGS
from tests.conftest import ROOT, Run
from tests.support.brief_frames import BRIEFS, FRAMES, document
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
TEXT = "港口的吊机在清晨六点开始转动，第一批货柜将在中午以前装上驳船，驶往上游的三个内河码头。"
UNKNOWN = (
    f"<html><head><title>未来的版式_新浪财经_新浪网</title></head><body><main><h1>未来的版式</h1>"
    f"<time datetime='2027-05-06'>2027年5月6日 10:00</time><article>{f'<p>{TEXT}</p>' * 6}</article></main></body></html>"
).encode()


def test_unknown_design_is_read_only_with_the_fallback(newscrawl: Run, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="unknown_layout"):
        extract(UNKNOWN, URL)
    result = extract(UNKNOWN, URL, policy=FallbackPolicy(fallback=True))
    assert result.layout == "general"
    assert result.raw.flags == ("general_reading",)
    assert TEXT in result.text
    page = tmp_path / "page.html"
    page.write_bytes(UNKNOWN)
    done = newscrawl("extract", page, "--url", URL, "--fallback", "--format", "jsonl", "--json")
    line, summary = map(json.loads, done.stdout.splitlines())
    assert line["article"]["layout"] == "general"
    assert summary["flagged"] == {"general_reading": 1}


@pytest.mark.fault(
    "flood", "a page of 20,000 elements", "read with `--fallback`", "`too_large`: trafilatura would copy it"
)
def test_a_page_of_too_many_elements_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary flags what it did not look at."""
    assert limits.COPIED == 20_000
    monkeypatch.setattr(limits, "COPIED", 100)
    for many, flags in ((100, ()), (120, ("strange_text",))):
        known = article(paragraph=f"{TEXT}</p><p>吊机每天装满十二艘驳船。{'<b></b>' * (many - 20)}")
        assert extract(known, URL, policy=FallbackPolicy(canary=True)).raw.flags == flags
    for many in (98, 99):  # with html and body
        assert limits.may_be_copied(parse(b"<p>" * many)) is (many == 98)
    policy = FallbackPolicy(fallback=True)
    assert extract(UNKNOWN, URL, policy=policy).text
    with pytest.raises(Refused, match="more than 100 elements"):
        extract(UNKNOWN.replace(b"<body>", b"<body>" + b"<b></b>" * 100), URL, policy=policy)


def test_traps_are_refused_with_the_fallback() -> None:
    for trap in PAGES.glob("trap_*.html"):
        if not trap.stem.startswith("trap_undated"):
            with pytest.raises(Refused):
                extract(trap.read_bytes(), policy=FallbackPolicy(fallback=True))


def test_canary_flags_a_page_whose_text_is_elsewhere() -> None:
    moved = article(paragraph="短。").replace(b"</body>", f"<article>{f'<p>{TEXT}</p>' * 8}</article></body>".encode())
    assert extract(moved, URL, policy=FallbackPolicy(canary=True)).raw.flags == ("strange_text",)
    right = article(paragraph=f"{TEXT}</p><p>吊机每天装满十二艘驳船。</p><p>三个内河码头都等着货柜。")
    assert extract(right, URL, policy=FallbackPolicy(canary=True)).raw.flags == ()
    assert extract(moved, URL).raw.flags == ()


def test_a_brief_is_flagged_and_counted(newscrawl: Run, tmp_path: Path) -> None:
    brief = BRIEFS[0]
    page = tmp_path / "brief.html"
    page.write_bytes(document(brief, FRAMES["soup"](brief)))
    done = newscrawl("extract", page, "--url", brief.url, "--format", "jsonl", "--json")
    line, summary = map(json.loads, done.stdout.splitlines())
    assert (line["article"]["text"], summary["flagged"]) == (brief.text, {UNPROVEN: 1})
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert [flag for flag in FLAGS if f"- `{flag}`: " not in reference] == []
    assert UNPROVEN in FLAGS
