"""A call together with its current judgement."""

from dataclasses import dataclass

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.scorecard import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCall:
    """What the store keeps of a call and everything downstream reads.

    `judgement_key` is the digest of (transcript engine, answers, baseline, rubric
    digest, detector versions): the same key means the same bytes. `baseline_id` is
    the AgentBaseline that the voice was compared with, None for the call's first minute.
    """

    analyzed: AnalyzedCall
    evaluation: Evaluation
    judgement_key: str
    baseline_id: str | None = None

    @property
    def call_id(self) -> str:
        return self.analyzed.call.call_id
