"""The rules of a robots.txt that are for one agent, found in one pass, for the parser to read nothing else.

A parser keeps the rules of a group for each agent that it names: 12,500 agents over 12,500 rules, in 300 kB, took more
than 100 s (Protego 0.7, 2026-11-28). What a group is, is as Protego sees it, which is generous with spelling.
"""

import re

AGENT = re.compile(r"user(?:-|\s+)?agent(?:\s*(?P<colon>:)|\s|\Z)\s*(?P<name>.*)", re.IGNORECASE | re.DOTALL)
OTHER_FIELD = re.compile(r":(?:\s|$)")  # what stands before it, and is not known, is no agent
OF_SITE = re.compile(r"(?:sitemaps?|site-map|host)\s*(?::|\s|\Z)", re.IGNORECASE)  # lines of no group
WORDS = re.compile(r"(?:d\w{6,8}|allow|crawl[- ]delay|request[- ]rate|visit[- ]time)(?:\s|\Z)", re.IGNORECASE)
ANY = "*"
MOST_SPECIAL = (
    2000  # rules that are tried one by one with each URL: 4 ms for one of 2,000 characters; real sites have 300
)


def rules_for(text: str, agent: str) -> list[str]:
    """The lines of the rules for an agent, without comments: of all groups that name it best; none if none does.

    >>> rules_for("User-agent: *\\nDisallow: /a\\nUser-agent: bot\\nUser-agent: c\\nDisallow: /b # not d", "bot")
    ['Disallow: /b']
    """
    lines = [line for line in (line.partition("#")[0].strip() for line in text.splitlines()) if line]
    names = [agent_of(line) for line in lines]
    best = max((name for name in names if name), key=lambda name: score(name, agent), default="")
    if not score(best, agent):
        return []
    rules = []
    ours = begun = False  # whether the group is for the agent, and whether it has a rule
    for line, name in zip(lines, names, strict=True):
        if name is not None:
            ours = name == best or (ours and not begun)
            begun = False
        elif not OF_SITE.match(line) and (":" in line or WORDS.match(line)):
            begun = True
            if ours:
                rules.append(line)
    return [*dict.fromkeys(reversed(rules))][::-1]  # each once; of several delays the last one counts


def agent_of(line: str) -> str | None:
    """The agent that a line names, in small letters; None for another line.

    >>> agent_of("User-Agent: Bot*"), agent_of("useragent *"), agent_of("User-agent:"), agent_of("Disallow: /")
    ('bot', '*', '', None)
    """
    match = AGENT.match(line)
    if not match or not (match["colon"] or not OTHER_FIELD.search(match["name"])):
        return None
    name = match["name"].strip().lower()
    return name if name == ANY else name.replace(ANY, "")


def score(name: str, agent: str) -> int:
    """How well a name fits an agent: its length where the agent has it at the start of a word, 1 for `*`, else 0.

    >>> [score(name, "Newscrawl/1 (+bot)") for name in ("newscrawl", "*", "bot", "crawl", "")]
    [9, 1, 3, 0, 0]
    """
    if name == ANY:
        return 1
    here = bool(name) and name in agent.lower()  # most are not, and a pattern takes long to compile
    return len(name) if here and re.search(rf"(?<![\w-]){re.escape(name)}", agent.lower()) else 0


def are_too_many(rules: list[str]) -> bool:
    """Whether there are more rules with wildcards, or with the end of an address, than can be tried with each URL."""
    return sum(ANY in rule or "$" in rule for rule in rules) > MOST_SPECIAL
