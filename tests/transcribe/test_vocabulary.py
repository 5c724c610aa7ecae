"""The reduced copy writes what the whole model writes, and can spell everything."""

from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.errors import ModelError
from qa_pipeline.transcribe.vocabulary import mandarin_token_ids, reduced_copy
from qa_pipeline.transcribe.weights import ModelFiles, prepare_model, with_mandarin


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    folder = tmp_path_factory.mktemp("models")
    return with_mandarin(prepare_model(None, folder), folder)


@pytest.fixture(scope="module")
def tokenizer(files: ModelFiles) -> tokenizers.Tokenizer:
    return tokenizers.Tokenizer.from_file(str(files.path / "tokenizer.json"))


def test_a_tenth_of_the_words_is_kept(files: ModelFiles, tokenizer: tokenizers.Tokenizer) -> None:
    assert files.mandarin is not None
    kept = files.mandarin.kept
    assert list(kept) == sorted(set(kept))
    assert 3_000 < len(kept) < 51_865 / 8
    for needed in ("<|zh|>", "<|en|>", "<|startoftranscript|>", "<|notimestamps|>"):
        assert tokenizer.token_to_id(needed) in kept


@given(text=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1))
def test_every_chinese_text_can_be_written(
    files: ModelFiles, tokenizer: tokenizers.Tokenizer, text: str
) -> None:
    assert files.mandarin is not None
    assert set(tokenizer.encode(text, add_special_tokens=False).ids) <= set(files.mandarin.kept)


@given(text=st.from_regex(r"[A-Za-z0-9 ]{1,12}", fullmatch=True))
def test_every_latin_word_can_be_spelled(
    files: ModelFiles, tokenizer: tokenizers.Tokenizer, text: str
) -> None:
    assert files.mandarin is not None
    ids = [i for one in text for i in tokenizer.encode(one, add_special_tokens=False).ids]
    assert set(ids) <= set(files.mandarin.kept)


def test_what_is_kept_depends_on_the_tokenizer_alone(
    files: ModelFiles, tokenizer: tokenizers.Tokenizer
) -> None:
    assert files.mandarin is not None
    assert mandarin_token_ids(tokenizer, 51_865) == files.mandarin.kept


def test_the_copy_tells_languages_as_the_whole_model_does(files: ModelFiles) -> None:
    assert files.mandarin is not None
    sound = np.random.default_rng(0).normal(0, 1, (1, 80, 400)).astype(np.float32)
    told = []
    for folder in (files.path, files.mandarin.path):
        model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8")
        told.append(dict(model.detect_language(ctranslate2.StorageView.from_array(sound))[0]))
    assert told[0].keys() == told[1].keys()
    for language, probability in told[0].items():
        assert told[1][language] == pytest.approx(probability, abs=1e-4)


def test_it_is_made_once(files: ModelFiles, tmp_path: Path) -> None:
    first = reduced_copy(files.path, files.weights_hash, tmp_path)
    assert first is not None
    made_at = (first[0] / "model.bin").stat().st_mtime_ns
    assert reduced_copy(files.path, files.weights_hash, tmp_path) == first
    assert (first[0] / "model.bin").stat().st_mtime_ns == made_at
    assert [p.name for p in first[0].parent.iterdir()] == [first[0].name]


def test_a_broken_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="not a tokenizer"):
        reduced_copy(tmp_path, "x", tmp_path)


def test_a_cut_binary_is_an_error_and_leaves_nothing(files: ModelFiles, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("tokenizer.json", "vocabulary.txt", "config.json"):
        (broken / name).write_bytes((files.path / name).read_bytes())
    (broken / "model.bin").write_bytes((files.path / "model.bin").read_bytes()[:5_000_000])
    with pytest.raises(ModelError, match=r"model\.bin"):
        reduced_copy(broken, "x", tmp_path / "models")
    assert list((tmp_path / "models" / "mandarin").iterdir()) == []
