"""Tables in a narrow terminal."""

from io import StringIO

from rich.cells import cell_len
from rich.console import Console

from qa_pipeline.report.tables import add_texts, plain_table


def shown(*rows: tuple[str, ...], width: int = 60) -> str:
    table = plain_table("", "案例", "情境", "状态")
    add_texts(table, rows, whole=(0, 2))
    console = Console(width=width, file=StringIO(), record=True, highlight=False)
    console.print(table)
    return console.export_text()


def test_an_id_is_on_one_line_however_long_the_rest_is() -> None:
    text = shown(("daf3a06e7ffa78d1", "我再也不来了" * 20, "候选"), ("b", "好", "已停用"))
    assert "daf3a06e7ffa78d1 " in text
    assert "已停用" in text
    assert max(cell_len(line) for line in text.splitlines()) <= 60


def test_an_id_wider_than_the_screen_is_folded_and_not_cut() -> None:
    text = shown(("x" * 150, "好", "候选"))
    assert text.count("x") == 150


def test_what_people_wrote_is_no_markup() -> None:
    assert "[/bold]客户[red]" in shown(("a", "[/bold]客户[red]", "候选"))
