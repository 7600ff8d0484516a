"""Which requests are sent, and what is captured of their responses."""

import asyncio
import gzip
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.http import Headers, Response
from scrapy.signals import robots_parsed
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseNeverReceived

from newscrawl.answers.model import Answer
from newscrawl.archive.archive import Archive
from newscrawl.crawl.extensions.archive import ArchiveExtension
from newscrawl.crawl.failures import (
    CertificateRefused,
    Ignored,
    Offsite,
    RobotsForbidden,
    RobotsTooSlow,
    RobotsUnreachable,
    RunStopped,
    TooLarge,
    TooManyRedirects,
    Unwritten,
    failure_reason,
)
from newscrawl.crawl.middlewares.compression import CompressionMiddleware
from newscrawl.crawl.middlewares.offsite import OffsiteMiddleware
from newscrawl.crawl.middlewares.redirect import RedirectMiddleware
from newscrawl.crawl.middlewares.robots import MOST, RobotsMiddleware, counted, robots_request
from newscrawl.crawl.middlewares.stop import StopMiddleware
from newscrawl.crawl.middlewares.warc import WarcMiddleware, captures_of, header_pairs, truncation
from newscrawl.crawl.responses import answer_of
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.visit import META, Visit
from newscrawl.sites.loader import load_site
from tests.support.archives import NOON
from tests.support.crawler import stub_crawler

URL = "https://finance.sina.com.cn/x"
ROBOTS = "https://finance.sina.com.cn/robots.txt"


def test_only_hosts_of_the_site_are_requested() -> None:
    crawler = stub_crawler(data=load_site("sina_finance"))
    middleware = OffsiteMiddleware.from_crawler(crawler)
    middleware.process_request(Request(URL))
    for url in ("https://example.org/", "https://sub.finance.sina.com.cn/x"):
        with pytest.raises(Offsite, match=url):
            middleware.process_request(Request(url, dont_filter=True))


@pytest.mark.parametrize(("meta", "what"), [({}, ""), ({"redirect_urls": [URL]}, "it redirects to ")])
def test_a_host_that_is_not_the_sites_is_named(meta: dict[str, Any], what: str) -> None:
    middleware = OffsiteMiddleware.from_crawler(stub_crawler(data=load_site("sina_finance")))
    with pytest.raises(Offsite) as caught:
        middleware.process_request(Request("https://login.example:8080/x", meta=meta))
    host = f"{what}login.example{', which' if what else ''}"
    assert caught.value.detail == f"{host} is not a host of this site; name it under hosts in a --site file"


def test_nothing_is_requested_after_a_stop() -> None:
    throttle = Throttle(most=1, delay=0, patience=1)
    crawler = stub_crawler(throttle=throttle)
    middleware = StopMiddleware.from_crawler(crawler)
    middleware.process_request(Request(URL))
    throttle.stopped = "banned"
    with pytest.raises(RunStopped, match=URL):
        middleware.process_request(Request(URL))


@pytest.mark.parametrize("kind", [OffsiteMiddleware, StopMiddleware])
def test_the_spider_of_another_project_may_request_what_it_wants(kind: Any) -> None:
    kind.from_crawler(stub_crawler()).process_request(Request("https://example.org/"))


def test_a_request_that_is_redirected_too_often_has_its_reason() -> None:
    crawler = stub_crawler({"REDIRECT_MAX_TIMES": 1})
    middleware = RedirectMiddleware.from_crawler(crawler)
    answer = Response(URL, status=302, headers={"Location": "/y"})
    once = middleware.process_response(Request(URL), answer)
    assert isinstance(once, Request)
    assert once.url.endswith("/y")
    with pytest.raises(TooManyRedirects) as caught:
        middleware.process_response(once, answer)
    assert caught.value.detail == f"too many redirects, the last to {once.url}"
    fine = Response(URL)
    assert middleware.process_response(once, fine) is fine


@pytest.mark.parametrize(
    ("url", "location", "follows"),
    [
        (URL, "https://k.sina.cn/1", True),
        (URL, "http://finance.sina.com.cn/y", False),
        (URL, "http://127.0.0.1/", False),
        ("http://127.0.0.1/", "http://127.0.0.1/y", True),
        ("http://127.0.0.1/", "http://finance.sina.com.cn/y", False),  # its hosts are asked for over https
    ],
)
def test_no_redirect_falls_from_https_to_http(url: str, location: str, follows: bool) -> None:
    answer = Response(url, status=301, headers={"Location": location})
    middleware = RedirectMiddleware.from_crawler(stub_crawler(data=load_site("sina_finance")))
    following = middleware.process_response(Request(url), answer)
    assert following.url == (location if follows else url)
    assert isinstance(following, Request) is follows
    people = RedirectMiddleware.from_crawler(stub_crawler(data=load_site("people_finance")))
    assert isinstance(people.process_response(Request(url), answer), Request)  # a site that is fetched over http


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:99999/", "javascript:alert(1)", "ftp://a.example/"])
def test_an_answer_that_leads_to_no_url_is_passed_on(location: str) -> None:
    middleware = RedirectMiddleware.from_crawler(stub_crawler())
    answer = Response(URL, status=302, headers={"Location": location})
    assert middleware.process_response(Request(URL), answer) is answer


def test_no_name_and_password_of_a_redirect_are_sent() -> None:
    middleware = RedirectMiddleware.from_crawler(stub_crawler())
    answer = Response(URL, status=302, headers={"Location": "https://me:secret@finance.sina.com.cn/y"})
    followed = middleware.process_response(Request(URL), answer)
    assert followed.url == "https://finance.sina.com.cn/y"


def test_a_response_that_grows_too_large_has_its_reason() -> None:
    crawler = stub_crawler({"DOWNLOAD_MAXSIZE": 1000})
    middleware = CompressionMiddleware.from_crawler(crawler)
    for size in (900, 1100):
        packed = Response(URL, headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"x" * size))
        if size < 1000:
            unpacked = middleware.process_response(Request(URL), packed)
            assert isinstance(unpacked, Response)
            assert unpacked.body == b"x" * size
        else:
            with pytest.raises(TooLarge):
                middleware.process_response(Request(URL), packed)


PACKED = gzip.compress(b"<html>" + bytes(1000))


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (Response(URL, body=b"a"), Answer(b"a")),
        (Response(URL, 206, body=b"a", flags=["partial"]), Answer(b"a", 206, sized=False)),
        (Response(URL, headers={"Content-Type": "text/html; charset=gbk"}, body=b"a"), Answer(b"a", charset="gbk")),
        (Response(URL, headers={"Content-Encoding": "gzip"}, body=PACKED), Answer(b"<html>" + bytes(1000))),
        (
            Response(URL, headers={"Content-Encoding": "gzip"}, body=PACKED[:-4]),
            Answer(b"<html>" + bytes(1000), unfinished="gzip"),
        ),
        (
            Response(URL, headers={"Content-Encoding": "gzip"}, body=b"busy"),
            Answer(b"", undecodable="the body is not valid gzip"),
        ),
        (
            Response(URL, headers={"Content-Encoding": ["deflate", "gzip"]}, body=gzip.compress(zlib.compress(b"a"))),
            Answer(b"a"),
        ),
        pytest.param(
            Response(URL, headers={"Content-Encoding": ["gzip"] * 6}, body=PACKED),
            Answer(b"", undecodable="more than 5 codings are named"),
            marks=pytest.mark.fault(
                "flood",
                "an answer with too many codings",
                "six times `Content-Encoding: gzip`",
                "not unpacked: more than 5 codings are named",
            ),
        ),
    ],
)
def test_the_answer_of_a_response(response: Response, expected: Answer) -> None:
    middleware = CompressionMiddleware.from_crawler(stub_crawler())
    unpacked = middleware.process_response(Request(URL), response)
    assert answer_of(unpacked) == expected
    assert "Content-Encoding" not in unpacked.headers


def test_only_codings_that_readers_of_captures_know_are_asked_for() -> None:
    middleware = CompressionMiddleware.from_crawler(stub_crawler())
    request, own = Request(URL), Request(URL, headers={"Accept-Encoding": "identity"})
    for each in (request, own):
        middleware.process_request(each)
    assert request.headers["Accept-Encoding"] == b"gzip, deflate"
    assert own.headers["Accept-Encoding"] == b"identity"


def test_the_limit_of_a_request_counts() -> None:
    middleware = CompressionMiddleware.from_crawler(stub_crawler())
    packed = Response(URL, headers={"Content-Encoding": "gzip"}, body=PACKED)
    with pytest.raises(TooLarge, match="more than 100 bytes"):
        middleware.process_response(Request(URL, meta={"download_maxsize": 100}), packed)


@pytest.mark.parametrize(
    ("response", "truncated"),
    [
        (Response(URL, body=b"<html>half", flags=["partial"]), "disconnect"),
        (Response(URL, body=b"<html></html>", flags=["partial"]), ""),
        (Response(URL, body=b"<html>half"), ""),
        (Response(URL, headers={"Content-Encoding": "gzip"}, body=PACKED[:-4], flags=["partial"]), ""),
        (Response(URL, headers={"Content-Type": "application/json"}, body=b"{}", flags=["partial"]), ""),
    ],
)
def test_a_capture_says_that_it_is_cut_off_where_nothing_else_shows_it(response: Response, truncated: str) -> None:
    assert truncation(response) == truncated


def test_a_request_that_robots_forbids_has_its_reason() -> None:
    middleware = robots(Response(ROBOTS, body=b"User-agent: *\nDisallow: /x"))
    with pytest.raises(RobotsForbidden):
        asyncio.run(middleware.process_request(Request(URL)))
    asyncio.run(middleware.process_request(Request(f"{ROBOTS.removesuffix('robots.txt')}y")))


def robots(answer: Response | Exception) -> RobotsMiddleware:
    """The middleware of a run whose request for robots.txt has this answer, after other requests wait for it."""

    async def download(request: Request) -> Response:
        assert request.url == ROBOTS
        for _ in range(10):
            await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    crawler = stub_crawler(engine=SimpleNamespace(download_async=download))
    return RobotsMiddleware(crawler)


def test_each_host_has_rules_of_its_own_and_they_are_read_once() -> None:
    middleware: Any = robots(Response(ROBOTS))
    asked = []

    async def download(request: Request) -> Response:
        asked.append(request.url)
        return Response(request.url, body=b"User-agent: *\nDisallow: /" if "//a." in request.url else b"")

    middleware.crawler.engine.download_async = download
    for _ in range(2):
        assert not asyncio.run(middleware.robot_parser(Request("https://a.example/x"))).allowed(
            "https://a.example/x", "n"
        )
        assert asyncio.run(middleware.robot_parser(Request("https://b.example/x"))).allowed("https://b.example/x", "n")
    assert asked == ["https://a.example/robots.txt", "https://b.example/robots.txt"]
    counts = middleware._stats.get_stats()
    names = ("request_count", "response_count", "response_status_count/200")
    assert [counts[f"robotstxt/{name}"] for name in names] == [2, 2, 2]


def test_all_requests_that_wait_together_obey_the_same_rules() -> None:
    """Scrapy's own middleware (2.19) gives all but the first two no rules."""
    middleware = robots(Response(ROBOTS, body=b"User-agent: *\nDisallow: /"))

    async def test() -> None:
        for parser in await asyncio.gather(*(middleware.robot_parser(Request(URL)) for _ in range(8))):
            assert parser is not None
            assert not parser.allowed(URL, "newscrawl")

    asyncio.run(test())


@pytest.mark.parametrize("answer", [Response(ROBOTS, status=503), DownloadTimeoutError("no answer")])
def test_all_requests_fail_while_robots_cannot_be_read(answer: Response | Exception) -> None:
    middleware = robots(answer)

    async def test() -> None:
        tasks = [asyncio.create_task(middleware.robot_parser(Request(URL))) for _ in range(8)]
        for _ in range(200):
            await asyncio.sleep(0)
        assert [type(task.exception()) for task in tasks] == [RobotsUnreachable] * 8

    asyncio.run(test())


FORBIDS = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("status", [300, 304, 399, 429, 500, 503])
def test_an_answer_that_is_neither_rules_nor_none_forbids_all(status: int) -> None:
    with pytest.raises(RobotsUnreachable) as caught:
        asyncio.run(robots(Response(ROBOTS, status=status, body=FORBIDS)).robot_parser(Request(URL)))
    assert caught.value.detail.startswith(f"robots.txt: HTTP {status}: ")


@pytest.mark.parametrize(("status", "allowed"), [(200, False), (299, False), (400, True), (404, True), (499, True)])
def test_only_the_rules_of_a_robots_txt_that_is_there_count(status: int, allowed: bool) -> None:
    rules = asyncio.run(robots(Response(ROBOTS, status=status, body=FORBIDS)).robot_parser(Request(URL)))
    assert rules.allowed(URL, "newscrawl") is allowed


def never(*causes: Exception, kind: type[Exception] = ResponseNeverReceived) -> DownloadFailedError:
    """The error of a request whose connection has failed by some errors, as Scrapy raises it."""
    error = DownloadFailedError()
    error.__cause__ = kind([Failure(cause) for cause in causes])  # type: ignore[no-untyped-call]
    return error


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (DownloadTimeoutError(), "robots_unreachable", "robots.txt: no answer in time; raise politeness.timeout"),
        (Offsite(ROBOTS, "it leads to b.example"), "robots_unreachable", "robots.txt: it leads to b.example"),
        (TooManyRedirects(ROBOTS, "a loop"), "robots_unreachable", "robots.txt: a loop"),
        (TooLarge(ROBOTS), "robots_unreachable", "robots.txt: the answer is larger than 10 MB"),
        (ResponseDataLossError(), "robots_unreachable", "robots.txt: the answer was cut off"),
        (never(ConnectionDone()), "robots_unreachable", "robots.txt: the server closed the connection without an ans"),
        (IgnoreRequest("mine"), "robots_unreachable", "robots.txt: a middleware of yours did not let it pass"),
        # There is no connection to the host, whatever is asked for.
        (CannotResolveHostError(), "dns", "the host was not found"),
        (DownloadConnectionRefusedError(), "unreachable", "there is no connection to the server"),
        (never(CertificateRefused("it has expired")), "tls", "it has expired"),
        (RunStopped(ROBOTS), "given_up", ""),  # which is no failure
    ],
)
def test_a_failure_of_robots_is_told_as_such(error: Exception, reason: str, detail: str) -> None:
    with pytest.raises(Ignored) as caught:
        asyncio.run(robots(error).robot_parser(Request(URL)))
    assert failure_reason(caught.value) == reason
    assert caught.value.detail.startswith(detail)


@pytest.mark.parametrize(("delay", "alone"), [(600, False), (601, True), (86400, True), ("abc", False), (-900, False)])
def test_a_host_that_asks_for_too_long_a_delay_is_left_alone(delay: float | str, alone: bool) -> None:
    middleware = robots(Response(ROBOTS, body=f"User-agent: *\nCrawl-delay: {delay}\n".encode()))
    for _ in range(2):
        if alone:
            with pytest.raises(RobotsTooSlow) as caught:
                asyncio.run(middleware.robot_parser(Request(URL)))
            asked = f"robots.txt asks for {delay} s between two requests, and a run waits 600 s at most"
            assert caught.value.detail == asked
        else:
            assert asyncio.run(middleware.robot_parser(Request(URL))).allowed(URL, "newscrawl")
    middleware.crawler.settings.set("NEWSCRAWL_CRAWL_DELAY_ENABLED", False, priority="cmdline")
    middleware._rules.clear()
    assert asyncio.run(middleware.robot_parser(Request(URL))).allowed(URL, "newscrawl")


RULE = b"Disallow: /x\n"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (RULE, RULE),
        (b"#" * (MOST - 1) + b"\n" + RULE, b"#" * (MOST - 1) + b"\n"),
        (b"#" * (MOST - len(RULE) - 1) + b"\n" + RULE, b"#" * (MOST - len(RULE) - 1) + b"\n" + RULE),
        (b"\n" + b"#" * (MOST - 9) + b"\nAllow: /ab", b"\n" + b"#" * (MOST - 9) + b"\n"),
        (
            b"\r" + b"#" * (MOST - 9) + b"\rAllow: /ab",
            b"\r" + b"#" * (MOST - 9) + b"\r",
        ),  # half a rule may say more than the whole
        (b"#" * (MOST + 1), b""),
        (RULE.decode().encode("utf-16-le"), RULE.decode().encode("utf-16-le")),  # without a mark nobody can know
        (b"#" * MOST, b"#" * MOST),
        (RULE.decode().encode("utf-16"), RULE),
        (RULE.decode().encode("utf-16") + b"x", RULE),  # half a character
        (b"\xfe\xff" + RULE.decode().encode("utf-16-be"), RULE),
    ],
)
def test_the_first_500_kib_of_a_robots_txt_count(body: bytes, kept: bytes) -> None:
    assert MOST == 512_000
    assert counted(body) == kept


def test_no_more_of_a_robots_txt_is_downloaded() -> None:
    middleware = robots(Response(ROBOTS))
    asked, again, page = robots_request(Request(URL)), robots_request(Request(URL)), Request(URL)
    limits = {"download_maxsize": 0, "download_warnsize": 0, "redirect_ttl": 5}
    assert asked.meta == {"dont_obey_robotstxt": True, "robots_txt": True, **limits}
    assert (asked.url, asked.priority, asked.headers["Accept-Encoding"]) == (ROBOTS, 1000, b"identity")
    for _ in range(2):
        middleware.bytes_received(b"#" * (MOST // 2), asked)
        middleware.bytes_received(b"#" * MOST * 2, page)
    with pytest.raises(StopDownload) as caught:
        middleware.bytes_received(b"#", asked)
    assert not caught.value.fail
    middleware.bytes_received(b"#" * MOST, again)  # a second try begins anew


def test_who_hears_of_the_rules_hears_for_which_request() -> None:
    middleware, heard = robots(Response(ROBOTS, body=b"User-agent: *\nCrawl-delay: 3")), []

    def hear(robotparser: Any, request: Request) -> None:
        heard.append((robotparser.crawl_delay("newscrawl"), request.url))

    middleware.crawler.signals.connect(hear, robots_parsed)
    asyncio.run(middleware.robot_parser(Request(URL)))
    assert heard == [(3, URL)]


def test_headers_have_a_pair_for_each_value() -> None:
    headers = Headers({"Set-Cookie": ["a=1", "b=2"], "X": "ä".encode("latin-1")})
    assert header_pairs(headers) == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X", "ä")]


def warc(archive: Archive | None) -> tuple[WarcMiddleware, Throttle]:
    throttle = Throttle(most=1, delay=0, patience=1)
    crawler = stub_crawler(throttle=throttle)
    crawler.extensions[ArchiveExtension] = SimpleNamespace(archive=archive)
    return WarcMiddleware.from_crawler(crawler), throttle


def test_a_response_carries_its_capture(tmp_path: Path) -> None:
    with Archive(tmp_path, captures=True) as archive:
        middleware, throttle = warc(archive)
        request = Request(URL, headers={"Accept": "text/html"})
        response = middleware.process_response(request, Response(URL, body=b"page", request=request))
        assert [capture.id for capture in captures_of(response)] == [1]
    (file,) = (tmp_path / "warc").iterdir()
    assert b"\r\nHost: finance.sina.com.cn\r\nAccept: text/html\r\n" in gzip.decompress(file.read_bytes())
    assert throttle.stopped == ""


def test_what_is_not_http_is_not_captured(tmp_path: Path) -> None:
    with Archive(tmp_path, captures=True) as archive:
        middleware, _ = warc(archive)
        request = Request(URL)
        response = middleware.process_response(request, Response(URL, status=-200, body=b"page", request=request))
        assert captures_of(response) == ()


@pytest.mark.parametrize("kept", [True, False])
def test_without_captures_a_response_passes(tmp_path: Path, kept: bool) -> None:
    with Archive(tmp_path) as archive:
        middleware, _ = warc(archive if kept else None)
        request = Request(URL)
        response = Response(URL, request=request)
        assert middleware.process_response(request, response) is response
        assert captures_of(response) == captures_of(Response(URL)) == ()


def test_a_body_that_we_let_go_is_marked_as_such() -> None:
    whole, stopped = (Response(ROBOTS, body=b"#", flags=flags) for flags in ([], ["download_stopped"]))
    assert [truncation(answer) for answer in (whole, stopped)] == ["", "length"]


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        (Response(ROBOTS, body=b"#", flags=["partial"]), False),  # ended with its connection, as short ones may
        (Response(ROBOTS, body=b"#", flags=["unfinished gzip"]), True),
        (Response(ROBOTS, body=b"#" * MOST, flags=["unfinished gzip", "download_stopped"]), False),
        (Response(ROBOTS, status=206, body=b"#"), True),
    ],
)
def test_half_a_robots_txt_is_none(answer: Response, cut: bool) -> None:
    reading = robots(answer).robot_parser(Request(URL))
    if cut:
        with pytest.raises(RobotsUnreachable) as caught:
            asyncio.run(reading)
        assert caught.value.detail.startswith("robots.txt: the answer ")
        assert caught.value.detail.endswith("; try again later")
    else:
        assert asyncio.run(reading).allowed(URL, "newscrawl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_full_disk_stops_the_run(tmp_path: Path) -> None:
    with Archive(tmp_path, captures=True) as archive, Path("/dev/full").open("wb", buffering=0) as full:
        assert archive.captures
        archive.captures.keep(URL, 200, [], b"another page", [], NOON)
        middleware, throttle = warc(archive)
        request = Request(URL)
        file, archive.captures.file = archive.captures.file, full
        response = middleware.process_response(request, Response(URL, body=b"page", request=request))
        of_article = Request(URL, meta={META: Visit(1, URL)})
        with pytest.raises(Unwritten, match="the disk is full"):  # or its article would be kept without it
            middleware.process_response(of_article, Response(URL, body=b"page", request=of_article))
        archive.captures.file = file
    assert throttle.stopped == "the archive cannot be written: the disk is full; make room and run it again"
    assert captures_of(response) == ()


def test_a_ledger_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    with Archive(tmp_path, captures=True) as archive:
        middleware, throttle = warc(archive)
        request = Request(URL)
        with archive.ledger.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE captures RENAME TO other")
        response = middleware.process_response(request, Response(URL, body=b"page", request=request))
        with archive.ledger.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE other RENAME TO captures")
    assert throttle.stopped == "the archive cannot be written: OperationalError: no such table: captures"
    assert captures_of(response) == ()
