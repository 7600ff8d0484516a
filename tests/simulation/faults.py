"""Faults as data: what goes wrong in which runs, and what it makes of an honest answer."""

import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tests.simulation.site import DAY, Answer, Asked, Site, article_page, honest_answer, packed, page_of, rows_on_page

Spoil = Callable[[Answer, Asked, Site, int], Answer]
"""Makes a spoiled answer of an honest one; the rest says what was asked for, of which site, when."""
BAN_PAGE = "IP 存在异常访问，已被新浪安全部门封禁"
MAINTENANCE = "系统维护中，请稍后再来"
CHALLENGE = "<script>var challenge=1;</script><noscript>请开启脚本</noscript>"
WITHOUT_ROWS = "list without rows"  # an answer that nobody can tell from the truth, where the day had no rows before
SAME_ROWS = "list same rows"  # nor one whose rows are of the day that was asked for
TOTAL_TOO_LOW = "list total too low"  # which hides no row
# Faults whose answers are lists even so, wrong or cut as they are.
STILL_LISTS = (
    WITHOUT_ROWS, TOTAL_TOO_LOW, "list same rows", "list total too high", "feed cut off", "sitemap cut off",
    "html list cut off", "html list cut plainly",
)  # fmt: skip
LISTS, ARTICLES, EVERYTHING = "lists", "articles", "everything"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of spoiled answer. `of`: what it may befall; `only`: kinds of lists (`Asked.kind`), none means all."""

    of: str
    spoil: Spoil
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault from run `first` to run `last`.

    It befalls the list `name` (empty: all of them), or the articles whose number divided by `every` leaves `rest`;
    `most`: only so many requests of a run (0: all).
    """

    kind: str
    first: int
    last: int
    name: str = ""
    every: int = 1
    rest: int = 0
    most: int = 0


# How answers are spoiled


def status(code: int, body: str = "") -> Spoil:
    """Another status, with a short page."""
    return lambda answer, *_: replace(answer, status=code, body=page_of(str(code), body), kind="text/html")


def error(word: str) -> Spoil:
    """No answer at all, for a reason of `runs.ERRORS`."""
    return lambda *_: Answer(error=word)


def page(body: str, title: str = "提示") -> Spoil:
    """Another page, with status 200."""
    return lambda answer, *_: replace(answer, body=page_of(title, body), kind="text/html; charset=utf-8", status=200)


def text(body: str) -> Spoil:
    """Another body, with status 200."""
    return lambda answer, *_: replace(answer, body=body.encode(), status=200)


def half(answer: Answer) -> bytes:
    """The body of an answer up to its middle, and not within a character."""
    return answer.body[: len(answer.body) * 3 // 5].decode(errors="ignore").encode()


def cut_fitting(answer: Answer, *_: object) -> Answer:
    """Half a body with a length that fits: the server itself has only half."""
    return replace(answer, body=half(answer))


def cut_length(answer: Answer, *_: object) -> Answer:
    """Half a body, and the length of the whole."""
    length = ("Content-Length", str(len(answer.body)))
    return replace(answer, body=half(answer), headers=(*answer.headers, length), flags=("dataloss",))


def cut_and_closed(answer: Answer, *_: object) -> Answer:
    """The same, and somebody on the way has closed the page: only its length tells."""
    cut = cut_length(answer)
    return replace(cut, body=cut.body + b"</p></div></body></html>")


def cut_chunked(answer: Answer, *_: object) -> Answer:
    """Half a body in chunks, without a last one."""
    return replace(answer, body=half(answer), flags=("dataloss",))


def cut_plain(answer: Answer, *_: object) -> Answer:
    """Half a body that ends with its connection; nobody said how long it is."""
    return replace(answer, body=half(answer), flags=("partial",))


def cut_gzip(answer: Answer, *_: object) -> Answer:
    """A packed body that ends early, with a length that fits."""
    whole = packed(answer)
    return replace(whole, body=whole.body[: len(whole.body) * 3 // 5])


def same_rows(_: Answer, asked: Asked, site: Site, now: int) -> Answer:
    """A list that ignores its window: it gives the rows of the last day for any."""
    return honest_answer(site, replace(asked, start=now - DAY, end=now + 1), now)


def other_total(more: int) -> Spoil:
    """A list whose total is wrong by so many."""

    def spoil(answer: Answer, *_: object) -> Answer:
        total = answer.body.decode().partition('"total": ')[2].partition(",")[0]
        body = answer.body.decode().replace(f'"total": {total}', f'"total": {max(0, int(total) + more)}')
        return replace(answer, body=body.encode())

    return spoil


def other_article(answer: Answer, asked: Asked, site: Site, now: int) -> Answer:
    """The page of another article: a cache mixes them up."""
    others = [each for each in site.articles.values() if each.number != asked.number and each.gone is None]
    if not others:
        return status(500)(answer, asked, site, now)
    other = others[asked.number % len(others)]
    return replace(answer, body=article_page(other, other.version(now)), status=200)


REFRESH = '<meta http-equiv="refresh" content="0; url=https://finance.sina.com.cn/busy.html">'

KINDS: dict[str, Kind] = {
    # Lists
    "list 403": Kind(LISTS, status(403)),
    "list 429": Kind(LISTS, status(429)),
    "list 456": Kind(LISTS, status(456)),
    "list ban page": Kind(LISTS, page(BAN_PAGE)),
    "list 500": Kind(LISTS, status(500)),
    "list 503": Kind(LISTS, status(503)),
    "list html": Kind(LISTS, page(MAINTENANCE)),
    "list empty answer": Kind(LISTS, text("")),
    "list timeout": Kind(LISTS, error("timeout")),
    "list cut in JSON": Kind(LISTS, cut_fitting, ("roll",)),
    "list cut by length": Kind(LISTS, cut_length),
    "list cut in chunks": Kind(LISTS, cut_chunked),
    "list cut in gzip": Kind(LISTS, cut_gzip),
    "list same rows": Kind(LISTS, same_rows, ("roll",)),
    "list total too high": Kind(LISTS, other_total(3), ("roll",)),
    TOTAL_TOO_LOW: Kind(LISTS, other_total(-2), ("roll",)),
    "list code 11": Kind(LISTS, text('{"result":{"status":{"code":11,"msg":"busy"},"data":[]}}'), ("roll",)),
    WITHOUT_ROWS: Kind(LISTS, text('{"result":{"status":{"code":0},"total":0,"data":[]}}'), ("roll",)),
    "feed cut off": Kind(LISTS, cut_fitting, ("feed",)),
    "sitemap cut off": Kind(LISTS, cut_fitting, ("map",)),
    "html list cut off": Kind(LISTS, cut_fitting, ("page",)),
    "html list cut plainly": Kind(LISTS, cut_plain, ("page",)),
    # Articles
    "article cut by length": Kind(ARTICLES, cut_length),
    "article cut and closed": Kind(ARTICLES, cut_and_closed),
    "article cut in chunks": Kind(ARTICLES, cut_chunked),
    "article cut plainly": Kind(ARTICLES, cut_plain),
    "article cut, length fits": Kind(ARTICLES, cut_fitting),
    "article cut in gzip": Kind(ARTICLES, cut_gzip),
    "article empty": Kind(ARTICLES, text("")),
    "article maintenance": Kind(ARTICLES, page(MAINTENANCE)),
    "article challenge": Kind(ARTICLES, page(CHALLENGE)),
    "article refresh": Kind(ARTICLES, page(REFRESH)),
    "article soft 404": Kind(ARTICLES, page("您访问的页面不存在", "页面没有找到")),
    "article another's": Kind(ARTICLES, other_article),
    "article 404": Kind(ARTICLES, status(404)),
    "article 403": Kind(ARTICLES, status(403)),
    "article 429": Kind(ARTICLES, status(429)),
    "article 500": Kind(ARTICLES, status(500)),
    "article timeout": Kind(ARTICLES, error("timeout")),
    "article refused": Kind(ARTICLES, error("unreachable")),
    # Our own line
    "line down": Kind(EVERYTHING, error("unreachable")),
    "line without names": Kind(EVERYTHING, error("dns")),
    "line silent": Kind(EVERYTHING, error("timeout")),
}


def befalls(fault: Fault, asked: Asked) -> bool:
    """Whether a fault can befall what is asked for."""
    kind = KINDS[fault.kind]
    if kind.of == EVERYTHING:
        return True
    if kind.of == ARTICLES:
        return asked.kind == "article" and asked.number % fault.every == fault.rest
    return asked.is_list and (not fault.name or fault.name == asked.name) and (not kind.only or asked.kind in kind.only)


def fault_of(faults: Iterable[Fault], run: int, asked: Asked, hits: dict[Fault, int]) -> Fault | None:
    """The fault that befalls a request of a run; `hits`: how many requests of the run each has befallen, is counted."""
    for fault in faults:
        if fault.first <= run <= fault.last and befalls(fault, asked) and not 0 < fault.most <= hits.get(fault, 0):
            hits[fault] = hits.get(fault, 0) + 1
            return fault
    return None


def keys_served(answer: Answer, asked: Asked, site: Site) -> list[int]:
    """The articles that an answer of a list names, of those that the honest one does; in a cut one, as far as it goes."""
    if answer.error or answer.status != 200:
        return []
    body = readable(answer)
    return [row.number for row in rows_on_page(site, asked) if f"abcdefg{row.number:07}.shtml" in body]


def only_inside(answer: Answer, asked: Asked) -> bool:
    """Whether all rows of an answer of the roll API have a time in the window that was asked for."""
    rows = json.loads(answer.body)["result"]["data"]
    times = [[int(row[name]) for name in ("ctime", "intime", "mtime") if row.get(name)] for row in rows]
    return all(any(asked.start <= time <= asked.end for time in each) for each in times)


def readable(answer: Answer) -> str:
    """The body of an answer as text, as far as it can be unpacked."""
    if not any(name == "Content-Encoding" for name, _ in answer.headers):
        return answer.body.decode()
    return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(answer.body).decode(errors="ignore")
