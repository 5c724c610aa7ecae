"""Customers' names: after a cue, before a form of address, as an answer to the question.

An agent's own name stays: it is said in the greeting, beside 客服 or 工号.
"""

import re
from collections.abc import Iterator

from qa_pipeline.domain.call import Role
from qa_pipeline.redact.lines import HARD, SOFT, View
from qa_pipeline.redact.spans import PersonalKind, Place

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚文庞"
    "樊兰殷施陶洪翟颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦柳邢路岳齐沿梅莫庄辛管祝左涂谷祁舒耿牟卜詹苗凌费"
    "纪靳盛童欧甄项曲游阳裴席卫屈鲍覃霍翁隋植甘景薄司柏宁柯阮桂闵柴华车冉房辜吉饶刁瞿戚丘古米池滕晋苑邬臧"
    "畅宫嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙喻揭窦迟宇敖糜鄢冷卓花仇艾蓝巩稽井练仲乐虞"
    "卞封竺冼原楚佟栗匡宗巫鞠僧桑荆谌扬沙伏岑习胥保蔺万"
)
_DOUBLE = "欧阳|司马|上官|诸葛|司徒|东方|独孤|南宫|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|端木"
_COMMON = _SURNAMES[: _SURNAMES.index("庞")]
"""The surnames that are believed where nothing but 先生 or 女士 speaks for them."""
_NOT_GIVEN = (
    "的了是吗呢吧啊呀嘛哦嗯和跟与电手地身住就你您我他她它这那先女小不没有在也都，。、？?！!,. 号码"
    "二三四五六七八九零〇百千万"
)
_GIVEN = rf"[^\W\da-zA-Z_{_NOT_GIVEN}]"
NAME = rf"(?:(?:{_DOUBLE}|[{_SURNAMES}]){_GIVEN}{{1,2}})"
_SOUND = rf"[^\W\da-zA-Z_{_NOT_GIVEN}什谁人么说们个叫姓去来要给到把被让]"
_LINK = (
    r"[\s，,：:]{0,2}(?:(?:就?是|叫|写|填|为|名字|姓名|的话)[\s，,：:]{0,2}){0,2}"
    r"(?:嗯|呃|那个|个)?[\s，,]?"
)
_CUED = re.compile(
    r"(?:(?<![你您他她])(?:我(?:的名字|的姓名|老公|老婆|爱人|妈|爸|儿子|女儿)?(?:就?[叫轿铰较脚]|名字叫|是叫)|名字|姓名|本名"
    r"|收[货件]人?|联系人|寄件人?|户主|乘机人|乘车人|入住人|病人|申请人|客户名|持卡人|开户人|投保人|被保险人|受益人|患者|机主|车主|业主|叫我)"
    rf"){_LINK}(?P<name>{NAME}|{_SOUND}{{2,3}}(?=$|[\s，。,.]|电话|手机|身份|地址|吧|就))"
)
_CALLED_NOT = re.compile(
    r"(?:应当|应该|须|了|的|过|外卖|快递|车|人|什么|啥|不|没|客服|服务|电话|手机|地址|信息|号码"
    r"|[给报念读讲告填核登听输错跟帮发提问]|[改查留看对确][一下个了过到您我询认正]|[一-鿿]{0,2}(?:一[下遍个声次]|[给跟帮]?我)"
    r"|更[新改正]|同意|本人|家属|全[名部称]|方[便面]|时[候间]|单独|还[有是]|再[说来]|先[说报]|打错|写错"
    r"|都[是有]|已经|可以|需要|马上|现在|刚才)"
)
"""What follows a cue and is no name: verbs of asking and telling, and words of all talk."""
_SURNAME_CUE = re.compile(
    rf"(?:免贵姓|我姓|(?<=[，。\s])姓|^姓|{SOFT}姓|是姓|您姓|先生姓|女士姓|贵姓)[\s，,]?(?P<name>{_DOUBLE}|[{_SURNAMES}])"
)
_ADDRESSED = re.compile(
    rf"(?P<name>(?:{_DOUBLE}|[{_COMMON}]){_GIVEN}{{0,2}}?)(?=先生|女士|小姐|太太)"
)
_NO_SURNAME = re.compile(
    r"(?:谢谢|感谢|明白|多少钱|退钱|花钱|方便|对于|关于|由于|等于|时|安全|一万|文|[这那哪]位)$"
)
_SELF = re.compile(
    r"(?:请问|您|你)(?:就?是|叫)(?P<name>" + NAME + r")(?=先生|女士|小姐|本人|吗|吧|是吗|对吗)"
)
_QUESTION = re.compile(
    r"(?:贵姓|怎么称呼|如何称呼|姓名|名字|叫什么|收货人|收件人|联系人|户主|哪位)[^，。]{0,8}[？?吗呢吧啊\s，。]*$"
)
_ANSWER = re.compile(
    rf"^(?:[\s，,嗯呃哦啊那个]|我?就?是|我?叫|姓|写)*(?P<name>{NAME}|{_DOUBLE}|[{_SURNAMES}])(?=$|[\s，。,.吧啊就{SOFT}])"
)
_AGENT = re.compile(r"客服|工号|为您服务|坐席|专员")
_SPELT = re.compile(
    r"(?:(?P<head>[一-鿿]{1,3})的(?P<char>[一-鿿])|弓长张|木子李|耳东陈|立早章|双木林|言午许|口天吴|古月胡|三横王|草头黄|双人徐)"
)
_SPELT_REACH = 24


def find_names(view: View) -> Iterator[Place]:
    """Names and surnames of customers and of people they speak of."""
    found = sorted(set(_said_names(view)))
    for place in found:
        yield place
        yield from _spelt_out(view.text, place.end)


def _said_names(view: View) -> Iterator[Place]:
    text = view.text
    for pattern in (_CUED, _SURNAME_CUE, _SELF):
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if _CALLED_NOT.match(text, start) or _is_agents_own(view, match.start(), end):
                continue
            yield Place(start, end, PersonalKind.NAME)
    for match in _ADDRESSED.finditer(text):
        start, end = match.span("name")
        if not _NO_SURNAME.search(text[max(0, start - 3) : end]):
            yield Place(start, end, PersonalKind.NAME)
    yield from _answers(view)


def _is_agents_own(view: View, start: int, end: int) -> bool:
    if view.role is Role.CUSTOMER or view.text[start : start + 1] not in "我姓名":
        return False
    if view.role is Role.AGENT and view.text[start : start + 1] == "我":
        return True
    return _AGENT.search(view.text[max(0, start - 12) : end + 14]) is not None


def _answers(view: View) -> Iterator[Place]:
    """Names that answer the other side's question."""
    at = 0
    for line in re.split(f"[{SOFT}{HARD}]", view.text):
        if at < len(view.text) and line:
            before = view.before(at, 24).rstrip(SOFT)
            asked = before.rpartition(SOFT)[2]
            if _QUESTION.search(asked) and (match := _ANSWER.match(line)):
                start, end = match.span("name")
                yield Place(at + start, at + end, PersonalKind.NAME)
        at += len(line) + 1


def _spelt_out(text: str, at: int) -> Iterator[Place]:
    """建设的建 after a name: the word and its character give the name away."""
    for match in _SPELT.finditer(text, at, at + _SPELT_REACH):
        if match["head"] is None or match["char"] in match["head"]:
            yield Place(match.start(), match.end(), PersonalKind.NAME)
