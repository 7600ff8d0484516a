"""What an export is about: the words and the clock that stand over all its articles."""

from dataclasses import dataclass

from newscrawl.sites.model import Site


@dataclass(frozen=True, slots=True)
class About:
    """Title and address of a feed, and the name of the zone that its readers' clocks show."""

    title: str
    link: str
    zone: str


def about(site: Site, channels: list[str]) -> About:
    """What the articles of a site are about, those of some channels only where they are named.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> about(sina, []).title, about(sina, ["stock", "world"]).title, about(sina, []).link
    ('新浪财经', '新浪财经－股市、新浪财经－国际', 'https://finance.sina.com.cn/')
    """
    labels = {channel.name: channel.label for channel in site.channels}
    title = "、".join(labels.get(name, name) for name in channels) or site.label
    host = site.hosts[0]
    return About(title, f"http{'s' * (host in site.https_hosts)}://{host}/", site.timezone)
