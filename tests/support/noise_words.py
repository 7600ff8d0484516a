"""Invented Chinese prose for the pages of `tests.support.noise`: articles, headlines, the talk of readers.

It shares no sentence and no name with the synthetic corpus. An article keeps to one topic; what stands around it has others.
"""

from dataclasses import dataclass
from random import Random

# A topic: who acts, what it is about, where, and what happens, each as words that fit together.
TOPICS: dict[str, dict[str, list[str]]] = {
    "tea": {
        "who": "茶农合作社 竹溪茶厂 拼配师傅 山场管护员 夏茶收购站 茶叶拍卖行".split(),
        "what": "鲜叶收购价 萎凋车间的湿度 早春头采的产量 出口检测的批次 老丛的树龄记录 仓储茶的年份标签".split(),
        "where": "竹溪镇 凤鸣山 霜桥村 雾岭 两河口".split(),
        "did": "把晾青的时间又延长了半个钟头 第一次按片区而不是按等级结算 改用带编号的竹匾 让买家在地头就能看到检测单 把三年前的老账翻了出来 在雨前赶完了最后一轮采摘".split(),
    },
    "rail": {
        "who": "调度中心 工务段 线路设计院 车辆检修基地 地方铁路公司 货运营销部".split(),
        "what": "区间限速值 轨枕更换的进度 夜间天窗时间 集装箱的周转天数 单线区段的通过能力 道口看守的班次".split(),
        "where": "青芦站 石塘口 南沱编组场 平阳岭隧道 老鹰崖支线".split(),
        "did": "把检修作业从凌晨两点挪到了零点 首次向货主公开了空车计划 用无人机替代了一半的人工巡线 要求每趟车留出十二分钟的余量 拆掉了最后一段木枕 为罐车单独排出一条运行线".split(),
    },
    "bank": {
        "who": "农商银行 县域支行 信贷审批部 风险管理委员会 存款保险经办处 村镇银行筹备组".split(),
        "what": "三年期存款的利差 小微贷款的续贷率 抵押物的重估周期 逾期九十天以上的余额 活期占比 普惠口径的户数".split(),
        "where": "沅东县 白鹿城区 临港新区 江口片区 上坝乡".split(),
        "did": "将审批权限下放到了网点 连续三个季度压降了大额集中度 换掉了用了十一年的核心系统 不再接受联保形式的担保 把催收外包合同提前终止 为养殖户设计了随行就市的还款表".split(),
    },
    "sea": {
        "who": "远洋渔业公司 海事监管站 冷库运营方 海洋预报台 船东协会 网箱养殖户".split(),
        "what": "休渔期的补贴标准 冷库的出货节奏 近海的赤潮面积 渔获的上岸均价 渔船定位的在线率 海水表层温度".split(),
        "where": "乌礁岛 东咀渔港 沙坡湾 外澳海域 丁家尾码头".split(),
        "did": "把返港时间提前到了台风登陆前三天 按条而不是按箱记录了每一网的重量 重新划定了网箱的间距 在港池里试用了岸电 把近两成的船改成了休闲渔船 取消了沿用多年的赊账规矩".split(),
    },
    "chip": {
        "who": "封测厂 晶圆代工企业 设备供应商 设计公司 行业协会 材料实验室".split(),
        "what": "八英寸产线的稼动率 光刻胶的验证周期 客户的备货天数 先进封装的良率 研发费用的资本化比例 二手设备的成交价".split(),
        "where": "滨江园区 沙河路厂区 苇塘基地 东岭科创城 西堰工厂".split(),
        "did": "把交期从二十六周缩短到了十四周 放弃了一条运行不到两年的产线 向三家下游客户发出了调价函 用国产部件替换了真空泵 把试产的窗口留给了中小客户 暂停了年内第二次扩产".split(),
    },
    "home": {
        "who": "住建局 中介门店 开发商区域公司 物业服务企业 公积金管理中心 业主委员会".split(),
        "what": "二手房的挂牌量 租金回报率 烂尾项目的复工节点 维修基金的动用比例 首套贷款的执行利率 土地出让的溢价率".split(),
        "where": "梧桐里 湖西板块 新桥片区 北环沿线 老机床厂家属院".split(),
        "did": "取消了持续六年的摇号规则 让买卖双方在同一个窗口办完了手续 公示了每一笔公共收益 把样板间改成了社区食堂 以旧换新的比例第一次超过了四分之一 为延期交付的业主支付了过渡房租".split(),
    },
}  # fmt: skip
FORMS = (
    "{who}{day}对外披露，{where}的{what}较去年同期{moved}了{number}%，这与市场此前的预估相差不大。",
    "在{where}，{who}{did}，参与此事的{name}说，效果要到{month}月以后才看得出来。",
    "“我们并不追求一步到位。”{name}表示，{who}{did}，只是因为{what}已经影响到了正常经营。",
    "值得注意的是，{what}并没有随之{moved}，{where}一带的情况甚至恰恰相反。",
    "从{month}月初到{month}月{few}日，{where}先后{few}次调整了{what}，每一次都在{number}个点以内。",
    "按照{who}的说法，{did}之后，单月支出大约减少{number}万元，不过这笔账并未计入折旧。",
    "{name}给记者算了一笔账：如果{what}再{moved}{few}个百分点，{where}至少有{few}家同行会退出。",
    "为什么偏偏是{where}？{name}的回答很简单，因为{who}早在{few}年前就{did}。",
    "与之形成对照的是，另外{few}个地方的{what}始终没有公开，外界只能依靠零散的数据推断。",
    "{who}内部的一份材料显示，{what}在过去{few}个月里三次触及预警线，最低时只有{number}。",
    "不过，{name}也承认，{who}{did}的做法未必适合所有人，尤其是刚刚起步的小企业。",
    "{day}下午，记者来到{where}时，{who}的工作人员正在核对{what}，墙上的日程已经排到{month}月底。",
    "分歧主要集中在{what}上：一方认为应当随行就市，另一方则坚持先把{where}的旧账理清。",
    "截至发稿，{who}没有就{what}作出进一步回应。",
    "{what}也好，{what2}也罢，说到底都取决于{where}今年的收成和人手。",
    "{name}翻开一本边角磨白的台账，上面记着{where}历年的{what}，最近一页停在{month}月。",
    "业内普遍把{number}视为{what}的分水岭，跌破之后，{who}通常会收紧新的安排。",
    "谈到{where}，{name}用了“慢热”这个词：先是观望，随后跟进，最后才轮到{who}{did}。",
    "公开资料并未说明{what}的统计范围，{who}给出的解释是“历史原因”。",
    "去年冬天，{where}还门可罗雀；如今{who}{did}，周边的旅馆反倒一床难求。",
    "{number}万元，这是{who}为{what}准备的全部预算，分摊到每户不足{few}元。",
    "一位不愿具名的从业者透露，{where}之所以{moved}，和{who}{did}没有直接关系。",
    "专家组在{month}月的座谈会上提出，应当为{what}设定上下限，并允许{where}先行先试。",
    "傍晚六点，{where}的最后一辆货车驶离，{name}这才有空坐下来谈一谈{what}。",
    "{who}曾在三年规划里写明，要让{what}恢复到{number}以上，眼下看来颇有难度。",
    "同样的办法放在别处未必管用，{name}举例说，邻县的{what2}就因此{moved}了{few}个点。",
    "压力正沿着链条向上传导，{where}的小作坊率先感受到了{what}的变化。",
    "{did}，听上去像一句口号，{who}却花了整整{few}个月才落到纸面。",
    "据{name}回忆，{what}上一次出现如此剧烈的波动，还要追溯到{few}年前的那场洪水之后。",
    "眼见为实，{name}带着一行人绕着{where}走了大半圈，{who}的改动几乎随处可见。",
    "多数受访者认为，{what}短期难有起色，真正的考验会落在{month}月的结算窗口。",
    "合同里写得清清楚楚，{who}若不能如期{did}，须按日支付违约金。",
    "有人欢喜有人忧，{where}的老住户{name}更担心的是{what2}会不会跟着{moved}。",
    "第{few}批名单公布当晚，{who}的值班电话响了一百多次，问得最多的还是{what}。",
    "把时间轴拉长来看，{where}的{what}大体围绕{number}上下摆动，谈不上趋势性拐点。",
    "“先活下来，再谈扩张。”这是{name}贴在{where}办公室门后的一句话。",
    "审计人员随后抽查了{few}份凭证，确认{who}{did}的支出与账面相符。",
    "至于外界关心的补偿，{who}只肯透露会参照{what}，分两年付清。",
    "{name}的儿子学的是计算机，毕业后回到{where}，替{who}写了一套记录{what}的小程序。",
    "从区位上说，{where}并不占优，胜在{what}便宜，又愿意为外来者腾地方。",
)
MANNER = 14  # forms per writer, so that two articles share few of them
SHORT = ("{name}没有正面回答。", "变化从{where}开始。", "账并不难算。", "这只是第一步。", "{who}的判断更为谨慎。")
SUBHEADS = ("{where}的另一本账", "谁在为{what}买单", "从{few}家到{few2}家", "{what}之外", "下一步怎么走")
HEADLINES = (
    "{where}{what}{moved}{number}% {who}称“还没到最难的时候”", "{who}{did}，{where}能跟上吗？", "{what}为何{moved}？来自{where}的{few}组数字",
    "{name}：{what}不会一直{moved}", "{where}调查｜{who}为什么{did}", "{who}回应{what}{moved}：{few}个月内给出方案", "深一度：{where}的{what}，{few}年走了多远",
)  # fmt: skip
TALK = (
    "说得挺好，可我们这儿的{what}一点没变啊。", "去年在{where}待过，真实情况比文章里写的还要难。", "楼上的别急，等{month}月数据出来再看。", "支持！希望{who}说到做到",
    "每次都这么讲，最后还不是老百姓掏钱", "有没有懂行的讲讲，{what}到底怎么算出来的？", "我二叔就是做这个的，他说{moved}{few}个点都算少了。",
    "早该这样了，{where}已经拖了{few}年，附近的人都知道是怎么回事，就是没人愿意先开口。",
)  # fmt: skip
NAMES = "祝南枝 尹拾光 车知远 邢小满 裘北辰 雷可染 温如一 倪照 樊青禾 单雨桐 古月明 海川 仲夏 蒲松年".split()
USERS = "早起的番茄 老K不看盘 momo 路过的橡皮 大鱼2019 一只柴 用户7730124 秋裤先生 阿泽zzz 手机用户Q8".split()
MOVED = "上升 下滑 收缩 走高 回调 攀升".split()
DAYS = "周一 周二 昨日 上周末 本月初 当天 近日".split()
MEDIA = "沅江经济报 渡口周刊 三桥财讯 北岸观察 海螺财经 中原商讯社 晨线新闻".split()
BRANDS = "海螺 三桥 渡口 晨线 量衡 知本".split()


@dataclass(frozen=True)
class Prose:
    """What is said on one topic in one manner, out of one stream of random numbers."""

    rng: Random
    topic: str
    forms: tuple[str, ...]  # of sentences that this writer uses

    @classmethod
    def of(cls, rng: Random, other: str = "") -> "Prose":
        """Prose on a random topic, which is not `other`."""
        topic = rng.choice([name for name in TOPICS if name != other])
        return cls(rng, topic, tuple(rng.sample(FORMS, MANNER)))

    def fill(self, form: str) -> str:
        """A form with its words."""
        rng, words = self.rng, TOPICS[self.topic]
        what, what2 = rng.sample(words["what"], 2)
        few, few2 = rng.sample(range(2, 28), 2)
        return form.format(
            what=what, what2=what2, few=few, few2=few2, month=rng.randint(2, 12), number=f"{rng.randint(1, 88)}.{rng.randint(1, 9)}",
            who=rng.choice(words["who"]), where=rng.choice(words["where"]), did=rng.choice(words["did"]), name=rng.choice(NAMES),
            moved=rng.choice(MOVED), day=rng.choice(DAYS),
        )  # fmt: skip

    def sentence(self) -> str:
        """A sentence of an article."""
        return self.fill(self.rng.choice(self.forms))

    def paragraph(self, most: int = 4) -> str:
        """A paragraph of one to `most` sentences, now and then a very short one."""
        if most > 1 and self.rng.random() < 0.06:
            return self.fill(self.rng.choice(SHORT))
        return "".join(map(self.fill, self.rng.sample(self.forms, self.rng.randint(1, most))))

    def headline(self) -> str:
        """A headline."""
        return self.fill(self.rng.choice(HEADLINES))

    def subhead(self) -> str:
        """A heading between paragraphs."""
        return self.fill(self.rng.choice(SUBHEADS))

    def talk(self) -> str:
        """What a reader says below an article."""
        return "".join(map(self.fill, self.rng.sample(TALK, self.rng.choice((1, 1, 1, 2)))))
