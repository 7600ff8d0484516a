"""The lines of a log: what a page or a server says in one shows its controls as escapes, and forges no line."""

import copy
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from scrapy.settings import BaseSettings

from newscrawl.controls import visible, visible_json, visible_line

OTHERS = (
    "scrapy",
    "twisted",
    "py",
    "asyncio",
)  # loggers; `py.warnings` is Python's. Their arguments may have lines: settings, stats


class LineFormatter(logging.Formatter):
    """Formats a record as lines without controls; an argument of a message of ours is one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the lines of a record, those of a traceback included."""
        return visible(super().format(record if record.name.split(".")[0] in OTHERS else with_lines(record)))


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object in one line, in the form of the messages of `--log-json`."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line of a record; its message holds a traceback, too."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"time": when, "event": "log", "level": record.levelname, "logger": record.name}
        return visible_json(entry | {"message": super().format(record)})


def with_lines(record: logging.LogRecord) -> logging.LogRecord:
    """Returns a record with each text among its arguments as one line."""
    record = copy.copy(record)
    if isinstance(record.args, Mapping):
        record.args = {name: line_of(value) for name, value in record.args.items()}
    elif record.args:
        record.args = tuple(map(line_of, record.args))
    return record


def line_of(value: object) -> object:
    """Returns a value, and a text or an error as one line."""
    return visible_line(str(value)) if isinstance(value, str | BaseException) else value


def formatter_of(settings: BaseSettings) -> logging.Formatter:
    """Returns the formatter of a run's log."""
    if settings.getbool("NEWSCRAWL_LOG_JSON"):
        return JsonFormatter()
    return LineFormatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"])


@contextmanager
def logged(settings: BaseSettings) -> Iterator[None]:
    """Logs a run on standard error, if its log is on, from Scrapy's first line to its last.

    Scrapy's own handler is not installed then: it replaces it twice before the first extension could see it.
    """
    if not settings.getbool("LOG_ENABLED"):
        yield
        return
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    handler: logging.Handler = logging.StreamHandler()
    handler.setFormatter(formatter_of(settings))
    handler.setLevel(settings["LOG_LEVEL"])
    before: Any = logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.NOTSET)
    try:
        yield
    finally:
        logging.root.removeHandler(handler)
        logging.root.setLevel(before)
