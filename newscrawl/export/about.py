"""The data about an export as a whole: title, link and time zone."""

from dataclasses import dataclass

from newscrawl.sites.model import Site


@dataclass(frozen=True, slots=True)
class About:
    """The title and the URL of a feed, and the time zone of its dates (IANA name)."""

    title: str
    link: str
    zone: str


def about(site: Site, channels: list[str]) -> About:
    """The data about an export of a site, or of some of its channels.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> about(sina, []).title, about(sina, ["stock", "world"]).title, about(sina, []).link
    ('新浪财经', '新浪财经－股市、新浪财经－国际', 'https://finance.sina.com.cn/')
    """
    labels = {channel.name: channel.label for channel in site.channels}
    title = "、".join(labels.get(name, name) for name in channels) or site.label
    host = site.hosts[0]
    return About(title, f"http{'s' * (host in site.https_hosts)}://{host}/", site.timezone)
