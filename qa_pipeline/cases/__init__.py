"""The case library: what to teach from, found in the night's calls."""

from qa_pipeline.cases.clips import cut_clip
from qa_pipeline.cases.mine import case_id_of, mine

__all__ = ["case_id_of", "cut_clip", "mine"]
