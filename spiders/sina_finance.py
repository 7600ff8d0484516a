"""Sina Finance (新浪财经). Its data is in `newscrawl/sites/sina_finance.yaml`."""

from newscrawl.crawl.spider import ArticleSpider


class SinaFinanceSpider(ArticleSpider):
    """`scrapy crawl sina_finance -a url=https://finance.sina.com.cn/…`"""

    name = "sina_finance"
