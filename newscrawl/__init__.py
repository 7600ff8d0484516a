"""newscrawl reads Sina Finance (新浪财经) articles and keeps them as front-matter files."""

__version__ = "0.1.0"

from newscrawl.items import Article
from newscrawl.page import Refused, extract

__all__ = ["Article", "Refused", "__version__", "extract"]
