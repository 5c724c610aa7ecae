"""inspectors.csv as people really save it."""

from datetime import date
from pathlib import Path

import pytest

from qa_pipeline.domain.review import Inspector
from qa_pipeline.errors import MetadataError
from qa_pipeline.sample.inspectors import read_inspectors

TABLE = (
    "inspector_id,name,team,capacity_calls,capacity_minutes,leave,备注\n"
    "q2,李四,,,,,\n\n"
    "q1,张三,华东组,45,300,2026-03-02; 2026/03/03,半天\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_gives_the_same_people(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "inspectors.csv"
    path.write_bytes(TABLE.encode(encoding))
    assert read_inspectors(path) == (
        Inspector(
            inspector_id="q1",
            name="张三",
            team="华东组",
            capacity_calls=45,
            capacity_minutes=300,
            leave=(date(2026, 3, 2), date(2026, 3, 3)),
        ),
        Inspector(inspector_id="q2", name="李四"),
    )


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "inspectors.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MetadataError) as caught:
        read_inspectors(path)
    return str(caught.value)


def test_every_bad_row_is_named_with_its_line(tmp_path: Path) -> None:
    text = "inspector_id,capacity_calls,leave\nq1,many,\nq2,,2026-13-01\n,5,\nq3,5,\nq3,6,\n"
    lines = problems(tmp_path, text).splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "inspectors.csv:2",
        "inspectors.csv:3",
        "inspectors.csv:4",
        "inspectors.csv:6",
    ]
    assert "'many'" in lines[0]
    assert "2026-13-01" in lines[1]
    assert "inspector_id is empty" in lines[2]
    assert "already stands on line 5" in lines[3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("name,team\n张三,A\n", "no column inspector_id"),
        ("inspector_id,team\n", "names no inspector"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    assert said in problems(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MetadataError, match=r"nowhere\.csv: cannot be read"):
        read_inspectors(tmp_path / "nowhere.csv")
