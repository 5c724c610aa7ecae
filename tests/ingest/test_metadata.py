"""calls.csv and file names: a bad cell costs itself, a bad table says what is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import ConfigurationError, MetadataError, UsageError
from qa_pipeline.ingest import (
    COLUMNS,
    CallFacts,
    CallTable,
    call_for,
    compile_name_pattern,
    fields_from_name,
    read_calls_csv,
)
from tests.builders import a_recording

FULL = (
    "recording,call_id,agent_id,agent_name,team,queue,direction,started_at,ring_ms,hold,hold_ms,"
    "hang_up_by,agent_channel,customer_ref,business_type,rating,渠道\n"
    "a.wav,c-1,8016,王芳,一组,售后,inbound,2026-01-05T10:00:00,9000,1000-2000;5000-9000,5000,"
    "customer,right,KH-7,退货,4.5,热线\n"
)


def table_of(tmp_path: Path, text: str | bytes, encoding: str = "utf-8") -> CallTable:
    path = tmp_path / "calls.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_calls_csv(path)


def row_of(tmp_path: Path, column: str, cell: str) -> tuple[CallFacts, tuple[str, ...]]:
    table = table_of(tmp_path, f"recording\t{column}\na.wav\t{cell}\n")
    row = table.row_for(a_recording("a.wav"))
    assert row is not None
    return row, table.warnings


def test_every_column_arrives(tmp_path: Path) -> None:
    table = table_of(tmp_path, FULL)
    assert table.warnings == ()
    call = call_for(a_recording("a.wav"), table.row_for(a_recording("a.wav")))
    assert (call.call_id, call.agent_id, call.agent_name) == ("c-1", "8016", "王芳")
    assert (call.team, call.queue, call.direction) == ("一组", "售后", Direction.INBOUND)
    assert call.started_at == datetime(2026, 1, 5, 2, tzinfo=UTC)
    assert call.started_at.tzinfo is UTC
    assert (call.ring_ms, call.hold_ms, call.rating) == (9000, 5000, 4.5)
    assert call.holds == (Interval(1000, 2000), Interval(5000, 9000))
    assert (call.hang_up_by, call.agent_channel) == (Role.CUSTOMER, 1)
    assert (call.customer_ref, call.business_type) == ("KH-7", "退货")
    assert call.extra == {"渠道": "热线"}


def test_the_columns_are_those_of_the_design() -> None:
    assert set(COLUMNS) == set(FULL.partition("\n")[0].split(",")) - {"渠道"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_ways_in_which_tables_are_saved(
    tmp_path: Path, encoding: str, delimiter: str, newline: str
) -> None:
    text = FULL.replace(",", delimiter).replace("\n", newline)
    row = table_of(tmp_path, text, encoding).row_for(a_recording("a.wav"))
    assert row is not None
    assert (row.agent_name, row.holds[1].end_ms) == ("王芳", 9000)


def test_a_semicolon_table_quotes_its_holds(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'recording;hold;rating\na.wav;"1-2;3-4";5\n')
    row = table.row_for(a_recording("a.wav"))
    assert row == CallFacts(holds=(Interval(1, 2), Interval(3, 4)), rating=5.0)


def test_headers_are_trimmed_and_of_any_case(tmp_path: Path) -> None:
    table = table_of(tmp_path, " Recording , Agent ID,AGENT-NAME\na.wav,7,王\n")
    assert table.row_for(a_recording("a.wav")) == CallFacts(agent_id="7", agent_name="王")


def test_a_table_without_recordings_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(MetadataError, match=r"calls\.csv: has no column recording; its columns"):
        table_of(tmp_path, "file,agent_id\na.wav,7\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04abc", "Excel workbook"),
        (b"recording\n\x00\x01", "NUL bytes"),
        (b"recording\n\xff\xff\xff", "neither UTF-8 nor GB18030"),
        (b"recording,team,team\na.wav,1,2\n", "column team more than once"),
        (b'recording,team\na.wav,"one\nb.wav,two\n', "check the quotes"),
    ],
)
def test_what_is_no_table_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(MetadataError, match=reason):
        table_of(tmp_path, content)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(MetadataError, match=r"calls\.csv: cannot be read"):
        read_calls_csv(tmp_path / "calls.csv")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("started_at", "2026-13-01"),
        ("started_at", "0001-01-01T00:00:00+14:00"),
        ("ring_ms", "-5"),
        ("ring_ms", "soon"),
        ("hold", "9-5"),
        ("hold", "a while"),
        ("hold_ms", "nan"),
        ("rating", "inf"),
        ("direction", "sideways"),
        ("hang_up_by", "nobody"),
        ("agent_channel", "middle"),
        ("agent_channel", "2"),
        ("call_id", "../../etc"),
    ],
)
def test_a_bad_cell_costs_only_itself(tmp_path: Path, column: str, cell: str) -> None:
    table = table_of(tmp_path, f"recording\tagent_name\t{column}\na.wav\t王芳\t{cell}\n")
    assert table.row_for(a_recording("a.wav")) == CallFacts(agent_name="王芳")
    (warning,) = table.warnings
    assert warning.startswith(f"calls.csv:2 {column} {cell!r} is ")
    assert warning.endswith("; ignored")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-05T10:00:00+08:00", datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("2026-01-05T02:00:00Z", datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("2026-01-05 10:00", datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("2026/1/5 10:00", datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("20260105100000", datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 4, 16, tzinfo=UTC)),
    ],
)
def test_times_are_centre_time_unless_they_say_otherwise(
    tmp_path: Path, cell: str, expected: datetime
) -> None:
    row, warnings = row_of(tmp_path, "started_at", cell)
    assert (row.started_at, warnings) == (expected, ())


@pytest.mark.parametrize(("cell", "channel"), [("left", 0), ("Right", 1), ("0", 0), ("1", 1)])
def test_agent_channel(tmp_path: Path, cell: str, channel: int) -> None:
    assert row_of(tmp_path, "agent_channel", cell)[0].agent_channel == channel


def test_channel_zero_wins_over_the_next_source() -> None:
    said = CallFacts(agent_channel=0, ring_ms=0).over(CallFacts(agent_channel=1, ring_ms=5))
    assert (said.agent_channel, said.ring_ms) == (0, 0)


def test_the_same_row_twice_is_fine_and_a_contradiction_is_told(tmp_path: Path) -> None:
    table = table_of(tmp_path, "recording,team\na.wav,一组\nb.wav,二组\na.wav,一组\n\nb.wav,三组\n")
    assert table.warnings == ("calls.csv:6 contradicts line 3 on b.wav; the later row wins",)
    row = table.row_for(a_recording("b.wav"))
    assert row is not None
    assert row.team == "三组"


def test_odd_rows_cost_only_themselves(tmp_path: Path) -> None:
    table = table_of(tmp_path, "recording,team,queue\n,一组,x\nb.wav,二组\nc.wav,三组,y,z\n")
    assert len(table.rows) == 2
    assert [w.partition(" ")[0] for w in table.warnings] == [
        "calls.csv:3",
        "calls.csv:4",
        "calls.csv:2",
    ]


def test_line_numbers_count_lines_inside_quotes(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'recording,team,rating\na.wav,"一\n组",5\nb.wav,x,bad\n')
    assert table.warnings[0].startswith("calls.csv:4 rating")


@pytest.mark.parametrize(
    ("cell", "path", "matches"),
    [
        ("a.wav", "/rec/a.wav", True),
        ("A.WAV", "/rec/a.wav", True),
        ("a", "/rec/a.wav", True),
        ("day/a.wav", "/rec/day/a.wav", True),
        ("day\\a.wav", "/rec/day/a.wav", True),
        ("other/a.wav", "/rec/day/a.wav", False),
        ("D:\\archive\\a.wav", "/rec/day/a.wav", True),
        ("a.mp3", "/rec/a.wav", False),
        ("a.wav", "/rec/a.transcript.json", True),
        ("a.transcript.json", "/rec/a.transcript.json", True),
        ("ba.wav", "/rec/a.wav", False),
    ],
)
def test_how_a_row_finds_its_recording(tmp_path: Path, cell: str, path: str, matches: bool) -> None:
    from dataclasses import replace

    table = table_of(tmp_path, f"recording,team\n{cell},一组\n")
    recording = replace(a_recording(path.rpartition("/")[2]), path=path)
    assert (table.row_for(recording) is not None) is matches
    assert table.unmatched([recording]) == (() if matches else (cell,))


def test_row_over_transcript_over_name() -> None:
    call = call_for(
        a_recording("a.wav"),
        CallFacts(agent_id="row", extra={"k": "row"}),
        CallFacts(agent_id="file", team="file", extra={"k": "file", "l": "file"}),
        CallFacts(agent_id="name", team="name", queue="name", call_id="n-1"),
    )
    assert (call.agent_id, call.team, call.queue, call.call_id) == ("row", "file", "name", "n-1")
    assert call.extra == {"k": "row", "l": "file"}


def test_call_id_defaults_to_the_stem() -> None:
    assert call_for(a_recording("2026.01.05_a.wav")).call_id == "2026.01.05_a"


def test_fields_come_from_named_groups() -> None:
    pattern = compile_name_pattern(r"(?P<agent_id>\d{4})_(?P<started_at>\d{8}_\d{6})_(?P<line>\w)")
    facts, warnings = fields_from_name("8016_20260105_100000_B.wav", pattern)
    assert facts == CallFacts(
        agent_id="8016", started_at=datetime(2026, 1, 5, 2, tzinfo=UTC), extra={"line": "B"}
    )
    assert warnings == ()
    assert fields_from_name("other.wav", pattern) == (
        None,
        ("other.wav: does not match the file name pattern",),
    )


@pytest.mark.parametrize("regex", ["(", r"\d+", "(?P<agent_id"])
def test_a_pattern_that_cannot_work_is_bad_usage(regex: str) -> None:
    with pytest.raises(UsageError, match="file name pattern"):
        compile_name_pattern(regex)


def test_an_unknown_time_zone_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("recording\n")
    for name in ("Mars/Olympus", "../x", ""):
        with pytest.raises(ConfigurationError, match="centre_time_zone"):
            read_calls_csv(tmp_path / "calls.csv", name)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_metadata_error(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"recording,started_at,hold,rating\n" + tail)
    complaint = ""
    try:
        table = read_calls_csv(path)
    except MetadataError as error:
        complaint = str(error)
    else:
        assert all(isinstance(facts, CallFacts) for facts in table.rows.values())
    assert "\n" not in complaint
