"""Scrapy settings: only those whose defaults are impolite, unsafe or slow for this project.

Delay, concurrency, timeout and retries come from the site file (`newscrawl/crawl/politeness.py`).
"""

from newscrawl.answers.decode import LARGEST_PAGE
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
DOWNLOADER = "newscrawl.crawl.downloader.Downloader"  # Scrapy's own, which tells when a request is sent
ITEM_PROCESSOR = "newscrawl.crawl.items.ItemProcessor"  # Scrapy's own, with a deadline for each stage
ITEM_PIPELINES = {path: 100 * number for number, path in enumerate(STAGES + KEEPING, start=1)}

# The export stage; the command line sets these.
NEWSCRAWL_ARCHIVE = ""  # a folder; empty: articles go to Scrapy's feeds, or without feeds to standard output
NEWSCRAWL_FORMAT = "post"
NEWSCRAWL_FLAVOUR = ""  # empty: that which the archive remembers, else hexo
NEWSCRAWL_BODY = ""  # empty: that which the archive remembers, else clean
NEWSCRAWL_EXIT_CODE = True  # `scrapy crawl` ends with newscrawl's exit code; Scrapy's is 0 even if everything failed
NEWSCRAWL_LOG_JSON = False  # log every line as a JSON object
NEWSCRAWL_CAPTURES = True  # write every response as received to the archive's warc/

# Each part of newscrawl can be switched off; ROBOTSTXT_OBEY and NEWSCRAWL_CAPTURES are such switches, too.
NEWSCRAWL_ARCHIVE_ENABLED = True  # opens the archive; off: a run that needs one ends before its first request
NEWSCRAWL_CLOCK_ENABLED = True  # compares the machine's clock with what servers tell; off: takes it as it is
NEWSCRAWL_LEASES_ENABLED = (
    True  # notes failures and unchanged pages in the ledger; off: the next run fetches them again
)
NEWSCRAWL_OUTAGES_ENABLED = True  # a host that answers nothing costs no article a try; off: it does
NEWSCRAWL_OUTCOMES_ENABLED = (
    True  # counts outcomes; off: no exit code of newscrawl's, and no end of the run in the ledger
)
NEWSCRAWL_FAILURE_LOG_ENABLED = True  # logs each failure in one line
NEWSCRAWL_LOG_LINES_ENABLED = True  # shows controls in the log as escapes; off: Scrapy's log, with controls as they are
NEWSCRAWL_GRACE_ENABLED = True  # ends an interrupted run after 3 seconds; off: it waits for all requests in flight
NEWSCRAWL_MEMORY_ENABLED = True  # gives a run up that takes more than MEMUSAGE_LIMIT_MB; off: it goes on
NEWSCRAWL_POLITENESS_ENABLED = True  # makes the site file's politeness Scrapy's settings; off: those below hold
NEWSCRAWL_OFFSITE_ENABLED = True  # fetches only the site's own hosts; off: any host
NEWSCRAWL_ADDRESSES_ENABLED = True  # connects only to public addresses, and those of the site file; off: to any
NEWSCRAWL_BAN_ENABLED = True  # backs off after a ban; off: a ban is a failure such as http_403, and the run goes on
NEWSCRAWL_SOFT_BAN_ENABLED = True  # takes many unknown pages in a row for a ban; off: each is a failure of its own
NEWSCRAWL_STOP_ENABLED = True  # drops the requests that wait when a run is given up; off: they are still sent
NEWSCRAWL_RETRY_AFTER_ENABLED = True  # off: Scrapy retries at once where a server asks to wait
NEWSCRAWL_CRAWL_DELAY_ENABLED = True  # keeps the crawl-delay of robots.txt, and pauses after a ban; off: neither

# Identity, and what may be fetched.
USER_AGENT = f"newscrawl/{__version__} (news archiver)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "newscrawl"
COOKIES_ENABLED = False
URLLENGTH_LIMIT = 0  # Scrapy drops longer URLs silently
METAREFRESH_ENABLED = False  # the spider follows one, where a page holds no article
REDIRECT_MAX_TIMES = 5  # Scrapy's default is 20: a loop of a site that bans us would be that many requests
HTTPPROXY_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # all addresses of a name; the default is one of IPv4
DOWNLOAD_HANDLERS = {
    "http": "newscrawl.crawl.connections.HttpHandler",
    "https": "newscrawl.crawl.https.HttpsHandler",
    **dict.fromkeys(("ftp", "s3", "file", "data")),
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "newscrawl.crawl.middlewares.offsite.OffsiteMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newscrawl.crawl.middlewares.robots.RobotsMiddleware": 100,
    "newscrawl.crawl.middlewares.stop.StopMiddleware": 110,
    "newscrawl.crawl.middlewares.ban.BanMiddleware": 540,  # sees what Scrapy's retry (550) does not retry
    "newscrawl.crawl.middlewares.retry_after.RetryAfterMiddleware": 560,  # sees a response before Scrapy's retry
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "newscrawl.crawl.middlewares.compression.CompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "newscrawl.crawl.middlewares.redirect.RedirectMiddleware": 600,
    "newscrawl.crawl.middlewares.clock.ClockMiddleware": 810,  # nothing is captured by a wrong clock
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
DOWNLOAD_MAXSIZE = LARGEST_PAGE  # bytes; stops a gzip bomb of 306 KB that inflates to 300 MB
DOWNLOAD_WARNSIZE = 2 * 2**20
DOWNLOAD_FAIL_ON_DATALOSS = False  # half an answer is captured too, and told from a whole one by `why_cut`

# No remote access (HTTP, telnet) to the process.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
EXTENSIONS = {
    "newscrawl.crawl.extensions.log_lines.LogLines": 1,
    "newscrawl.crawl.extensions.crawl_delay.CrawlDelay": 10,
    "newscrawl.crawl.extensions.outages.OutageExtension": 11,
    "newscrawl.crawl.extensions.leases.LeaseExtension": 12,
    "newscrawl.crawl.extensions.soft_ban.SoftBanExtension": 13,
    "newscrawl.crawl.extensions.failure_log.FailureLog": 14,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "newscrawl.crawl.extensions.memory.MemoryExtension": 15,
    "newscrawl.crawl.extensions.grace.GraceExtension": 16,
    "newscrawl.crawl.extensions.outcomes.OutcomesExtension": 20,  # sets the exit code while the archive is open
    "newscrawl.crawl.extensions.archive.ArchiveExtension": 30,
}
COMMANDS_MODULE = "newscrawl.crawl.commands"  # `scrapy crawl` with newscrawl's exit code
CONCURRENT_ITEMS = 8  # the default of 100 starts 100 tasks for each response, measured at 29 % of the CPU
WARN_ON_GENERATOR_RETURN_VALUE = False  # Scrapy parses the callback's source for each response: 14 % of the CPU
MEMUSAGE_LIMIT_MB = 1024  # a page takes less than 100 at a time; 0: no limit
LOG_LEVEL = "INFO"
FEED_EXPORTERS = {"post": "newscrawl.posts.exporters.FrontMatterExporter", "csv": "newscrawl.crawl.feeds.CsvExporter"}
FEED_EXPORT_ENCODING = "utf-8"
