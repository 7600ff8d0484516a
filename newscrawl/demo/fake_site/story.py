"""The texts of a generated site."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

PLACES = "青峦 临沂口 白沙渡 云栖镇 南埠 望海坡 澄湖 东岭 雁洲 梅港 石桥铺".split()
BODIES = "商贸局 轴承厂 渔业社 轨道集团 种业站 仓储协会 纺织园 数据中心 供热公司 码头公司".split()
THINGS = "订单 吞吐量 开工率 库存 出口额 用电量 租金 培训人次 检修次数 新增岗位".split()
MOVES = "增长 下降 回落 提高 放缓 收窄".split()
PEOPLE = "郭砚 闻舟 丁朵朵 贺溪 孟听澜 欧阳砺 柏小青 卢帆 施榕 秦晚舟".split()
CLAUSES = (
    "夜班的灯比去年亮得早 老客户换了新的包装 第二条产线还在调试 工人学会了看图纸 雨季推迟了两周装船 账期缩短到四十天 "
    "样品先寄给了学校 仓库腾出半层给冷链 调度员把表格贴在墙上 旧机器拆成了零件 运价谈了三轮没有结果 村口的站牌改了名字 "
    "设备商答应春节前交货 新规则从下月起试行"
).split()
COMPANIES = "白鹭机电 雁洲重工 南埠出版 青禾种子 折纸科技".split()
SOURCES = "江畔晨报 南岭周刊 澄湖晚报 北麓新闻网 商路观察".split()
SENTENCES = (
    "{place}{body}公布，{thing}同比{move}{number}%，{clause}",
    "按{body}的测算，{thing}每{move}1%，成本就变动{number}元，{clause}",
    "{person}在{place}看到，{clause}，{thing}{move}了{number}%",
    "“{clause}，”{person}说，{place}的{thing}已{move}{number}万",
)
HEADLINES = (
    "{place}{body}{thing}{move}{number}% {clause}",
    "{place}观察：{thing}为何{move}了{number}%",
    "{person}：“{clause}”",
    "{clause}，{place}的{number}天",
)
CHANGES = ("title", "figures", "added", "removed")
FIGURE = re.compile(r"(?<!\d)\d+\.\d+")


def random_for(*named: object) -> Random:
    """A random generator that is seeded by names, so that the same names give the same numbers."""
    return Random("/".join(map(str, named)))  # noqa: S311  # test data, no secret


# The text of an article -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Story:
    """The text of an article in one version."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The parts of an article besides its paragraphs; they are the same in all versions."""

    company: str
    stock: str
    source: str
    editor: str
    caption: str = ""  # of a picture
    table: tuple[tuple[str, ...], ...] = ()


def sentence(rng: Random, forms: Sequence[str] = SENTENCES) -> str:
    """An invented sentence or headline."""
    return rng.choice(forms).format(
        place=rng.choice(PLACES),
        body=rng.choice(BODIES),
        thing=rng.choice(THINGS),
        move=rng.choice(MOVES),
        person=rng.choice(PEOPLE),
        clause=rng.choice(CLAUSES),
        number=f"{rng.randint(1, 99)}.{rng.randint(1, 9)}",
    )


def paragraph(rng: Random) -> str:
    """An invented paragraph; it contains a number with a decimal point."""
    return "。".join(sentence(rng) for _ in range(rng.randint(1, 3))) + "。"


@lru_cache(maxsize=4096)
def story(seed: int, docid: str, version: int) -> Story:
    """The text of an article in a version."""
    if version > 1:
        return changed(story(seed, docid, version - 1), change(docid, version), random_for(seed, docid, version))
    rng = random_for(seed, docid)
    details = figures(seed, docid)
    first = f"{details.company}{sentence(rng)}。"
    return Story(sentence(rng, HEADLINES), (first, *(paragraph(rng) for _ in range(rng.randint(3, 7)))))


def change(docid: str, version: int) -> str:
    """The kind of change that made a version: the kinds take turns, and adjacent docids begin with different ones."""
    return CHANGES[(int(docid[-1]) + version) % len(CHANGES)]


def changed(old: Story, kind: str, rng: Random) -> Story:
    """A text after an edit of one kind."""
    title, paragraphs = old.title, list(old.paragraphs)
    at = rng.randrange(len(paragraphs))
    match kind:
        case "title":
            while title == old.title:
                title = sentence(rng, HEADLINES)
        case "figures":
            paragraphs[at] = FIGURE.sub(lambda found: f"{float(found[0]) + rng.randint(1, 9):.1f}", paragraphs[at])
        case "added":
            paragraphs.insert(at + 1, paragraph(rng))
        case _:
            del paragraphs[at]
    return Story(title, tuple(paragraphs))


@lru_cache(maxsize=4096)
def figures(seed: int, docid: str) -> Figures:
    """The other parts of an article: a third of all articles have a picture, a quarter a table."""
    rng = random_for(seed, docid, "figures")
    number = int(docid[-7:])
    company = rng.randrange(len(COMPANIES))
    things = rng.sample(THINGS, 3)
    rows = (("项目", "数值"), *((thing, f"{rng.randint(1, 99)}.{rng.randint(1, 9)}") for thing in things))
    return Figures(
        company=COMPANIES[company],
        stock=f"sz30000{company + 1}",
        source=rng.choice(SOURCES),
        editor=f"{rng.choice(PEOPLE)} SF{rng.randint(1, 99):03}",
        caption=f"{rng.choice(PLACES)}的{rng.choice(BODIES)}。资料图" if number % 3 == 0 else "",
        table=rows if number % 4 == 1 else (),
    )


def lines(content: Story, details: Figures) -> list[str]:
    """The lines of text of a page, as an extractor must read them."""
    return [
        *([details.caption] if details.caption else []),
        *content.paragraphs,
        *(" | ".join(row) for row in details.table),
    ]
