"""Odd robots.txt, each of a host of its own, and what becomes of two articles there: one of `/china/`, one of `/private/`.

The first part of a name says what is odd, the second what exactly is sent.
"""

import gzip
from typing import TypeAlias

from tests.support.raw import Reply, reply, reset
from tests.support.server import article

Case: TypeAlias = tuple[str, str, Reply]
KEPT, ROBOTS, UNREACHABLE, DELAY = "kept", "robots", "robots_unreachable", "robots_delay"
RULES = "User-agent: *\nDisallow: /private/\n"
LINE = "# nothing\n"
LIMIT = 500 * 1024  # bytes that count


def txt(rules: str | bytes, **headers: str | int | None) -> bytes:
    """A robots.txt."""
    body = rules.encode() if isinstance(rules, str) else rules
    return reply(body, "200 OK", **({"Content_Type": "text/plain"} | headers))


def delay(value: str) -> bytes:
    """The rules, with a pause."""
    return txt(f"{RULES}Crawl-delay: {value}\n")


ANSWERS: dict[str, Case] = {
    "404": (KEPT, KEPT, reply(b"", "404 Not Found")),
    "401": (KEPT, KEPT, reply(b"", "401 Unauthorized")),
    "403": (KEPT, KEPT, reply(b"", "403 Forbidden")),
    "410": (KEPT, KEPT, reply(b"", "410 Gone")),
    "451": (KEPT, KEPT, reply(b"", "451 Unavailable For Legal Reasons")),
    "429": (UNREACHABLE, UNREACHABLE, reply(b"", "429 Too Many Requests")),
    "500": (UNREACHABLE, UNREACHABLE, reply(b"", "500 Internal Server Error")),
    "503": (UNREACHABLE, UNREACHABLE, reply(b"", "503 Service Unavailable")),
    "600": (UNREACHABLE, UNREACHABLE, reply(b"", "600 Odd")),
    "status 20": (UNREACHABLE, UNREACHABLE, reply(RULES.encode(), "20 OK")),
    "204": (KEPT, KEPT, reply(b"", "204 No Content", Content_Length=None)),
    "304": (UNREACHABLE, UNREACHABLE, reply(b"", "304 Not Modified", Content_Length=None)),
    "garbage": (UNREACHABLE, UNREACHABLE, b"\0" * 99 + b"\r\n\r\n"),
    "a closed connection": (UNREACHABLE, UNREACHABLE, None),
    "RST": (UNREACHABLE, UNREACHABLE, reset),
    "cut off": (UNREACHABLE, UNREACHABLE, txt(RULES, Content_Length=999)),
    "cut off within a chunk": (UNREACHABLE, UNREACHABLE, txt(f"40\r\n{RULES}", Transfer_Encoding="chunked", Content_Length=None)),
    "no length": (KEPT, ROBOTS, txt(RULES, Content_Length=None)),
    "a redirect to the rules": (KEPT, ROBOTS, reply(b"", "302 Found", Location="/rules.txt")),
    "a redirect to itself": (UNREACHABLE, UNREACHABLE, reply(b"", "302 Found", Location="/robots.txt")),
    "a redirect to another host": (UNREACHABLE, UNREACHABLE, reply(b"", "302 Found", Location="https://elsewhere.example/robots.txt")),
    "a redirect to file:": (UNREACHABLE, UNREACHABLE, reply(b"", "302 Found", Location="file:///etc/passwd")),
    "a redirect that is no URL": (UNREACHABLE, UNREACHABLE, reply(b"", "302 Found", Location="http://[")),
    "a redirect to nowhere": (UNREACHABLE, UNREACHABLE, reply(b"", "302 Found")),
}  # fmt: skip
TEXTS: dict[str, Case] = {
    "empty": (KEPT, KEPT, txt("")),
    "a page": (KEPT, KEPT, reply(article("robots"))),
    "binary": (KEPT, KEPT, txt(bytes(range(256)) * 90)),
    "NUL bytes": (KEPT, KEPT, txt(bytes(9000))),
    "NUL bytes between the rules": (KEPT, ROBOTS, txt(f"\0\0\n{RULES}\n\0")),
    "gzip that is not named": (KEPT, KEPT, txt(gzip.compress(RULES.encode()))),
    "gzip": (KEPT, ROBOTS, txt(gzip.compress(RULES.encode()), Content_Encoding="gzip")),
    "gzip that is cut off": (UNREACHABLE, UNREACHABLE, txt(gzip.compress(RULES.encode())[:-9], Content_Encoding="gzip")),
    "a mark of UTF-8": (KEPT, ROBOTS, txt("\ufeff" + RULES)),
    "UTF-16 with a mark": (KEPT, ROBOTS, txt(RULES.encode("utf-16"))),
    "UTF-16, big end first": (KEPT, ROBOTS, txt(("\ufeff" + RULES).encode("utf-16-be"))),
    "GBK in a comment": (KEPT, ROBOTS, txt("# 请勿抓取\n".encode("gbk") + RULES.encode())),
    "bare carriage returns": (KEPT, ROBOTS, txt(RULES.replace("\n", "\r"))),
    "rules within 500 KiB": (KEPT, ROBOTS, txt(LINE * 50_000 + RULES)),
    "rules beyond 500 KiB": (KEPT, KEPT, txt(LINE * (LIMIT // len(LINE)) + RULES)),
    "one line of 600 KiB behind them": (KEPT, ROBOTS, txt(RULES + "Disallow: /" + "x" * 600 * 1024)),
    "one line of 600 KiB before them": (KEPT, KEPT, txt("#" + "x" * 600 * 1024 + "\n" + RULES)),
    "a rule that is cut at 500 KiB": (KEPT, ROBOTS, txt(RULES + "#" * (LIMIT - len(RULES) - 12) + "\nDisallow: /china-is-not-here")),
}  # fmt: skip
GROUPS: dict[str, Case] = {
    "all is forbidden": (ROBOTS, ROBOTS, txt("User-agent: *\nDisallow: /\n")),
    "nothing is forbidden": (KEPT, KEPT, txt("User-agent: *\nDisallow:\n")),
    "ours in capitals": (KEPT, ROBOTS, txt("User-agent: NEWSCRAWL\nDisallow: /private/\n")),
    "ours and everybody's": (KEPT, ROBOTS, txt("User-agent: *\nDisallow: /\n\nUser-agent: newscrawl\nDisallow: /private/\n")),
    "ours twice": (ROBOTS, ROBOTS, txt("User-agent: newscrawl\nDisallow: /private/\n\nUser-agent: newscrawl\nDisallow: /china/\n")),
    "ours in a row of names": (KEPT, ROBOTS, txt("User-agent: other\nUser-agent: newscrawl\nUser-agent: third\nDisallow: /private/\n")),
    "another's only": (KEPT, KEPT, txt("User-agent: other\nDisallow: /\n")),
    "no name": (KEPT, KEPT, txt("Disallow: /private/\n")),
    "an empty name": (KEPT, KEPT, txt("User-agent:\nDisallow: /private/\n")),
    "fields in capitals": (KEPT, ROBOTS, txt("USER-AGENT: *\nDISALLOW: /private/\n")),
    "blanks around all": (KEPT, ROBOTS, txt("  User-agent  :  *  \n\n\t Disallow\t:\t/private/ # so\n")),
    "fields of nobody": (KEPT, ROBOTS, txt("Host: x\nUser-agent: *\nNoindex: /china/\nBudget: 9\nDisallow: /private/\nSitemap: http://[\n")),
}  # fmt: skip
RULE_LINES: dict[str, Case] = {
    "a longer one that allows": (KEPT, ROBOTS, txt("User-agent: *\nDisallow: /\nAllow: /china/\n")),
    "wildcards": (KEPT, ROBOTS, txt("User-agent: *\nDisallow: /*vate/*/doc-\n")),
    "5,000 wildcards": (KEPT, ROBOTS, txt(f"User-agent: *\nDisallow: /private{'*' * 5000}/\nDisallow: /{'*a' * 5000}$\n")),
    "an end": (KEPT, ROBOTS, txt("User-agent: *\nDisallow: /private/*.shtml$\nDisallow: /china/$\n")),
    "percent-encoding": (KEPT, ROBOTS, txt("User-agent: *\nDisallow: /%70rivate/\n")),
    "half a percent-encoding": (KEPT, ROBOTS, txt("User-agent: *\nDisallow: /%zz%\nDisallow: /private/\n")),
    "no slash": (KEPT, KEPT, txt("User-agent: *\nDisallow: private/\n")),
    "a whole URL": (KEPT, KEPT, txt("User-agent: *\nDisallow: http://127.0.0.1/private/\n")),
    "no colon": (KEPT, ROBOTS, txt("User-agent *\nDisallow /private/\n")),
    "10,000 of them": (KEPT, ROBOTS, txt("User-agent: *\n" + "".join(f"Disallow: /no{n}\n" for n in range(10_000)) + "Disallow: /private/\n")),
}  # fmt: skip
DELAYS: dict[str, Case] = {
    "0": (KEPT, ROBOTS, delay("0")),
    "0.01": (KEPT, ROBOTS, delay("0.01")),
    "-5": (KEPT, ROBOTS, delay("-5")),
    "nan": (KEPT, ROBOTS, delay("nan")),
    "inf": (KEPT, ROBOTS, delay("inf")),
    "soon": (KEPT, ROBOTS, delay("soon")),
    "nothing": (KEPT, ROBOTS, delay("")),
    "5,000 digits": (KEPT, ROBOTS, delay("9" * 5000)),
    "86400": (DELAY, DELAY, delay("86400")),
    "1e300": (DELAY, DELAY, delay("1e300")),
}
ODD: dict[str, dict[str, Case]] = {
    "the answer": ANSWERS,
    "the text": TEXTS,
    "groups": GROUPS,
    "rules": RULE_LINES,
    "crawl-delay": DELAYS,
}
