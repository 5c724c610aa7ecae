"""Whether said phrases are found, and others not, when a recognizer mishears.

    python -m benchmarks.accuracy_phrases [--held-out {insurer,calls}]

Eighteen scripts, each with ways of saying it literally and with false friends, every
line misheard at 0, 10, 15, 20 and 25 % of its characters, both in phrases and in
the words around, with a fixed seed; against a search for the exact characters and
rapidfuzz on characters. Layer 1 is measured alone there; `--held-out` scores the whole
model on what lies in benchmarks/held_out: the insurer's rules line by line, or whole calls.
"""

import argparse
import sys
from collections.abc import Callable
from random import Random

from rapidfuzz import fuzz

from benchmarks.fit_phrases import Kept
from benchmarks.held_out_calls import HELD_OUT, print_calls
from benchmarks.held_out_examples import print_insurer
from benchmarks.mishearing import mishear
from qa_pipeline.embed import load_embedder
from qa_pipeline.text.phrases import find_any
from qa_pipeline.text.stream import UtteranceStream, stream_of
from tests.builders import A, Line, a_transcript

RATES = (0.0, 0.10, 0.15, 0.20, 0.25)
REPEATS = 3
SEEDS = ("", "1", "2")
"""One seed of whole calls more or less is worth a hundredth."""
SAID_ABOVE = 0.60
_RAPIDFUZZ_ABOVE = 80.0

# phrases: lines that say one of them: lines that do not
LINES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("很高兴为您服务",),
        ("您好这里是客服中心很高兴为您服务", "嗯很高兴为您服务请讲", "你好呀很高兴为你服务"),
        ("您好请讲", "我们服务中心在三楼", "为您办理好了", "很高兴认识你"),
    ),
    (
        ("请您稍等", "请稍等"),
        ("那请您稍等一下啊", "好的请稍等我看一下", "麻烦请您稍等两分钟"),
        ("您等他们联系您吧", "等会儿再说", "请您留一下电话", "稍微便宜一点"),
    ),
    (
        ("让您久等了", "久等了"),
        ("喂您好让您久等了", "不好意思久等了啊", "先生让您久等了查到了"),
        ("还要等很久", "您等了多久了", "让您满意", "九点等我"),
    ),
    (
        ("感谢您的耐心等待",),
        ("感谢您的耐心等待我查到了", "非常感谢您的耐心等待", "嗯感谢您耐心等待"),
        ("感谢来电", "请您耐心等待", "感谢您的理解", "感谢您的支持"),
    ),
    (
        ("还有什么可以帮您",),
        ("请问还有什么可以帮您的吗", "那还有什么可以帮到您", "您看还有什么可以帮您"),
        ("还有姓名报一下", "还有什么颜色", "可以帮您退掉", "这个还可以"),
    ),
    (
        ("工号{digits:3-6}",),
        ("我的工号是八零一六", "工号8016为您服务", "您记一下工号二三五幺"),
        ("尾号八零一六", "公里数是八百", "电话零幺零六", "功能有三种"),
    ),
    (
        ("非常抱歉", "真的很抱歉"),
        ("这个真的很抱歉", "非常抱歉给您带来不便", "哎呀非常抱歉啊"),
        ("非常感谢", "报一下名字", "非常方便", "真的很便宜"),
    ),
    (
        ("保持电话畅通",),
        ("请您保持电话畅通", "麻烦保持电话畅通好吧", "您这两天保持电话畅通"),
        ("电话打不通", "保持联系", "电话号码报一下", "交通很畅通"),
    ),
    (
        ("祝您生活愉快",),
        ("感谢来电祝您生活愉快", "祝您生活愉快再见", "那就祝您生活愉快"),
        ("生活用品", "玩得愉快", "祝贺您", "生活费多少"),
    ),
    (
        ("感谢您的来电",),
        ("感谢您的来电再见", "好的感谢您的来电", "嗯感谢您的来电"),
        ("感谢您的理解", "谢谢再见", "您来电话的时候", "您的订单来了"),
    ),
    (
        ("{time}之内给您回复", "{time}内给您回复"),
        ("二十四小时内给您回复", "我们三天之内给您回复", "一个小时内给您回复"),
        ("我给您回复过了", "尽快给您回复", "三天前买的", "二十四小时营业"),
    ),
    (
        ("请问您贵姓",),
        ("请问您贵姓啊", "先生请问您贵姓", "麻烦问一下请问您贵姓"),
        ("请问您哪里", "请问太贵了", "您贵干", "请问您需要什么"),
    ),
    (
        ("核对一下您的身份信息",),
        ("我这边核对一下您的身份信息", "需要核对一下您的身份信息", "先核对一下您的身份信息"),
        ("信息没有收到", "核对一下订单", "一下子就好", "您的身体怎么样"),
    ),
    (
        ("本次通话将被录音",),
        ("温馨提示本次通话将被录音", "为保证质量本次通话将被录音", "本次通话将被录音请知悉"),
        ("通话质量不好", "录音带", "本次活动", "这次电话费"),
    ),
    (
        ("随便你投诉",),
        ("随便你投诉去吧", "那随便你投诉", "你要这样随便你投诉"),
        ("您随时可以投诉", "您投诉的问题", "随便看看", "方便您投诉"),
    ),
    (
        ("我听不懂你说什么",),
        ("我听不懂你说什么", "哎呀我听不懂你说什么", "我听不懂你说什么啊"),
        ("我听懂了您说的", "听说什么时候", "你说什么颜色", "我不太清楚"),
    ),
    (
        ("对我们的服务做出评价",),
        ("请对我们的服务做出评价", "稍后请对我们的服务做出评价", "麻烦对我们的服务做出评价"),
        ("我们的服务时间", "价格做出调整", "评价很好的餐厅", "服务员态度好"),
    ),
    (
        ("不要挂断电话",),
        ("请您不要挂断电话", "先不要挂断电话啊", "麻烦不要挂断电话稍等"),
        ("不要打电话", "挂号在哪", "电话断线", "不要紧的"),
    ),
)

AROUND = (
    "好的我知道了",
    "这个是昨天买的",
    "你们那个地址在哪里",
    "大概多少钱呢",
    "嗯可以的",
    "我再看看别的吧",
)

Judge = Callable[[tuple[str, ...], UtteranceStream], bool]


def _engine(phrases: tuple[str, ...], stream: UtteranceStream) -> bool:
    found = find_any(phrases, stream, min_probability=SAID_ABOVE)
    return any(not match.negated for match in found)


def _exact(phrases: tuple[str, ...], stream: UtteranceStream) -> bool:
    return any(phrase in stream.text for phrase in phrases)


def _rapidfuzz(phrases: tuple[str, ...], stream: UtteranceStream) -> bool:
    return any(fuzz.partial_ratio(phrase, stream.text) >= _RAPIDFUZZ_ABOVE for phrase in phrases)


def _stream(text: str, rate: float, random: Random) -> UtteranceStream:
    said = [random.choice(AROUND), text, random.choice(AROUND)]
    lines: list[Line] = []
    for number, line in enumerate(said):
        lines.append((A, number * 5000, number * 5000 + 4000, mishear(line, rate, random)))
    return stream_of(a_transcript(lines).utterances)


def _print_held_out(which: str) -> None:
    found = load_embedder()
    if found is None:
        raise SystemExit("no sentence embedder is installed; run `make setup`")
    if which == "insurer":
        print_insurer(Kept(found))
    else:
        print_calls(HELD_OUT, Kept(found), SEEDS)


def main() -> int:
    """One line for each judge and rate, or what is held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", choices=("insurer", "calls"))
    held_out = parser.parse_args().held_out
    if held_out is not None:
        _print_held_out(held_out)
        return 0
    count = sum(len(said) + len(others) for _, said, others in LINES)
    print(f"{count} lines, {len(LINES)} scripts, {REPEATS} hearings each")
    judges: tuple[tuple[str, Judge], ...] = (
        ("exact", _exact), ("rapidfuzz", _rapidfuzz), ("layer 1", _engine),
    )  # fmt: skip
    for rate in RATES:
        heard = [
            (phrases, _stream(text, rate, random), is_said)
            for random in map(Random, range(REPEATS))
            for phrases, said, others in LINES
            for texts, is_said in ((said, True), (others, False))
            for text in texts
        ]
        for name, judge in judges:
            verdicts = [(judge(phrases, stream), is_said) for phrases, stream, is_said in heard]
            right = sum(found and is_said for found, is_said in verdicts)
            found_all = sum(found for found, _ in verdicts)
            said_all = sum(is_said for _, is_said in verdicts)
            precision = right / found_all if found_all else 1.0
            recall = right / said_all
            f1 = 2 * precision * recall / (precision + recall) if right else 0.0
            print(f"  {rate:4.0%}  {name:<10} precision {precision:.3f}  recall {recall:.3f}  "
                  f"F1 {f1:.3f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
