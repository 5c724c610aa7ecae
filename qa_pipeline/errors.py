"""Errors that a person can act on: what, which file or id, what to do."""


class QaPipelineError(Exception):
    """The base of every error that this project raises on purpose."""


class UsageError(QaPipelineError):
    """A command was called with arguments that cannot work (exit code 2)."""


class AccountRefused(UsageError):
    """An account cannot be made or changed as asked (exit code 2)."""


class ConfigurationError(QaPipelineError):
    """Settings, metadata tables or the workspace are wrong (exit code 2)."""


class MetadataError(ConfigurationError):
    """A calls.csv, inspectors.csv or reviews table cannot be used."""


class RubricError(ConfigurationError):
    """A rubric, phrase list or lexicon file is wrong.

    `problems` holds one line each: file, entry, reason, remedy.
    """

    def __init__(self, problems: tuple[str, ...] | list[str] | str) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class PatternError(QaPipelineError):
    """A phrase pattern cannot be understood."""


class ModelError(ConfigurationError):
    """The speech model is missing, incomplete or altered."""


class UnreadableRecording(QaPipelineError):
    """One recording cannot be read; it costs nothing but itself (exit code 1)."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name}: {reason}")

    def __reduce__(self) -> tuple[type["UnreadableRecording"], tuple[str, str]]:
        # Exceptions are pickled by their args, which hold the joined text only.
        return type(self), (self.name, self.reason)


class StoreError(QaPipelineError):
    """The database cannot be opened, migrated or written."""


class StoreBusy(StoreError):
    """The database did not answer in time, or its disk blinked: a later attempt may pass."""


class OutputError(QaPipelineError):
    """A file that was asked for cannot be written (full disk, read-only folder, too large)."""


class NotFound(QaPipelineError):
    """An id that was asked for is not in the workspace (exit code 2)."""
