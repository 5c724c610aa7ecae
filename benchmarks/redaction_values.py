"""Drawn numbers, names and addresses for redaction, and the ways people say them."""

from collections.abc import Callable, Mapping
from random import Random

Draw = Callable[[Random], str]
HAN = "零一二三四五六七八九"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
)
_DOUBLE = ("欧阳", "司马", "上官", "诸葛")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志红玉兰"
    "文辉鹏飞雪梅婷宇浩然子轩雨桐思佳欣怡"
)
_CITIES = (
    "浙江省杭州市西湖区", "北京市朝阳区", "上海市浦东新区", "广东省深圳市南山区", "成都市武侯区",
    "江苏省苏州市工业园区", "武汉市洪山区", "", "", "天河区", "山东省青岛市市南区", "昌平区",
)  # fmt: skip
_ROADS = (
    "文三路",
    "建国路",
    "人民东路",
    "中山大道",
    "和平街",
    "长江路",
    "望京西路",
    "学院路",
    "解放大街",
)
_ESTATES = (
    "阳光花园",
    "幸福小区",
    "翠湖家园",
    "万科城市花园",
    "金色家园",
    "龙湖小区",
    "绿地公寓",
    "",
)


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def mobile(random: Random) -> str:
    return random.choice(("13", "15", "17", "18", "19")) + _digits(random, 9)


def landline(random: Random) -> str:
    if random.random() < 0.3:
        return random.choice("2345678") + _digits(random, 7)
    area = random.choice(("010", "021", "0571", "0755", "028", "0532"))
    return area + random.choice("2345678") + _digits(random, 7)


def identity_card(random: Random) -> str:
    region = random.choice(("330106", "110105", "440305", "510107", "320505", "420111"))
    born = f"{random.randint(1950, 2006)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
    first = region + born + _digits(random, 3)
    return first + id_check_letter(first)


def id_check_letter(first_17: str) -> str:
    """The last place of an identity card (GB 11643-1999)."""
    total = sum(int(d) * w for d, w in zip(first_17, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def bank_card(random: Random) -> str:
    body = random.choice(("6222", "6217", "6228", "6225")) + _digits(
        random, random.choice((11, 14))
    )
    return body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    """The digit that makes the number pass Luhn's check."""
    total = 0
    for place, digit in enumerate(map(int, reversed(body))):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def plate(random: Random) -> str:
    tail = _digits(random, 5) if random.random() < 0.7 else "D" + _digits(random, 5)
    return random.choice("京沪浙苏粤川鲁鄂") + random.choice("ABCDEF") + tail


def address(random: Random) -> str:
    road = random.choice(_ROADS)
    number = random.choice((f"{random.randint(1, 999)}号", f"{random.randint(1, 99)}弄", ""))
    estate = random.choice(_ESTATES) if number else random.choice(_ESTATES[:-1])
    block = random.choice(
        (f"{random.randint(1, 30)}号楼", f"{random.randint(1, 30)}栋", f"{random.randint(1, 9)}座")
    )
    unit = random.choice((f"{random.randint(1, 4)}单元", ""))
    room = random.choice((f"{random.randint(101, 2504)}室", f"{random.randint(101, 1804)}"))
    return random.choice(_CITIES) + road + number + estate + block + unit + room


def surname(random: Random) -> str:
    return random.choice(_DOUBLE) if random.random() < 0.05 else random.choice(_SURNAMES)


def name(random: Random) -> str:
    given = random.choice(_GIVEN) + (random.choice(_GIVEN) if random.random() < 0.75 else "")
    return surname(random) + given


def email(random: Random) -> str:
    local = random.choice(("zhangsan", "lihua", "wangwei", "xiaoming", "hello", "")) + _digits(
        random, random.choice((3, 4, 6))
    )
    if not local[0].isalpha():
        local += _digits(random, 4)
    return f"{local}@{random.choice(('qq', '163', '126', 'gmail', 'sina'))}.com"


def wechat(random: Random) -> str:
    return random.choice(("wx", "abc", "lily", "zyx", "hao", "mm")) + _digits(
        random, random.choice((4, 5, 6))
    )


def qq(random: Random) -> str:
    return random.choice("123456789") + _digits(random, random.choice((6, 7, 8, 9)))


def code(random: Random) -> str:
    return _digits(random, random.choice((4, 6)))


def money(random: Random) -> str:
    value = random.choice(
        (random.randint(5, 99), random.randint(100, 9999), random.randint(10_000, 2_000_000))
    )
    if random.random() < 0.25:
        return f"{value}.{random.randint(1, 9)}{random.choice(('元', '块'))}"
    return f"{value}{random.choice(('元', '块钱', '块'))}"


def date(random: Random) -> str:
    month, day = random.randint(1, 12), random.randint(1, 28)
    return random.choice(
        (
            f"{random.randint(2019, 2026)}年{month}月{day}号",
            f"{month}月{day}号",
            f"{month}月{day}日",
        )
    )


def time(random: Random) -> str:
    return random.choice(
        (
            f"{random.randint(8, 22)}点{random.randint(10, 59)}分",
            f"{random.randint(1, 12)}点半",
            f"{random.randint(9, 18)}点",
        )
    )


def order(random: Random) -> str:
    return random.choice(
        (
            _digits(random, 10),
            _digits(random, 12),
            "2026" + _digits(random, 14),
            "80" + _digits(random, 14),
        )
    )


def tracking(random: Random) -> str:
    return random.choice(("SF", "YT", "JD", "", "7", "43")) + _digits(
        random, random.choice((12, 13))
    )


def staff(random: Random) -> str:
    return _digits(random, random.choice((3, 4, 5, 6)))


def percent(random: Random) -> str:
    return random.choice(
        (f"{random.randint(1, 99)}%", f"{random.randint(0, 9)}.{random.randint(1, 99)}%")
    )


def hotline(random: Random) -> str:
    return random.choice(
        (
            "4008" + _digits(random, 6),
            "12315",
            "95588",
            "10086",
            "95" + _digits(random, 3),
            "8008" + _digits(random, 6),
        )
    )


def quantity(random: Random) -> str:
    return f"{random.randint(2, 300)}{random.choice(('个', '件', '次', '箱', '斤', '台'))}"


def duration(random: Random) -> str:
    return random.choice(
        (
            f"{random.randint(1, 72)}小时",
            f"{random.randint(1, 15)}个工作日",
            f"{random.randint(2, 60)}分钟",
            f"{random.randint(2, 30)}天",
        )
    )


def agent_name(random: Random) -> str:
    return random.choice(("李明", "王芳", "小陈", "张丽"))


PERSONAL: Mapping[str, Draw] = {
    "mobile": mobile, "landline": landline, "idcard": identity_card, "bank": bank_card,
    "plate": plate, "address": address, "name": name, "surname": surname, "email": email,
    "wechat": wechat, "qq": qq, "code": code,
}  # fmt: skip
OTHER: Mapping[str, Draw] = {
    "money": money, "date": date, "time": time, "order": order, "tracking": tracking,
    "staff": staff, "percent": percent, "hotline": hotline, "quantity": quantity,
    "duration": duration, "agentname": agent_name,
}  # fmt: skip

_GROUPINGS: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "mobile": ((3, 4, 4), (3, 4, 4), (3, 3, 5), (4, 3, 4), (3, 8), (11,)),
    "idcard": ((6, 4, 4, 4), (6, 8, 4), (3, 3, 4, 4, 4), (18,)),
    "bank": ((4, 4, 4, 4, 9), (4, 4, 4, 4, 9), (6, 6, 9), (19,)),
    "landline": ((4, 4, 4), (3, 4, 4), (12,)),
}
_READ_BY_DIGITS = frozenset(
    ("mobile", "landline", "idcard", "bank", "qq", "code", "order", "staff", "hotline")
)
_AT, _DOT = ("艾特", "at", "@", " at "), ("点", ".", "点", " 点 ")


def say(field: str, value: str, random: Random, manner: str | None = None) -> tuple[str, ...]:
    """The value as people say it or as recognizers write it, in groups."""
    manner = manner or random.choice(("figures", "han", "han", "han_yao", "han_yao", "mixed"))
    if field in ("name", "surname", "agentname"):
        return (value,)
    if field == "email":
        return (_email(value, manner, random),)
    if field in ("wechat", "plate", "tracking"):
        return (_digit_by_digit(value, manner, random),)
    if field in _READ_BY_DIGITS:
        return tuple(_digit_by_digit(g, manner, random) for g in _groups(field, value, random))
    if field == "address":
        return (_address(value, manner, random),)
    return (_quantity(value, manner),)


def _groups(field: str, value: str, random: Random) -> list[str]:
    groups: list[str] = []
    at = 0
    for size in random.choice(_GROUPINGS.get(field, ((99,),))):
        if at < len(value):
            groups.append(value[at : at + size])
            at += size
    return groups


def _digit_by_digit(text: str, manner: str, random: Random) -> str:
    if manner == "figures":
        return text
    spoken = ""
    for char in text:
        if not char.isdigit() or (manner == "mixed" and random.random() < 0.5):
            spoken += random.choice(("X", "x", "叉")) if char == "X" and len(text) > 2 else char
        elif char == "1" and manner == "han_yao":
            spoken += "幺"
        elif char == "0" and manner == "han_yao" and random.random() < 0.1:
            spoken += "洞"
        else:
            spoken += HAN[int(char)]
    return spoken


def _email(value: str, manner: str, random: Random) -> str:
    local, _, host = value.partition("@")
    if manner == "figures":
        return value
    name, _, ending = host.partition(".")
    said = [_digit_by_digit(part, manner, random) for part in (local, name)]
    return f"{said[0]}{random.choice(_AT)}{said[1]}{random.choice(_DOT)}{ending}"


def _runs(value: str) -> list[str]:
    runs: list[str] = []
    for char in value:
        if runs and char.isdigit() == runs[-1][-1].isdigit():
            runs[-1] += char
        else:
            runs.append(char)
    return runs


def _address(value: str, manner: str, random: Random) -> str:
    if manner == "figures":
        return value
    said = ""
    for run in _runs(value):
        if not run.isdigit():
            said += run
        elif len(run) >= 3:
            said += _digit_by_digit(run, manner, random)
        else:
            said += spoken_number(int(run))
    return said


def _quantity(value: str, manner: str) -> str:
    if manner in ("figures", "mixed"):
        return value
    body = value.removesuffix("%")
    said, is_year = "", "年" in value[4:5]
    for run in _runs(body):
        after_dot = said.endswith("点")
        if run == ".":
            said += "点"
        elif not run.isdigit():
            said += run
        elif after_dot or is_year:
            said += "".join(HAN[int(d)] for d in run)
            is_year = False
        else:
            said += spoken_number(int(run))
    return f"百分之{said}" if value.endswith("%") else said


def spoken_number(value: int) -> str:
    """An integer below 10^8 as it is said: 210 is 二百一十."""
    if value >= 10_000:
        head, rest = divmod(value, 10_000)
        link = "零" if 0 < rest < 1000 else ""
        return spoken_number(head) + "万" + link + (spoken_number(rest) if rest else "")
    said, owed = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            said += (
                ("零" if owed else "")
                + ("" if size == 10 and digit == 1 and not said else HAN[digit])
                + unit
            )
            owed = False
        elif said:
            owed = True
    return said or "零"
