"""What people read of the night: reports, exports, one call, the review table."""

from qa_pipeline.report.build import Report, build_report
from qa_pipeline.report.estimate_rows import (
    estimate_document,
    markdown_of_estimates,
    print_estimates,
)
from qa_pipeline.report.export_rows import (
    ExportKind,
    call_rows,
    case_rows,
    detection_rows,
    queue_rows,
    review_rows,
    score_rows,
    transcript_rows,
)
from qa_pipeline.report.exports import ExportFormat, write_export
from qa_pipeline.report.period import Period, ReportKind, period_of
from qa_pipeline.report.review_files import ReviewImport, read_reviews
from qa_pipeline.report.review_sheet import write_review_sheet
from qa_pipeline.report.rows import ReportRow, row_of
from qa_pipeline.report.write import render_html, write_report

__all__ = [
    "ExportFormat",
    "ExportKind",
    "Period",
    "Report",
    "ReportKind",
    "ReportRow",
    "ReviewImport",
    "build_report",
    "call_rows",
    "case_rows",
    "detection_rows",
    "estimate_document",
    "markdown_of_estimates",
    "period_of",
    "print_estimates",
    "queue_rows",
    "read_reviews",
    "render_html",
    "review_rows",
    "row_of",
    "score_rows",
    "transcript_rows",
    "write_export",
    "write_report",
    "write_review_sheet",
]
