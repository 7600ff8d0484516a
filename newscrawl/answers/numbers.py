"""Numbers that others wrote: of any length, which Python's `int` is not made for."""

DIGITS = 18  # of the longest number; SQLite holds 18, and Python refuses more than 4,300
LARGEST_NUMBER = 10**DIGITS


def whole_number(digits: str | bytes) -> int:
    """Returns the number that decimal digits spell; `LARGEST_NUMBER` for more than 18 of them.

    Raises ValueError for anything but digits.

    >>> whole_number("0042"), whole_number(b"7"), whole_number("9" * 5000) == LARGEST_NUMBER
    (42, 7, True)
    """
    return int(digits) if len(digits) <= DIGITS else LARGEST_NUMBER
