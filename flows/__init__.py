"""Prefect flows: nightly, weekly, retention; each is composed of `qa_pipeline.batch`."""
