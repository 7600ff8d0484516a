"""Scrapy settings: only those whose defaults are impolite, unsafe or slow for this project.

Delay, concurrency, timeout and retries come from the site file (`newscrawl/crawl/spider.py`).
"""

from newscrawl.extraction.stages import STAGES
from newscrawl.version import __version__

BOT_NAME = "newscrawl"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"

# The stages that normalise an article come first, then those that store it.
KEEPING = (
    "pipelines.complete.CompletePipeline",
    "pipelines.export.ExportPipeline",
)
ITEM_PIPELINES = {path: 100 * number for number, path in enumerate(STAGES + KEEPING, start=1)}

# The export stage; the command line sets these.
NEWSCRAWL_ARCHIVE = ""  # a folder; empty: articles go to Scrapy's feeds, or without feeds to standard output
NEWSCRAWL_FORMAT = "post"
NEWSCRAWL_FLAVOUR = "hexo"
NEWSCRAWL_BODY = "clean"
NEWSCRAWL_EXIT_CODE = True  # `scrapy crawl` ends with newscrawl's exit code; Scrapy's is 0 even if everything failed
NEWSCRAWL_CAPTURES = True  # write every response as received to the archive's warc/

# Identity, and what may be fetched.
USER_AGENT = f"newscrawl/{__version__} (news archiver)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "newscrawl"
COOKIES_ENABLED = False
URLLENGTH_LIMIT = 0  # Scrapy drops longer URLs silently
METAREFRESH_ENABLED = False
HTTPPROXY_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {"ftp": None, "s3": None, "file": None, "data": None}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "newscrawl.crawl.middlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newscrawl.crawl.middlewares.robots.RobotsMiddleware": 100,
    "newscrawl.crawl.middlewares.retry_after.RetryAfterMiddleware": 560,  # sees a response before Scrapy's retry (550)
    "newscrawl.crawl.middlewares.warc.WarcMiddleware": 800,  # before redirects (600) and decompression (590)
}

# Politeness; a site file overrides these.
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
DOWNLOAD_TIMEOUT = 20
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # not 429: an immediate retry would ignore "too many requests"
DOWNLOAD_MAXSIZE = 10 * 2**20  # bytes; stops a gzip bomb of 306 KB that inflates to 300 MB
DOWNLOAD_WARNSIZE = 2 * 2**20

# No remote access (HTTP, telnet) to the process.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
EXTENSIONS = {
    "newscrawl.crawl.extensions.crawl_delay.CrawlDelay": 10,
    "newscrawl.crawl.extensions.outcomes.OutcomesExtension": 20,  # sets the exit code while the archive is open
    "newscrawl.crawl.extensions.archive.ArchiveExtension": 30,
}
COMMANDS_MODULE = "newscrawl.crawl.commands"  # `scrapy crawl` with newscrawl's exit code
CONCURRENT_ITEMS = 8  # the default of 100 starts 100 tasks for each response, measured at 29 % of the CPU
WARN_ON_GENERATOR_RETURN_VALUE = False  # Scrapy parses the callback's source for each response: 14 % of the CPU
MEMUSAGE_LIMIT_MB = 1024
LOG_LEVEL = "INFO"
FEED_EXPORTERS = {"post": "newscrawl.posts.exporters.FrontMatterExporter", "csv": "newscrawl.crawl.feeds.CsvExporter"}
FEED_EXPORT_ENCODING = "utf-8"
