"""BORDER: the review desk, for people who have logged in."""
