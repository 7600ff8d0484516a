"""Who may ask `browse` for what: rules without a server."""

import pytest

from newscrawl.browse.guard import ARGUMENTS, LONGEST, Asked, Hosts, is_admitted, is_foreign, refusal

HERE = Hosts("127.0.0.1", 8001)


def asked(path: str = "/", query: str = "", method: str = "GET", **headers: str) -> Asked:
    named = {"host": "127.0.0.1:8001"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Asked(method, path, query, [*named.items()])


def status(request: Asked, hosts: Hosts = HERE) -> int:
    refused = refusal(request, hosts)
    return refused[0] if refused else 200


@pytest.mark.parametrize(
    ("hosts", "admitted", "refused"),
    [
        pytest.param(
            HERE,
            "127.0.0.1 127.0.0.1:8001 localhost LOCALHOST:8001 [::1] [::1]:8001 127.0.0.2",
            "a.example a.example:8001 localhost:80 127.0.0.1:8002 [::1]:80 192.0.2.1 localhost.a.example 127.0.0.1.a.example "
            "[fe80::1] 0.0.0.0 localhost. user@localhost localhost/ 127.0.0.1:99999999 127.1 2130706433",
            id="loopback",
        ),
        pytest.param(Hosts("::1", 1), "[::1]:1 localhost 127.0.0.1", "[::2] ::1", id="ipv6"),
        pytest.param(
            Hosts("192.0.2.7", 8001), "192.0.2.7 192.0.2.7:8001", "localhost 127.0.0.1 192.0.2.8 a.example", id="one"
        ),
        pytest.param(
            Hosts("0.0.0.0", 8001), "192.0.2.7 localhost [2001:db8::1]:8001", "a.example 192.0.2.7:80", id="all"
        ),
        pytest.param(
            Hosts("127.0.0.1", 8001, frozenset({"a.example", "b.example:443"})),
            "a.example A.example:80 b.example:443 localhost",
            "b.example b.example:80 c.a.example",
            id="named",
        ),
        pytest.param(Hosts("nowhere", 8001), "", "localhost nowhere 127.0.0.1", id="no address"),
        pytest.param(Hosts(), "localhost:1 127.0.0.1", "a.example:1", id="any port"),
    ],
)
def test_names_of_the_server(hosts: Hosts, admitted: str, refused: str) -> None:
    assert [host for host in admitted.split() if not is_admitted(host, hosts)] == []
    assert [host for host in refused.split() if is_admitted(host, hosts)] == []
    assert not is_admitted("", hosts)
    assert status(asked(host="localhost, a.example")) == 421, "two headers"


def test_two_names_are_not_one() -> None:
    assert status(Asked("GET", "/", "", [("host", "local"), ("host", "host")])) == 421


@pytest.mark.parametrize(
    "path", ["/", "/browse", "/browse.json", "/look/browse.css", "/look/browse.js", "/favicon.ico", "/-/file/a", "/-/capture/1/page"]
)  # fmt: skip
def test_every_path_is_guarded(path: str) -> None:
    assert status(asked(path)) == 200
    assert status(asked(path, host="a.example")) == 421
    assert status(asked(path, method="POST")) == 405
    assert status(asked(path, sec_fetch_site="cross-site", sec_fetch_mode="no-cors")) == 403


NAVIGATION = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}


@pytest.mark.parametrize(
    "path", ["/", "/browse", "/browse/articles", "/browse/articles/a~2Eb", "/-/post/posts/a.md", "/-/capture/1"]
)
def test_another_site_may_lead_a_reader_to_a_page(path: str) -> None:
    assert not is_foreign(asked(path, **NAVIGATION))
    for name, value in (
        ("sec_fetch_mode", "no-cors"),
        ("sec_fetch_dest", "iframe"),
        ("sec_purpose", "prefetch"),
        ("purpose", "prefetch"),
        ("origin", "null"),
    ):
        assert is_foreign(asked(path, **(NAVIGATION | {name: value}))), name
    assert is_foreign(asked(path, "_search=a", **NAVIGATION))
    assert is_foreign(asked(path, **(NAVIGATION | {"sec_fetch_site": "same-site", "sec_fetch_dest": "image"})))


@pytest.mark.parametrize(
    "path",
    [
        "/browse.json", "/browse/articles.csv", "/browse/articles/a.json", "/-/file/posts/a.md", "/-/capture/1/page", "/-/capture/1/body",
        "/look/browse.css", "/favicon.ico", "/browse/a/b/c",
    ],
)  # fmt: skip
def test_another_site_leads_nowhere_else(path: str) -> None:
    assert is_foreign(asked(path, **NAVIGATION))
    for site in ("none", "same-origin"):
        assert not is_foreign(asked(path, "a=b", sec_fetch_site=site, sec_fetch_mode="no-cors"))
    assert not is_foreign(asked(path, "a=b")), "a program, or a browser that does not tell"


def test_the_origin_is_that_of_the_server() -> None:
    assert not is_foreign(asked(origin="http://127.0.0.1:8001"))
    assert not is_foreign(asked(origin="HTTPS://127.0.0.1:8001"))
    assert not is_foreign(asked(host="LOCALHOST:8001", origin="http://localhost:8001"))
    for origin in ("null", "http://127.0.0.1", "http://127.0.0.1:8002", "http://a.example", "127.0.0.1:8001"):
        assert is_foreign(asked(origin=origin)), origin


def test_what_is_refused_and_how() -> None:
    assert status(asked()) == 200
    assert status(asked(method="HEAD")) == 200
    assert {status(asked(method=each)) for each in ("POST", "PUT", "OPTIONS", "TRACE", "get", "")} == {405}
    assert status(asked(host="a.example", method="POST")) == 421
    assert status(asked("/browse", "a" * (LONGEST - 7))) == 200
    assert status(asked("/browse", "a" * (LONGEST - 6))) == 414
    assert status(asked("/browse", "&" * (ARGUMENTS - 1))) == 200
    assert status(asked("/browse", "&" * ARGUMENTS)) == 414
    assert (LONGEST, ARGUMENTS) == (32_768, 100)
    assert status(asked(origin="null")) == 403


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", 200), ("/browse.json", 200), ("/browse/articles", 200), ("/browse/articles/a/b", 200), ("/-/post/a", 200), ("/favicon.ico", 200),
        ("/-/capture/1/page", 200), ("/-/capture/1/", 200), ("/look/browse.css", 200),
        ("/-/post/", 404), ("/-/versions/a", 404), ("/-/capture/x", 404), ("/-/metadata.json", 404), ("/-/patterns", 404), ("/-/static/app.css", 404), ("/_internal", 404),
        ("//a.example/", 404), ("/browsers", 404), ("/look/../x.css", 404), ("/.json", 404), ("/-/capture/1234567890123456789", 404),
    ],
)  # fmt: skip
def test_only_what_the_pages_need_is_served(path: str, expected: int) -> None:
    assert status(asked(path)) == expected
