"""A quiz as GIFT, the text format of learning platforms."""

import html
import re
from collections.abc import Iterable, Iterator

from qa_pipeline.domain.quiz import QuizItem

_SPECIAL = re.compile(r"([\\~=#{}:])")
_HEAD = (
    "// GIFT holds no sound. Each question links to a file of the folder clips/ beside this",
    "// one: put those files where the links lead to, or import quiz.moodle.xml, which holds them.",
    "// GIFT 不能内嵌录音：题目链接到同目录 clips/ 下的文件；需要内嵌请导入 quiz.moodle.xml。",
)


def gift_text(items: Iterable[QuizItem], category: str) -> str:
    """The quiz as GIFT in UTF-8: three questions an item, a blank line between them.

    The start is a number of seconds with its tolerance, 0 where nothing is said wrong.
    """
    questions = ["\n".join(_HEAD), f"$CATEGORY: $course$/{_one_line(category).replace('/', '／')}"]
    for number, item in enumerate(items, start=1):
        questions.extend(_questions(item, number))
    return "\n\n".join(questions) + "\n"


def escaped(text: str) -> str:
    r"""Plain text for GIFT: `\ ~ = # { } :` with a backslash, line ends as `\n`."""
    plain = _SPECIAL.sub(r"\\\1", text)
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _questions(item: QuizItem, number: int) -> Iterator[str]:
    name = f"听力题{number:02d}"
    feedback = f"####{escaped(_html(item.explanation))}" if item.explanation else ""
    choices = "\n".join(
        f"  {_sign(item, choice)}{escaped(_html(choice))}" for choice in item.choices
    )
    yield (
        f"::{name} 有什么问题::[html]{_asked(item, WHICH)}{{\n{choices}\n"
        + (f"  {feedback}\n" if feedback else "")
        + "}"
    )
    starts = " ".join(f"={at:g}:{off:g}" for at, off in start_seconds(item))
    yield f"::{name} 从哪里开始::[html]{_asked(item, WHERE)}{{#{starts}}}"
    model = f"{escaped(_html('参考说法：' + item.model_answer))}" if item.model_answer else ""
    essay = f"{{####{model}}}" if model else "{}"
    yield f"::{name} 您会怎么说::[html]{_asked(item, SAY)}{essay}"


WHICH = "听录音：坐席的处理有什么问题？"
WHERE = "问题从录音的第几秒开始？没有说错话（处理得当，或该说的没说）时填 0。"
SAY = "换作是您，会怎么说？"


def start_seconds(item: QuizItem) -> tuple[tuple[float, float], ...]:
    """The accepted starts with their tolerance in seconds; (0, 0) where nothing is said wrong."""
    found = tuple((at / 1000, item.tolerance_ms / 1000) for at in item.starts_ms)
    return found or ((0.0, 0.0),)


def _sign(item: QuizItem, choice: str) -> str:
    return "=" if choice in item.right else "~"


def _asked(item: QuizItem, question: str) -> str:
    situation = f"<p>情境：{_html(item.situation)}</p>" if item.situation else ""
    link = f'<p><a href="{html.escape(item.clip)}">{html.escape(item.clip)}</a></p>'
    return escaped(f"<p>{question}</p>{situation}{link}")


def _html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _one_line(text: str) -> str:
    return " ".join(text.split())
