"""Pages that were not made from the rules of newscrawl: known articles in unknown surroundings, reproducible by seed.

The frame around an article is random: class names that mean nothing, wrappers in wrappers, inserts of
`tests.support.noise_blocks` in any order. What is disturbed says a kind of `tests.support.noise_kinds`. A page is
*anchored* when it has the headline, the date and the container of a known design; else nothing in it fits any.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.support.noise_blocks import BLOCKS, HELD, attributes, element, link, paragraph, wrapped
from tests.support.noise_draft import KNOWN, Draft, draft, unknown_anchors
from tests.support.noise_kinds import KINDS


def head(made: Draft) -> str:
    """The page's metas, as many as it happens to have."""
    rng, title, text = made.rng, html.escape(made.title), "".join(made.text)
    said = rng.choice(
        (
            text[: rng.randint(50, 120)],
            text[:80] + "...",
            text[:80],
            made.text[0],
            made.title,
            "及时、专业、深入的财经资讯与数据服务。",
            "",
        )
    )
    metas = [f"<title>{title}{made.anchors.site}</title>"]
    if said:
        metas.append(f'<meta name="description" content="{html.escape(said)}">')
    if rng.random() < 0.6:
        metas.append(f'<meta property="og:title" content="{title}">')
    if rng.random() < 0.5:
        metas.append(f'<meta name="keywords" content="{title},{made.prose.fill("{what},{where}")}">')
    if rng.random() < 0.4:
        metas.append(f'<meta property="article:published_time" content="{made.published.isoformat()}">')
    return "\n".join(metas)


def frame(made: Draft) -> str:
    """The page: the article's column among others, in any order and in wrappers."""
    rng = made.rng
    menu = element(
        rng,
        "div nav ul",
        "".join(
            element(rng, "li span", link(rng, word))
            for word in rng.sample("首页 财经 股票 科技 理财 数据 论坛 直播 评论 视频 地方".split(), 7)
        ),
    )
    crumbs = element(rng, "div p", f"{link(rng, '首页')} &gt; {link(rng, '财经')} &gt; 正文")
    columns = [made.insert() for _ in range(rng.randint(1, 4))] + made.around
    rng.shuffle(columns)
    side = [wrapped(rng, each, 3) for each in columns]
    place = rng.randint(0, len(side))
    depth = rng.randint(0, 4)
    main = "".join(f"<div{attributes(rng)}>" for _ in range(depth)) + made.main() + "</div>" * depth
    foot = element(
        rng,
        "div footer p",
        f"{link(rng, '关于我们')} | {link(rng, '联系方式')} | 版权所有 未经许可不得转载 {rng.randint(2019, 2026)}",
    )
    parts = [menu, *rng.choice(([crumbs], [])), *side[:place], main, *side[place:], foot]
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n{head(made)}\n</head><body{attributes(rng)}>\n{chr(10).join(parts)}\n</body></html>'


@dataclass(frozen=True)
class NoisePage:
    """A page, its address, what was disturbed, and what a reader must return."""

    kind: str
    anchored: bool
    held: bool
    url: str
    html: bytes
    title: str
    text: str
    published: datetime
    source: str


def address(rng: Random, made: Draft) -> str:
    """An address of the design."""
    docid = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=7)) + str(rng.randint(10**6, 10**7 - 1))
    return made.anchors.url.format(d=made.published, docid=docid, did=rng.randint(10**6, 10**7 - 1))


def pages(count: int, seed: int = 0, *, held: bool = False, anchored: bool = True) -> Iterator[NoisePage]:
    """Yields `count` pages that cycle through the kinds: those that were kept aside (`held`), or the others."""
    kinds = [kind for kind in KINDS if kind.held == held]
    blocks = tuple(block for block in (HELD if held else BLOCKS).values() if block is not paragraph)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        rng = Random(f"noise/{seed}/{held}/{anchored}/{number}")
        anchors = rng.choice(list(KNOWN.values())) if anchored else unknown_anchors(rng)
        made = draft(rng, anchors, blocks, paragraphs=kind.paragraphs)
        kind.change(made)
        yield NoisePage(
            kind.name, anchored, held, address(rng, made), frame(made).encode(), made.title, "\n".join(made.text), made.published, made.source
        )  # fmt: skip
