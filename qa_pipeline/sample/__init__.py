"""Today's queue: which calls inspectors hear, with which probability, and why."""

from qa_pipeline.sample.candidate import Exclusion, QueueCandidate, candidate_of
from qa_pipeline.sample.frame import Frame, choose_frame
from qa_pipeline.sample.inspectors import read_inspectors
from qa_pipeline.sample.plan import DayPlan, default_seed, design_id_of, plan_day

__all__ = [
    "DayPlan",
    "Exclusion",
    "Frame",
    "QueueCandidate",
    "candidate_of",
    "choose_frame",
    "default_seed",
    "design_id_of",
    "plan_day",
    "read_inspectors",
]
