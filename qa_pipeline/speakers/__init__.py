"""Who speaks: from audio channels, or as a ready transcript says, or unknown."""

from qa_pipeline.speakers.roles import VERSION, assign_roles

__all__ = ["VERSION", "assign_roles"]
