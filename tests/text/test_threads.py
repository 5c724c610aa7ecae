"""Calls are judged side by side: the phrase engine's shared tables bear it."""

import subprocess
import sys

PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from qa_pipeline.text.phrases import find_phrase
from qa_pipeline.text.stream import stream_of
from tests.builders import A, a_transcript

sys.setswitchinterval(1e-6)
texts = ["请您稍等我帮您查一下", "感谢您的来电祝您生活愉快", "请问还有其他可以帮您的吗"] * 4
together = Barrier(len(texts))

def heard(text):
    together.wait()
    stream = stream_of(a_transcript([(A, 0, 4000, text)]).utterances)
    return find_phrase(text, stream, min_probability=0.5)[0].probability

with ThreadPoolExecutor(len(texts)) as pool:
    assert min(pool.map(heard, texts)) > 0.9
"""


def test_the_first_calls_of_a_process_may_come_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
