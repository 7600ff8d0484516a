"""People's Daily Online, finance (人民网财经). Its data is in `newscrawl/sites/people_finance.yaml`."""

from newscrawl.crawl.spider import ArticleSpider


class PeopleFinanceSpider(ArticleSpider):
    """`scrapy crawl people_finance -a url=http://finance.people.com.cn/…`"""

    name = "people_finance"
