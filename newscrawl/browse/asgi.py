"""The outermost layer of the server: refuses requests, limits those it lets in, and adds the security headers.

The policy (CSP) lets a page load the scripts and styles that carry the nonce of this answer, and nothing of another
host. Pages show no pictures; those of an article stay where they are.
"""

import asyncio
import secrets
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from newscrawl.browse.guard import Asked, Hosts, refusal
from newscrawl.browse.words import one_line

AT_ONCE = 12  # requests that are answered at the same time; a browser sends six
SECONDS = 30.0  # until an answer begins
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Captured pages are untrusted: no script runs, nothing is fetched, nothing is sent. Of their styles those in <style>
# apply, whose nonce is put in; they can load nothing.
CAPTURED = "sandbox; default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; frame-ancestors 'self'"
HEADERS = {
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}
PRIVATE = (b"cookie", b"authorization")  # other servers on this machine share their cookies with this one

Scope = dict[str, Any]
Message = dict[str, Any]
App = Callable[[Scope, Any, Any], Coroutine[Any, Any, None]]


def guarded(app: App, hosts: Hosts) -> App:
    """Wraps an application: only requests to `hosts` that `guard` lets pass reach it, a limited number at a time."""
    under_way = 0

    async def served(scope: Scope, receive: Any, send: Any) -> None:
        nonlocal under_way
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":  # a websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        nonce = secrets.token_urlsafe(16)
        answer = answering(send, nonce)
        refused = refusal(asked_of(scope), hosts)
        if refused or under_way >= AT_ONCE:
            await say(answer, *(refused or (429, "too many requests at once; try again")))
            return
        headers = [each for each in scope["headers"] if each[0] not in PRIVATE]
        under_way += 1
        try:
            await answered(app, {**scope, "headers": headers, "nonce": nonce}, receive, answer)
        finally:
            under_way -= 1

    return served


async def answered(app: App, scope: Scope, receive: Any, send: Any) -> None:
    """Calls an application; says so if it does not answer in time, or fails before it answers."""
    begun = False
    try:
        async with asyncio.timeout(SECONDS) as limit:

            async def answer(message: Message) -> None:
                nonlocal begun
                begun = True
                limit.reschedule(None)
                await send(message)

            await app(scope, receive, answer)
    except TimeoutError:
        if begun:
            raise
        await say(send, 400, f"the answer took more than {SECONDS:.0f} seconds; ask for less")
    except Exception as error:
        if begun:  # the connection is closed, so that nobody takes the answer for whole
            raise
        report(scope["path"], error)
        await say(send, 400, "this address cannot be answered")


def report(path: str, error: BaseException) -> None:
    """Says on standard error, in one line, what failed unexpectedly."""
    sys.stderr.write(f"newscrawl browse: {one_line(f'{path}: {type(error).__name__}: {error}')}\n")
    sys.stderr.flush()


def asked_of(scope: Scope) -> Asked:
    """The request of a connection."""
    path = scope.get("raw_path") or scope["path"].encode()
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    query = scope.get("query_string", b"").decode("latin-1")
    return Asked(scope["method"], path.decode("latin-1").partition("?")[0], query, headers)


def answering(send: Any, nonce: str) -> Callable[[Message], Coroutine[Any, Any, None]]:
    """Adds the security headers to an answer that does not set them."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {bytes(name).lower() for name, _ in message["headers"]}
            wanted = {**HEADERS, b"content-security-policy": POLICY.format(nonce=nonce).encode()}
            more = [(name, value) for name, value in wanted.items() if name not in names]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return answer


async def say(send: Any, status: int, sentence: str) -> None:
    """Answers with a sentence."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(b"allow", b"GET, HEAD")] if status == 405 else [(b"retry-after", b"1")] if status == 429 else []  # noqa: PLR2004
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"newscrawl browse: {sentence}\n".encode()})
