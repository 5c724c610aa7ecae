"""A quiz as Moodle XML, with its sound inside."""

import base64
import html
import io
import re
import wave
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

import numpy as np

from qa_pipeline.cases.gift import SAY, WHERE, WHICH, start_seconds
from qa_pipeline.domain.quiz import QuizItem

# XML 1.0 has no place for these, not even as references.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PENALTY = "0.3333333"


def write_moodle(
    items: Iterable[QuizItem],
    category: str,
    sound_of: Callable[[QuizItem], bytes],
    stream: BinaryIO,
) -> None:
    """Write the quiz as Moodle XML in UTF-8, one question after the other.

    An item becomes a multichoice, a numerical and an essay question, each with the
    sound that `sound_of` gives (a WAV file) as an embedded file, because a question of
    Moodle's bank stands alone. The start is in seconds, 0 where nothing is said wrong.
    """
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    stream.write(_bytes_of(_category(category)))
    for number, item in enumerate(items, start=1):
        sound = base64.b64encode(sound_of(item)).decode()
        for question in _questions(item, number, sound):
            stream.write(_bytes_of(question))
    stream.write(b"</quiz>\n")


def mono_wav(path: Path) -> bytes:
    """The 16-bit WAV file with its channels mixed into one: half the size, three times over."""
    with wave.open(str(path), "rb") as clip:
        channels, rate_hz = clip.getnchannels(), clip.getframerate()
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2").reshape(-1, channels)
    mixed = np.round(samples.mean(axis=1)).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate_hz)
        made.writeframes(mixed.tobytes())
    return out.getvalue()


def _questions(item: QuizItem, number: int, sound: str) -> Iterator[ET.Element]:
    name = f"听力题{number:02d}"
    which = _question("multichoice", f"{name} 有什么问题", WHICH, item, sound)
    # Where several faults are heard, any one of them is the answer.
    for tag, value in (("single", "true"), ("shuffleanswers", "false"), ("answernumbering", "abc")):
        ET.SubElement(which, tag).text = value
    for choice in item.choices:
        _answer(which, _html(choice), is_right=choice in item.right, text_format="html")
    yield which

    where = _question("numerical", f"{name} 从哪里开始", WHERE, item, sound)
    for seconds, tolerance in start_seconds(item):
        answer = _answer(where, f"{seconds:g}", is_right=True, text_format="moodle_auto_format")
        ET.SubElement(answer, "tolerance").text = f"{tolerance:g}"
    yield where

    say = _question("essay", f"{name} 您会怎么说", SAY, item, sound)
    for tag, value in (
        ("responseformat", "plain"),
        ("responserequired", "1"),
        ("responsefieldlines", "5"),
        ("attachments", "0"),
        ("attachmentsrequired", "0"),
    ):
        ET.SubElement(say, tag).text = value
    _text(say, "graderinfo", _html(item.model_answer))
    _text(say, "responsetemplate", "")
    yield say


def _question(kind: str, name: str, asked: str, item: QuizItem, sound: str) -> ET.Element:
    question = ET.Element("question", type=kind)
    _plain(question, "name", name)
    file_name = item.clip.rsplit("/", 1)[-1]
    situation = f"<p>情境：{_html(item.situation)}</p>" if item.situation else ""
    player = f'<p><audio controls src="@@PLUGINFILE@@/{html.escape(file_name)}"></audio></p>'
    text = _text(question, "questiontext", f"<p>{asked}</p>{situation}{player}")
    file = ET.SubElement(text, "file", name=file_name, path="/", encoding="base64")
    file.text = sound
    _text(question, "generalfeedback", _html(item.explanation))
    ET.SubElement(question, "defaultgrade").text = "1"
    ET.SubElement(question, "penalty").text = "0" if kind == "essay" else _PENALTY
    ET.SubElement(question, "hidden").text = "0"
    return question


def _category(title: str) -> ET.Element:
    question = ET.Element("question", type="category")
    # A slash begins a category below.
    _plain(question, "category", f"$course$/top/{title.replace('/', '／')}")
    return question


def _answer(question: ET.Element, text: str, *, is_right: bool, text_format: str) -> ET.Element:
    fraction = "100" if is_right else "0"
    answer = ET.SubElement(question, "answer", fraction=fraction, format=text_format)
    ET.SubElement(answer, "text").text = text
    _text(answer, "feedback", "")
    return answer


def _plain(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, tag), "text").text = _NOT_XML.sub("", text)


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag, format="html")
    ET.SubElement(element, "text").text = text
    return element


def _html(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text), quote=False).replace("\n", "<br>")


def _bytes_of(question: ET.Element) -> bytes:
    return ET.tostring(question, encoding="unicode").encode() + b"\n"
