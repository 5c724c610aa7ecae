"""The noise generator, which `rubric test` needs too: see `qa_pipeline.text.mishearing`."""

from qa_pipeline.text.mishearing import mishear

__all__ = ["mishear"]
