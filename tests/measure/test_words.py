import jieba
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.measure.words import words_of
from qa_pipeline.text.lexicons import domain_words

SPOKEN = "您好请问有什么可以帮您我这边给你查一下宽带套餐退费二十四小时工号云杉令到補财鑫喂嗯"


def plain_jieba() -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    for word in domain_words():
        tokenizer.add_word(word)
    return tokenizer


TOKENIZER = plain_jieba()


@given(st.text(alphabet=SPOKEN + "abz09㐀", max_size=24))
def test_the_words_are_those_of_jieba(text: str) -> None:
    assert words_of(text) == list(TOKENIZER.cut(text))


def test_unknown_names_are_joined_as_jieba_joins_them() -> None:
    said = "我叫李雪薇住在锦绣澜庭三单元"
    assert words_of(said) == list(TOKENIZER.cut(said))
    assert "李雪薇" in words_of(said)
