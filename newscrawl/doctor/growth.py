"""How the time of a call grows with its input: as the input does, or faster.

A page can be of any size, so whatever reads one must take at most in proportion to it. What is measured is CPU time, so
it makes no difference how busy the machine is.
"""

import gc
import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

Input = TypeVar("Input")

MOST = 1.3  # the exponent of what may pass: a linear call that misses the processor's caches has up to 1.15
ENOUGH = 0.05  # seconds of CPU from which on a measurement says something
SHORT = 0.2  # seconds of CPU that a call may take whose time grows fast only up to a bound, as that of depth
LEAST = 1e-4  # seconds; clocks tell no less
ROUNDS = 5  # the least of which counts
FIRST, SLOWLY, STEP, LEAP = 16, 100, 1.4, 4  # sizes: the first; up to SLOWLY they grow by STEP, then by LEAP


class Growth(NamedTuple):
    """How a call grows: its CPU seconds for the largest input that was tried, of `size`, and the exponent up to there.

    The exponent is 1 where the time doubles with the input, 2 where it quadruples; 0 where the call is too fast.
    """

    size: int
    seconds: float
    exponent: float

    @property
    def is_steep(self) -> bool:
        """Whether the time grows faster than the input.

        >>> Growth(4000, 0.06, 1.1).is_steep, Growth(4000, 0.06, 2.0).is_steep, Growth(4000, 0.01, 0.0).is_steep
        (False, True, False)
        """
        return self.exponent > MOST

    @property
    def words(self) -> str:
        """The growth in words.

        >>> Growth(4000, 0.06, 2.04).words
        '0.06 s at a size of 4000, growing by the power of 2.0'
        """
        return f"{self.seconds:.2f} s at a size of {self.size}, growing by the power of {self.exponent:.1f}"


def growth(
    call: Callable[[Input], object],
    make: Callable[[int], Input],
    largest: int,
    *,
    first: int = FIRST,
    clock: Callable[[], float] = time.process_time,
) -> Growth:
    """Returns how the time of a call grows. `make` returns its input of a size, up to `largest`.

    The sizes grow until a call takes ENOUGH, so that one which grows fast is found out while it is still short.
    It must grow beyond that size too, unless that is small: what walks up from an element takes longer only until pages
    can be no deeper.
    """
    size, seconds = largest, 0.0
    for size in sizes(first, largest):
        seconds = cpu(call, make(size), clock)
        if seconds >= ENOUGH and (seconds := min(seconds, cpu(call, make(size), clock))) >= ENOUGH:
            break  # not only because the first call prepared something
    if seconds < ENOUGH:
        return Growth(size, seconds, 0.0)
    quarter = least(call, make(max(1, size // 4)), clock)
    for _ in range(ROUNDS - 2):
        if slope(quarter, seconds) <= MOST:
            break
        seconds = min(seconds, cpu(call, make(size), clock))
    exponent = slope(quarter, seconds) if seconds >= ENOUGH else 0.0
    if exponent > MOST and size > SLOWLY and (double := least(call, make(2 * size), clock, rounds=2)) < SHORT:
        exponent = min(exponent, 2 * slope(seconds, double))  # `slope` is that of a quarter
    return Growth(size, seconds, exponent)


def sizes(first: int, largest: int) -> Iterator[int]:
    """Yields the sizes that are tried.

    >>> list(sizes(16, 4000))
    [16, 22, 30, 42, 58, 81, 113, 452, 1808, 4000]
    """
    size = first
    while size < largest:
        yield size
        size = int(size * (STEP if size < SLOWLY else LEAP))
    yield largest


def slope(quarter: float, whole: float) -> float:
    """Returns the exponent of the growth between a quarter of an input and the whole, by their seconds.

    >>> slope(0.02, 0.08), slope(0.01, 0.16), slope(0.0, 0.1) > 2
    (1.0, 2.0, True)
    """
    return math.log2(max(whole, LEAST) / max(quarter, LEAST)) / 2


def least(call: Callable[[Input], object], value: Input, clock: Callable[[], float], rounds: int = ROUNDS) -> float:
    """Returns the least CPU seconds of some calls with the same input."""
    return min(cpu(call, value, clock) for _ in range(rounds))


def cpu(call: Callable[[Input], object], value: Input, clock: Callable[[], float]) -> float:
    """Returns the CPU seconds of one call, without those of Python's collector of cycles."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        begun = clock()
        call(value)
        return clock() - begun
    finally:
        if collecting:
            gc.enable()
