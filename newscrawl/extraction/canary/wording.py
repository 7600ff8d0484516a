"""What the words of a text say of it, whatever its markup: whom they address, whether they end, whether they fit."""

import itertools
import math
import re
from collections import Counter
from typing import Protocol

# Words of buttons, promotions, players, comments and notices: what a page says of itself, or asks its reader to do.
ASKS = (
    r"扫码|扫一扫|扫描|二维码|长按|点击|点此|戳|下载|安装|打开|APP|小程序|公众号|微信|微博|朋友圈|订阅|关注|入群|社群|交流群|领取|"
    r"免费|特惠|优惠|礼包|福利|开户|报名|预约|购买|立即|马上|名额|限时|仅剩|会员|开通|解锁|付费|登[录陆]|注册|验证码?|邮箱|手机号|"
    r"投票|提交|参与|评论|留言|查看|更多|全[文部]|展开|收起|继续阅读|阅读|剩余|点赞|收藏|分享|转发|回复|跟帖|举报|纠错|反馈|复制|"
    r"字号|打印|倍速|播放|朗读|Cookie|隐私|条款|协议|浏览器?|刷新|加载|重试|转载|版权|免责|声明|仅供参考|仅代表|不代表|投资建议|"
    r"联系我们|客服|猜你|推荐|热[榜门议搜]|网友|相关|延[伸展]|大家都在|精彩|精选|专[栏题]|专属|特权|权益|广告|推广|赞助|[上下]一篇|"
    r"上一[张页]|下一[张页]|图集|大图|购物车|下单|定价|原价|抢购|团购|折扣|限量|发售|门票|早鸟|打赏|赞赏|资助|支持我们|知道了|同意|"
    r"招聘|诚聘|粉丝|线索|热线|致电|来信|投稿|(?<!\d)\d++(?:秒|分钟|小时|天)前|来自|\d万?人|>>|›|×"
)
LABELS = r"标签|关键词|话题|编者按|编后|来源|作者|原文|链接|概念股|个股"
MORE = re.compile(r"展开|余下|剩余(?!\d)|全文|继续阅读|加载更多|阅读更多|查看(?:全部|更多)|下一页")
ASK = re.compile(ASKS, re.IGNORECASE)
POINTER = re.compile(rf"(?:{ASKS}|{LABELS})[^，。]{{0,4}}[:：]", re.IGNORECASE)
DAY_OR_TIME = re.compile(r"(?:\d{4}[-年/.])?(?:\d{1,2}[-月/]\d{1,2}日?)?(?:\d{1,2}:\d\d)?(?=\D)")
IN_A_SENTENCE = "，,、至起到前后"  # what follows a day that begins a sentence
CLOCK = re.compile(r"(?:(?<!\d)\d{1,2}|\d{4}-\d\d-\d{4}):\d\d(?!\d*%)")  # without white space a day runs into the hour
READER = re.compile(r"[您你]")
QUOTED = re.compile(r"[“「『\"].{0,80}?[”」』\"]")  # in a line
END = re.compile(r"[。！？!?…；;”’」』）)】.：:]$")
LINE = 80  # characters of a line that talks to the reader, or has a time: longer ones are columns, letters, reports
BUTTON = 16  # characters of a button
TYPICAL = 1000  # pairs of an article of about 1,500 characters
GRAM = 4


class Pairs(Protocol):
    """Pairs of letters of a text: what can be compared with."""

    def __contains__(self, pair: object, /) -> bool: ...
    def __len__(self) -> int: ...


def squash(text: str) -> str:
    """Returns a text without white space and without the bars between cells.

    >>> squash("　　北京 | 3.5%")
    '北京3.5%'
    """
    return "".join(text.split()).replace("|", "")


def asks(text: str) -> float:
    """Returns the share of a text that are words of buttons and promotions.

    >>> asks("扫码下载APP"), asks("港口的吊机在清晨开始转动。")
    (1.0, 0.0)
    """
    return sum(len(found) for found in ASK.findall(text)) / len(text) if text else 0.0


def offers_more(text: str) -> bool:
    """Whether a line is a button that shows the rest of a text.

    >>> offers_more("点击展开全文"), offers_more("他读完了全文，没有说话。")
    (True, False)
    """
    return len(text) < BUTTON and not finished(text) and MORE.search(text) is not None


def is_pointer(text: str) -> bool:
    """Whether a text begins with a label that points elsewhere.

    >>> is_pointer("相关阅读：港口的吊机"), is_pointer("他说：港口的吊机")
    (True, False)
    """
    return POINTER.match(text) is not None


def is_timed(text: str) -> bool:
    """Whether a text begins with a time or a day, as short news and comments do.

    >>> is_timed("09:30港口的吊机"), is_timed("2024-03-02港口"), is_timed("3月2日，港口"), is_timed("3月港口")
    (True, True, False, False)
    """
    found = DAY_OR_TIME.match(text)
    return found is not None and len(found[0]) > GRAM and text[found.end()] not in IN_A_SENTENCE


def is_stamped(text: str) -> bool:
    """Whether a line has a time of the clock, as date lines, players and short news have.

    >>> is_stamped("江畔日报2024-03-0210:15"), is_stamped("港口10时15分开闸。")
    (True, False)
    """
    return len(text) < LINE and CLOCK.search(text) is not None


def talks_to_reader(text: str) -> bool:
    """Whether a line addresses its reader, not in a quotation.

    >>> talks_to_reader("请您阅读后同意。"), talks_to_reader("他说：“你来看看。”")
    (True, False)
    """
    return len(text) < LINE and READER.search(QUOTED.sub("", text)) is not None


def finished(text: str) -> bool:
    """Whether a text ends as sentences end.

    >>> finished("价格下降了。"), finished("编辑精选")
    (True, False)
    """
    return END.search(text) is not None


def grams(text: str) -> Counter[str]:
    """Returns the counts of the 4-grams of a text without white space."""
    return Counter(text[at : at + GRAM] for at in range(len(text) - GRAM + 1))


def pairs(text: str) -> frozenset[str]:
    """Returns the pairs of letters of a text that follow each other.

    >>> sorted(pairs("港口，港"))
    ['港口']
    """
    return frozenset(pair for pair in map("".join, itertools.pairwise(text)) if pair.isalpha())


def cohesion(part: frozenset[str], rest: Pairs) -> float:
    """Returns the share of a part's pairs that the rest has, too; 1 for a part without any.

    >>> cohesion(pairs("港口的吊机"), pairs("港口的船"))
    0.5
    """
    return sum(pair in rest for pair in part) / len(part) if part else 1.0


def common(one: str, other: str) -> float:
    """Returns the cohesion of the shorter of two texts with the longer."""
    return cohesion(*sorted((pairs(one), pairs(other)), key=len))


def affinity(part: frozenset[str], rest: Pairs) -> float:
    """Returns the cohesion as if the rest had TYPICAL pairs: the longer a text, the more it shares by chance.

    >>> affinity(pairs("港口的吊机"), pairs("港口的船")) > cohesion(pairs("港口的吊机"), pairs("港口的船"))
    True
    """
    return cohesion(part, rest) * math.sqrt(TYPICAL / max(1, len(rest)))
