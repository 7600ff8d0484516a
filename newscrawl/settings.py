"""Scrapy settings: only what differs from Scrapy's defaults, which are rude, unsafe or slow for this use.

Delay, concurrency, timeout and retries come from the site file (`newscrawl/crawl/spider.py`).
"""

from newscrawl.extraction.stages import STAGES
from newscrawl.version import __version__

BOT_NAME = "newscrawl"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"

# After the stages that normalise an article come those that keep it.
KEEPING = (
    "pipelines.complete.CompletePipeline",
    "pipelines.export.ExportPipeline",
)
ITEM_PIPELINES = {path: 100 * number for number, path in enumerate(STAGES + KEEPING, start=1)}

# What the export stage does; the command line sets these.
NEWSCRAWL_ARCHIVE = ""  # a folder; empty: articles go to Scrapy's feeds, and to standard output where there are none
NEWSCRAWL_FORMAT = "post"
NEWSCRAWL_FLAVOUR = "hexo"
NEWSCRAWL_BODY = "clean"
NEWSCRAWL_CAPTURES = True  # what servers say is kept as it came, in the archive's warc/

# Who we are, and what we may fetch.
USER_AGENT = f"newscrawl/{__version__} (news archiver)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "newscrawl"
COOKIES_ENABLED = False
URLLENGTH_LIMIT = 0  # Scrapy drops longer addresses without a word
METAREFRESH_ENABLED = False
HTTPPROXY_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {"ftp": None, "s3": None, "file": None, "data": None}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "newscrawl.crawl.middlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newscrawl.crawl.middlewares.robots.RobotsMiddleware": 100,
    "newscrawl.crawl.middlewares.retry_after.RetryAfterMiddleware": 560,  # sees an answer before Scrapy's retry, at 550
    "newscrawl.crawl.middlewares.warc.WarcMiddleware": 800,  # sees it before redirects (600) and decompression (590)
}

# How gently, before a site file says otherwise.
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
DOWNLOAD_TIMEOUT = 20
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # not 429: who says "too many" is not asked again at once
DOWNLOAD_MAXSIZE = 10 * 2**20  # bytes; a 300 MB gzip bomb of 306 KB ends at this
DOWNLOAD_WARNSIZE = 2 * 2**20

# What runs beside the crawl: no HTTP or telnet door into the process; the log's end names every outcome.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
EXTENSIONS = {
    "newscrawl.crawl.extensions.crawl_delay.CrawlDelay": 10,
    "newscrawl.crawl.extensions.outcomes.OutcomesExtension": 20,  # judges the run while the archive is open
    "newscrawl.crawl.extensions.archive.ArchiveExtension": 30,
}
COMMANDS_MODULE = "newscrawl.crawl.commands"  # `scrapy crawl` with newscrawl's exit code
CONCURRENT_ITEMS = 8  # the default of 100 starts 100 tasks for each response: 29 % of the CPU
WARN_ON_GENERATOR_RETURN_VALUE = False  # else Scrapy reads a callback's source for each response: 14 % of the CPU
MEMUSAGE_LIMIT_MB = 1024
LOG_LEVEL = "INFO"
FEED_EXPORTERS = {"post": "newscrawl.posts.exporters.FrontMatterExporter", "csv": "newscrawl.crawl.feeds.CsvExporter"}
FEED_EXPORT_ENCODING = "utf-8"
