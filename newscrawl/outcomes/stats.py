"""The names under which a run counts in Scrapy's stats."""

ASKED = "newscrawl/asked"  # URLs that the run was given
FLAGGED = "newscrawl/flagged/"  # newscrawl/flagged/new_design: kept, but somebody should look
CLOSED = "newscrawl/output_closed"  # whoever read our standard output went away
POSTS = "newscrawl/posts/"  # stats keys: newscrawl/posts/written
FAILED = "newscrawl/failed/"  # newscrawl/failed/http_404
REPEATED = "newscrawl/repeated"  # the same article asked for again in one run
VANISHED = "newscrawl/gone"  # a page that is no more, whose article is kept
STILL_GONE = "newscrawl/still_gone"  # and was no more before
UNCHANGED = "newscrawl/not_modified"  # answers 304
REFUSED = "newscrawl/refused/"  # newscrawl/refused/403: answers that turned us away, by status
LISTS = "newscrawl/lists/"  # newscrawl/lists/list_timeout: list pages that could not be read
STOPPED = "newscrawl/stopped"  # why a run was given up: the site turns us away
EXIT = "newscrawl/exit_code"  # what the run comes to
UNSENT = "newscrawl/unsent"  # requests that were then not sent again
