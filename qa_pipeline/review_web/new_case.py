"""A case that an inspector puts into the library."""

from qa_pipeline.cases.mine import CALL_OPENS, case_id_of
from qa_pipeline.cases.turns import clip_around, text_of, turn_before, turns_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.clause import clause_digest_of, clause_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.text.labels import detector_title

MAX_QUOTE_CHARS = 200


def case_from(
    judged: JudgedCall,
    rubric: Rubric,
    *,
    subject: str,
    kind: CaseKind,
    evidence: Interval,
    quote: str,
    who: str,
) -> Case:
    """A candidate cut around the evidence, as the night's own candidates are.

    It is worth as much as the surest of them: a human chose it. It cites the clause
    of the subject, so that a changed clause makes it stale.
    """
    analyzed = judged.analyzed
    turns = turns_of(analyzed)
    before = turn_before(turns, Role.CUSTOMER, evidence.start_ms)
    clip = clip_around(
        evidence,
        before.interval if before else None,
        turns,
        analyzed.call.recording.duration_ms,
    )
    clause = clause_of(rubric, subject)
    return Case(
        case_id=case_id_of(judged.call_id, subject, kind, clip),
        call_id=judged.call_id,
        subject=subject,
        kind=kind,
        clip=clip,
        evidence=evidence,
        situation=text_of(before, analyzed) if before else CALL_OPENS,
        quote=quote[:MAX_QUOTE_CHARS],
        why=f"{detector_title(subject, rubric)}：质检员 {who} 选入",
        score=1.0,
        rubric_id=rubric.rubric_id if clause else None,
        rubric_version=rubric.version if clause else None,
        clause_digest=clause_digest_of(clause) if clause else None,
    )
