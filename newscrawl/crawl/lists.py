"""Fetches the pages of lists, beside the articles and under the same throttle."""

from dataclasses import replace

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from newscrawl import deadline
from newscrawl.answers.model import why_cut
from newscrawl.crawl.failures import HeldBack, RunStopped, failure_detail, failure_reason
from newscrawl.crawl.responses import answer_of
from newscrawl.crawl.signals import items_expected, list_failed
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.visit import META, ListPage
from newscrawl.errors import Banned, CutAnswer, ListError, Unfinished
from newscrawl.outcomes.reasons import advice

OK = 200


class ListFetcher:
    """Downloads list pages, and sends the signals that tell of lists."""

    def __init__(self, crawler: Crawler, throttle: Throttle) -> None:
        self.crawler, self.throttle = crawler, throttle

    async def fetch(self, url: str) -> bytes:
        """Downloads a list page. Raises ListError if it cannot, Banned if the run was given up, or told to stop."""
        while True:
            await self.throttle.wait_out_pause()
            if self.throttle.stopped or not self.crawler.engine or deadline.told() is not None:
                raise Banned(self.throttle.stopped)
            request = Request(url, meta={META: ListPage(self.throttle.pauses)}, dont_filter=True)
            try:
                return body_of(await self.crawler.engine.download_async(request))
            except (HeldBack, RunStopped):
                continue  # after the pause, if there is one
            except ListError:
                raise
            except Unfinished as stopped:
                raise Banned(str(stopped)) from stopped
            except Exception as error:
                reason = failure_reason(error)
                told = failure_detail(error, self.crawler.settings.getint("DOWNLOAD_MAXSIZE")) or advice(reason)
                detail = (reason == "refused" and str(error)) or told  # "refused": a middleware of the user's
                raise ListError(f"list_{reason}", detail) from error

    def report(self, what: str, reason: str, detail: str) -> None:
        """Tells that a list could not be read, or not proven."""
        self.crawler.signals.send_catch_log(list_failed, what=what, reason=reason, detail=detail)

    def expect(self, count: int) -> None:
        """Tells how many more items will be fetched."""
        self.crawler.signals.send_catch_log(items_expected, count=count)


def body_of(response: Response) -> bytes:
    """The body of a list page. Raises ListError for any status but 200, CutAnswer if it was cut off on its way."""
    if response.status != OK:
        raise ListError(f"list_http_{response.status}", advice(f"http_{response.status}"))
    if why := why_cut(replace(answer_of(response), sized=True)):  # whether a list ends is for its reader to say
        raise CutAnswer(f"the answer {why}", response.body)
    return response.body
