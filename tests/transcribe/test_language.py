from qa_pipeline.transcribe.language import language_of


def test_mandarin_is_assumed_where_nothing_was_heard() -> None:
    assert language_of([]) == "zh"


def test_another_language_must_be_clear() -> None:
    assert language_of([(10.0, {"en": 0.95, "zh": 0.01})]) == "en"
    assert language_of([(10.0, {"en": 0.75, "zh": 0.05})]) == "zh"
    assert language_of([(10.0, {"en": 0.84, "zh": 0.08, "yue": 0.05})]) == "zh"


def test_cantonese_is_transcribed_as_chinese() -> None:
    assert language_of([(10.0, {"yue": 0.95, "zh": 0.02})]) == "zh"


def test_longer_windows_weigh_more() -> None:
    short, long = (1.0, {"ja": 0.9, "zh": 0.05}), (10.0, {"en": 0.99})
    assert language_of([short, long]) == "en"
    assert language_of([(5.0, {"en": 0.99}), (5.0, {"zh": 0.99})]) == "zh"
