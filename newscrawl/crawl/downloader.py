"""What sends requests: Scrapy's own downloader, which tells of each. Before that it may keep one waiting for long."""

from scrapy import Request
from scrapy.core import downloader
from scrapy.http import Response

from newscrawl.crawl.signals import visit_sent
from newscrawl.crawl.visit import visit_of


class Downloader(downloader.Downloader):
    """Scrapy's downloader; it sends `visit_sent` when the delay of a host is over, or a pause, and before a request."""

    async def _download(self, slot: downloader.Slot, request: Request) -> Response:
        if visit := visit_of(request):
            self.signals.send_catch_log(visit_sent, visit=visit)
        return await super()._download(slot, request)
