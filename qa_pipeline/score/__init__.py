"""Detections and a rubric become a scorecard.

conditions  what of the rubric applies to this call
score       every answer with its points and receipts
"""

from qa_pipeline.score.card import score
from qa_pipeline.score.conditions import conditions, metadata_value

VERSION = "3"
"""Raised whenever the same detections may give another scorecard."""

__all__ = ["VERSION", "conditions", "metadata_value", "score"]
