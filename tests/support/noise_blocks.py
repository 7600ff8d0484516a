"""Unknown inserts: blocks of a page that belong to no article and that no rule of a site file knows.

Each function makes one kind of insert in random markup. The canary was tuned on the kinds in BLOCKS. Those in HELD were
written before and kept aside, to see whether it knows what it was not made for.
"""

import string
from collections.abc import Callable
from random import Random

from tests.support.noise_words import BRANDS, MEDIA, NAMES, USERS, Prose

Block = Callable[[Random, Prose], str]
TOKENS = "wrap inner box mod unit cell pane slot grid col item lay part area blk sec zone".split()


def name(rng: Random) -> str:
    """A class name or id as build tools and editors make them; it means nothing."""
    letters = "".join(rng.choices(string.ascii_letters + string.digits, k=rng.randint(3, 6)))
    return rng.choice(
        (
            f"c{letters}",
            f"css-{letters.lower()}",
            f"_{rng.choice(TOKENS)}_{letters}",
            f"{rng.choice(TOKENS)}-{rng.randint(1, 99)}",
            f"x{letters} {rng.choice(TOKENS)}{rng.randint(1, 9)}",
        )
    )


def attributes(rng: Random) -> str:
    """Random attributes of an element, or none."""
    return rng.choice(
        (
            "",
            f' class="{name(rng)}"',
            f' class="{name(rng)}"',
            f' id="{name(rng).split()[0]}"',
            f' class="{name(rng)}" data-k="{rng.randint(1, 999)}"',
        )
    )


def element(rng: Random, tags: str, inside: str) -> str:
    """An element with one of some tags and random attributes."""
    tag = rng.choice(tags.split())
    return f"<{tag}{attributes(rng)}>{inside}</{tag}>"


def wrapped(rng: Random, inside: str, most: int = 2) -> str:
    """Up to `most` random wrappers around something."""
    for _ in range(rng.randint(0, most)):
        inside = element(rng, "div div div section aside", inside)
    return inside


def link(rng: Random, text: str) -> str:
    """A link to somewhere."""
    return f'<a{attributes(rng)} href="/{name(rng).split()[0]}/{rng.randint(1000, 99999)}.shtml">{text}</a>'


def brand(rng: Random) -> str:
    """The name of an invented service."""
    return f"{rng.choice(BRANDS)}{rng.choice(('财经', '智投', '研究院', '会员', '学堂', '数据'))}"


def promotion(rng: Random, _: Prose) -> str:
    """A line that wants the reader to do something, as text or as a link."""
    text = rng.choice((
        f"{brand(rng)}年中特惠，{rng.randint(9, 99)}元畅读全部付费专栏，点此领取 &gt;&gt;", f"想看更多独家解读？扫码添加{brand(rng)}小助手，备注“入群”即可。",
        f"【限时】{brand(rng)}开户礼包：最高送{rng.randint(100, 900)}元体验金！立即参与", f"打开{brand(rng)}客户端，查看完整图表与实时数据",
        f"机会来了！{brand(rng)}实战训练营第{rng.randint(2, 40)}期火热报名中，名额仅剩{rng.randint(3, 60)}席", f"精彩内容不错过，订阅{brand(rng)}，每日推送",
    ))  # fmt: skip
    text = link(rng, text) if rng.random() < 0.4 else text
    return wrapped(rng, element(rng, "p p div blockquote span center", text), 1)


def related(rng: Random, prose: Prose) -> str:
    """A list of links to other articles, with a heading."""
    head = rng.choice(("相关阅读", "大家都在看", "猜你感兴趣", "更多精彩", "本文相关"))
    items = [link(rng, Prose.of(rng, prose.topic).headline()) for _ in range(rng.randint(2, 5))]
    if rng.random() < 0.6:
        return wrapped(
            rng,
            element(rng, "h3 div p strong", head)
            + element(rng, "ul ol", "".join(element(rng, "li", each) for each in items)),
        )
    return wrapped(rng, element(rng, "p div", head) + "".join(element(rng, "p div", each) for each in items))


def unlinked(rng: Random, prose: Prose) -> str:
    """The same without links: a script opens the articles."""
    items = "".join(
        f'<{tag} onclick="go({rng.randint(1, 9999)})">{Prose.of(rng, prose.topic).headline()}</{tag}>'
        for tag in rng.choice((["div"], ["p"], ["li"])) * rng.randint(2, 5)
    )
    return wrapped(
        rng, element(rng, "div h4 p", rng.choice(("延展阅读 ·", "今日推荐", "编辑精选", "热文榜"))) + items, 1
    )


def poll(rng: Random, prose: Prose) -> str:
    """A poll."""
    options = "".join(
        element(rng, "label li div", text)
        for text in rng.sample(("看好", "不看好", "说不清", "维持现状", "明年再看", "与我无关"), 3)
    )
    question = prose.fill(
        rng.choice(("你怎么看{where}的{what}？", "{what}还会继续{moved}吗？", "你身边的{what}有变化吗？"))
    )
    return wrapped(
        rng,
        element(rng, "div p h4", f"【小调查】{question}")
        + element(rng, "div ul", options)
        + element(rng, "div span p", f"提交 已有{rng.randint(100, 9999)}人参与"),
        1,
    )


def comments(rng: Random, prose: Prose) -> str:
    """What readers say."""
    rows = "".join(
        element(rng, "div li", element(rng, "span b div", rng.choice(USERS)) + element(rng, "span i", rng.choice(("3小时前", "昨天 21:08", "来自广东", "09-12")))
                + element(rng, "p div", prose.talk()) + element(rng, "span div", f"赞({rng.randint(0, 300)}) 回复"))
        for _ in range(rng.randint(2, 6))
    )  # fmt: skip
    return element(
        rng,
        "div section",
        element(rng, "h3 div p", rng.choice(("热门评论", "网友热议", f"最新跟帖（{rng.randint(2, 900)}）"))) + rows,
    )


def ticker(rng: Random, _: Prose) -> str:
    """Prices."""
    rows = "".join(
        f"<tr><td>{rng.choice('沪深300 创业板指 恒生科技 螺纹钢 美元指数 现货黄金'.split())}</td><td>{rng.randint(800, 9000)}.{rng.randint(10, 99)}</td><td>{rng.choice('+-')}{rng.randint(0, 4)}.{rng.randint(10, 99)}%</td></tr>"
        for _ in range(rng.randint(2, 5))
    )
    return wrapped(rng, f"<table{attributes(rng)}>{rows}</table>", 1)


def tools(rng: Random, _: Prose) -> str:
    """A bar of buttons."""
    words = rng.sample(
        ("分享", "微信", "朋友圈", "收藏", "点赞", "字号", "A+", "A-", "打印", "纠错", "复制链接", "夜间模式"),
        rng.randint(4, 8),
    )
    return element(rng, "div p ul", " ".join(element(rng, "span a i b", word) for word in words))


def cookie(rng: Random, _: Prose) -> str:
    """A line on cookies or on the reader's browser."""
    text = rng.choice(
        (
            "本站使用Cookie以改进您的浏览体验，继续访问即表示您同意我们的隐私政策。",
            "您的浏览器版本过低，为获得更好的体验，请升级或更换浏览器。",
            "我们更新了用户协议与隐私条款，请您仔细阅读后点击同意。",
        )
    )
    return wrapped(
        rng, element(rng, "p div span", text + element(rng, "a span", rng.choice(("知道了", "同意", "×")))), 1
    )


def code(rng: Random, _: Prose) -> str:
    """A QR code with its line."""
    text = rng.choice(
        (
            f"长按识别二维码，加入{brand(rng)}读者交流群",
            f"微信扫一扫，关注“{brand(rng)}”公众号",
            f"扫码下载{brand(rng)}APP 随时看盘",
        )
    )
    return element(
        rng,
        "div div p",
        f'<img src="//img.example.com/{rng.randint(10**5, 10**6)}.png" alt="">' + element(rng, "span p div", text),
    )


def column(rng: Random, prose: Prose) -> str:
    """Opinions of others: whole paragraphs of another article, each with a name."""
    rows = "".join(
        element(
            rng,
            "div li",
            element(rng, "h4 b div", rng.choice(NAMES)) + element(rng, "p", Prose.of(rng, prose.topic).paragraph(2)),
        )
        for _ in range(rng.randint(1, 4))
    )
    return element(
        rng, "div section aside", element(rng, "h3 div", rng.choice(("专栏", "名家", "观点", "财经号"))) + rows
    )


def newsletter(rng: Random, _: Prose) -> str:
    """An invitation to subscribe."""
    text = rng.choice(
        (
            f"每天清晨七点，把{brand(rng)}早报送进你的邮箱。",
            f"喜欢这篇报道？欢迎把{brand(rng)}推荐给你的朋友和同事。",
            f"和{rng.randint(3, 90)}万读者一起，每周收到{brand(rng)}的一封来信。",
        )
    )
    return element(
        rng,
        "div section p",
        element(rng, "p span div strong", text)
        + element(rng, "span div", rng.choice(("输入邮箱 订阅", "一键转发", "填写手机号 获取验证码"))),
    )


def cards(rng: Random, prose: Prose) -> str:
    """Other articles, each with its first sentence."""
    other = Prose.of(rng, prose.topic)
    rows = "".join(
        element(
            rng,
            "div article li",
            element(rng, "h3 h4 a div", other.headline())
            + element(rng, "p div", other.sentence())
            + element(rng, "span em", f"阅读 {rng.randint(1, 99)}.{rng.randint(1, 9)}万"),
        )
        for _ in range(rng.randint(2, 4))
    )
    return wrapped(rng, rows, 1)


def biography(rng: Random, prose: Prose) -> str:
    """Who wrote it."""
    text = f"{rng.choice(NAMES)}，{rng.choice(MEDIA)}{rng.choice(('资深记者', '特约撰稿人', '主笔'))}，长期关注{prose.fill('{what}与{what2}')}，著有专栏多种。"
    return element(
        rng,
        "div section aside dl",
        element(rng, "p div dd", text) + element(rng, "span p", f"+ 关注 {rng.randint(2, 60)}万粉丝"),
    )


def glossary(rng: Random, prose: Prose) -> str:
    """A term and what it means."""
    term = prose.fill("{what}")
    return element(
        rng,
        "div aside blockquote",
        element(rng, "h5 b p", rng.choice(("名词解释", "知识点", "小词典")))
        + element(rng, "p div", f"{term}：指在一定时期内由主管单位按统一口径统计、并向社会公布的指标，通常按月更新。"),
    )


def ranking(rng: Random, prose: Prose) -> str:
    """What others read."""
    rows = "".join(
        element(rng, "div li p", f"<em>{number}</em> {Prose.of(rng, prose.topic).headline()}")
        for number in range(1, rng.randint(4, 7))
    )
    return wrapped(rng, element(rng, "div h3", rng.choice(("24小时热榜", "一周最热", "正在热议"))) + rows, 1)


def live(rng: Random, prose: Prose) -> str:
    """Short news with the time of each."""
    other = Prose.of(rng, prose.topic)
    rows = "".join(
        element(rng, "div li p", f"{rng.randint(8, 22):02}:{rng.randint(0, 59):02} {other.sentence()}")
        for _ in range(rng.randint(2, 5))
    )
    return element(
        rng, "div section ul", element(rng, "h3 div li", rng.choice(("实时快讯", "盘中直击", "滚动播报"))) + rows
    )


def audio(rng: Random, _: Prose) -> str:
    """The words of a player."""
    return element(
        rng,
        "div p figure",
        f"听全文 00:00 / {rng.randint(2, 9):02}:{rng.randint(10, 59)} "
        + rng.choice(("1.0x 倍速 播放", "约需 6 分钟 AI 朗读", "切换男声 定时关闭")),
    )


def legal(rng: Random, _: Prose) -> str:
    """What lawyers want to be said."""
    return wrapped(rng, element(rng, "p p div small", rng.choice((
        "风险提示：以上信息仅供参考，不构成任何投资建议，据此操作，风险自担。", f"版权说明：本内容由{rng.choice(MEDIA)}原创，未经书面授权不得以任何形式转载、摘编或建立镜像。",
        "如对本页内容有异议，请在三十日内与我们联系，我们将依法及时处理并予以反馈。", f"（本文系{brand(rng)}账号发布，平台仅提供信息存储空间服务。）",
    ))), 1)  # fmt: skip


def sponsored(rng: Random, _: Prose) -> str:
    """An advertisement that is written like an article."""
    text = f"{brand(rng)}新近推出的家庭资产配置方案，覆盖储蓄、保险与养老三大场景，凭借稳健的回撤控制获得了{rng.randint(2, 60)}万个家庭的信赖。现在预约，还可获赠专属顾问一对一服务。"
    return element(
        rng,
        "div p section",
        element(rng, "i span b", rng.choice(("广告", "推广", "赞助内容"))) + element(rng, "p div span", text),
    )


def following(rng: Random, prose: Prose) -> str:
    """The beginning of the next article."""
    other = Prose.of(rng, prose.topic)
    return element(
        rng,
        "div article section",
        element(rng, "p div h4", f"下一篇：{other.headline()}")
        + element(rng, "p", other.paragraph(2))
        + element(rng, "span a", "展开全部"),
    )


def login(rng: Random, _: Prose) -> str:
    """What a visitor without an account is told."""
    return wrapped(
        rng,
        element(
            rng,
            "p div",
            rng.choice(
                (
                    "登录后即可参与讨论，新用户注册立享七日体验权益。",
                    "您还不是会员，开通后可享受去广告、离线阅读等十项特权。",
                    "请先完成手机验证，再继续浏览其余内容。",
                )
            ),
        ),
        1,
    )


def widget(rng: Random, _: Prose) -> str:
    """A widget of facts."""
    return element(
        rng,
        "div ul",
        " ".join(
            element(rng, "span li", text)
            for text in (
                "今日 晴",
                f"{rng.randint(1, 12)}~{rng.randint(13, 30)}℃",
                "尾号限行 3 和 8",
                f"92号汽油 {rng.randint(6, 8)}.{rng.randint(10, 99)}",
                "农历十月初七",
            )
        ),
    )


def key_points(rng: Random, prose: Prose) -> str:
    """A summary by a machine: sentences on the same topic that are not the article's."""
    points = "".join(element(rng, "li p div", prose.sentence()) for _ in range(rng.randint(2, 3)))
    return element(
        rng, "div section aside", element(rng, "b span h4 p", rng.choice(("划重点", "AI速读", "三句话看懂"))) + points
    )


def contact(rng: Random, _: Prose) -> str:
    """How to reach the editors."""
    return wrapped(
        rng,
        element(
            rng,
            "p div",
            rng.choice(
                (
                    f"新闻线索、投稿及合作洽谈，请致信 {name(rng).split()[0]}@example.com，来信必复。",
                    f"如有新闻线索，欢迎拨打本报热线 {rng.randint(10**6, 10**7)}，一经采用将致薄酬。",
                )
            ),
        ),
        1,
    )


def editors_note(rng: Random, prose: Prose) -> str:
    """What an editor thinks."""
    return element(
        rng,
        "div p blockquote",
        f"编者按：近一段时间以来，{prose.fill('{what}')}受到各方议论，本版特约请数位亲历者撰文，以飨读者，本文为系列之{rng.choice('二三四五')}。",
    )


def progress(rng: Random, _: Prose) -> str:
    """How far one has read."""
    return element(rng, "div p", f"已读 {rng.randint(3, 97)}% 预计剩余 {rng.randint(1, 9)} 分钟 回到顶部")


def tags(rng: Random, prose: Prose) -> str:
    """Words that others have looked for."""
    words = [prose.fill(form) for form in ("{what}", "{where}", "{who}", "{what2}")]
    return element(
        rng,
        "div p ul",
        element(rng, "span b", "标签：") + " ".join(element(rng, "a span em", f"#{word}") for word in words),
    )


def quotes(rng: Random, _: Prose) -> str:
    """Prices without a table."""
    rows = "".join(
        element(
            rng,
            "span li div",
            f"{rng.choice('沪指 深成指 纳指 日经225 布伦特原油 离岸人民币'.split())} {rng.randint(5, 9000)}.{rng.randint(10, 99)} {rng.choice('↑↓')}{rng.randint(0, 4)}.{rng.randint(10, 99)}%",
        )
        for _ in range(rng.randint(3, 5))
    )
    return wrapped(rng, element(rng, "div ul section", rows), 1)


def calendar(rng: Random, prose: Prose) -> str:
    """What happens this week."""
    rows = "".join(
        element(
            rng,
            "li p div",
            f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日 {Prose.of(rng, prose.topic).fill('{who}公布{what}')}",
        )
        for _ in range(rng.randint(3, 5))
    )
    return wrapped(rng, element(rng, "h4 p div", rng.choice(("本周大事", "财经日历"))) + rows, 1)


def post(rng: Random, prose: Prose) -> str:
    """A post of a social network."""
    return element(
        rng,
        "div blockquote section",
        element(rng, "b a div", f"@{rng.choice(USERS)}")
        + element(rng, "p div", Prose.of(rng, prose.topic).talk())
        + element(
            rng,
            "span div",
            f"{rng.randint(1, 99)}小时前 来自 iPhone客户端 转 {rng.randint(1, 900)} 评 {rng.randint(1, 900)}",
        ),
    )


def vacancy(rng: Random, _: Prose) -> str:
    """An advertisement for a job."""
    return element(
        rng,
        "div section p",
        f"【招聘】{brand(rng)}诚聘行业分析师{rng.randint(1, 5)}名，坐标滨江，五险一金、弹性工作，简历请投本站人事邮箱，长期有效。",
    )


def timeline(rng: Random, prose: Prose) -> str:
    """Earlier articles on something else, with their days."""
    other = Prose.of(rng, prose.topic)
    rows = "".join(
        element(
            rng,
            "li p div",
            f"{rng.randint(2016, 2025)}-{rng.randint(10, 12)}-{rng.randint(10, 28)} {link(rng, other.headline()) if rng.random() < 0.5 else other.headline()}",
        )
        for _ in range(rng.randint(3, 4))
    )
    return element(rng, "div ul section", rows)


def english(rng: Random, _: Prose) -> str:
    """The same in English, as templates that were bought say it."""
    return wrapped(
        rng,
        element(
            rng,
            "p div span",
            rng.choice(
                (
                    "Subscribe to our newsletter and never miss a story.",
                    "Share this article with your friends",
                    "Advertisement - story continues below",
                    "Sign up for free to read more stories like this.",
                )
            ),
        ),
        1,
    )


def donation(rng: Random, _: Prose) -> str:
    """A request for money."""
    return wrapped(
        rng,
        element(
            rng,
            "p div section",
            rng.choice(
                (
                    "我们的报道由读者资助，如果它对您有帮助，请考虑支持我们的工作。",
                    f"已有{rng.randint(100, 9000)}位读者打赏，赞赏作者，鼓励原创。",
                )
            ),
        ),
        1,
    )


def survey(rng: Random, _: Prose) -> str:
    """How one liked it."""
    return element(
        rng,
        "div form section",
        element(rng, "p span", "这篇文章对您有帮助吗？")
        + "".join(element(rng, "label span div", each) for each in ("有帮助", "一般", "没有帮助")),
    )


def podcast(rng: Random, prose: Prose) -> str:
    """An episode to listen to."""
    return element(
        rng,
        "div p section",
        f"播客 | 第{rng.randint(3, 200)}期 {Prose.of(rng, prose.topic).headline()} 时长{rng.randint(12, 80)}分钟",
    )


def event(rng: Random, _: Prose) -> str:
    """Where one can meet."""
    return wrapped(
        rng,
        element(
            rng,
            "p div blockquote",
            f"{brand(rng)}年度论坛将于{rng.randint(1, 12)}月{rng.randint(1, 28)}日在滨江会议中心举行，早鸟票限量发售，团购另有折扣。",
        ),
        1,
    )


def book(rng: Random, prose: Prose) -> str:
    """Something to buy."""
    return element(
        rng,
        "div li section",
        element(rng, "b p", f"《{prose.fill('{what}简史')}》")
        + element(rng, "span p", f"{rng.choice(NAMES)} 著 定价{rng.randint(20, 90)}.00元")
        + element(rng, "a span", "加入购物车"),
    )


def questions(rng: Random, prose: Prose) -> str:
    """What readers ask, and the answers."""
    other = Prose.of(rng, prose.topic)
    return element(
        rng,
        "div dl section",
        "".join(
            element(rng, "p dt", f"问：{other.talk()}") + element(rng, "p dd", f"答：{other.sentence()}")
            for _ in range(rng.randint(1, 3))
        ),
    )


def gallery(rng: Random, prose: Prose) -> str:
    """Pictures to look through."""
    shots = "".join(f'<img src="//img.example.com/{rng.randint(10**5, 10**6)}.jpg" alt="">' for _ in range(2))
    return element(
        rng,
        "div section",
        shots
        + element(rng, "p span", f"图集 1/{rng.randint(3, 12)} 上一张 下一张 查看大图")
        + element(rng, "p", Prose.of(rng, prose.topic).fill("{where}的{who}，资料图")),
    )


def concepts(rng: Random, _: Prose) -> str:
    """Shares that have to do with it."""
    return element(
        rng,
        "div p ul",
        "概念股："
        + " ".join(
            f"{name_of}({rng.randint(600000, 689999)})"
            for name_of in rng.sample("北岭重工 海纳科技 沅江港务 三川化纤 云杉医药".split(), 4)
        ),
    )


def earlier(rng: Random, prose: Prose) -> str:
    """Earlier articles, with numbers."""
    other = Prose.of(rng, prose.topic)
    return element(
        rng,
        "div section ul",
        element(rng, "p h4 li", rng.choice(("往期回顾", "作者近作", "同系列")))
        + "".join(element(rng, "p li div", f"0{number} {other.headline()}") for number in range(1, rng.randint(3, 5))),
    )


def paragraph(rng: Random, prose: Prose) -> str:
    """A paragraph of another article, without anything that tells it apart."""
    return f"<p>　　{Prose.of(rng, prose.topic).paragraph()}{Prose.of(rng, prose.topic).sentence()}</p>"


# Kept aside.


def app_bar(rng: Random, _: Prose) -> str:
    """A bar that leads to an app."""
    return element(
        rng,
        "div section",
        element(rng, "span p div", rng.choice(("在APP内打开，体验更流畅", f"{brand(rng)} 看懂财经的每一天")))
        + element(rng, "a span div", "立即打开"),
    )


def countdown(rng: Random, _: Prose) -> str:
    """The end of an offer."""
    return wrapped(
        rng,
        element(
            rng,
            "div p",
            f"距活动结束仅余 0{rng.randint(1, 9)}:{rng.randint(10, 59)}:{rng.randint(10, 59)} 拼团价{rng.randint(9, 99)}元起",
        ),
        1,
    )


def votes(rng: Random, _: Prose) -> str:
    """What others thought of it."""
    return element(
        rng,
        "div p ul",
        element(rng, "span b li", f"赞同 {rng.randint(1, 999)}")
        + " "
        + element(rng, "span b li", f"反对 {rng.randint(1, 99)}")
        + " "
        + element(rng, "span b li", "喜欢 感谢 申请转载"),
    )


def disclosure(rng: Random, prose: Prose) -> str:
    """What the author holds."""
    return wrapped(
        rng,
        element(
            rng,
            "p div",
            f"利益披露：截至本文写作时，作者本人及直系亲属未持有文中所述{prose.fill('{who}')}的任何权益，亦未收取任何形式的报酬。",
        ),
        1,
    )


def words(rng: Random, prose: Prose) -> str:
    """What others look for."""
    return element(
        rng,
        "div ul p",
        element(rng, "b span li", "大家都在搜")
        + " ".join(
            element(rng, "a span li", Prose.of(rng, prose.topic).fill(form))
            for form in ("{what}", "{where}怎么走", "{who}电话", "{what2}")
        ),
    )


def transcript(rng: Random, prose: Prose) -> str:
    """What was said in a video."""
    other = Prose.of(rng, prose.topic)
    return element(
        rng,
        "div section",
        element(rng, "p div", "视频文字稿")
        + "".join(
            element(rng, "p div", f"{rng.choice(('主持人', '嘉宾', '记者'))}：{other.sentence()}")
            for _ in range(rng.randint(2, 4))
        ),
    )


def citation(rng: Random, prose: Prose) -> str:
    """How to quote it."""
    return element(
        rng,
        "p div",
        f"引用格式：{rng.choice(NAMES)}. {prose.headline()}[EB/OL]. {rng.choice(MEDIA)}, {rng.randint(2016, 2026)}.",
    )


def report_form(rng: Random, _: Prose) -> str:
    """A form for complaints."""
    return element(
        rng,
        "div form",
        element(rng, "p h4 div", "请选择举报原因")
        + "".join(
            element(rng, "label div li", each)
            for each in rng.sample(("内容不实", "标题党", "低俗", "涉嫌侵权", "重复旧闻", "其他"), 4)
        ),
    )


BLOCKS: dict[str, Block] = {
    "promotion": promotion, "related list": related, "list without links": unlinked, "poll": poll, "comments": comments, "ticker": ticker,
    "tool bar": tools, "cookie line": cookie, "QR code": code, "opinions": column,
    "newsletter": newsletter, "cards": cards, "biography": biography, "glossary": glossary, "ranking": ranking, "live news": live, "audio player": audio,
    "legal notice": legal, "sponsored text": sponsored, "next article": following, "log-in line": login, "widget": widget,
    "key points": key_points, "contact": contact, "editor's note": editors_note, "progress": progress, "tags": tags, "quotes": quotes,
    "calendar": calendar, "post": post, "vacancy": vacancy, "timeline": timeline, "English line": english,
    "donation": donation, "survey": survey, "podcast": podcast, "event": event, "book": book, "questions": questions, "gallery": gallery, "shares": concepts,
    "earlier articles": earlier, "paragraph": paragraph,
}  # fmt: skip
HELD: dict[str, Block] = {
    "app bar": app_bar, "countdown": countdown, "votes": votes, "disclosure": disclosure, "search words": words, "transcript": transcript, "citation": citation, "report form": report_form,
}  # fmt: skip
