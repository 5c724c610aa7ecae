"""Today's queue: which calls inspectors hear, with which probability, and why."""

from qa_pipeline.sample.candidate import Exclusion, QueueCandidate, candidate_from, candidate_of
from qa_pipeline.sample.frame import Frame, choose_frame
from qa_pipeline.sample.history import History, midnight_of
from qa_pipeline.sample.inspectors import read_inspectors
from qa_pipeline.sample.plan import DayPlan, default_seed, design_id_of, plan_day
from qa_pipeline.sample.review_time import ReviewTimes, fitted_times
from qa_pipeline.sample.summary import SUMMARY_VERSION, summary_of

__all__ = [
    "SUMMARY_VERSION",
    "DayPlan",
    "Exclusion",
    "Frame",
    "History",
    "QueueCandidate",
    "ReviewTimes",
    "candidate_from",
    "candidate_of",
    "choose_frame",
    "default_seed",
    "design_id_of",
    "fitted_times",
    "midnight_of",
    "plan_day",
    "read_inspectors",
    "summary_of",
]
