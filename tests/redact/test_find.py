"""Personal data in spoken Chinese is found, however it was said, heard and cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.domain.call import Role
from qa_pipeline.redact import MASK, PersonalKind, find_personal, mask_text, mask_transcript
from qa_pipeline.redact.checks import is_bank_card, is_identity_card
from qa_pipeline.redact.figures import digit_of
from tests.builders import A, C, a_transcript

HAN = "零一二三四五六七八九"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def lines(*said: tuple[Role, str]) -> list[tuple[Role, int, int, str]]:
    return [(role, i * 3000, i * 3000 + 2500, text) for i, (role, text) in enumerate(said)]


def left(text: str) -> str:
    """The digits that a listener of the masked text still learns."""
    return "".join(c for c in mask_text(text) if digit_of(c) is not None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我的电话是一三八零零幺三八零零洞", PersonalKind.MOBILE),
        ("打1三8 0013，嗯，8000", PersonalKind.MOBILE),
        ("座机零五七一，八八八六五五四四", PersonalKind.LANDLINE),
        ("身份证11010519491231002X", PersonalKind.IDENTITY_CARD),
        ("身份证一一零一零五，一九四九一二三一，零零二叉", PersonalKind.IDENTITY_CARD),
        ("卡号六二二八四八零四零二五六四八九零零一八", PersonalKind.BANK_CARD),
        ("车牌是浙A幺二三四五", PersonalKind.PLATE),
        ("邮箱是zhangsan艾特幺六三点com", PersonalKind.EMAIL),
        ("邮箱zhang.san@example.com", PersonalKind.EMAIL),
        ("微信号是lily二零零八", PersonalKind.ACCOUNT),
        ("加我QQ吧八八六六五五四", PersonalKind.ACCOUNT),
        ("验证码是幺四幺零", PersonalKind.CODE),
        ("我住在西湖区文三路幺三八号三栋二单元五零二", PersonalKind.ADDRESS),
        ("我叫王建国", PersonalKind.NAME),
        ("收货人是欧阳静", PersonalKind.NAME),
    ],
)
def test_each_kind_is_found_and_nothing_of_it_is_left(text: str, kind: PersonalKind) -> None:
    (spans) = find_personal(a_transcript(lines((C, text))))
    assert {s.kind for s in spans} == {kind}
    assert left(text) == ""
    assert len(mask_text(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "您好，我是客服李明，工号八零一六，很高兴为您服务",
        "订单号是202611223344556",
        "运单SF1234567890123已经签收了",
        "一共一千三百八十元，满300减50",
        "原价199，现价99，退款128.5元",
        "二零二六年十一月二十二号下午三点半",
        "利率是百分之三点七五，还是12%",
        "请拨打4008123456或者12315",
        "我买了二十个，坏了三个，等了四十分钟",
        "我叫了外卖，一直没有送到",
        "谢谢先生，明白",
        "我换了个新路由器，马路对面买的",
        "户主名字报一下",
        "姓名给我一下吧",
        "请把姓名归我，我登记",
        "收货人方便吗",
        "业主同意吧",
        "持卡人本人。",
        "姓名更新。",
        "姓名核对一下",
    ],
)
def test_other_numbers_and_the_agents_own_name_stay(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("text", ["姓名改云飞，", "联系人全智贤", "收货人郭建国", "名字叫查理。"])
def test_a_name_that_begins_like_a_verb_is_still_a_name(text: str) -> None:
    assert "某某" in mask_text(text)


def test_an_account_of_four_digits_is_hidden_right_behind_its_cue() -> None:
    assert left("我的微信九七零五") == ""
    assert left("我微信付了九百七十元") == "九七"


def test_a_number_is_followed_over_turns_and_the_other_sides_echo() -> None:
    call = a_transcript(
        lines(
            (A, "请您报一下手机号码"),
            (C, "一三八"),
            (A, "嗯，您说"),
            (C, "零零幺三"),
            (A, "零零一三"),
            (C, "八零零零"),
            (A, "好的，工号八零一六为您登记"),
        )
    )
    masked = [u.text for u in mask_transcript(call).utterances]
    assert masked == [
        "请您报一下手机号码",
        MASK * 3,
        "嗯，您说",
        MASK * 4,
        MASK * 4,
        MASK * 4,
        "好的，工号八零一六为您登记",
    ]


@pytest.mark.parametrize(
    "heard", ["一三吧零零幺三八零零零", "以三八零零幺散八零零零", "一三八零灵幺三八零呃零"]
)
def test_a_misheard_digit_does_not_save_its_neighbours(heard: str) -> None:
    assert left(f"我的电话是{heard}") == ""
    assert not set("吧散灵") & set(mask_text(f"我的电话是{heard}"))


def test_orders_are_masked_when_asked_for() -> None:
    call = a_transcript(lines((C, "订单号是202611223344556")))
    assert find_personal(call) == ()
    (span,) = find_personal(call, with_orders=True)
    assert (span.kind, span.start) == (PersonalKind.ORDER, 4)


def test_an_amount_after_a_card_does_not_save_the_card() -> None:
    assert left("信用卡六二二八四八零四零二五六四八九零零一八，被扣了77元") == "77"


def test_the_surname_is_hidden_where_it_addresses_and_the_agents_is_not() -> None:
    call = a_transcript(lines((A, "我姓李，工号八零一六"), (A, "王先生您好"), (C, "我免贵姓王")))
    said = [u.text for u in mask_transcript(call).utterances]
    assert said == ["我姓李，工号八零一六", "某先生您好", "我免贵姓某"]


def test_an_answer_to_the_question_for_a_name_is_a_name() -> None:
    call = a_transcript(lines((A, "请问收货人姓名是"), (C, "陆佳，陆地的陆")))
    assert mask_transcript(call).utterances[1].text == "某某，某某某某"


carriers = st.sampled_from(
    ["我的电话是{}", "{}", "你记下{}谢谢", "联系方式{}，别打错", "我那个嗯{}吧", "麻烦打{}这个"]
)
manners = st.sampled_from(["figures", "han", "yao", "mixed"])


def spoken(number: str, manner: str, cuts: list[int], between: str) -> str:
    said = [
        d if not d.isdigit() or manner == "figures" or (manner == "mixed" and i % 2)
        else "幺" if d == "1" and manner == "yao" else HAN[int(d)]
        for i, d in enumerate(number)
    ]  # fmt: skip
    for cut in sorted(set(cuts), reverse=True):
        said.insert(cut, between)
    return "".join(said)


@settings(max_examples=150, deadline=None)
@given(
    carriers,
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    manners,
    st.lists(st.integers(1, 10), max_size=3),
    st.sampled_from(["，", " ", "，嗯，", "-"]),
)
def test_no_mobile_number_is_left_in_any_carrier(
    carrier: str, number: str, manner: str, cuts: list[int], between: str
) -> None:
    assert left(carrier.format(spoken(number, manner, cuts, between))) == ""


@settings(max_examples=150, deadline=None)
@given(
    carriers,
    st.dates(),
    st.from_regex(r"[1-6][0-9]{5}", fullmatch=True),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    manners,
)
def test_no_identity_card_is_left_in_any_carrier(
    carrier: str, born: object, region: str, tail: str, manner: str
) -> None:
    year, month, day = str(born).split("-")
    first = f"{region}{1900 + int(year) % 120}{month}{min(int(day), 28):02d}{tail}"
    total = sum(int(d) * w for d, w in zip(first, _ID_WEIGHTS, strict=True))
    number = first + "10X98765432"[total % 11]
    assert is_identity_card(number)
    assert left(carrier.format(spoken(number, manner, [6, 14], "，"))) == ""


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="一二三八零幺138 ，我叫王电话是号路栋住在先生吧元@a.c\n", max_size=40))
def test_masking_twice_is_masking_once_and_keeps_the_length(text: str) -> None:
    masked = mask_text(text)
    assert len(masked) == len(text)
    assert mask_text(masked) == masked


@given(st.from_regex(r"[3-6][0-9]{15}", fullmatch=True))
def test_luhn_finds_every_single_wrong_digit(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not (is_bank_card(number) and is_bank_card(wrong))
