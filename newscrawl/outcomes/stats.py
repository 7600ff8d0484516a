"""The keys of a run's counts in Scrapy's stats; those that end in a slash are prefixes."""

ASKED = "newscrawl/asked"  # URLs that the run was given
FLAGGED = "newscrawl/flagged/"  # newscrawl/flagged/new_design: kept, but a person should check the page
CLOSED = "newscrawl/output_closed"  # the reader of standard output has closed it
POSTS = "newscrawl/posts/"  # newscrawl/posts/written
FAILED = "newscrawl/failed/"  # newscrawl/failed/http_404
REPEATED = "newscrawl/repeated"  # URLs of an article that the run was given before
VANISHED = "newscrawl/gone"  # pages found gone whose article is held
STILL_GONE = "newscrawl/still_gone"  # pages that were gone before
UNCHANGED = "newscrawl/not_modified"  # responses with status 304
REFUSED = "newscrawl/refused/"  # newscrawl/refused/403: responses that ban the run, by status
LISTS = "newscrawl/lists/"  # newscrawl/lists/list_timeout: list pages that could not be read
STOPPED = "newscrawl/stopped"  # why a run was given up, for example because the site has banned it
NO_ARCHIVE = "no_archive"  # the finish reason of a run that has none and needs one
EXIT = "newscrawl/exit_code"  # the exit code of the run
UNSENT = "newscrawl/unsent"  # requests that were not sent, because the run was given up
GIVEN_UP = "newscrawl/given_up"  # items that are not fetched again by themselves, after their last retry
