"""Speaks written call scripts with a synthetic voice and records them like a telephone line."""
