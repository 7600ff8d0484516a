"""newscrawl reads Sina Finance (新浪财经) articles and archives them as Markdown posts with front matter."""

from newscrawl.errors import Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.page import extract
from newscrawl.version import __version__

__all__ = ["Article", "Refused", "__version__", "extract"]
