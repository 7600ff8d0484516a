"""The pages of a generated site."""

import html
from datetime import datetime
from functools import lru_cache

from newscrawl.demo.fake_site.story import Figures, Story

# How a page shows it ------------------------------------------------------------------------------------------------

NOISE = b"@NOISE@"
FRAME = """<!DOCTYPE html>
<!-- [ published at {created:%Y-%m-%d %H:%M:%S} ] -->
<html><head><meta charset="utf-8">
<meta name="sudameta" content="urlpath:{folder}/; allCIDs:56592,257">
<title>{title}_新浪财经_新浪网</title>
<meta name="keywords" content="{company}">
<meta property="og:type" content="news">
<meta property="og:title" content="{title}">
<meta property="og:url" content="{url}">
<meta name="weibo: article:create_at" content="{created:%Y-%m-%d %H:%M:%S}">
<meta property="article:published_time" content="{created:%Y-%m-%dT%H:%M:%S}+08:00">
<meta property="article:author" content="{source}">
<meta name="publishid" content="{docid}">
<meta name="comment" content="cj:comos-{docid}">
<link rel="stylesheet" href="//n.sinaimg.cn/finance/article.css?v=@NOISE@">
</head><body>
<div class="path-search"><div class="channel-path"><a href="/">财经首页</a><span>&gt;</span>正文</div></div>
<h1 class="main-title">{title}</h1>
<div class="top-bar"><div class="date-source"><span class="date">{created:%Y年%m月%d日 %H:%M}</span>
<span class="source ent-source">{source}</span></div>
<div class="page-tools"><a>收藏</a><a href="#comments">评论 <span>@NOISE@</span></a></div></div>
<div class="article" id="artibody">
<div id="ad_@NOISE@"><p>第@NOISE@号推广位</p></div>
{body}
<ins class="sinaads" data-ad="@NOISE@">第@NOISE@次展示</ins>
<!-- 已有@NOISE@人读过 -->
<p class="article-editor">责任编辑：{editor}</p>
</div>
<div class="blk-comment" id="comments"><p>第@NOISE@楼：这一条每次都不同。</p></div>
<div class="side"><ul><li><a href="/">第@NOISE@条推荐</a></li></ul></div>
</body></html>
"""
QUOTED = (
    '<span id="stock_{stock}"><a class="keyword" href="https://finance.sina.com.cn/realstock/company/{stock}/nc.shtml"'
    ' target="_blank">{company}</a></span><span id="quote_{stock}">({noise}.34, +0.5%)</span>'
)
PICTURE = (
    '<div class="img_wrapper"><img src="//n.sinaimg.cn/finance/transform/{day:%Y%m%d}/{docid}.jpg" alt="{caption}">'
    '<span class="img_descr">{caption}</span></div>'
)
MISSING = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>页面没有找到</title></head>'
    "<body>抱歉，页面没有找到</body></html>"
)
BAN = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>拒绝访问</title></head><body>'
    "<h1>拒绝访问</h1><p>你的 IP 存在异常访问(例如: 爬虫/攻击/探测 等), 已被新浪安全部门封禁</p></body></html>"
)
ERROR = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@lru_cache(maxsize=4096)
def page(content: Story, details: Figures, docid: str, url: str, created: datetime) -> bytes:
    """A page of the layout fin2017, with a mark in each place that changes with every answer."""
    quoted = QUOTED.format(stock=details.stock, company=details.company, noise="@NOISE@")
    body = [PICTURE.format(day=created, docid=docid, caption=details.caption)] if details.caption else []
    body += [f'<p cms-style="font-L">　　{text.replace(details.company, quoted, 1)}</p>' for text in content.paragraphs]
    if details.table:
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in details.table)
        body.append(f'<table class="tb01">{rows}</table>')
    return FRAME.format(
        title=html.escape(content.title),
        folder=url.split("/", 3)[3].rpartition(f"/{created:%Y-%m-%d}/")[0],
        url=url,
        docid=docid,
        created=created,
        company=details.company,
        source=details.source,
        editor=details.editor,
        body="\n".join(body),
    ).encode()


def with_noise(marked: bytes, noise: int) -> bytes:
    """A page with its marks replaced by the number of an answer."""
    return marked.replace(NOISE, b"%d" % noise)


def old_page(title: str, body: str) -> bytes:
    """A page of Sina's old system, in GBK."""
    head = f'<meta http-equiv="Content-type" content="text/html; charset=gb2312"><title>{title}_新浪财经</title>'
    return f"<html><head>{head}</head><body>\n{body}\n</body></html>\n".encode("gbk")
