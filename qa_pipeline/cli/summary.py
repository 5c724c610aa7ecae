"""What `run` prints when the night is over."""

from rich.console import Console

from qa_pipeline.batch.night import NightResult
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cli.common import existing_store
from qa_pipeline.report.run_summary import render_summary
from qa_pipeline.settings import Settings


def print_summary(night: NightResult, settings: Settings, console: Console) -> None:
    """Which calls broke which rule, today's queue, new cases; last the line that counts."""
    with existing_store(settings) as store:
        call_ids = [o.call_id for o in night.evaluated if o.call_id is not None]
        if call_ids:
            console.print(
                render_summary(
                    store.judged_calls(call_ids=call_ids),
                    night.tasks,
                    night.new_cases,
                    rubrics=stored_rubrics(store),
                    day=night.day,
                    excluded=night.excluded,
                    notes=night.notes,
                )
            )
    for outcome in night.not_readable:
        console.print(
            f"无法读取：{outcome.recording}：{outcome.reason}", markup=False, soft_wrap=True
        )
    for warning in night.warnings:
        console.print(f"提示：{warning}", markup=False, soft_wrap=True)
    if night.skipped_count:
        console.print(f"跳过 {night.skipped_count} 个不是录音的文件")
    seconds = "，".join(f"{stage} {s:.1f}" for stage, s in night.stage_seconds.items() if s >= 0.05)
    if seconds:
        console.print(f"各阶段用时（秒）：{seconds}", markup=False, soft_wrap=True)
    console.print(night.last_line)
