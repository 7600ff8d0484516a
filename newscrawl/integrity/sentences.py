"""Numbers of things, as sentences name them."""


def number_of(count: int, thing: str) -> str:
    """A number of things.

    >>> number_of(1, "damage"), number_of(2, "damage"), number_of(0, "damage")
    ('1 damage', '2 damages', '0 damages')
    """
    return f"{count} {thing}{'s' * (count != 1)}"


def is_or_are(count: int) -> str:
    """The verb for a number of things.

    >>> is_or_are(1), is_or_are(2)
    ('is', 'are')
    """
    return "is" if count == 1 else "are"
