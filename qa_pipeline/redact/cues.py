"""Words that say what number follows, also when the recognizer misheard them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from qa_pipeline.text.confusion import sound_costs, tone_costs
from qa_pipeline.text.normalize import is_han
from qa_pipeline.text.syllables import readings


class Cue(StrEnum):
    PHONE = "phone"
    IDENTITY = "identity"
    BANK = "bank"
    ACCOUNT = "account"
    CODE = "code"
    PLATE = "plate"
    ORDER = "order"
    STAFF = "staff"
    TAIL = "tail"
    OTHER = "other"


WORDS: Mapping[Cue, tuple[str, ...]] = {
    Cue.PHONE: (
        "电话", "手机", "号码", "联系方式", "座机", "来电", "打给我", "打我", "回电", "区号",
        "联系我", "打过来", "本机", "联络", "加我",
    ),
    Cue.IDENTITY: ("身份证", "证件", "护照"),
    Cue.BANK: ("银行卡", "卡号", "信用卡", "储蓄卡", "借记卡", "账号", "账户", "这张卡", "卡上"),
    Cue.ACCOUNT: (
        "微信", "QQ", "qq", "Q号", "扣扣", "旺旺", "支付宝号", "抖音号", "会员号", "会员卡",
        "客户号",
        "用户号", "户号", "社保号", "医保号", "学号", "准考证",
    ),
    Cue.CODE: ("验证码", "验码", "校验码", "密码", "动态码"),
    Cue.PLATE: ("车牌", "牌照", "牌号", "车号"),
    Cue.ORDER: (
        "订单", "单号", "运单", "快递", "工单", "流水", "编号", "物流", "取件码", "提货码",
        "序列号", "保单", "发票", "条码", "合同", "案件", "票号", "货号", "批次", "单子", "这个单",
        "追踪号", "包裹", "受理号",
    ),
    Cue.STAFF: ("工号", "坐席", "员工号", "客服号", "号客服"),
    Cue.TAIL: ("尾号", "后四位", "末四位", "尾数"),
    Cue.OTHER: (
        "价格", "金额", "余额", "积分", "总共", "一共", "热线", "拨打", "接电话", "打电话",
        "打了电话", "客服电话", "邮编", "原价", "现价", "花了", "付了", "退款", "扣了", "要退",
        "活动价", "退给我", "优惠",
    ),
}  # fmt: skip
PERSONAL = frozenset((Cue.PHONE, Cue.IDENTITY, Cue.BANK, Cue.ACCOUNT, Cue.CODE, Cue.PLATE))
_TRUST, _TRUST_TO_KEEP = 0.25, 0.15
"""Mean cost a character up to which a misheard word still counts; less for what is kept."""
_MISHEARD_PENALTY, _MISHEARD_TO_KEEP_PENALTY = 1.5, 3.0
_LINK = re.compile(r"[\s，,：:、。？?吗呢吧啊嗯呃就是为那个的您我号码数字多少请问麻烦报一下]")


class Said(NamedTuple):
    """A cue of that kind; `between` is what was said after it up to the number."""

    cue: Cue
    between: str
    is_exact: bool

    @property
    def is_attached(self) -> bool:
        """Whether hardly more than 是 stands between the cue and the number."""
        return len(_LINK.sub("", self.between)) <= 2


@lru_cache(maxsize=50_000)
def _distance(heard: str, wanted: str) -> float:
    if heard == wanted:
        return 0.0
    if not (is_han(heard) and is_han(wanted)):
        return 1.0
    costs, tones = sound_costs(), tone_costs()
    return 0.02 + min(
        float(costs[h.sound, w.sound] + tones[h.tone, w.tone])
        for h in readings(heard)
        for w in readings(wanted)[:1]
    )


def last_cue(text: str) -> Said | None:
    """The cue nearest to the end of the text; a misheard one counts as farther away."""
    best: tuple[float, Said] | None = None
    for cue, words in WORDS.items():
        for word in words:
            for start in range(len(text) - len(word), -1, -1):
                gap = len(text) - start - len(word)
                if best is not None and gap - 1 >= best[0]:
                    break
                if not _may_begin(text[start], word):
                    continue
                cost = _cost(text[start : start + len(word)], word)
                if cost > (_TRUST if cue in PERSONAL else _TRUST_TO_KEEP):
                    continue
                # of two that end alike the longer one wins: 客服电话 before 电话
                doubt = _doubt(cue, cost)
                rank = gap - 0.1 * len(word) + doubt
                if best is None or rank < best[0]:
                    best = rank, Said(cue, text[len(text) - gap :] if gap else "", cost == 0.0)
    return best[1] if best else None


@lru_cache(maxsize=200_000)
def _may_begin(char: str, word: str) -> bool:
    """Whether the word's first character may be heard as this one; quicker than the whole."""
    return _distance(char, word[0]) <= _TRUST * len(word) + 1e-9


def _doubt(cue: Cue, cost: float) -> float:
    if cost == 0.0:
        return 0.0
    return _MISHEARD_PENALTY if cue in PERSONAL else _MISHEARD_TO_KEEP_PENALTY


def ends_of(text: str, words: Sequence[str]) -> Iterator[int]:
    """Where each of the words ends in the text, also misheard."""
    listed = tuple(words)
    for end in range(2, len(text) + 1):
        if any(
            end >= len(w) and _cost(text[end - len(w) : end], w) <= _TRUST_TO_KEEP
            for w in _ending_like(text[end - 1], listed)
        ):
            yield end


@lru_cache(maxsize=50_000)
def _ending_like(char: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words whose last character may be heard as this one: no other is near enough."""
    return tuple(w for w in words if _distance(char, w[-1]) <= _TRUST_TO_KEEP * len(w) + 1e-9)


def _cost(heard: str, word: str) -> float:
    total, most = 0.0, _TRUST * len(word)
    for left, right in zip(heard, word, strict=True):
        total += _distance(left, right)
        if total > most:
            return 1.0
    return total / len(word)
