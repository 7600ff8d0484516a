"""Outages: hosts that answer nothing, which says nothing about their articles. It may be our own line."""

from collections import Counter

from newscrawl.outcomes.reasons import reason_of

ENOUGH = 5  # requests in a row without any answer, after which a host's other articles are left to the next run


class Outages:
    """Knows which hosts answer, by the requests for articles of this run. Lists may come from other machines."""

    def __init__(self) -> None:
        self.answering: set[str] = set()  # hosts that have answered in this run
        self.unanswered: Counter[str] = Counter()  # requests in a row without an answer, by host

    def answered(self, host: str) -> None:
        """Notes an answer, whatever it says."""
        self.answering.add(host)
        self.unanswered[host] = 0

    def failed(self, host: str, reason: str) -> bool:
        """Notes the failure of a request. Returns whether the host is out by it."""
        if not reason_of(reason).ours:
            return False
        self.unanswered[host] += 1
        return self.unanswered[host] == ENOUGH

    def is_out(self, host: str) -> bool:
        """Whether a host does not answer any more."""
        return self.unanswered[host] >= ENOUGH

    def counts(self, host: str, reason: str) -> bool:
        """Whether a failure counts as a try of its article: not while its host has answered nothing in this run."""
        return host in self.answering or not reason_of(reason).ours
