"""What is wrong in a site file, in words of its own: msgspec names types of its own and places in JSON."""

import re

TYPES = {
    "array": "a list",
    "object": "a mapping",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
AT, OF_A_KEY = " - at `", "key` in `"  # what stands before a place
UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
MISSING = re.compile(r"Object missing required field `(.*)`")
OTHER_TYPE = re.compile(r"Expected `([^`]*)`, got `(\w+)`")
OTHER_VALUE = re.compile(r"Expected `([^`]*)`(.*)", re.DOTALL)
NO_CHOICE = re.compile(r"Invalid enum value (.*)", re.DOTALL)


def words_of(message: str) -> str:
    """Returns what a message of msgspec (`ValidationError`) says, with the key's place in the site file.

    >>> words_of("Object contains unknown field `hots` - at `$.lists[0]`")
    'there is no key hots in lists[1]'
    >>> words_of("Expected `array | null`, got `int` - at `$.channels`")
    'channels is a whole number, and must be a list or nothing'
    """
    what, _, path = message.rpartition(AT) if AT in message else (message, "", "")
    place = path.removeprefix(OF_A_KEY).removesuffix("`").removeprefix("$").removeprefix(".")
    place = re.sub(r"\[(\d+)\]", lambda index: f"[{int(index[1]) + 1}]", place)
    within = f" in {place}" if place else ""
    if path.startswith(OF_A_KEY):
        return f"each key{within} must be a text"
    if found := UNKNOWN.fullmatch(what):
        return f"there is no key {found[1]}{within}"
    if found := MISSING.fullmatch(what):
        return f"the key {found[1]} is missing{within}"
    if found := OTHER_TYPE.fullmatch(what):
        return f"{place or 'the file'} is {types(found[2])}, and must be {types(found[1])}"
    if found := OTHER_VALUE.fullmatch(what):
        return f"{place} must be {types(found[1])}{found[2].replace(' matching regex', ' of the form')}"
    if found := NO_CHOICE.fullmatch(what):
        return f"{place} cannot be {found[1]}"
    return message


def types(names: str) -> str:
    """Returns msgspec's names of types as words."""
    return " or ".join(TYPES.get(name, name) for name in names.split(" | "))
