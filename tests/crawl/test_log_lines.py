"""The lines of a log: without controls, and none forged."""

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from scrapy import signals
from scrapy.settings import Settings
from scrapy.utils import log as scrapy_log

from newscrawl.crawl.extensions.log_lines import LogLines
from newscrawl.crawl.log_lines import JsonFormatter, LineFormatter, formatter_of, logged
from tests.support.crawler import stub_crawler
from tests.support.hostile import found_in, found_in_json, hostile

FORGED = "a\nnewscrawl: all done"


def record(message: str, *arguments: Any, name: str = "newscrawl.x", error: Any = None) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "x.py", 1, message, arguments, error)


@pytest.mark.parametrize("formatter", [LineFormatter("%(message)s"), JsonFormatter()])
def test_no_control_is_in_a_line(formatter: logging.Formatter) -> None:
    for arguments in ((hostile(), 1), (ValueError(hostile()), 1)):
        line = formatter.format(record("%s: %d", *arguments))
        assert found_in(line, lines=True) == []
        assert "\\x1b[31m" in line
    assert found_in(formatter.format(record(hostile()))) == []


def test_an_argument_is_one_line() -> None:
    lines = LineFormatter("%(levelname)s %(message)s")
    assert lines.format(record("%s: %s", FORGED, ValueError(FORGED))).count("\n") == 0
    assert lines.format(record("%(what)s", {"what": FORGED})) == "WARNING a\\x0anewscrawl: all done"
    given = record("%s %d %s", FORGED, 3, None)
    assert lines.format(given) == "WARNING a\\x0anewscrawl: all done 3 None"
    assert given.args == (FORGED, 3, None)  # other handlers get the record as it is


@pytest.mark.parametrize("name", ["scrapy.crawler", "twisted", "py.warnings", "asyncio"])
def test_arguments_of_scrapy_may_have_lines(name: str) -> None:
    assert LineFormatter("%(message)s").format(record("Settings:\n%s", "a\nb", name=name)) == "Settings:\na\nb"


def test_a_traceback() -> None:
    try:
        int(hostile())
    except ValueError:
        error = sys.exc_info()
    shown = LineFormatter("%(message)s").format(record("bug", error=error))
    assert "Traceback" in shown
    assert found_in(shown) == []
    line = JsonFormatter().format(record("bug", error=error)).encode()
    assert found_in_json(line) == []
    assert "Traceback" in json.loads(line)["message"]


def test_an_event() -> None:
    event = json.loads(JsonFormatter().format(record("a %s", "b")))
    assert event.pop("time").endswith("+00:00")
    assert event == {"event": "log", "level": "WARNING", "logger": "newscrawl.x", "message": "a b"}


def test_the_formatter_is_that_of_the_settings() -> None:
    assert isinstance(formatter_of(Settings({"NEWSCRAWL_LOG_JSON": True})), JsonFormatter)
    lines = formatter_of(Settings({"LOG_FORMAT": "%(asctime)s %(message)s", "LOG_DATEFORMAT": "now"}))
    assert lines.format(record("a\x1b")) == "now a\\x1b"


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> logging.Handler:
    handler = logging.StreamHandler(StringIO())
    monkeypatch.setattr(scrapy_log, "_scrapy_root_handler", handler)
    return handler


def test_under_scrapy_its_handler_has_the_formatter(handler: logging.Handler) -> None:
    LogLines.from_crawler(stub_crawler())
    assert isinstance(handler.formatter, LineFormatter)
    crawler = stub_crawler({"NEWSCRAWL_LOG_JSON": True})
    extension = LogLines.from_crawler(crawler)
    assert isinstance(handler.formatter, JsonFormatter)
    handler.setFormatter(None)  # as of the handler that Scrapy puts in its place
    crawler.signals.send_catch_log(signals.spider_opened)
    assert handler.formatter is extension.formatter


def test_without_a_handler_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrapy_log, "_scrapy_root_handler", None)
    assert LogLines.from_crawler(stub_crawler())


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    before = [*logging.root.handlers], logging.root.level
    yield logging.root
    assert ([*logging.root.handlers], logging.root.level) == before


def test_a_run_logs_on_standard_error(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings({"LOG_ENABLED": True, "LOG_LEVEL": "INFO", "LOG_FORMAT": "%(message)s"})
    with logged(settings):
        assert not settings.getbool("LOG_INSTALL_ROOT_HANDLER")
        logging.getLogger("newscrawl.x").info("a %s", "b\x1b")
        logging.getLogger("newscrawl.x").debug("no")
    assert "a b\\x1b\n" in capsys.readouterr().err
    assert root


def test_a_log_that_is_off_stays_scrapys(root: logging.Logger) -> None:
    settings = Settings({"LOG_ENABLED": False})
    with logged(settings):
        assert settings.getbool("LOG_INSTALL_ROOT_HANDLER")
    assert root
