"""What a number is follows from its shape and from cues that were not understood either."""

import pytest

from qa_pipeline.domain.call import Role
from qa_pipeline.redact import mask_text, mask_transcript
from qa_pipeline.redact.figures import digit_of
from tests.builders import A, C, a_transcript

UNREADABLE = "有的零技物,毫无七九十二三分。"
"""What the recognizer once wrote for 有的有的，零七五五，二五七九，四二三四."""


def masked(*said: tuple[Role, str]) -> list[str]:
    call = a_transcript([(r, i * 3000, i * 3000 + 2500, t) for i, (r, t) in enumerate(said)])
    return [u.text for u in mask_transcript(call).utterances]


def digits(text: str) -> str:
    return "".join(c for c in text if digit_of(c) is not None)


@pytest.mark.parametrize(
    "text",
    [
        "荡单号是202661428099418",
        "愧递单耗307633238359，卡在那三天了",
        "工但号八令一五二九六六九二九九",
        "就是4452278904这一单，你看看",
        "我这一单8084410604598520到现在没动静",
        "小票上那一长串，094514523868",
        "给您查到两笔，一笔739892674512，一笔801592838838",
        "刚才接电话的那个八零七六三，态度太差了",
        "短信是95588发的，说我中奖了",
        "投诉电话八零零八二零七六九一，二十四小时开通",
        "手机套餐是1399398.1块",
        "总共付了10,314,198块钱",
    ],
)
def test_orders_amounts_and_public_numbers_stay_however_their_cue_was_heard(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "我这卡一五一三四三七八八一零流量不对",
        "快递小哥老打一七九一九三八零五，那是旧的",
        "退到六二一七七零六七五二二三八五零九",
        "挂号输的四二零一一一一九五二一一二四四八九陆",
        "我鄂F二六四零一一直停在地库",
        "lily五四零七二六，这是我的微信",
        "登录名zyx92186忘了",
        "你们发过来的码是三零六六对吧",
        "身份正是四二零一幺幺幺九五二",
    ],
)
def test_what_is_personal_is_known_by_its_shape_or_by_what_follows(text: str) -> None:
    assert len(digits(mask_text(text))) <= 1  # 一直 and the like


def test_a_code_answers_the_question_for_it_whatever_is_said_before() -> None:
    said = masked((A, "验证码收到了吗，告诉我一下"), (C, "收到了收到了，540195"))
    assert said[1] == "收到了收到了，＊＊＊＊＊＊"


def test_an_answer_that_was_hardly_understood_is_hidden_after_a_question_for_a_number() -> None:
    assert digits(masked((A, "单位电话有吗"), (C, UNREADABLE))[1]) == ""
    assert masked((A, "您的车牌照是多少"), (C, "吴夫领寺、走走领"))[1].startswith("吴夫＊＊")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("订单号多少", "二零二六七三五二九六一四零"),
        ("您的手机什么时候买的", "前年买的，我就用了两年不到"),
        ("请问您的手机号是多少", "我不知道啊，你们那里不是有吗"),
        ("电话里怎么跟您说的", "他说这个是免费的，就送一年"),
    ],
)
def test_other_answers_stay(question: str, answer: str) -> None:
    assert masked((A, question), (C, answer)) == [question, answer]


def test_the_rest_of_a_number_is_hidden_after_an_interruption() -> None:
    said = masked(
        (A, "身份证号报一下"),
        (C, "三三零一，零二，一九四一"),
        (A, "你慢吞吞的后面多少人排着你知道不，能不能一口气报完"),
        (C, "一九四一零八，二零，三三幺四，我这两天胸口闷得慌"),
    )
    assert digits(said[1] + said[3]) == ""
