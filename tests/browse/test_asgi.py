"""The outermost layer of `browse`, around applications that do what Datasette should not."""

import asyncio
from typing import Any

import pytest

from newscrawl.browse import asgi
from newscrawl.browse.asgi import guarded
from newscrawl.browse.guard import Hosts

Message = dict[str, Any]
START = {"type": "http.response.start", "status": 200, "headers": [(b"X-Frame-Options", b"SAMEORIGIN")]}


def scope(path: str = "/", **more: Any) -> dict[str, Any]:
    headers = [(b"Host", b"localhost"), (b"cookie", b"a=b"), (b"authorization", b"secret"), (b"accept", b"*/*")]
    return {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers} | more  # fmt: skip


async def called(app: Any, asked: dict[str, Any]) -> list[Message]:
    """What is sent when an application is asked through the guard."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await guarded(app, Hosts())(asked, None, send)
    return sent


async def sound(_: Any, __: Any, send: Any) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b"x"})


async def failing(*_: Any) -> None:
    raise ValueError("a\nfault\x1b")


async def failing_late(_: Any, __: Any, send: Any) -> None:
    await send(START)
    raise TimeoutError


async def endless(*_: Any) -> None:
    await asyncio.Event().wait()


def test_the_application_sees_no_secrets_and_its_headers_count() -> None:
    seen: list[dict[str, Any]] = []

    async def app(asked: dict[str, Any], _: Any, send: Any) -> None:
        seen.append(asked)
        await sound(asked, _, send)

    start, body = asyncio.run(called(app, scope()))
    assert [name for name, _ in seen[0]["headers"]] == [b"Host", b"accept"]
    assert [value for name, value in start["headers"] if name.lower() == b"x-frame-options"] == [b"SAMEORIGIN"]
    policy = dict(start["headers"])[b"content-security-policy"].decode()
    assert policy.count(f"'nonce-{seen[0]['nonce']}'") == 2
    assert body["body"] == b"x"


@pytest.mark.fault(
    "browse", "an answer that takes too long", "a page whose many queries take more than 30 seconds", "400, one line"
)
def test_an_answer_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asgi.SECONDS == 30
    monkeypatch.setattr(asgi, "SECONDS", 0.01)
    start, body = asyncio.run(called(endless, scope()))
    assert (start["status"], b"ask for less" in body["body"]) == (400, True)


@pytest.mark.fault(
    "browse", "a fault of ours", "an exception before and after an answer began", "400 in one line; a cut connection"
)
def test_a_fault_is_no_500(capsys: pytest.CaptureFixture[str]) -> None:
    start, body = asyncio.run(called(failing, scope("/browse")))
    assert (start["status"], body["body"]) == (400, b"newscrawl browse: this address cannot be answered\n")
    assert capsys.readouterr().err == "newscrawl browse: /browse: ValueError: a fault\ufffd\n"
    with pytest.raises(TimeoutError):
        asyncio.run(called(failing_late, scope()))


def test_a_fault_within_an_answer_cuts_the_connection() -> None:
    async def half(_: Any, __: Any, send: Any) -> None:
        sent.append("start")
        await send(START)
        raise ValueError

    sent: list[str] = []
    with pytest.raises(ValueError, match=r"^$"):
        asyncio.run(called(half, scope()))
    assert sent == ["start"]


def test_an_answer_that_has_begun_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def long(_: Any, __: Any, send: Any) -> None:
        await send(START)
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"x"})

    monkeypatch.setattr(asgi, "SECONDS", 0.1)
    assert asyncio.run(called(long, scope()))[-1]["body"] == b"x"


def test_the_path_is_judged_as_it_was_sent() -> None:
    hidden = scope("/-/capture/1", raw_path=b"/%2D/capture/1")
    assert asyncio.run(called(sound, hidden))[0]["status"] == 404
    assert asyncio.run(called(sound, scope("/", raw_path=b"/?a=b")))[0]["status"] == 200


def test_a_limited_number_of_requests_is_answered_at_once() -> None:
    async def all_of_them() -> list[int]:
        going = asyncio.Event()

        async def waiting(asked: Any, receive: Any, send: Any) -> None:
            await going.wait()
            await sound(asked, receive, send)

        app = guarded(waiting, Hosts())
        statuses: list[int] = []

        async def send(message: Message) -> None:
            if "status" in message:
                statuses.append(message["status"])

        asking = [asyncio.create_task(app(scope(), None, send)) for _ in range(asgi.AT_ONCE + 3)]
        await asyncio.sleep(0)
        assert statuses == [429] * 3
        going.set()
        await asyncio.gather(*asking)
        await app(scope(), None, send)
        return statuses

    assert asgi.AT_ONCE == 12
    assert asyncio.run(all_of_them()) == [429] * 3 + [200] * 13


def test_other_kinds_of_connections() -> None:
    assert asyncio.run(called(failing, scope(type="websocket"))) == [{"type": "websocket.close", "code": 1008}]
    (closed,) = asyncio.run(called(failing_late, scope(type="websocket")))
    assert closed["code"] == 1008
    start, _ = asyncio.run(called(failing, scope(method="POST")))
    assert (start["status"], dict(start["headers"])[b"allow"]) == (405, b"GET, HEAD")


def test_the_headers_of_every_answer() -> None:
    async def bare(asked: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append((asked["nonce"], await receive()))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> str:
        return "received"

    async def twice() -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        for _ in range(2):
            await guarded(bare, Hosts())(scope(), receive, send)
        return sent

    seen: list[tuple[str, str]] = []
    for message in asyncio.run(twice()):
        headers = dict(message["headers"])
        nonce = headers[b"content-security-policy"].decode().split("'nonce-")[1].partition("'")[0]
        assert headers == {
            b"referrer-policy": b"no-referrer",
            b"x-content-type-options": b"nosniff",
            b"x-frame-options": b"DENY",
            b"cross-origin-resource-policy": b"same-origin",
            b"cross-origin-opener-policy": b"same-origin",
            b"content-security-policy": (
                f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; "
                "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ).encode(),
        }
        assert len(nonce) == 22
    assert len({nonce for nonce, _ in seen}) == 2
    assert [received for _, received in seen] == ["received"] * 2
    assert asgi.CAPTURED == (
        "sandbox; default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; frame-ancestors 'self'"
    )


def test_the_server_starts_and_refuses_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def starting(asked: Any, receive: Any, send: Any) -> None:
        await send({"type": asked["type"], "received": receive})

    assert asyncio.run(called(starting, {"type": "lifespan"})) == [{"type": "lifespan", "received": None}]
    start, body = asyncio.run(called(failing, scope("/nowhere")))
    assert start["headers"][0] == (b"content-type", b"text/plain; charset=utf-8")
    assert body == {"type": "http.response.body", "body": b"newscrawl browse: there is no such page\n"}
    monkeypatch.setattr(asgi, "AT_ONCE", 0)
    start, body = asyncio.run(called(failing, scope()))
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (429, b"1")
    assert body["body"] == b"newscrawl browse: too many requests at once; try again\n"
