"""The signals of a run, beside Scrapy's own. An extension connects to them in the same way.

crawler.signals.connect(self.ended, signals.visit_ended)
"""

visit_begun = object()  # sent with visit: the run wants an article
visit_sent = object()  # sent with visit: a request of it is about to be sent
visit_held_back = object()  # sent with visit: its request was answered by a ban, and waits to be sent again
visit_ended = object()  # sent with visit, outcome: once for each visit
list_failed = object()  # sent with what, reason, detail: a list could not be read, or not proven; or what is set aside
host_out = object()  # sent with host, reason, detail: a host answers nothing any more
waiting = object()  # sent with host, seconds, why: nothing is sent to a host for so long; why is a predicate
ledger_failed = object()  # sent with what, reason, detail: the outcome of a visit could not be noted in the ledger
archive_unsealed = object()  # sent with why: the archive could not be closed as it should be
items_expected = object()  # sent with count: so many more items will be fetched
