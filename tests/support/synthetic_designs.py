"""The data of synthetic pages: words, pieces of articles with their truth, page designs, traps.

Everything here is invented; only the markup, and the site's own boilerplate wording, are Sina's. `$name` is a slot.
"""

from dataclasses import dataclass

# Words and sentences, by language. A sentence has kinds of words in braces; numbers are random.
WORDS: dict[str, dict[str, list[str]]] = {
    "zh": {
        "place": "青岚 临溪 白石港 云泽 南坪 望川 澄州 东麓 雁滩 梅浦 柳镕 石鼓渡".split(),
        "body": "商务局 轴承厂 渔业合作社 轨道公司 种子站 仓储协会 纺织园 数据所 供热公司 码头集团".split(),
        "thing": "订单 吞吐量 开工率 库存 出口额 电耗 租金 培训人次 检修次数 新增岗位".split(),
        "moved": "增长 下降 回落 提高 放缓 收窄".split(),
        "person": "郭砚秋 闻人舟 丁朵 贺兰溪 孟听雨 欧阳砺 柏青 卢一帆 施镕 秦晚".split(),
        "clause": (
            "夜班的灯比去年亮得早 老客户换了新的包装 第二条产线还在调试 工人学会了看图纸 雨季推迟了两周装船 "
            "账期缩短到四十天 样品先寄给了学校 仓库腾出半层给冷链 调度员把表格贴在墙上 旧机器拆成了零件 "
            "运价谈了三轮没有结果 村口的站牌改了名字 设备商答应春节前交货 新规则从下月起试行"
        ).split(),
    },
    "tw": {
        "place": "青嵐 臨溪 白石港 雲澤 澄州 東麓 雁灘".split(),
        "body": "商務局 軸承廠 漁業合作社 軌道公司 種子站 紡織園".split(),
        "thing": "訂單 吞吐量 開工率 庫存 出口額 電耗".split(),
        "moved": "增長 下降 回落 提高 放緩".split(),
        "person": "郭硯秋 聞人舟 丁朵 賀蘭溪 孟聽雨 歐陽礪".split(),
        "clause": "夜班的燈比去年亮得早 老客戶換了新的包裝 雨季推遲了兩週裝船 倉庫騰出半層給冷鏈 運價談了三輪沒有結果".split(),
    },
    "en": {
        "place": "Qinglan Linxi Yunze Nanping Wangchuan".split(),
        "body": ["port office", "bearing works", "fishing co-op", "rail company", "seed station"],
        "thing": ["order book", "throughput", "inventory", "power use", "rent index"],
        "moved": "rose fell slowed recovered".split(),
        "person": ["Guo Yanqiu", "Ding Duo", "Meng Tingyu", "Lu Yifan"],
        "clause": ["the night shift starts earlier", "the second line is still being tuned", "the rain delayed two ships",
                   "old machines were taken apart", "a new rule is on trial from next month"],
    },
}  # fmt: skip
SENTENCES: dict[str, list[str]] = {
    "zh": [
        "{place}{body}{month}月公布，{thing}同比{moved}{number}%，{clause}。",
        "“{clause}。”{person}说，{place}的{thing}已连续{few}个月{moved}。",
        "{person}在{place}看到，{clause}，{clause}。",
        "按{body}的测算，{thing}每{moved}1%，成本就变动{number}元；{clause}。",
        "截至{month}月{few}日，{place}{body}的{thing}为{number}万，{clause}。",
        "这并不是{place}第一次遇到{thing}{moved}，{person}回忆，那时{clause}。",
    ],
    "tw": ["{place}{body}{month}月公布，{thing}同比{moved}{number}%，{clause}。", "「{clause}。」{person}說，{place}的{thing}已連續{few}個月{moved}。", "{person}在{place}看到，{clause}，{clause}。"],
    "en": ["The {body} in {place} said its {thing} {moved} {number} percent, and {clause}.", '"It is simple: {clause}," said {person} of the {place} {body}.', "In {place}, {clause}, while the {thing} {moved} for {few} months."],
}  # fmt: skip
HEADLINES: dict[str, list[str]] = {
    "zh": ["{place}{body}{thing}{moved}{number}% {clause}", "{clause}：{place}的{number}天", "{place}观察：{thing}为何{moved}了{number}%", "{person}：{clause} {number}次"],
    "tw": ["{place}{body}{thing}{moved}{number}% {clause}", "{person}：{clause} {number}次"],
    "en": ["{place} {body} says {thing} {moved} {number} percent", "{person}: {clause}, for {few} months"],
}  # fmt: skip
SOURCES = "江畔日报 南岭周报 澄州晚报 北麓新闻网 商路观察 36号院财经 云上财讯客户端".split()
COMPANIES = "白鹭电机 雁滩重工 南岭出版 青禾种业 折叠科技 太阳能".split()


@dataclass(frozen=True)
class Piece:
    """A part of a container, and its truth. Every text may have slots; `designs` are the designs that use it."""

    name: str
    where: str  # a position in `ORDER`
    html: str
    content: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    image: tuple[str, str] = ("", "")  # its best URL, and the displayed one if that differs
    caption: str = ""
    stock: str = ""
    original_title: str = ""
    author: str = ""
    designs: str = "fin2017 news2017"


# Positions of pieces, in the order of the container: (position, probability, maximum number of pieces).
ORDER = (
    ("lead", 0.5, 2), ("insert", 0.4, 2), ("title", 0.5, 1), ("source", 0.7, 1), ("byline", 0.6, 1), ("photo", 0.4, 1), ("begin", 1.0, 1),
    ("body", 1.0, 12), ("sign", 0.4, 1), ("comment", 0.8, 1), ("after", 0.4, 2), ("append", 0.4, 2), ("end", 1.0, 1), ("tail", 0.7, 3),
)  # fmt: skip

NEW = "fin2017 news2017 kandian"
MID = "fin2014 blk2012 blk2012news tech2019"
OLD = "table2004 book2004"
FLAT = f"{NEW} {MID} tcj"
WRAP = '<div class="img_wrapper">'
N = "//n.sinaimg.cn/finance/transform/20260311"
STOCK = '<span id="stock_$code"><a href="https://finance.sina.com.cn/realstock/company/$code/nc.shtml" class="keyword" target="_blank">$company</a></span>'
LINKS = '<p><a href="http://finance.sina.com.cn/a/1.shtml">$head</a></p><p><a href="http://finance.sina.com.cn/a/2.shtml">$head2</a></p>'
PLAYER = '<div class="artical-player-wrap"><div class="artical-player-inner">视频加载中，请稍候...<label><input type="checkbox">自动播放</label><a>play</a><a>向前</a><a>向后</a><img src="//n.sinaimg.cn/poster/$pic.jpg"></div></div><!--mce-plugin-videoList2[{"title":"$head"}]mce-plugin-videoList2-->'

PIECES = (
    # Advertisements and containers before the text.
    Piece("research", "lead", '<blockquote><p>　　炒股就看<a href="https://finance.sina.com.cn/jinqilin.shtml">金麒麟分析师研报</a>，权威，专业，及时，全面，助您挖掘潜力主题机会！</p></blockquote>', boilerplate=("炒股就看金麒麟分析师研报，权威，专业，及时，全面，助您挖掘潜力主题机会！",), designs="fin2017"),
    Piece("app", "lead", '<blockquote class="fincon_sfapp_pro"><!-- app begin --><p><a href="//app.example.com">下载新浪财经APP，查看更多资讯和大V观点</a></p></blockquote>', boilerplate=("下载新浪财经APP，查看更多资讯和大V观点",)),
    Piece("course", "lead", '<blockquote><p class="jqlblock_cls" style="margin:0"><a href="https://course.example.com">$head（名单）</a></p></blockquote>', boilerplate=("$head（名单）",), designs="fin2017"),
    Piece("reference", "lead", '<blockquote class="fin_reference"><p>　　相关新闻：<a title="$head">$head</a></p></blockquote>', boilerplate=("$head",)),
    Piece("player", "lead", PLAYER, boilerplate=("视频加载中，请稍候...", "自动播放", "play", "向前", "向后"), designs="fin2017 news2017 tech2019"),
    Piece("videoshell", "lead", '<!--video-list--><div class="video-2017" id="videoList0" style></div><!--/video-list-->', designs=NEW),
    Piece("videotext", "lead", '<div class="video-2017" id="videoList1"><a href="//video.example.com/1">视频-$head</a></div>', boilerplate=("视频-$head",), designs="news2017"),
    Piece("quotechart", "lead", '<div class="ct_hqimg"><div class="hqimg_wrapper"><img src="http://image.sinajs.cn/newchart/min/n/$code.gif"></div><div class="to_page"><span>热点栏目</span> <a>资金流向</a> <a>千股千评</a></div><a class="hqimg_client">客户端</a></div>', boilerplate=("热点栏目", "资金流向 千股千评", "客户端"), designs="fin2014"),
    Piece("hotrow", "lead", "<p>热点栏目 自选股 数据中心 行情中心 资金流向 模拟交易 客户端</p>", boilerplate=("热点栏目 自选股 数据中心 行情中心 资金流向 模拟交易 客户端",), designs="fin2014 fin2017"),
    Piece("complaints", "lead", '<p>　   <a href="http://finance.sina.com.cn/t.html"><span style="color:#f00">&gt;&gt;&gt;&gt;&gt;&gt;消费曝光台·我要投诉</span></a></p>', boilerplate=(">>>>>>消费曝光台·我要投诉",), designs="blk2012"),
    Piece("quotation", "lead", '<style>.tech-quotation{color:#999}</style><div class="tech-quotation clearfix"><p>$s1，快来<a href="http://zhongce.example.com">新浪众测</a>！</p></div>', boilerplate=("$s1，快来新浪众测！",), designs="tech2019"),
    Piece("album", "lead", '<div class="J_Artical_Album_Wrap"><img src="http://i.sinaimg.cn/transparent.gif" small-src="http://i2.sinaimg.cn/s/$pic.jpg" big-src="http://i2.sinaimg.cn/b/$pic.jpg"><p>$head</p></div>', boilerplate=("$head",), designs="blk2012news"),
    Piece("flash", "lead", '<div style="text-align: center;"><object width="480"><embed src="http://video.example.com/1.swf"></object></div>', designs="english"),
    Piece("weibo", "lead", '<!-- 微博组件start --><div class="weibo-2017" style="display: none">$head</div><!-- 微博组件end -->', boilerplate=("$head",), designs="tcj kandian"),

    # The site's own lines, without a mark.
    *(Piece(f"insert{i}", where, html, boilerplate=(text,), designs=f"{NEW} {MID}") for i, (where, html, text) in enumerate((
        ("insert", '<p>　　专题：<a href="/zt/$few">$caption</a></p>', "专题：$caption"),
        ("insert", '<blockquote><a href="/zt/$few">专题：$caption</a></blockquote>', "专题：$caption"),
        ("insert", "<p>登录新浪财经APP 搜索【信披】查看更多考评等级</p>", "登录新浪财经APP 搜索【信披】查看更多考评等级"),
        ("insert", '<div>新浪财经ESG评级中心提供包括资讯、报告等在内的$few项ESG服务，助力上市公司发展。点击查看<a href="/esg">【ESG评级中心服务手册】</a></div>', "新浪财经ESG评级中心提供包括资讯、报告等在内的$few项ESG服务，助力上市公司发展。点击查看【ESG评级中心服务手册】"),
        ("insert", '<p><a href="/app">下载新浪财经APP，了解全球实时汇率</a></p>', "下载新浪财经APP，了解全球实时汇率"),
        ("insert", "<span>新浪财经Level2：A股极速看盘 新浪港股APP：实时行情 独家内参</span><br>", "新浪财经Level2：A股极速看盘 新浪港股APP：实时行情 独家内参"),
        ("insert", "<p>【线索征集令！】你吐槽，我倾听；您爆料，我报道！爆料联系邮箱：tips@example.com</p>", "【线索征集令！】你吐槽，我倾听；您爆料，我报道！爆料联系邮箱：tips@example.com"),
        ("insert", "<p>语音播报 缩小字体 放大字体 收藏 微博 微信 分享 $few</p>", "语音播报 缩小字体 放大字体 收藏 微博 微信 分享 $few"),
        ("append", '<center>谁能代表年度商业最强驱动力？<a href="/vote">【我要投票】</a></center>', "谁能代表年度商业最强驱动力？【我要投票】"),
        ("append", '<p>新浪合作大平台期货开户 安全快捷有保障</p><div><img src="https://n.sinaimg.cn/finance/qr/$pic.png"></div>', "新浪合作大平台期货开户 安全快捷有保障"),
        ("append", "<p><b>炒股开户享福利，入金抽188元红包，100%中奖！</b></p>", "炒股开户享福利，入金抽188元红包，100%中奖！"),
        ("append", '<p>▼Level2：沪深十档行情，主力资金无处遁形 <a href="/l2">立即开通</a></p>', "▼Level2：沪深十档行情，主力资金无处遁形 立即开通"),
        ("append", '<p>券商开户礼：新客理财年化$few%，再送京东卡，<a href="/kh">立即领取</a></p>', "券商开户礼：新客理财年化$few%，再送京东卡，立即领取"),
        ("append", '<p>欢迎向新浪财经<a href="/ts">爆料</a>，邮箱：finance_biz@sina.com</p>', "欢迎向新浪财经爆料，邮箱：finance_biz@sina.com"),
        ("append", "<p>@@title@@ @@teacher_name@@：@@title@@</p>", "@@title@@ @@teacher_name@@：@@title@@"),
        ("append", '<p>[1] [<a href="/2">2</a>] [<a href="/3">3</a>] <a href="/2">下一页</a></p>', "[1] [2] [3] 下一页")))),
    *(Piece(f"said{i}", "body", f"<p>　　{text}</p>", (text,), designs=f"{NEW} {MID}") for i, text in enumerate((
        "“下载新浪财经APP，看全球实时汇率”，$person念着屏幕上的字，$s1", "炒股开户享福利，入金抽288元红包，100%中奖！这样的横幅挂在$caption，$s1", "$person问，专题：$caption是谁起的名字？$s1"))),
    *(Piece(f"entry{i}", "insert", f"<p>{text}</p>", boilerplate=(text,), author="$person", designs=NEW) for i, text in enumerate((
        "新浪网 作者 $person（优质财经领域创作者）", "新浪网 作者：$person"))),

    # Lines that are fields: the original title, the source.
    *(Piece(f"title{i}", "title", html, original_title="$original", designs=f"{NEW} fin2014") for i, html in enumerate((
        "<p>　　原标题：$original</p>", '<p class="ori_titlesource">　　原标题：$original</p>', '<p cms-style="font-L">　　原标题：$original</p>',
        "<p>　　（原标题：$original）</p>", '<p><span style="font-family: KaiTi_GB2312,KaiTi;">　　原标题：$original</span></p>'))),
    Piece("titlenocolon", "title", '<p cms-style="font-L">　　原标题 $original</p>', original_title="$original"),
    Piece("titlequoted", "title", "<p><font>　　原标题“$original”</font></p>", original_title="“$original”"),
    *(Piece(f"source{i}", "source", html, designs=f"{NEW} fin2014") for i, html in enumerate((
        "<p>　　来源：$source</p>", '<p cms-style="font-L">　　来源|$source</p>', "<p>　　来源 | $source</p>", "<p>　　来源： $source</p>", "<p>　　来源丨$source</p>"))),
    Piece("sourcedigest", "source", "<p>　　江畔新闻综合自澄州发布、雁滩热线</p>", designs=NEW),
    Piece("digestofdigits", "source", "<p>　　36号院综合自澄州发布、雁滩热线</p>", designs=NEW),
    Piece("sourcebare", "source", "<p>　　$source</p>"),
    Piece("sourcepaper", "source", "<p>　　临溪商报</p>"),
    Piece("sourceoffice", "source", "<p>　　澄州市统计局</p>"),
    *(Piece(f"byline{i}", "byline", f"<p>　　{text}</p>", content=(text,), author=author, designs=f"{NEW} {MID}") for i, (text, author) in enumerate((
        ("文/$person", "$person"), ("■本报记者 $person", "$person"), ("每经记者 $person $person2", "$person $person2"),
        ("（作者：$person）", "$person"), ("采写/澄州晚报记者 $person", "$person"), ("江畔日报记者 $person", "$person"), ("记者：$person $person2", "$person $person2")))),

    # Pictures, in the markup of each period.
    Piece("captioned", "photo", WRAP + f'<img id="0" src="{N}/$pic.jpg" alt="$caption" data-link=""><span class="img_descr"> $caption</span></div>', ("$caption",), image=(f"https:{N}/$pic.jpg", ""), caption="$caption", designs=f"{NEW} {MID}"),
    Piece("uncaptioned", "photo", WRAP + f'<img style="max-width: 640px;" src="https:{N}/$pic.png" alt=""><span class="img_descr"></span></div>', image=(f"https:{N}/$pic.png", ""), designs=f"{NEW} {MID}"),
    Piece("blankcaption", "body", WRAP + f'<img src="{N}/$pic.jpg" alt><span class="img_descr"> \n</span></div>', image=(f"https:{N}/$pic.jpg", ""), designs=f"{NEW} {MID}"),
    Piece("doubled", "body", WRAP + WRAP + f'<img src="{N}/$pic.jpg" alt="$caption"><span class="img_descr">$caption</span></div></div>', ("$caption",), image=(f"https:{N}/$pic.jpg", ""), caption="$caption"),
    Piece("outercaption", "body", WRAP + WRAP + f'<img src="{N}/$pic.jpg" alt=""></div>$caption</div>', ("$caption",), image=(f"https:{N}/$pic.jpg", "")),
    Piece("textinwrapper", "body", WRAP + f'<img src="{N}/$pic.jpg" alt="$caption"><span class="img_descr">$caption</span>\n$s1</div>', ("$caption", "$s1"), image=(f"https:{N}/$pic.jpg", ""), caption="$caption"),
    Piece("captionbelow", "body", WRAP + f'<img src="{N}/$pic.jpg" alt=""></div><p>　　图片来源：$caption</p>', ("图片来源：$caption",), image=(f"https:{N}/$pic.jpg", "")),
    Piece("enlarged", "body", WRAP + '<img src="//n.sinaimg.cn/tech/70/w550h412/$day/$pic.jpg" data-mcesrc="//n.sinaimg.cn/tech/70/w1024h768/$day/$pic-o.jpg" alt="$caption"><span class="img_descr">$caption</span></div>', ("$caption",), image=("https://n.sinaimg.cn/tech/70/w1024h768/$day/$pic-o.jpg", "https://n.sinaimg.cn/tech/70/w550h412/$day/$pic.jpg"), caption="$caption", designs="news2017 tech2019"),
    Piece("othershape", "body", WRAP + '<img src="//n.sinaimg.cn/tech/70/w550h320/$day/$pic.jpg" data-mcesrc="//n.sinaimg.cn/tech/70/w640h640/$day/$pic-o.jpg" alt=""></div>', image=("https://n.sinaimg.cn/tech/70/w550h320/$day/$pic.jpg", ""), designs="news2017 tech2019"),
    Piece("foreign", "body", WRAP + '<img src="//n.sinaimg.cn/spider/$day/$pic.jpg" data-mcesrc="https://mmbiz.example.com/$pic?wx_fmt=jpeg" alt=""></div>', image=("https://n.sinaimg.cn/spider/$day/$pic.jpg", ""), designs="news2017 kandian"),
    Piece("pasted", "body", WRAP + '<img src="//n.sinaimg.cn/spider/$day/$pic.jpg" data-src="https://mmbiz.qpic.cn/$pic/640?wx_fmt=jpeg" alt=""></div>', image=("https://n.sinaimg.cn/spider/$day/$pic.jpg", ""), designs="news2017 kandian fin2017"),
    Piece("pastedelsewhere", "body", WRAP + '<img src="https://mmbiz.qpic.cn/$pic/0" data-mcesrc="//n.sinaimg.cn/spider/$day/$pic.jpg" alt=""></div>', image=("https://n.sinaimg.cn/spider/$day/$pic.jpg", ""), designs="news2017 kandian"),
    Piece("counter", "body", '<p><img src="//beacon.sina.com.cn/a.gif?$pic" width="1" height="1"></p>', designs=NEW),
    Piece("pagerbutton", "append", '<div class="page"><a href="/2"><img src="//i0.sinaimg.cn/images/next_page.jpg"></a></div>', designs=MID),
    Piece("resized", "body", WRAP + '<img src="//k.sinaimg.cn/n/spider$day/398/w1080h918/$pic.jpg/w700d1q75cms.jpg?by=cms_fixed_width" alt=""></div>', image=("https://k.sinaimg.cn/n/spider$day/398/w1080h918/$pic.jpg", "https://k.sinaimg.cn/n/spider$day/398/w1080h918/$pic.jpg/w700d1q75cms.jpg"), designs="news2017 kandian"),
    Piece("lazy", "body", WRAP + f'<img src="//i.sinaimg.cn/transparent.gif" data-src="{N}/$pic.jpg" alt="$caption"><span class="img_descr">$caption</span></div>', ("$caption",), image=(f"https:{N}/$pic.jpg", ""), caption="$caption", designs=NEW),
    Piece("inparagraph", "body", '<p><img w="550" h="412" wh="1.33" src="//k.sinaimg.cn/n/$day/$pic.jpg" alt="$title_attr"></p>', image=("https://k.sinaimg.cn/n/$day/$pic.jpg", ""), designs="kandian"),
    Piece("articleimg", "body", '<p><img class="article-img" src="http://k.sinaimg.cn/n/$day/$pic.jpg"></p>', image=("https://k.sinaimg.cn/n/$day/$pic.jpg", ""), designs="tcj"),
    Piece("centered", "photo", '<center><img style="border:1px #000 solid;" src=http://i1.sinaimg.cn/ent/$pic.jpg alt=$caption><br><img src=http://i0.sinaimg.cn/home/c.gif height=5 width=1><br>$caption<br></center>', ("$caption",), image=("https://i1.sinaimg.cn/ent/$pic.jpg", ""), caption="$caption", designs="blk2007"),
    Piece("intable", "photo", "<table align=center><tr><td><img src=http://i1.sinaimg.cn/ent/$pic.jpg></td></tr><tr><td align=center>$caption</td></tr></table>", ("$caption",), image=("https://i1.sinaimg.cn/ent/$pic.jpg", ""), designs="blk2007"),
    Piece("center2004", "photo", '<center><IMG src=http://image2.sina.com.cn/house/$pic.jpg alt="$caption"><br><br>$caption</center>', ("$caption",), image=("https://image2.sina.com.cn/house/$pic.jpg", ""), caption="$caption", designs="table2004"),
    Piece("twocenters", "photo", "<center><IMG src=http://image2.sina.com.cn/house/$pic.jpg></center>\n<center>$caption</center>", ("$caption",), image=("https://image2.sina.com.cn/house/$pic.jpg", ""), designs="table2004"),
    Piece("nwpic", "photo", '<div class="artpic_multi"><div class="nwpic"><img src="https://newsimgs.sina.tw/article/images/$pic.jpg" alt=""></div></div>', image=("https://newsimgs.sina.tw/article/images/$pic.jpg", ""), designs="taiwan"),
    Piece("blogpic", "body", '<p><a href="http://photo.blog.sina.com.cn/1"><img src="http://simg.sinajs.cn/sg_trans.gif" real_src="http://s10.sinaimg.cn/mw690/$pic" alt=""></a><br>$caption</p>', ("$caption",), image=("https://s10.sinaimg.cn/mw690/$pic", ""), designs="blog"),

    # The article's own text.
    Piece("begin", "begin", "<p>　　$s1$s2</p>", ("$s1$s2",), designs=f"{FLAT} blk2007"),
    Piece("beginold", "begin", "<p>　　$s1$s2\n", ("$s1$s2",), designs=OLD),
    Piece("beginwap", "begin", '<p class="art_p">$s1$s2</p>', ("$s1$s2",), designs="wap"),
    Piece("beginplain", "begin", "<p>$s1</p>", ("$s1",), designs="english taiwan"),
    Piece("beginblog", "begin", "<p><wbr>　　$s1<wbr>$s2</p>", ("$s1$s2",), designs="blog"),
    Piece("paragraph", "body", '<p cms-style="font-L">　　$s1$s2</p>', ("$s1$s2",), designs=NEW),
    Piece("long", "body", "<p>　　$s1$s2$s3$s4</p>", ("$s1$s2$s3$s4",), designs=f"{FLAT} blk2007"),
    Piece("spanned", "body", '<p><span style="font-family: Times New Roman;">　　$s1</span>$s2</p>', ("$s1$s2",), designs=f"{FLAT} blk2007"),
    Piece("longold", "body", "<p>　　$s1$s2$s3\n", ("$s1$s2$s3",), designs=OLD),
    Piece("boldold", "body", "<p>　　<b>$head</b>\n", ("$head",), designs=OLD),
    Piece("adinside", "body", "<p>　　$s1于<!--NEWSZW_HZH_BEGIN-->\n<table border=0 align=right><tr><td>$head<a href=http://ad.example.com/><img src=http://ad.example.com/pip.gif></a></td></tr></table><!--NEWSZW_HZH_END-->是$s2\n", ("$s1于是$s2",), ("$head",), designs="table2004"),
    Piece("wapp", "body", '<p class="art_p">$s1$s2$s3</p>', ("$s1$s2$s3",), designs="wap"),
    Piece("wapad", "body", '<div sax-type="proxy" class="j_native box" data-id="ad">广告位$head</div>', boilerplate=("广告位$head",), designs="wap"),
    Piece("plain", "body", "<p>$s1 $s2</p>", ("$s1 $s2",), designs="english taiwan"),
    Piece("amp", "body", "<p>$s1 It is called R&amp;D &lt;phase $few&gt;.</p>", ("$s1 It is called R&D <phase $few>.",), designs="english"),
    Piece("bloglines", "body", "<div>　　$s1<br><br>　　$s2</div>", ("$s1", "$s2"), designs="blog"),
    Piece("fonts", "body", '<p cms-style="font-L">　　<font cms-style="font-L"><font></font>$person</font><font cms-style="font-L strong-Bold">说</font>：$s1<font>$number</font>%</p>', ("$person说：$s1$number%",)),
    Piece("indentinbold", "body", "<p><strong>　　$caption：</strong>$s1</p>", ("$caption：$s1",), designs=f"{NEW} {MID}"),
    Piece("breaks", "body", "<p>　　$s1<br>　　$s2</p>", ("$s1", "$s2"), designs=f"{FLAT} blk2007"),
    Piece("nearmark", "body", "<p>　　研发（R&amp;D）投入&lt;预算，$s1</p>", ("研发（R&D）投入<预算，$s1",), designs=f"{FLAT} blk2007"),
    Piece("linked", "body", '<p>　　<a href="/china/2026-03-01/doc-iabcdefg0000002.shtml" onclick="track()">$caption</a>之后，$s1</p>', ("$caption之后，$s1",), designs=FLAT),
    Piece("subhead", "body", "<p><strong>　　$head</strong></p>", ("$head",), designs=f"{FLAT} blk2007"),
    Piece("subheadcms", "body", '<p cms-style="strong-Bold font-L align-Center">$head</p>', ("$head",)),
    Piece("h3", "body", "<h3>$head</h3>", ("$head",), designs=FLAT),
    Piece("list", "body", "<ul><li>$head</li><li>$caption：$number</li></ul>", ("$head", "$caption：$number"), designs=FLAT),
    Piece("orderedlist", "body", "<ol><li><p>　　$s1</p></li><li><p>　　$s2</p></li></ol>", ("$s1", "$s2"), designs=NEW),
    Piece("table", "body", '<table border="1" class="tb01"><caption>$head</caption><tr><th>$caption</th><th>数值</th></tr><tr><td>\n<p></p>\n<p cms-style="font-L align-Center">　$person</p></td><td>$number</td></tr><tr><td>$person2<br>（含夜班）</td><td>$few</td></tr></table>', ("$head", "$caption | 数值", "$person | $number", "$person2 （含夜班） | $few"), designs=NEW),
    Piece("spans", "body", '<table><tr><td rowspan="2">$caption</td><td>$few</td></tr><tr><td>$number</td></tr></table><p>　　注：数据由$source提供。</p>', ("$caption | $few", "$number", "注：数据由$source提供。"), designs=f"{NEW} fin2014"),
    Piece("keypoints", "body", "<blockquote>$s1</blockquote>", ("$s1",), designs=f"{NEW} blk2012"),
    Piece("stock", "body", f'<p>　　其中{STOCK}<span id="quote_$code">($number, 0.35, 1.66%)</span>的份额最大，$s1</p>', ("其中$company的份额最大，$s1",), ("($number, 0.35, 1.66%)",), stock="$code", designs=FLAT),
    Piece("stockempty", "body", f'<p>　　{STOCK}<span id="quote_$code"></span>板块$s1</p>', ("$company板块$s1",), stock="$code", designs=FLAT),
    Piece("stockunquoted", "body", "<p>　　<span id=stock_$code><a class=keyword href=http://finance.sina.com.cn/s>$company</a></span><span id=quote_$code></span>的$s1</p>", ("$company的$s1",), stock="$code", designs="blk2012"),
    Piece("stockus", "body", '<p>　　<span id="usstock_$us"><a href="http://stock.example.com/$us.html" class="keyword f_st">$company</a></span><span id="quote_$us">($few.10, -0.02)</span>美股$s1</p>', ("$company美股$s1",), ("($few.10, -0.02)",), stock="usstock_$us", designs="tech2019 fin2017"),
    Piece("person", "body", '<p>　　<a class="wt_article_link" onmouseover="WeiboCard.show(1,\'finance\',this)" href="http://weibo.com/x">$person</a><a href="http://weibo.com/x">[微博]</a>认为，$s1</p>', ("$person认为，$s1",), designs="fin2014 blk2012 blk2012news tech2019"),
    Piece("tousu", "body", '<p>　　被问到<a href="http://tousu.sina.com.cn/" target="_blank">投诉</a>率时，$s1</p>', ("被问到投诉率时，$s1",), designs=NEW),
    Piece("empty", "body", '<p>　　</p><p cms-style="font-L">  </p><p></p>', designs=FLAT),
    Piece("shell", "body", '<p>　　<!--article_adlist[<p>扫描下方二维码关注$head</p><img src="https://n.sinaimg.cn/promo/$pic.jpg">]article_adlist--></p>', boilerplate=("扫描下方二维码关注$head",), designs=NEW),
    Piece("brokenshell", "body", '<!--article_adlist[<p cms-style="font-M">-->', designs="fin2017"),
    Piece("sayad", "body", "<!--article_adlist[<p>　　推荐阅读</p><p>责任编辑：薛某</p><p>$head</p>]article_adlist-->", boilerplate=("推荐阅读", "$head"), designs=NEW),
    Piece("hidden", "body", '<div style="display:none">$head</div>', boilerplate=("$head",), designs=f"{NEW} wap"),
    *(Piece(f"own{i}", "body", f"<p>　　{text}</p>", (text,), designs=NEW) for i, text in enumerate((
        "市场有风险，投资需谨慎。", "（完）", "▷", "$number%", "来源于$source的一组数字显示，$s1", "保费资金来源为历年结余，$s1", "扫描二维码即可完成登记，$person说。",
        "关注临溪商务局微信公众号的人数又多了$number%。", "#$caption# 这个话题，$s1", "https：//www.example.com/$few", "投诉时请认准临溪种子站的标志。", "近日，", "．．．．．．", "$title"))),

    # The end of the text: credits, sources, the list of stocks, advertisements, disclaimers.
    Piece("credits", "sign", "<p>　　（作者：$person，设计$person2 编辑：卢一帆）</p>"),
    Piece("creditlines", "sign", "<p>　　编   辑 | $person</p><p>　　设   计 | $person2</p>"),
    Piece("sourcelast", "sign", "<p>　　来源：$source</p>", designs=NEW),
    Piece("captionsource", "photo", WRAP + f'<img src="{N}/$pic.jpg" alt=""><span class="img_descr">来源：澄州气象台</span></div>', ("来源：澄州气象台",), image=(f"https:{N}/$pic.jpg", ""), caption="来源：澄州气象台"),
    Piece("tablesource", "sign", "<table><tr><td>$caption</td><td>$few</td></tr><tr><td>来源：统计局</td><td>$number</td></tr></table>", ("$caption | $few", "来源：统计局 | $number")),
    Piece("titleandsource", "title", "<p>　　原标题：$original 来源：$source</p>", original_title="$original"),
    Piece("bylineglued", "byline", "<p>　　江畔基金报记者$person</p>", ("江畔基金报记者$person",), author="$person"),
    Piece("bylineclient", "byline", "<p>　　江畔日报客户端 | 记者 $person</p>", ("江畔日报客户端 | 记者 $person",), author="$person"),
    Piece("bylinesite", "byline", "<p>　　江畔时报（www.example.com）记者 $person 澄州报道</p>", ("江畔时报（www.example.com）记者 $person 澄州报道",), author="$person"),
    Piece("bylineintern", "byline", "<p>　　本报记者 $person 实习生 $person2</p>", ("本报记者 $person 实习生 $person2",), author="$person $person2"),
    Piece("titlelast", "sign", "<p>　　原标题：$original</p>", original_title="$original"),
    Piece("agency", "sign", "<p>　　$s1（$source）</p>", ("$s1（$source）",), designs=FLAT),
    Piece("nocodes", "comment", "<!-- news_keyword_pub,stock, -->", designs=f"{NEW} fin2014"),
    Piece("codes", "comment", "<!-- news_keyword_pub,stock,$code -->", stock="$code", designs="fin2017 fin2014"),
    Piece("uscodes", "comment", "<!-- news_keyword_pub,usstock,$us -->", stock="usstock_$us", designs="tech2019 fin2017"),
    Piece("related", "after", "<p>　　相关新闻：</p>" + LINKS, boilerplate=("相关新闻：", "$head", "$head2"), designs=f"{FLAT} blog"),
    Piece("earlier", "after", '<p><strong>此前报道：<a href="https://tech.sina.com.cn/t/1.shtml">$head</a></strong></p>', boilerplate=("此前报道：$head",), designs="tech2019 news2017"),
    Piece("relatedold", "after", "<p>　　相关新闻：\n<p><a href=http://house.sina.com.cn/a/1.html>$head</a>\n", boilerplate=("相关新闻：", "$head"), designs="table2004"),
    Piece("chapters", "after", "<p>[<a href=40.shtml>上一篇</a>] [<a href=42.shtml>下一篇</a>]", boilerplate=("[上一篇] [下一篇]",), designs="book2004"),
    Piece("moreposts", "after", '<div><p>我的更多文章：</p><p><a href="http://blog.sina.com.cn/s/1">$head</a> (2013-03-01 08:00:00)</p></div>', boilerplate=("我的更多文章：", "$head"), designs="blog"),
    Piece("framesend", "end", "\n\n\n<!-- 正文下iframe -->\n<!-- 正文下iframe -->\n<!-- 总声明-->", designs=NEW),
    Piece("originalend", "end", "<!-- 原始正文end -->", designs="fin2014"),
    Piece("helperend", "end", "<!-- publish_helper_end -->", designs="blk2007 blk2012 blk2012news"),
    Piece("kaihu", "tail", '<!-- 开户二维码 start --><style>.app-kaihu-qr {text-align: center;}</style><div class="app-kaihu-qr"><span>$head，点击开户>></span><img src="https://n.sinaimg.cn/kaihu/$pic.png"></div><!-- 开户二维码 end -->', boilerplate=("$head，点击开户>>",)),
    Piece("kaihuearly", "after", '<style>.app-kaihu-qr {text-align: center;}</style><div class="app-kaihu-qr"><span>$head，点击开户>></span><img src="https://n.sinaimg.cn/kaihu/$pic.png"></div>', boilerplate=("$head，点击开户>>",)),
    Piece("futures", "tail", '<style>.app-kaihu-qr {margin:0}</style><div class="app-kaihu-qr" id="app-qihuo-kaihu-qr"><!-- <span>扫二维码 立即期货开户</span><img src="//n.sinaimg.cn/q/$pic.png"> --></div>', boilerplate=("扫二维码 立即期货开户",)),
    Piece("qr", "tail", '<!-- 文末二维码 start --><style>.appendQr_wrap{border:1px}</style><div class="clearfix appendQr_wrap"><div class="appendQr_normal"><img src="https://n.sinaimg.cn/finance/qr/app.png"></div><div class="appendQr_normal_txt">海量资讯、精准解读，尽在新浪财经APP</div></div><!-- 文末二维码 end -->', boilerplate=("海量资讯、精准解读，尽在新浪财经APP",)),
    Piece("wxqr", "after", '<div class="wx-qr"><img src="//n.sinaimg.cn/qr/$pic.png">扫码关注$source公众号</div>', boilerplate=("扫码关注$source公众号",), designs="news2017"),
    Piece("disclaimer", "after", '<p><span style="font-family: KaiTi_GB2312,KaiTi;">免责声明：自媒体综合提供的内容均源自自媒体，版权归原作者所有。</span></p>', boilerplate=("免责声明：自媒体综合提供的内容均源自自媒体，版权归原作者所有。",), designs="fin2017 fin2014"),
    Piece("statement", "tail", "<p>新浪声明：新浪网登载此文出于传递更多信息之目的。</p>", boilerplate=("新浪声明：新浪网登载此文出于传递更多信息之目的。",), designs="fin2017 fin2014"),
    Piece("guba", "tail", '<div data-sudaclick="suda_1028_guba"><p>进入<a href="http://guba.sina.com.cn">【新浪财经股吧】</a>讨论</p></div>', boilerplate=("进入【新浪财经股吧】讨论",), designs="fin2014"),
    Piece("gubaline", "after", "<p>进入<a>【新浪财经股吧】</a>讨论</p>", boilerplate=("进入【新浪财经股吧】讨论",), designs="fin2014"),
    Piece("notice", "tail", '<p class="article-notice">特别声明：以上文章内容仅代表作者本人观点，不代表新浪看点观点或立场。</p>', boilerplate=("特别声明：以上文章内容仅代表作者本人观点，不代表新浪看点观点或立场。",), designs="kandian"),
    Piece("mobile", "tail", "<p>　　看明星八卦、查影讯，上手机新浪网娱乐频道</p>", boilerplate=("看明星八卦、查影讯，上手机新浪网娱乐频道",), designs="blk2007"),
    Piece("frame35", "tail", '<iframe src="http://finance.sina.com.cn/35.html" height=35></iframe>', designs="blk2012"),
    Piece("share", "tail", '<div id="wx_pic" style="margin:0 auto;display:none;"><img src="//n.sinaimg.cn/default/$pic.png"></div>', designs="wap"),
    Piece("keywords", "after", '<div class="art_keywords" style="display:none"><span>文章关键词：</span><a>$caption</a></div>', boilerplate=("文章关键词：",), designs="tech2019"),
)  # fmt: skip


@dataclass(frozen=True)
class Design:
    """A page design: its URLs and charset, and the page with slots for everything that varies."""

    name: str
    url: str
    folders: tuple[tuple[str, ...], ...]  # (folder, channel path that the page declares[, label of the folder itself])
    years: tuple[int, int]
    date: tuple[str, ...]
    page: str
    charset: str = "utf-8"
    language: str = "zh"
    docid: str = "$docid"
    source: str = "$source"
    editor: tuple[tuple[str, str], ...] = (("责任编辑：$editor $staff", "$editor"), ("责任编辑：$editor ", "$editor"))


# Breadcrumbs, and the section that each names.
CRUMBS = (
    ('<a href="#"> 基金</a>', "基金"), ('<a href="/">财经首页</a> &gt; <a href="#">国内财经</a>', "国內"),
    ('<a href="#">股票</a>&nbsp;&gt;&nbsp;<a href="#">2026年春季航运话题</a>', "股市"),
    ("<!-- <a>新浪新闻</a> &gt; --><a>期货</a>", "期货"), ("新浪财经 &gt; 会议讲座", "会议讲座"),
)  # fmt: skip

DOC = "$iso/doc-i$docid.shtml"
DAY, AT = "{d.year}年{d.month:02}月{d.day:02}日", "{d.hour:02}:{d.minute:02}"
META = """<!DOCTYPE html>
<!-- [ published at $later ] -->
<html><head>
$charset
<meta name="sudameta" content="urlpath:$path/; allCIDs:56592,257">
<meta name="sudameta" content="comment_channel:cj;comment_id:comos-$docid">
<title>$title_html|$keyword</title>
<meta name="keywords" content="$title_attr,$keyword">
<meta property="og:type" content="news">
<meta property="og:title" content="$title_attr">
<meta property="og:url" content="$url">
<meta property="og:image" content="//n.sinaimg.cn/default/transform/116/w550h366/20180418/logo.png">
"""
CLOCKS = """<meta name="weibo: article:create_at" content="$created">
<meta name="weibo: article:update_at" content="$later">
<meta property="article:published_time" content="$republished">
<meta property="article:author" content="$source">
<meta name="publishid" content="$docid">
<meta name="mediaid" content="$source">
<script>var SINA_TEXT_PAGE_INFO = {channel: 'finance', newsid: 'comos-$docid', pagepubtime: '2016-05-30'};</script>
"""
# About as many elements and as much script as real pages have around the article.
FRAME = f"""<script>{"window.modules = (window.modules || []).concat({name: 'share', node: 'div.blk'});" * 200}</script>
</head><body>
<div class="nav"><a href="/">新浪首页</a><ul>{"".join(f'<li><a href="/channel/{i}/">栏目{i}</a></li>' for i in range(160))}</ul></div>
"""
FOOT = """<div class="right"><h2>排行</h2><ul>$side</ul></div>
<div class="footer">新浪财经意见反馈留言板 客户服务热线 $later 版权所有</div>
</body></html>
"""
HEAD2017 = """<h1 class="channel-logo">$source</h1>
<div class="path-search"><div class="channel-path">$crumbs<span class="spliter">&gt;</span>正文</div></div>
<h1 class="main-title">$title_html$unclosed</h1>
<div class="top-bar"><div class="second-title">$title_html</div>
<div class="date-source"><span class="date">$visible</span> $sourcelink</div>
<div class="page-tools"><span>新浪财经APP</span><a>缩小字体</a><a>放大字体</a><a>收藏</a><a>微博</a></div></div>
"""
BLK = """<!--[31,1,$did] published at $later from #153 by system -->
<html xmlns="http://www.w3.org/1999/xhtml"><head>
$charset
<title>$title_html|${keyword}_新浪网</title>
<meta name="publishid" content="31,1,$did">
<meta name="keywords" content="$title_attr,$keyword">
"""
BLKBODY = """<div class="nav"><h1 id="pagelogo"><a href="http://finance.sina.com.cn"><img src="http://i2.sinaimg.cn/logo.gif" alt="新浪"></a></h1>
<div class="blkBreadcrumbLink">$crumbs &gt; 正文</div></div>
<div class="blkContainerSblk"><h1 id="artibodyTitle" pid="31" tid="1" did="$did" fid="15">$title_html</h1>
<div class="artInfo"><span id="art_source"><a href="http://www.sina.com.cn">http://www.sina.com.cn</a></span> <span id="pub_date">$visible</span> <span id="media_name"><a href=http://example.com/1 target=_blank>$source</a> &nbsp;</span><a id="media_comment">我有话说</a></div>
<div class="blkContainerSblkCon BSHARE_POP" id="artibody">
$body
"""

DESIGNS = (
    Design("fin2017", "https://finance.sina.com.cn/$folder/" + DOC,
           (("china", "china", "国內"), ("roll", "chanjing/gsnews"), ("stock/s", "stock/s", "股市"), ("chanjing/cyxw", "chanjing/cyxw", "产经"),
            ("world/mzjj", "world", "国际"), ("jjxw", "jjxw"), ("hy/hyjz", "hy/hyjz"), ("jryx/bank", "jryx"), ("tob", "tob"), ("wm", "wm"),
            ("tech/roll", "tech", "科技"), ("stock/hkstock/ggscyd", "stock", "港股")),
           (2017, 2026), (f"{DAY} {AT}", f"{DAY}&nbsp;{AT}"),
           META + CLOCKS + FRAME + HEAD2017 + """<div class="article-content clearfix" id="article_content"><div class="article" id="artibody">
<!-- 视频播放器start --><!-- 视频播放器end -->
<!-- 行情图begin --><!-- 行情图end -->
$body
<!-- 编辑姓名及工作代码 -->
<p class="article-editor">$editorline</p>
</div></div><div class="article-bottom"><div class="keywords">文章关键词：<a>$keyword</a></div><div>我要反馈 保存网页</div></div>
""" + FOOT),
    Design("news2017", "https://news.sina.com.cn/$folder/" + DOC, (("c", "c"), ("o", "c"), ("w", "w"), ("c/gat", "c")),
           (2017, 2026), (f"{DAY} {AT}",),
           META + CLOCKS + FRAME + HEAD2017 + """<div class="article" id="article">
$body
<p class="show_author">$editorline</p>
</div><div id="keywords" data-wbkey="$keyword">关键字 : <a>$keyword</a></div>
""" + FOOT),
    Design("fin2014", "http://finance.sina.com.cn/$folder/" + DOC, (("money/forex/forexroll", "forex", "外汇"), ("stock/quanshang", "stock/quanshang", "股市"), ("meeting", "meeting")),
           (2014, 2017), (f"{DAY}{AT}",),
           META + CLOCKS + FRAME + """<div class="bread">$crumbs &gt; 正文</div>
<div class="page-header"><h1 id="artibodyTitle" cid="56982" docid="$docid">$title_html</h1></div>
<div class="page-info"><span class="time-source">
\t\t    $visible
$sourcelink
      </span><div class="page-tools"><span>微博</span></div></div>
<div class="article article_16" id="artibody">
$body
</div>
<p class="article-editor">$editorline</p>
<div class="article-keywords"><span>文章关键词：</span><a>$keyword</a></div>
<a href="http://comment5.news.sina.com.cn/$${column_path}">我要反馈</a>
""" + FOOT),
    Design("tech2019", "https://tech.sina.com.cn/$folder/" + DOC, (("t", "t/phone"), ("it", "it")), (2018, 2019), (f"{DAY}{AT}",),
           META + """<meta property="article:published_time" content="$republished">
<meta name="publishid" content="$docid">
""" + FRAME + """<h1 id="artibodyTitle">$title_html</h1>
<div class="artInfo"><span id="pub_date">$visible</span> <span id="media_name">$source</span></div>
<div class="BSHARE_POP blkContainerSblkCon clearfix" id="artibody">
$body
</div>
""" + FOOT),
    Design("kandian", "https://k.sina.com.cn/article_$uid.html?from=finance", (("", ""),), (2018, 2021), (f"{DAY} {AT}",),
           META + CLOCKS + FRAME + """<div class="main-content"><h1 class="main-title">$title_html</i></h1>
<div class="top—bar"><div class="date-source"><span class="date">$visible</span> <a class="source ent-source">新浪看点</a></div></div>
<div class="article" id="artibody">
$body
</div></div>
""" + FOOT, source="新浪看点"),
    Design("tcj", "https://t.cj.sina.com.cn/articles/view/6479290000/$hex?cre=tianyi&mod=wnews", (("", ""),), (2018, 2020), (f"{DAY} {AT}",),
           """<!DOCTYPE><html><head>$charset
<title>${title_html}__财经头条</title>
<meta name="keywords" content="财经头条,财经新闻">
<meta property="og:url" content="http%3A%2F%2Ft.cj.sina.com.cn%2Farticles%2Fview%2F6479290000%2F$hex">
<meta name="weibo: article:create_at" content="">
<meta name="publishid" content="fxsqxxu4646541">
<meta name="mediaid" content="财经头条">
<meta property="article:published_time" content="">
<script>var SINA_TEXT_PAGE_INFO = {docID: 'comos:fxsqxxu4646541', pagepubtime: '2016-05-30'};</script>
""" + FRAME + HEAD2017 + """<div class="article" id="artibody">
<!-- 原始正文 -->
$body
</div><div class="cardlist-a__loading">加载中 点击加载更多</div>
""" + FOOT, docid=""),
    Design("wap", "https://finance.sina.cn/$folder/$iso/detail-i$docid.d.html?vt=4", (("sa", ""), ("stock/ssgs", "", "股市")), (2005, 2024),
           ('<span class="weibo_time_day">{d.year}.{d.month:02}.{d.day:02}</span>{d.hour:02}:{d.minute:02}',),
           """<!DOCTYPE html><html><head>$charset
<title>${title_html}_手机新浪网</title>
<meta name="keywords" content=",sina.cn">
<meta property="og:url" content="$url">
<meta property="og:image" content="//n.sinaimg.cn/default/2fb77759/320X320.png">
<meta property="article:author" content="$source">
<meta property="article:published_time" content="$minute">
<meta name="publishid" content="$docid">
<script>var __docConfig = {__webURL: "https://finance.sina.com.cn/x.shtml"};</script>
""" + FRAME + """<header><h2 class="hd_tit_l"><a href="https://finance.sina.cn/">新浪财经</a></h2></header>
<article class="art_box"><h1 class="art_tit_h1">$title_html</h1>
<div class="weibo_info"><h2 class="weibo_user">$source</h2><time class="weibo_time">
\t$visible\t</time></div><a class="look_sub">关注</a>
<section class="art_pic_card art_content">
$body
</section></article>
""" + FOOT),
    Design("english", "http://english.sina.com/news/$year/$monthday/$did.html", (("news", ""),), (2015, 2017), ("{d.year}-{d.month:02}-{d.day:02} {d.hour:02}:{d.minute:02}:{d.second:02}",),
           """<!--[5029,2,$did] published at $later from #153 by system -->
<html><head>$charset<title>$title_html</title>
""" + FRAME + """<div class="blk_14"><div class="tit_04" id="artibodyTitle"><h1>$title_html</h1>
<div class="t_attr"><span>$gmt GMT</span> <span>$visible(Beijing Time)</span> <span><a href="http://example.com/en">$source</a></span></div></div>
<div class="b_cont" id="artibody">
$body
</div></div>
""" + FOOT, language="en", docid="$did"),
    Design("taiwan", "https://news.sina.com.tw/article/$compact/$did.html", (("", ""),), (2018, 2022), ("{d.year}-{d.month:02}-{d.day:02} {d.hour:02}:{d.minute:02}",),
           """<!DOCTYPE html><html><head>$charset<title>$title_html-新浪新聞中心</title>
<meta name="keywords" content="$title_attr,體育新聞">
<meta property="og:url" content="$url">
<meta property="article:published_time" content="$republished">
""" + FRAME + """<div id="articles"><strong><h1><!-- ArticleTitle Start -->$title_html<!-- ArticleTitle End --></h1></strong>
<cite>
\t<a href="/cobrand/x/">$source</a>
\t($visible)
</cite>
<div id="article_content"><div class="pcont">$body</div></div></div>
<div class="crankr"><a href="/article/1.html">排行</a><cite>【$source】</cite></div>
""" + FOOT, language="tw", docid="$did"),
    Design("blog", "http://blog.sina.com.cn/s/blog_$hex.html", (("", ""),), (2010, 2016), ("({d.year}-{d.month:02}-{d.day:02} {d.hour:02}:{d.minute:02}:{d.second:02})",),
           """<!DOCTYPE html><html><head>$charset<title>${title_html}_${person}_新浪博客</title>
""" + FRAME + """<h1 id="blogname" class="blogtitle">$person的博客</h1><div class="info_nm"><strong id="ownernick">$person</strong></div>
<div id="articlebody" class="artical"><div class="articalTitle"><h2 id="t_1" class="titName SG_txta">$title_html</h2>
<span class="time SG_txtc">$visible</span></div>
<div id="sina_keyword_ad_area2" class="articalContent  ">
$body
</div></div>
""" + FOOT, docid="", source=""),
    Design("blk2012", "http://finance.sina.com.cn/$folder/$compact/$hhmm$did.shtml", (("china", "", "国內"), ("consume/puguangtai", "")), (2011, 2014), (f"{DAY}&nbsp;{AT}",),
           BLK + FRAME + BLKBODY.replace("$body", "<!--视频轮播start--><!--视频轮播end-->\n$photo\n<!-- publish_helper name='原始正文' p_id='31' t_id='1' d_id='$did' f_id='45' -->\n$body\n</div></div>") + FOOT,
           charset="gb18030", docid="$did"),
    Design("blk2012news", "http://news.sina.com.cn/$folder/$iso/$hhmm$did.shtml", (("c", ""), ("c/p", "")), (2013, 2014), (f"{DAY}{AT}",),
           BLK + '<meta name="weibo: article:create_at" content="$created">\n<meta name="weibo: article:update_at" content="$later">\n' + FRAME
           + BLKBODY + '<div class="show_author">$editorline</div>\n</div></div>\n' + FOOT,
           charset="gb18030", docid="$did", editor=(("（编辑：SN064）", ""), ("（编辑：$editor）", "$editor"))),
    Design("blk2007", "http://ent.sina.com.cn/$folder/$iso/$hhmm$did.shtml", (("y", ""), ("s/m", "")), (2007, 2010), (f"{DAY}{AT}",),
           BLK + FRAME + BLKBODY.replace("$body", "$photo\n<!-- publish_helper name='原始正文' p_id='28' t_id='3' d_id='$did' f_id='27' -->\n$body\n</div></div>") + FOOT,
           charset="gb18030", docid="$did"),
    Design("table2004", "http://house.sina.com.cn/$folder/$iso/$hhmm$did.html", (("news", ""),), (2004, 2005), (f"{DAY}{AT}", f"{DAY} {AT}"),
           """<!--[62,3,$did] published at $later from #008 by 1184-->
<html><head>
$charset
<title>${title_html}_新浪房产_新浪网</title>
""" + FRAME + """<table><tr><td>
<table width=560><tr><th class=f24><font color=#05006C>$title_html</font></th></tr>
<tr><td><hr size=1></td></tr>
<tr><td align=center height=20>http://house.sina.com.cn &nbsp; $visible <font color=#A20010>$source</font></td></tr>
<tr><td class=l17><font id="zoom" class=f14>
$body
</font></td></tr></table>
<table><tr><td>【<a href=http://comment.example.com/>评论</a>】【<a href="javascript:window.close()">关闭窗口</a>】</td></tr></table>
</td></tr></table>
""" + FOOT, charset="gb18030", docid="$did"),
    Design("book2004", "http://book.sina.com.cn/longbook/1097390000_synthetic/$few.shtml", (("longbook", ""),), (2004, 2005), (),
           """<!--[112,3,$did] published at $later from #009 by system-->
<HTML><HEAD><TITLE>${title_html}_读书频道_新浪网</TITLE>
$charset
""" + FRAME + """<table><tr><td class=l15>出版社：澄州 作者：$person</td></tr></table>
<table width=560><tr><td class=title14 align=center><b>$title_html</b></td></tr>
<tr><td class=l17><font id="zoom" class=f14>
$body
</font></td></tr></table>
""" + FOOT, charset="gb18030", docid="$did", source=""),
)  # fmt: skip

ARTICLE = '<h1 class="main-title">$title_html</h1><div class="date-source"><span class="date">2026年02月02日 09:33</span> <a class="source">新浪看点</a></div><div class="article" id="artibody">'
# Pages that hold no article: (reason, URL, title, content).
TRAPS = (
    ("video", "http://video.sina.com.cn/p/news/v/$iso/$did.html", "${head}_新浪视频", '<div id="myMovie"></div><p>$s1</p>$side'),
    ("video", "https://k.sina.com.cn/article_$uid.html?from=auto", "$head", ARTICLE + '<div class="Video_Cont" id="Video_Cont"></div><script>var $$SCOPE = {video: {title: "$head"}};</script><p class="article-notice">特别声明：以上文章内容仅代表作者本人观点，不代表新浪看点观点或立场。</p></div>'),
    ("live", "http://live.sina.com.cn/zt/l/v/news/x/index.htm", "${head}_直播_新闻中心_新浪网", '<div class="live">$s1</div><div class="live">$s2</div><div class="live">$s3</div>'),
    ("quote", "http://finance.sina.com.cn/realstock/company/$code/nc.shtml", "$company股票行情_新浪财经", '<div id="hqDetails"><table><tr><td>$number</td><td>$few</td></tr></table></div>'),
    ("quote", "http://vip.stock.finance.sina.com.cn/corp/go.php/vFD_FinanceSummary/1.phtml", "$company财务摘要_新浪财经", "<table><tr><td>$number</td><td>$few</td></tr></table>"),
    ("index", "https://finance.sina.com.cn/stock/", "股票首页_新浪财经_新浪网", '<h2>要闻</h2><ul class="list_009">$side</ul>'),
    ("index", "https://finance.sina.cn/world", "国际_手机新浪网", "<ul>$side</ul>"),
    ("search", "https://search.sina.com.cn/?q=x&c=news", "新闻搜索_新浪搜索_新浪网", "<ul>$side</ul><p>$s1</p>"),
    ("home", "https://www.sina.com.cn/", "新浪首页", "<ul>$side</ul>"),
    ("gallery", "http://slide.finance.sina.com.cn/slide_9_$did.html", "${head}_高清图集_新浪网", '<div class="swp-hd">$head</div><div id="slide_data" style="display:none"><dl><dt>$head</dt><dd>$s1</dd></dl></div>'),
    ("error", "https://finance.sina.com.cn/china/$iso/doc-i$docid.shtml", "页面没有找到", '<div class="error">抱歉，页面没有找到 <span>5</span>秒后自动跳转</div>'),
    ("no_text", "https://finance.sina.com.cn/china/$iso/doc-i$docid.shtml", "$head", ARTICLE + '\n<!-- 行情图begin -->\n<p>　　</p><p class="article-editor">责任编辑：$person</p></div>'),
    ("no_text", "https://finance.sina.com.cn/china/$iso/doc-i$docid.shtml", "$head", ARTICLE + "<p>　　来源：$source</p><p>进入【新浪财经股吧】讨论</p></div>"),
    ("unknown_layout", "https://finance.sina.com.cn/zt_d/$did.html", "${head}_专题", "<h1>$head</h1><p>$s1</p>"),
)  # fmt: skip
TRAP_PAGE = "<!DOCTYPE html>\n<html><head>$charset<title>$pagetitle</title>\n" + FRAME + "$trap\n" + FOOT
