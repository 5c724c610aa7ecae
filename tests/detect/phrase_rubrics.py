"""Criteria and contexts for the tests of phrase detectors."""

from collections.abc import Sequence

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.rubric import (
    Criterion,
    CriterionKind,
    Rubric,
    Section,
    Step,
    Strictness,
    Trigger,
    Window,
)
from tests.builders import Line, an_analyzed_call


def a_script(
    *steps: Sequence[str] | str,
    optional: Sequence[str] = (),
    where: Window | None = None,
    unless: tuple[str, ...] = (),
    role: Role = Role.AGENT,
    strictness: Strictness = Strictness.STANDARD,
) -> Criterion:
    """A script whose steps are each one phrase or several alternatives."""
    listed = tuple(Step(any_of=(s,) if isinstance(s, str) else tuple(s)) for s in steps)
    listed += tuple(Step(any_of=(s,), optional=True) for s in optional)
    return Criterion(
        criterion_id="script",
        title="话术",
        points=5,
        kind=CriterionKind.SCRIPT,
        role=role,
        steps=listed,
        where=where,
        unless=unless,
        strictness=strictness,
    )


def a_taboo(
    *phrases: str,
    unless: tuple[str, ...] = (),
    where: Window | None = None,
    strictness: Strictness = Strictness.STANDARD,
) -> Criterion:
    return Criterion(
        criterion_id="taboo",
        title="禁用语",
        points=5,
        kind=CriterionKind.FORBIDDEN,
        any_of=phrases,
        unless=unless,
        where=where,
        strictness=strictness,
    )


def a_context(
    call: AnalyzedCall | Sequence[Line], *triggers: Trigger, criterion: Criterion | None = None
) -> DetectionContext:
    """The context of a call (or of its lines) under a rubric of one criterion."""
    criteria = (criterion,) if criterion else ()
    rubric = Rubric(
        rubric_id="test",
        version=1,
        title="测试",
        pass_percent=85,
        sections=(Section(section_id="all", title="全部", criteria=criteria),),
        triggers=triggers,
    )
    analyzed = call if isinstance(call, AnalyzedCall) else an_analyzed_call(call)
    return DetectionContext(call=analyzed, rubric=rubric)
