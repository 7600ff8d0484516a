"""The targets of fuzzing, and what is found: an input that breaks a promise is kept as a case, which the tests replay."""

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import process_time

from tests.fuzz import promises

TARGETS: dict[str, Callable[[bytes], str]] = {
    "page": promises.page,
    "roll": promises.roll,
    "list_page": promises.list_page,
    "feed": promises.feed,
    "sitemap": promises.sitemap,
    "site_file": promises.site_file,
    "post": promises.post,
}
CASES = Path(__file__).parent / "cases"
SLOW = 5.0  # seconds of CPU for one input


@dataclass
class Fuzzing:
    """A fuzzing of a target under way. A finding is told from others by the kind and the place of its error."""

    target: str
    engine: str
    seconds: float  # of CPU
    executions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    found: dict[str, Path] = field(default_factory=dict)
    started: float = field(default_factory=process_time)

    @property
    def spent(self) -> float:
        """Seconds of CPU."""
        return process_time() - self.started

    @property
    def over(self) -> bool:
        """Whether all the time is spent."""
        return self.spent >= self.seconds

    def try_input(self, data: bytes) -> None:
        """Tries an input, and keeps it where it breaks a promise that none before it has broken so."""
        before = process_time()
        self.executions += 1
        try:
            self.outcomes[TARGETS[self.target](data)] += 1
            error = ""
        except Exception as broken:  # noqa: BLE001 (whatever it is, it is a finding)
            frame = traceback.extract_tb(broken.__traceback__)[-1]
            error = f"{type(broken).__name__}: {str(broken)[:200]!r} at {frame.name}, {frame.line}"
            place = f"{type(broken).__name__} {frame.filename}:{frame.lineno}"
        if not error and process_time() - before > SLOW:
            error = place = f"more than {SLOW:g} s of CPU"
        if error and place not in self.found:
            self.found[place] = self.keep(data, error)

    def keep(self, data: bytes, error: str) -> Path:
        """Writes an input that breaks a promise, and says so."""
        path = CASES / self.target / sha256(data).hexdigest()[:12]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        print(f"{self.target}: {error}; kept in {path}", flush=True)
        return path

    def line(self) -> str:
        """The figures, as one line."""
        most = ", ".join(f"{outcome} {count}" for outcome, count in self.outcomes.most_common(6))
        return f"{self.target}, {self.engine}: {self.executions} executions in {self.spent:.0f} s of CPU, {len(self.found)} findings ({most})"
