import pytest

from qa_pipeline.rubric_files.shadows import shadowed


@pytest.mark.parametrize(
    ("phrases", "superfluous"),
    [
        (["为您服务", "很高兴为您服务"], "很高兴为您服务"),
        (["很高兴为您服务", "为您服务"], "很高兴为您服务"),
        (["您好{0-12}为您服务", "您好很高兴为您服务"], "您好很高兴为您服务"),
        (["您好{0-12}为您服务", "您好{2-5}为您服务"], "您好{2-5}为您服务"),
        (["您好{2-5}为您服务", "您好{0-12}为您服务"], "您好{2-5}为您服务"),
        (["再见，谢谢", "再见谢谢"], "再见谢谢"),
        (["{time}之前给您", "{time}之前给您回电"], "{time}之前给您回电"),
    ],
)
def test_a_wider_phrase_makes_a_narrower_one_superfluous(
    phrases: list[str], superfluous: str
) -> None:
    assert [narrow for narrow, _ in shadowed(phrases)] == [superfluous]


@pytest.mark.parametrize(
    "phrases",
    [
        ["您好{0-2}为您服务", "您好很高兴为您服务"],
        ["您好{0-2}为您服务", "您好{0-9}为您效劳"],
        ["{time}之前给您", "{date}之前给您"],
        ["工号{digits:3-6}", "工号是{digits:3-6}"],
        ["再见"],
        ["抱歉", "非常抱歉"],
    ],
)
def test_different_phrases_do_not_shadow_each_other(phrases: list[str]) -> None:
    assert list(shadowed(phrases)) == []
