from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.schema import CreateTable

from qa_pipeline.store.tables import metadata
from qa_pipeline.store.tables.columns import FileText, UtcTime

SQLITE = make_url("sqlite://").get_dialect()()
POSTGRESQL = make_url("postgresql://").get_dialect()()
BEIJING = timezone(timedelta(hours=8))


def test_a_moment_keeps_its_zone_where_the_database_can() -> None:
    local = datetime(2026, 3, 1, 20, tzinfo=BEIJING)
    for dialect in (SQLITE, POSTGRESQL):
        bound = UtcTime().process_bind_param(local, dialect)
        back = UtcTime().process_result_value(bound, dialect)
        assert back == local
        assert back is not None
        assert back.utcoffset() == timedelta(0)


def test_any_file_name_is_stored_as_valid_text_and_comes_back() -> None:
    for name in ("录音.wav", "a\udcfe\udc80.wav", str(Path("x") / "é.wav")):
        stored = FileText().process_bind_param(name, SQLITE)
        assert stored is not None
        assert stored.encode()
        assert FileText().process_result_value(stored, SQLITE) == name


def test_every_table_can_be_made_on_postgresql() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=POSTGRESQL))
