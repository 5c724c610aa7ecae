"""The centre's rules: YAML files in, frozen rubrics out (DESIGN section 6)."""

from qa_pipeline.rubric_files.examples import (
    LEAST_NOISED_SHARE,
    ExampleResult,
    NoisedRate,
    run_examples,
    run_noised_examples,
)
from qa_pipeline.rubric_files.lint import check, lint
from qa_pipeline.rubric_files.load import load_rubric, load_rubrics
from qa_pipeline.rubric_files.problems import LintProblem
from qa_pipeline.rubric_files.routing import DEFAULT_RUBRIC, route

__all__ = [
    "DEFAULT_RUBRIC",
    "LEAST_NOISED_SHARE",
    "ExampleResult",
    "LintProblem",
    "NoisedRate",
    "check",
    "lint",
    "load_rubric",
    "load_rubrics",
    "route",
    "run_examples",
    "run_noised_examples",
]
