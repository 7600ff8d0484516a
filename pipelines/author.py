"""Author: separates the medium, the writers and the editor on duty that a page names."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from newscrawl.extraction.article import Article, Raw
from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.dateline import Line, a_name, declared_name, is_medium, read_line, read_parts
from newscrawl.extraction.evidence import Candidate, Evidence, decide

EDITOR = re.compile(r"^[（(]?(?:(?:责任)?编辑|责编)[:：]\s*(?P<name>.*?)\s*(?:[A-Z]{2}\d+)?[）)]?$")
# The text before the names on a line that signs an article: ■本报记者, 文/, 采写/某报记者, 作者：, ►文 某网.
STAFF = r"(?:见习|实习|首席|特约)?(?:记者|编辑)"
SIGN = re.compile(
    rf"^[（(■⊙►▶●◆\s]*"
    rf"(?:作者\s*[:：]|(?:撰?文|采写|撰稿)\s*[/|｜丨:：]\s*|►?文\s+\S{{2,8}}网\s+|{STAFF}\s*[:：]\s*"
    rf"|(?<=[■⊙►▶●◆（(]){STAFF}\s|\S{{2,12}}\s*[|｜丨]\s*{STAFF}\s|[\u4e00-\u9fff]{{2,10}}(?:（[\w.]+）)?{STAFF}\s"
    rf"|[\u4e00-\u9fff]{{1,8}}[报社网台刊]{STAFF}(?=[\u4e00-\u9fff]{{2,3}}$))"
    rf"(?:[\u4e00-\u9fff]{{0,8}}{STAFF}[\s,，]*)?"
)
# An entry of a self-media platform: 某网 作者 NAME（财经领域创作者） 2026-03-01 08:00. The name is whatever its author
# calls himself, so it ends where something else is known to begin; other brackets are the name's: 小李（深圳）.
CLOCK = r"\d{4}[年-]\d{1,2}[月-]\d{1,2}日?\s?\d{1,2}:\d{2}"
TOLD = r"\s?[（(][^（）()]{0,16}(?:作者|博主|大V|达人|认证)[^（）()]{0,16}[）)]|\s\w{2,12}创作者"
RANK = re.compile(TOLD)
ENTRY = re.compile(
    rf"^(?:{CLOCK}\s)?[\u4e00-\u9fff]{{1,6}}网\s?作者(?P<gap>[\s:：]{{0,3}})(?P<name>[^。；：！？，…]{{1,40}}?)"
    rf"(?P<rank>{TOLD})?(?:\s?(?:{CLOCK}|缩小字体[\w\s]{{0,50}})){{0,2}}$"
)
NOT_NAMES = re.compile(r"实习生\s|\s[\u4e00-\u9fff]{2,4}报道$")  # text between or after the names
BEHIND_NAME = re.compile(r"[（(][^（()）]*[）)]$")  # what an account is: （财经领域创作者）
NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}|[A-Z][a-z]+(?: [A-Z][a-z]+)+")
SPACED_NAME = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])\s([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
EDGE, LONG = 8, 80  # lines; characters: a byline is a short line at either end, where inserts stand too
HEADER = 20  # characters; a name in a header is shorter


def clean_editor(text: str) -> str:
    """Returns the name of the editor (责任编辑) without the staff code; empty where the page has only the code.

    >>> clean_editor("责任编辑：支全明 SF099"), clean_editor("（编辑：SN067）"), clean_editor("(责编：霍琦、支全明)")
    ('支全明', '', '霍琦、支全明')
    """
    match = EDITOR.match(collapse_space(text))
    return match["name"] if match else ""


def persons(line: str) -> list[str]:
    """Returns the writers that a signing line names; none when the line holds anything but names.

    >>> [persons(line) for line in ("■本报记者 矫 月", "文/玉浊清", "采写/新京报记者 魏铭言", "（总台记者 吴睿）")]
    [['矫月'], ['玉浊清'], ['魏铭言'], ['吴睿']]
    >>> [persons(line) for line in ("某报记者方丽", "某客户端 | 记者 孙奇", "某报（x.cn）记者 王悦 徐芸 北京报道")]
    [['方丽'], ['孙奇'], ['王悦', '徐芸']]
    >>> [persons(line) for line in ("某网 作者 渡口谈财经（优质财经领域创作者）", "某网 作者：孟听雨 财经领域创作者")]
    [['渡口谈财经'], ['孟听雨']]
    >>> [persons(f"某网 作者 {name}") for name in ("小李（深圳）", "老王|谈股（博主） 2026-03-01 08:00", "方丽 看市")]
    [['小李（深圳）'], ['老王|谈股'], ['方丽 看市']]
    >>> [persons(line) for line in ("记者走访了三家店", "记者：这里究竟发生了什么", "作者：本文由 AI 生成")]
    [[], [], []]
    """
    entry = ENTRY.match(line)
    if entry and (entry["gap"] or entry["rank"]):
        return [entry["name"]]
    sign = SIGN.match(line)
    if not sign:
        return []
    rest = SPACED_NAME.sub(r"\1\2", NOT_NAMES.sub("", line[sign.end() :].strip(" ）)")))
    names = NAME.findall(rest)
    return names if re.sub(r"[\s、，,]", "", rest) == "".join(names).replace(" ", "") else []


def header_names(header: str, extras: str = "(?!)") -> list[str]:
    """Returns the names in a header: those after 作者： or 记者, else the whole text when it can be a name.

    >>> header_names(" 出版社：团结 作者：罗银胜"), header_names("麦田守望_1"), header_names("12条评论")
    (['罗银胜'], ['麦田守望_1'], [])
    >>> header_names("本报记者 陈渡、许知远"), header_names("作者：方丽 责任编辑：孙奇")
    (['陈渡', '许知远'], ['方丽'])
    >>> header_names("作者 渡口谈财经（优质财经领域创作者）"), header_names("作者 渡口谈财经 优质财经领域创作者")
    (['渡口谈财经'], ['渡口谈财经'])
    """
    text = RANK.sub("", collapse_space(header))
    line = read_line(text, extras)
    if not line.writers and (signed := persons(text)):
        return signed
    return names_in(line.writers or line.medium)


def names_in(text: str) -> list[str]:
    """Returns the names in a text that holds nothing else: several persons, or whatever an account is called.

    >>> names_in("方丽、孙奇"), names_in("洋子谈科技（财经领域创作者）"), names_in("Guo Yanqiu"), names_in("3条评论")
    (['方丽', '孙奇'], ['洋子谈科技'], ['Guo Yanqiu'], [])
    """
    text = BEHIND_NAME.sub("", text)
    several = [name for name in re.split(r"[\s、，,/]+", text) if name]
    if several and all(NAME.fullmatch(name) for name in several):
        return several
    return [text] if text and len(text) < HEADER and not re.search(r"[:：]|^\d", text) else []


class AuthorPipeline:
    """Fills `author` (the author of the post), `source`, `byline` and `editor`."""

    def process_item(self, item: Article) -> Article:
        """Fills the fields.

        `author` is the medium in the meta, else the one beside the date, else the one that is registered with the site,
        else the site's label.
        """
        raw, site = item.raw, item.raw.site
        media = declared(item, site.author_meta, "the medium, as the page declares it")
        registered = [
            replace(entry, value=a_name(entry.value) and entry.value)
            for entry in declared(item, site.source_meta, "the medium's entry with the site, not shown")
        ]
        lines = [(place, " ".join(parts), read_parts(parts, site.source_extras)) for place, parts in raw.source]
        header = header_names(raw.byline, site.source_extras)
        known = {candidate.value for candidate in (*media, *registered)}
        shown = decide(shown_media(item, lines, header, known))
        item.source = item.decided("source", Evidence(shown.winner, (*shown.rivals, *registered)))
        label = Candidate("site file: label", site.label, site.label, "where the page names no medium")
        winner = [shown.winner] if shown.winner else []
        item.author = item.decided("author", decide([*media, *winner, *registered, label]))
        editor = clean_editor(raw.editor)
        why = "责任编辑, without the staff code"
        item.editor = item.decided(
            "editor", decide([Candidate(str(raw.layout.editor), collapse_space(raw.editor), editor, why)])
        )
        named = [Candidate(str(raw.layout.byline), collapse_space(raw.byline), header, "named over the text")]
        named += [
            Candidate(place, collapse_space(text), names_in(line.writers), "named beside the date")
            for place, text, line in lines
        ]
        found = [each for each in (*named, *signatures(raw)) if each.value]
        item.evidence["byline"] = Evidence(found[0] if found else None, tuple(found[1:]))
        item.byline = list(dict.fromkeys(name for candidate in found for name in candidate.value))
        return item


def declared(article: Article, meta: str, why: str) -> list[Candidate]:
    """Returns the media that a meta of the page names."""
    return [Candidate(meta, text, declared_name(text), why) for text in article.raw.meta.get(meta, ())]


def shown_media(
    article: Article, lines: list[tuple[str, str, Line]], header: list[str], known: Collection[str]
) -> Iterator[Candidate]:
    """Yields what the page shows as its medium: beside the date, else named as the author (作者：江畔日报).

    A person is no medium: the author counts where the page declares the name as its medium, or where it is like one.
    """
    layout = article.raw.layout
    for place, text, line in lines:
        yield Candidate(place, collapse_space(text), line.medium, "the medium beside the date")
        if line.medium:
            return  # the lines that follow hold this one
    for name in (*header, *(line.writers for *_, line in lines)) if layout.source else ():
        if is_medium(name, known):
            yield Candidate(str(layout.byline), name, name, "a medium, named as the author")


def signatures(raw: Raw) -> Iterator[Candidate]:
    """Yields the lines at the head and the tail of the text that name its writers and say nothing else."""
    lines = [line.text for block in raw.blocks for line in block.lines if line.text]
    for line in (*lines[:EDGE], *lines[-EDGE:]):
        if len(line) < LONG:
            yield Candidate("a line of its own", line, persons(line), "names a writer")
