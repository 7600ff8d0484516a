"""Inserts, which are the site's own lines between the article's: gone where they stand alone, kept where they are said.

The pages are generated: each wording at head and tail in every tag, and in sentences, quotations and the middle.
"""

import itertools
from collections.abc import Iterator

import pytest

from newscrawl import extract
from newscrawl.extraction.blocks import collapse_space
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
CLAUSES = "夜班的灯比去年亮得早 老客户换了新的包装 第二条产线还在调试 雨季推迟了两周装船 账期缩短到四十天 样品先寄给了学校 运价谈了三轮没有结果 村口的站牌改了名字 旧机器拆成了零件".split()
OWN = [f"青岚码头集团8月公布，{clause}，吞吐量同比增长3.2%。" for clause in CLAUSES]  # an article of nine lines

# By kind; a bar stands before the words that are linked on some pages.
INSERTS = {
    "ESG": (
        "新浪财经ESG评级中心提供包括资讯、报告、培训、咨询等在内的14项ESG服务，助力上市公司传播ESG理念，提升ESG可持续发展表现。|点击查看【ESG评级中心服务手册】",
        "新浪财经 ESG评级中心提供资讯、报告、培训等十余项ESG服务，助力企业可持续发展。点击查看|【 ESG评级中心服务手册 】>>",
        "新浪财经ESG评级中心提供包括资讯,报告,培训在内的9项服务, |详见【ESG评级中心服务手册",
        "新浪财经ESG评级中心提供包括资讯、报告、培训、咨询等在内的14项ESG服务，助力上市公司传播ESG理念，提升ESG可持续发展表现。",
        "|点击查看【ESG评级中心服务手册】",
        "点击查看更多ESG内容：|新浪财经ESG评级中心",
        "更多ESG资讯，点击进入|新浪财经ESG评级中心",
    ),
    "app": (
        "|下载新浪财经APP，了解全球实时汇率",
        "下载|新浪财经App,了解全球实时汇率>>",
        "下载新浪财经APP， 查看更多资讯和大V观点",
        "|安装新浪财经客户端第一时间接收最全面的市场资讯→【下载地址】",
        "安装新浪财经客户端 第一时间接收最全面的市场资讯→|【下载地址】",
        "下载新浪财经app,随时随地看突发新闻",
        "打开新浪财经APP，查看更多精彩内容>>",
        "打开新浪财经 App 查看实时行情！",
        "立即下载【新浪财经APP】，7×24小时快讯不错过",
        "扫码下载新浪财经ＡＰＰ，投资快人一步",
        "下载新浪财经APP，了解全球实时汇率。",
        "下载新浪港股APP，实时行情、独家内参",
        "点击下载新浪财经客户端",
        "更多精彩资讯，请关注新浪财经APP",
        "海量资讯、精准解读，尽在新浪财经APP",
        "海量资讯,精准解读,尽在|新浪财经App！",
        "最先掌握财经7x24快讯 就在新浪财经APP 立即前往",
        "投资热点尽在新浪财经客户端",
        "下载“新浪财经”APP，了解全球实时汇率",
        "点击下载“新浪财经APP”，全球行情一手掌握",
        "手机看新闻，下载新浪财经APP",
        "手机炒股，就用新浪财经客户端",
        "下载新浪财经APP，您的财富管家",
        "下载新浪财经APP >> 看24小时滚动资讯",
        "点击链接下载新浪财经APP，了解全球实时汇率",
        "下载新浪财经APP，发现更多精彩！扫描下方二维码",
        "新浪财经APP：全球财经资讯与行情一站掌握，|立即下载",
        "安装新浪理财师，随时咨询",
        "点击下载新浪财经APP，听大V说股市",
        "下载新浪财经APP，查看记者一线报道",
        "下载新浪财经APP，最新行情即时显示",
        "下载新浪财经APP，查看公司说明",
        "海量资讯尽在新浪财经APP，发现更多精彩！扫描下方二维码",
        "扫描下方二维码，下载新浪财经APP",
        "新浪财经APP免费下载",
        "新浪财经APP，投资快人一步，|点击下载新浪财经APP",
        "想看更多资讯？下载新浪财经APP",
        "打开APP 查看更多",
        "【下载新浪财经APP】了解全球实时汇率",
    ),
    "Level2": (
        "新浪财经Level2：A股极速看盘",
        "新浪财经Level2：A股极速看盘 新浪财经App：直播上线 博主一对一指导",
        "新浪财经App：直播上线 博主一对一指导 新浪港股APP：实时行情 独家内参",
        "新浪港股APP:实时行情 独家内参",
        "新浪财经Level-2：A股极速看盘新浪财经App：直播上线博主一对一指导",
        "免费领取Level2行情>>",
        "|开通新浪财经Level2，十档行情快人一步！",
        "新浪财经Level2行情 免费体验>>",
        "Level2：沪深十档行情，主力资金无处遁形 |立即开通",
        "【Level-2行情】主力动向一目了然，新用户免费体验 |点击领取",
        "沪深Level2行情，新浪财经APP会员低至8折 |抢购",
        "A股开盘在即，用Level2看主力资金动向 >>",
        "新浪港股APP，港股投资必备神器 |点击下载",
        "新浪港股：更多港股资讯请关注官方微信xlgg-sina",
    ),
    "vote": (
        "感知中国经济的真实温度，见证逐梦时代的前行脚步。谁能代表2019年度商业最强驱动力？点击投票，评选你心中的“2019十大经济年度人物”。|【我要投票】",
        "谁能代表年度商业最强驱动力？【我要投票】",
        "|【我要投票】",
        "新浪财经评选活动正在进行，欢迎参与投票。【点击投票】",
        "2021银行业评选火热开启，为你心中的好银行投上一票！|[我要投票]>>",
        "“2026年度·最佳船长评选”火热进行中，为你支持的船长投票！【|我要投票|】",
        "2026新浪“渡口奖”评选：说出你心中的好码头【我要投票】",
        "谁是最受欢迎的码头名称？【我要投票】",
        "【我要投票】“2026年度渡口人物”评选",
        "点击【我要投票】，选出心中的最佳船长",
        "Pick你心目中的商业领袖【|点击投票|】",
        "“渡口奖”年度评选通道开启，|立即投票",
    ),
    "tips": (
        "【线索征集令！】你吐槽，我倾听；您爆料，我报道！在这里，我们将回应你的诉求，正视你的无奈。新浪财经爆料线索征集启动，欢迎广大网友积极“倾诉与吐槽”！爆料联系邮箱：finance_biz@sina.com",
        "【线索征集令】你吐槽，我倾听！爆料联系邮箱：| finance_biz@sina.com",
        "【线索征集令！】你吐槽，我倾听；您爆料，我报道！欢迎广大网友积极“倾诉与吐槽”！",
        "【投资维权315线索征集】您的权益受损了吗？|点击投诉>>",
        "炒股、基金遭遇陷阱？欢迎向新浪财经|爆料|，邮箱：finance_biz@sina.com",
        "新浪财经线索征集：欢迎投诉爆料，邮箱finance_biz@sina.com",
        "【线索征集】欢迎向我们投诉爆料！邮箱finance_biz@staff.sina.com.cn",
    ),
    "grades": (
        "登录新浪财经APP 搜索【信披】查看更多考评等级",
        "登陆新浪财经App，搜索【信披】，查看更多考评等级>>",
        "|登录新浪财经APP搜索【信披】 查看更多考评等级",
        "搜索【信披】查看更多考评等级",
        "【信披】查看更多考评等级",
        "打开新浪财经APP，搜索“信披”查看上市公司信披考评等级",
        "新浪财经APP搜索“信披”查看考评等级",
    ),
    "gifts": (
        "炒股开户享福利，入金抽188元红包，100%中奖！",
        "|炒股开户享福利，送投顾服务60天体验权，一对一指导服务！",
        "股市回暖，抄底炒股先开户！",
        "股市回暖，抄底炒股先开户！智能定投、条件单、个股雷达……送给你>>",
        "股市跌了别害怕！反弹行情下的专属投资礼包！",
        "股民福利来了！十大金股送给你，带你掘金“黄金坑”！|点击查看>>",
        "三大炒股神器免费领取！数量有限，先到先得>>",
        "牛市来了？如何快速上车，金牌投顾服务免费送>>",
        "市场赚钱效应升温，开户跑步入场！",
        "北麓集团来了！10月29日！立即开户为申购做好准备！|【立即上车做股东，享开户福利！】",
        "扫二维码 3分钟开户 紧抓股市暴涨行情！",
        "扫二维码，立即期货开户",
        "新手礼包免费领取，新人开户领500元红包＞＞",
        "新浪合作大平台期货开户 安全快捷有保障",
        "新浪合作平台期货开户，安全、快捷、有保障",
        "智能条件单免费领取→",
        "券商开户礼：新客理财年化8%，再送500元京东卡，|立即领取",
        "新股民开户即送三个月L2行情+理财券，|点此开户",
        "特别提醒：低佣金开户，百万融资低至4.5%，|扫码开户",
        "北麓证券开户福利，两融利率低至4.2%，|点击领取",
        "理财新客专享年化8%收益，|立即抢购",
        "券商低佣开户，|点击开户",
        "万1免5开户，|马上开户",
        "开户即送Level2，|戳这里",
    ),
    "template": (
        "@@title@@",
        "@@title@@ @@teacher_name@@：@@title@@ 热门推荐",
        "@name@ @symbol@",
        "${title}",
        "${column_path}/${name}",
        "作者：${author.name}",
        "{{ item.title }} | {{item.time}}",
    ),
    "pager": (
        "[1] [2] [3] 下一页",
        "[1][2][3][4][下一页]",
        "上一页 1 2 3 下一页",
        "【1】 【2】 【下一页】",
        "首页 上一页 1 2 3 4 5 6 7 8 9 10 11 下一页 尾页",
        "（1） （2） 下一页>>",
        "上一页",
        "第1页 第2页 下一页",
        "[1] [2] [3]",
    ),
    "tools": (
        "语音播报",
        "语音播报 缩小字体 放大字体 收藏 微博 微信 分享 0",
        "新浪财经APP 缩小字体 放大字体 收藏 微博 微信 分享 腾讯QQ QQ空间",
        "语音播报缩小字体放大字体收藏微博微信分享腾讯QQQQ空间",
        "朗读全文 字号：大 中 小 收藏 分享",
        "字号：超大 大 中 小",
        "分享到：微博 微信 QQ空间",
        "听新闻 00:00 / 03:25 1.5x",
        "收藏 | 微博 | 微信 | 分享 | 评论 12",
    ),
    "creator": (
        "新浪网 作者 洋子谈渡口（优质财经领域创作者）",
        "新浪网 作者 江畔晚报",
        "新浪网 作者：柏青 优质财经领域创作者",
        "2021年03月28日 21:03 新浪网 作者 江畔晚报",
        "新浪网 作者 柏青(知名财经创作者) 缩小字体 放大字体 收藏 微博 微信 分享",
        "新浪网 作者 小李（深圳）",
        "新浪网 作者 A&B财经（科技领域创作者，微博认证作者） 2021年03月28日 21:03",
        "新浪网 作者 “财”说（财经博主）",
    ),
    "others": (
        "炒股就看|金麒麟分析师研报|，权威，专业，及时，全面，助您挖掘潜力主题机会！",
        "炒股就看 金麒麟分析师研报 ,权威,专业,及时,全面,助您挖掘潜力主题机会!",
        "热点栏目 自选股 数据中心 行情中心 资金流向 模拟交易 客户端",
        "进入【新浪财经股吧】讨论",
        "进入 【新浪财经股吧】 讨论>>",
        ">>>>>>消费曝光台·我要投诉",
        "看明星八卦、查影讯，上手机新浪网娱乐频道",
        "新浪直播 百位牛人在线解读股市热点，带你挖掘板块龙头 收起",
        "股市瞬息万变，投资难以决策？来#A股参谋部#超话聊一聊，|[点击进入超话]",
        "24小时滚动播报最新的财经资讯和视频，更多粉丝福利扫描二维码关注（sinafinance）",
        "查看更多董秘问答>>",
        "查看更多董秘问答>> 免责声明：本信息由新浪财经从公开信息中摘录，不构成任何投资建议；新浪财经不保证数据的准确性，内容仅供参考。",
        "新浪声明：新浪网登载此文出于传递更多信息之目的，并不意味着赞同其观点或证实其描述。",
        "新浪声明：此消息系转载自新浪合作媒体，新浪网登载此文出于传递更多信息之目的，并不意味着赞同其观点或证实其描述。文章内容仅供参考，不构成投资建议。投资者据此操作，风险自担。",
        "免责声明：自媒体综合提供的内容均源自自媒体，版权归原作者所有，转载请联系原作者并获许可。若内容涉及投资建议，仅供参考勿作为投资依据。投资有风险，入市需谨慎。",
        "特别声明：以上内容仅代表作者本人观点。",
        "特别声明：以上文章内容仅代表作者本人观点，不代表新浪看点观点或立场。如有关于作品内容、版权或其它问题请于作品发表后的30日内与新浪看点联系。",
    ),
}  # fmt: skip
SPECIALS = ("<a href='/zt'>专题：走近渡口的人</a>", "专题：<a href='/zt'>走近渡口的人</a>", "专题: <a href='/zt'>渡口</a> <a href='/y'>码头</a>",
            "点击进入专题：<a href='/zt'>走近渡口的人</a>", "<b>专题：<a href='/zt'>渡口</a></b>", "【专题】<a href='/zt'>渡口</a>", "专题 | <a href='/zt'>渡口</a>", "<a href='/2'>下一页：渡口的灯</a>", "[下一页]：<a href='/2'>渡口的灯</a>", "点击进入<a href='/zt'>【2026渡口专题】</a>")  # fmt: skip
WORDINGS = [wording for wordings in INSERTS.values() for wording in wordings]

TAGS = {
    "p": "<p>　　{}</p>",
    "div": "<div>{}</div>",
    "blockquote": "<blockquote><p>{}</p></blockquote>",
    "bare blockquote": "<blockquote>{}</blockquote>",
    "span": "<p><span style='font-family: KaiTi'>{}</span></p>",
    "center": "<center>{}</center>",
    "list": "<ul><li>{}</li></ul>",
    "font": "<font cms-style='font-L'>{}</font>",
    "strong": "<p><strong>{}</strong></p>",
}


def page(*parts: str) -> bytes:
    return (
        '<html><head><meta charset="utf-8"><title>标题_新浪财经_新浪网</title></head><body><h1 class="main-title">标题</h1>'
        '<div class="date-source"><span class="date">2026年03月01日 08:00</span></div>'
        f'<div class="article" id="artibody">{"".join(parts)}</div></body></html>'
    ).encode()


def lines_of(*parts: str) -> list[str]:
    return extract(page(*parts), URL).text.splitlines()


def paragraphs(texts: list[str]) -> list[str]:
    return [f"<p>　　{text}</p>" for text in texts]


def plain(wording: str) -> str:
    """A wording without links, as HTML."""
    return escaped(wording.replace("|", "")) if is_marked(wording) else escaped(wording)


def linked(wording: str) -> str:
    """A wording with a link on the words after its bar, up to the next; without a bar, on all of it."""
    if not is_marked(wording):
        return f'<a href="/x">{escaped(wording)}</a>'
    before, _, rest = wording.partition("|")
    inside, _, last = rest.partition("|")
    return f'{escaped(before)}<a href="/x">{escaped(inside)}</a>{escaped(last)}'


def is_marked(wording: str) -> bool:
    """Whether a wording's bar is a mark: other bars have blanks around them."""
    return "|" in wording and " | " not in wording


def escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def alone() -> Iterator[tuple[str, str, str]]:
    """Yields each wording, with and without links, with the tags of its head and of its tail, in turn."""
    tags = itertools.cycle(TAGS)
    for wording in (*map(plain, WORDINGS), *map(linked, WORDINGS), *SPECIALS):
        yield from ((wording, next(tags), next(tags)) for _ in range(2))
        next(tags)


def test_an_insert_alone_at_head_or_tail_is_dropped() -> None:
    leaked = {
        (wording, head, tail)
        for wording, head, tail in alone()
        if lines_of(TAGS[head].format(wording), *paragraphs(OWN), TAGS[tail].format(wording)) != OWN
    }
    assert leaked == set()


@pytest.mark.parametrize("insert", [plain(wordings[0]) for wordings in INSERTS.values()] + [*SPECIALS[:2]])
def test_an_insert_between_line_breaks_is_dropped(insert: str) -> None:
    inside = "<br>\n　　".join((insert, *OWN, insert))
    assert lines_of(f"<p>　　{inside}</p>") == OWN
    assert lines_of(f"<div>{inside}<br><br></div>") == OWN
    assert lines_of(f"{inside}<br>") == OWN


def test_inserts_in_a_row_are_all_dropped() -> None:
    """Also with the editor and the source before, between and after them."""
    row = paragraphs([plain(wordings[0]) for wordings in INSERTS.values()] + [*SPECIALS[:2]])
    editor, source = paragraphs(["责任编辑：柏青", "来源：江畔日报"])
    assert lines_of(*row, *paragraphs(OWN), *row) == OWN
    assert lines_of(source, *row, *paragraphs(OWN), editor, *row) == OWN
    assert lines_of(*row, source, *paragraphs(OWN), *row[:5], editor, *row[5:], source) == OWN


ORNAMENTS = ("▼{}", "→ {}", "★★★{}★★★", "（{}）", "【{}】", "👉【{}】👈", "——{}——", "{}▼▼▼")


def test_ornaments_and_brackets_around_an_insert_go_with_it() -> None:
    wordings = [plain(wordings[0]) for kind, wordings in INSERTS.items() if kind not in ("pager", "tools")]
    ornate = [ornament.format(wording) for wording in wordings for ornament in ORNAMENTS]
    assert {text for text in ornate if lines_of(*paragraphs(OWN), f"<p>{text}</p>") != OWN} == set()


# What an article says with the words of an insert, {}; {own} is a sentence, {clause} a part of one.
SAYINGS = (
    "{own}{}", "{}{own}", "{own}{}{own}", "{}，{clause}。", "{}{clause}。", "{}的人越来越多，{clause}。", "柏青在会上说，{}",
    "据柏青介绍，{}", "广告牌上是{}", "屏幕上写着“{}”。", "“{}”", "「{}」", "他念道：「{}」，{clause}。", "{}，这句话贴在{clause}的地方",
)  # fmt: skip


def sayings(wording: str, number: int) -> list[str]:
    own, clause = OWN[number % len(OWN)], CLAUSES[number % len(CLAUSES)]
    return [saying.replace("{own}", own).replace("{clause}", clause).replace("{}", wording) for saying in SAYINGS]


def test_what_an_article_says_itself_stays_at_head_and_tail() -> None:
    lost = set()
    for number, wording in enumerate(WORDINGS):
        said = sayings(wording.replace("|", "") if is_marked(wording) else wording, number)
        for head, tail in zip(said[::2], said[1::2], strict=True):
            left = lines_of(*paragraphs([escaped(text) for text in (head, *OWN[:3], tail)]))
            lost |= {collapse_space(head), collapse_space(tail)} - set(left)
    assert lost == set()


# Each word that the rules name, in a wording that no other word of theirs fits; a blank is written _.
WORDS = {
    "A股开盘，Level2，立即{}": "下载 安装 领 查看 开通 体验 进入 前往 了解 购买 抢 开户 报名 参与 投票 订阅 试用 咨询 投诉 爆料 打开 升级 观看 关注 加入 上车 预约 申请",
    "下载新浪{}APP": "财经 港股 美股 股票 证券 基金 期货 外汇 黄金 理财 新闻 科技 体育",
    "{}二维码，下载新浪财经APP": "扫 扫描 长按 识别",
    "{}下载新浪财经APP": "点击链接 点击按钮 点击此处 点击这里 点击下方 点此",
    "{}新浪财经APP": "下载 安装 打开 登录 进入 前往 关注 锁定 更新 升级 上 就用",
    "下载新浪财经APP，{}码头": "查 了解 掌握 获 阅读 浏览 追踪 跟踪 关注 领 体验 享 参与 加 订阅 收听 收看 观看 接收 解锁 开启 搜 看 听 发现 咨询 "
    "更多 最新 海量 精彩 专业 权威 免费 全球 独家 随时 一手 第一时间 实时 及时 抢先 一键 快人 7x24 24小时 "
    "行情 资讯 盯盘 盘口 上线 指导 内参 快讯 解读 直播 诊股 预警 分析 投资 财经 港股 美股 股市 外汇 黄金",
    "{}Level2行情": "免费 限时 立即 点击 领取 开通 体验 试用 升级 订阅",
    "领取{}": "沪深Level2 A股Level2 L2行情 L2盘口 L2十档>> L2数据>>",
    "百万额度，{}，立即领取": "享开户 开户送 立即开户 马上开户 点击开户 点此开户 扫码开户 3分钟开户 低佣开户 低佣金开户 股民入金返现",
    "股民{}，立即领取": "抽大红包 投资礼包 免费领 送给你 送投顾 新客专享",
    "{}工具免费领，立即领取": "炒股 股民 股市 金股 牛股 牛市 行情 期货 基金 开户 投顾 条件单 新手 新客",
    "马上开户，{}！": "100%中奖 指导服务 抄底炒股先开户 开户跑步入场 领大红包 免费领取 送给你 开户福利",
    "谁能当选？【{}】": "我要投票 点击投票 立即投票 马上投票 参与投票 进入投票 我要评选",
    "{}【我要投票】": "欢迎点击投票 欢迎参与投票 年度评选 请投上一票 请投出一票 请选出船长 你心中的船长 最佳船长 谁是船长 谁能当选",
    "欢迎爆料，邮箱：{}": "finance@sina.com finance@sina.com.cn finance@sina.cn finance@staff.sina.com",
    "新浪声明：新浪网登载此文的{}": "摘录 目的 描述 观点 立场 参考 建议 依据 谨慎 负责 责任 自担 所有 许可 联系 准确性 真实性",
    "语音播报 {}": "放大字体 字号 标准 A+ 点击播报 收听 播报本文 朗读文章 收听新闻 播放 暂停 倍速 订阅 朋友圈 QQ好友 点赞 转发 举报 打印 复制链接",
    "{} 微信": "听新闻 朗读全文 缩小字体 分享到 QQ空间",
    "新浪网作者柏青{}": "（创作者） （博主） （大V） （达人） （认证） _知名创作者",
    "{}专题：<a href='/zt'>渡口</a>": "点击 查看 进入 更多 相关",
    "{}": "<%=title%> {{title}} @@title@@ ${title}",
}  # fmt: skip


def worded(wordings: dict[str, str]) -> list[str]:
    return [form.replace("{}", word.replace("_", " ")) for form, words in wordings.items() for word in words.split()]


def test_each_word_of_a_rule_makes_an_insert() -> None:
    leaked = [text for text in worded(WORDS) if lines_of(*paragraphs([*OWN, text.replace("<%", "&lt;%")])) != OWN]
    assert leaked == []


# The same forms with a word that an advertisement does not have.
SAID = {
    "更多人{}，资讯尽在新浪财经APP": "说 称 表示 认为 介绍 指出 透露 坦言 显示 公布 报道 写",
    "下载新浪财经APP，查看{}": "广告 横幅 标语 字样 这句 那句",
    "股民马上开户，{}，送给你！": "不是 别再 与其 该停 叫停 严禁 禁止 警惕 谨防 当心 小心 受骗 套路 陷阱 监管 违规 被套 亏了吗",
    "【线索征集】欢迎向{}爆料": "警方 公安 检察院 法院 纪委 拨打",
}


def test_a_word_that_no_advertisement_has_keeps_a_line() -> None:
    assert [text for text in worded(SAID) if lines_of(*paragraphs([*OWN, text])) != [*OWN, text]] == []


# Sentences with the words of advertisements: denials, warnings, questions, notices of companies, the police, other apps.
LIKE_INSERTS = """\
炒股不是领红包！ 股市不会给你送红包！ 别再为炒股领红包买单！ 基金公司与其送礼包，不如把业绩做好！ 你开户领红包了吗？股民们赚到钱了！
券商“开户送礼包”该停了，股民更需要专业服务！ 炒股开户送红包，小心骗局！ 新股民排队先开户，券商忙坏了！ 青岚汽车推出L2+级高阶智驾方案，点击查看 新浪理财师大赛落幕，点击查看 股民开户领红包，背后是一场骗局！
新浪微博客户端：热搜榜单里的财经 更新新浪微博客户端 打开新浪微博客户端，看热搜 股东可登录深交所网站，点击【我要投票】
【线索征集令！】青岚警方公开征集犯罪集团违法犯罪线索 【线索征集】如有线索，请拨打110 更多投资者下载新浪财经APP
新浪财经APP用户数突破一亿，增速超过Level2用户 “2026年度渡口人物”评选启动，谁能当选？ 基金赚钱，基民却没中奖！ 打新股，股民人人中奖！ 行情来了，老股民给新人送红包！ 期货公司给客户送礼包！
【线索征集】受害者请向警方投诉 证监局：多家券商因开户送红包被罚！ 年轻人炒股，先别急着开户！ 第一步：打开新浪财经APP，点击下载 打开新浪财经APP，点击右上角 Level2行情收费十年，谁在付钱？
“下载新浪财经APP，了解全球实时汇率” 「炒股开户享福利，入金抽188元红包，100%中奖！」 “谁能代表年度商业最强驱动力？【我要投票】”
""".split()  # fmt: skip


@pytest.mark.parametrize("text", LIKE_INSERTS)
def test_a_sentence_like_an_insert_stays_at_head_and_tail(text: str) -> None:
    assert lines_of(*paragraphs([text, *OWN])) == [text, *OWN]
    assert lines_of(*paragraphs([*OWN, text])) == [*OWN, text]


def test_an_insert_in_the_middle_of_an_article_stays() -> None:
    """There its site does not put it, so the article quotes it; also in an article of two lines."""
    lost = []
    places = itertools.cycle((before, after) for before in (1, 2, 4) for after in (1, 2, 4))
    frames = itertools.cycle(TAGS.items())
    for wording, (tag, frame), (before, after) in zip(map(plain, WORDINGS), frames, places, strict=False):
        left = lines_of(*paragraphs(OWN[:before]), frame.format(wording), *paragraphs(OWN[4 : 4 + after]))
        if len(left) != before + 1 + after:
            lost.append((tag, wording))
    assert lost == []
    for special in (each for each in SPECIALS if "点击进入专题" not in each):  # such words head a list of links
        assert len(lines_of(*paragraphs(OWN[:1]), f"<p>{special}</p>", *paragraphs(OWN[4:]))) == 7


def test_an_insert_is_outside_beside_lines_that_are_no_sentence() -> None:
    """A byline, a date or the place of a picture stands between it and the article's head or tail."""
    insert = "<p>下载新浪财经APP，了解全球实时汇率</p>"
    head, tail = paragraphs(["青岚特派记者 柏青", "3月1日"]), paragraphs(["（青岚港）"])
    left = lines_of(*head, insert, *paragraphs(OWN), insert, *tail)
    assert left == ["青岚特派记者 柏青", "3月1日", *OWN, "（青岚港）"]
    assert len(lines_of(*paragraphs([OWN[0], "广告牌上写着："]), insert)) == 3


def test_a_row_of_links_to_the_articles_pages_is_dropped_anywhere() -> None:
    """An article has no such row of its own."""
    links = [f'<a href="/{number}">{number}</a>' for number in (2, 3)]
    for row in (f"[1] [{links[0]}] [{links[1]}] <a href='/2'>下一页</a>", " ".join(links), f"【1】【{links[0]}】"):
        assert lines_of(*paragraphs(OWN[:4]), f"<p>{row}</p>", *paragraphs(OWN[4:])) == OWN
    own = f"<p>{links[0]}日和{links[1]}日</p>"
    assert len(lines_of(*paragraphs(OWN[:4]), own, *paragraphs(OWN[4:]))) == len(OWN) + 1


@pytest.mark.parametrize(
    "text",
    [
        "下载新浪财经APP的用户数突破一亿。",
        "新浪财经APP今日更新，新增全球实时汇率功能。",
        "打开新浪财经APP，首页换成了深色。",
        "打开新浪财经APP，查看自选股，柏女士发现账户少了两千元。",
        "更多投资者下载新浪财经APP",
        "新浪财经客户端：港股三大指数收跌",
        "新浪财经Level2行情今日上线，十档盘口首次免费开放。",
        "Level2行情是交易所推出的实时行情",
        "新浪财经ESG评级中心提供的数据显示，九成公司披露了报告。",
        "线索征集令发出三天，市民来电上千通。",
        "【信披】白石港公司收到警示函",
        "我要投票的人排到了门外。",
        "开户送红包被叫停，三家券商收到警示函。",
        "炒股开户享福利的广告，被监管点名",
        "股市火爆，券商开户数翻倍！",
        "股民柏青说，炒股开户享福利，入金抽188元红包，100%中奖！",
        "专题：走近渡口的人",
        "昨日的<a href='/zt'>专题：走近渡口的人</a>开讲",
        "下一页：渡口的灯",
        "下一页写着他的名字",
        "微信",
        "分享",
        "2019 2020 2021",
        "12 34 56 78",
        "大 中 小",
        "新浪网作者柏青获奖",
        "新浪声明：公司今日宣布，将于明年私有化。",
        "进入【新浪财经股吧】讨论的人多了",
        "变量写作 ${name}，括号不能少。",
        "炒股就看金麒麟分析师研报，成了他的口头禅",
    ],
)
def test_an_article_of_one_sentence_stays(text: str) -> None:
    assert len(lines_of(f"<p>{text}</p>")) == 1


def images_and_text(*parts: str) -> tuple[list[str], list[str]]:
    found = extract(page(*parts), URL)
    return [image.src for image in found.images], found.text.splitlines()


CODE, PHOTO = '<img src="https://n.sinaimg.cn/finance/c.png">', '<img src="https://n.sinaimg.cn/finance/p.jpg">'


@pytest.mark.parametrize(
    "tail",
    [
        f"<p>下载新浪财经APP，了解全球实时汇率{CODE}</p>",
        f"<div>{CODE}<span>海量资讯、精准解读，尽在新浪财经APP</span></div>",
        f"<p>{CODE}<br>扫码下载新浪财经APP</p>",
        f"<p>新浪合作大平台期货开户 安全快捷有保障</p><div>{CODE}</div><p>责任编辑：柏青</p>",
        f"<p>炒股开户享福利，入金抽188元红包，100%中奖！</p>{CODE}",
        f"<p>智能条件单免费领取>></p><p>{CODE}</p>",
        f"<p>新浪财经Level2：A股极速看盘 {CODE}</p>",
        f"<p>免费领取Level2行情<br>{CODE}</p>",
        f"<p>{CODE}24小时滚动播报最新的财经资讯和视频，更多粉丝福利扫描二维码关注（sinafinance）</p>",
    ],
)
def test_the_code_to_scan_goes_with_its_insert(tail: str) -> None:
    assert images_and_text(*paragraphs(OWN), f"<p>{PHOTO}</p>", tail) == ([PHOTO[10:-2]], OWN)


def sized(size: str) -> str:
    return f'<img src="https://n.sinaimg.cn/finance/{size}/a.jpg">'


@pytest.mark.parametrize(
    ("pictures", "stay"),
    [
        ([sized("w170h170")], False),
        ([sized("w640h360")], True),
        ([sized("w640h360"), sized("w641h360"), sized("w642h360")], True),
        ([sized("w170h170"), sized("w171h171")], True),
        ([f'<div class="img_wrapper">{sized("w170h170")}<span class="img_descr">江畔</span></div>'], True),
    ],
)
@pytest.mark.parametrize("place", ["in the line", "after the line"])
def test_only_one_square_without_a_caption_can_be_the_code(pictures: list[str], stay: bool, place: str) -> None:
    """The headimg is never a picture that went with an advertisement."""
    insert = "<p>炒股开户享福利，入金抽188元红包，100%中奖！{}</p>"
    shown = "".join(pictures)
    tail = insert.format(shown) if place == "in the line" else insert.format("") + shown
    found = extract(page(*paragraphs(OWN), tail), URL)
    assert [line for line in found.text.splitlines() if line != "江畔"] == OWN
    assert len(found.images) == (len(pictures) if stay else 0)
    assert found.headimg == (found.images[0].src if stay else "")


def test_a_photo_beside_an_insert_stays() -> None:
    insert = "<p>下载新浪财经APP，了解全球实时汇率</p>"
    assert images_and_text(insert, f"<p>{PHOTO}</p>", *paragraphs(OWN)) == ([PHOTO[10:-2]], OWN)
    assert images_and_text(*paragraphs(OWN), insert, f"<p>{PHOTO}</p>") == ([PHOTO[10:-2]], OWN)
    assert images_and_text(f"<p>{PHOTO}来源：江畔日报</p>") == ([PHOTO[10:-2]], ["来源：江畔日报"])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("新浪网 作者 洋子谈渡口（优质财经领域创作者）", "洋子谈渡口"),
        ("新浪网 作者 江畔晚报", "江畔晚报"),
        ("新浪网　作者　柏青(财经创作者)", "柏青"),
        ("新浪网作者柏青（优质财经领域创作者）", "柏青"),
        ("新浪网 作者 Bo Qing（优质财经领域创作者）", "Bo Qing"),
        ("2021年03月28日 21:03 新浪网 作者 柏青 优质财经领域创作者", "柏青"),
        ("新浪网 作者 小李（深圳）", "小李（深圳）"),
        ("新浪网 作者 小李（深圳）（财经博主）", "小李（深圳）"),
        ("新浪网 作者 36氪+（财经作者）", "36氪+"),
        ("新浪网 作者 A&amp;B财经 2021年03月28日 21:03", "A&B财经"),
        ("新浪网 作者 I/O情报局（科技领域创作者，微博认证作者） 2021-03-28 21:03", "I/O情报局"),
        ("新浪网 作者 老王|谈股", "老王|谈股"),
        ("新浪网 作者 智通财经@港股", "智通财经@港股"),
        ("新浪网 作者 “财”说", "“财”说"),
        ("新浪网 作者 柏青 看市（财经博主）", "柏青 看市"),
    ],
)
def test_the_author_of_an_entry_is_its_byline(line: str, name: str) -> None:
    for parts in ([f"<p>{line}</p>", *paragraphs(OWN)], [*paragraphs(OWN), f"<div>{line}</div>"]):
        found = extract(page(*parts), URL)
        assert (found.byline, found.text.splitlines()) == ([name], OWN)


FERRY = "去年的最后一班渡轮在雾里靠岸。"
KNOWN_LATER = (
    "新浪声明：所有会议实录均为现场速记整理，未经演讲者审阅，新浪网登载此文并不意味着证实其描述。",
    "新浪声明：新浪网独家稿件，转载请注明出处。",
    "特别声明：以上内容仅代表作者本人的观点或立场，如需联系的，请于上述内容发布后的30天内进行。",
    "如果您有相关线索，欢迎发送邮件至finance_biz@staff.sina.com",
    '<a href="/zt">2024全国渡口会专题报道</a>',
    '<a href="/us">美股行情中心：独家提供行业板块、盘前盘后实时行情</a>',
    "<b>热点栏目</b></p><ul><li><a href='/1'>自选股</a></li><li><a href='/2'>数据中心</a></li></ul><p>",
)


@pytest.mark.parametrize("insert", KNOWN_LATER)
@pytest.mark.parametrize("head", [True, False])
def test_statements_desks_and_rows_of_links_go_at_head_and_tail(insert: str, head: bool) -> None:
    own = f"<p>{FERRY}</p>"
    body = f"<p>{insert}</p>{own}" if head else f"{own}<p>{insert}</p>"
    page = article("标题", f"</p>{body}<p>")
    assert extract(page, URL).text == FERRY


def test_an_articles_own_words_for_them_stay() -> None:
    said = ["他们办过三次专题，也写过专题报道。", "美股行情中心：一家公司的名字。", "爆料的人没有留下邮箱。", FERRY]
    assert extract(article("标题", "</p><p>".join(said)), URL).text.splitlines() == said
