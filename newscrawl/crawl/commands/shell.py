"""`scrapy shell`: Scrapy's own command, which may open saved pages too (`scrapy shell ./page.html`)."""

from argparse import Namespace

from scrapy.commands import shell

from newscrawl.settings import DOWNLOAD_HANDLERS

HANDLERS = {scheme: handler for scheme, handler in DOWNLOAD_HANDLERS.items() if scheme != "file"}


class Command(shell.Command):
    """A crawl never reads files of this machine (`DOWNLOAD_HANDLERS`); a person who names one may."""

    def process_options(self, args: list[str], opts: Namespace) -> None:
        """Lets the command's own settings speak before those of a call (`-s`)."""
        if self.settings:
            self.settings.set("DOWNLOAD_HANDLERS", HANDLERS, priority="project")
        super().process_options(args, opts)
