"""`scrapy shell`: Scrapy's own command, which opens saved pages too (`scrapy shell ./page.html`)."""

from argparse import Namespace

from scrapy.commands import shell

from newscrawl.settings import DOWNLOAD_HANDLERS

HANDLERS = {scheme: handler for scheme, handler in DOWNLOAD_HANDLERS.items() if scheme != "file"}


class Command(shell.Command):
    """Allows `file:` URLs, which a crawl never reads (`DOWNLOAD_HANDLERS`): here a person names the file."""

    def process_options(self, args: list[str], opts: Namespace) -> None:
        """Sets the download handlers before the options of the call (`-s`) are applied."""
        if self.settings:
            self.settings.set("DOWNLOAD_HANDLERS", HANDLERS, priority="project")
        super().process_options(args, opts)
