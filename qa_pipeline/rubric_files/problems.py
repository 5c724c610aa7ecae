"""What is wrong with a rubric file: one line each."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LintProblem:
    """One thing to mend: where, what is wrong, what to do.

    `line` counts from 1; 0 when the place is not known.
    """

    file: str
    line: int = 0
    entry: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.entry}: {self.reason}; {self.remedy}"


@dataclass(slots=True, kw_only=True)
class Findings:
    """The errors and warnings gathered while one file is read."""

    file: str
    errors: list[LintProblem] = field(default_factory=list)
    warnings: list[LintProblem] = field(default_factory=list)

    def error(self, line: int, entry: str, reason: str, remedy: str) -> None:
        self.errors.append(
            LintProblem(file=self.file, line=line, entry=entry, reason=reason, remedy=remedy)
        )

    def warn(self, line: int, entry: str, reason: str, remedy: str) -> None:
        self.warnings.append(
            LintProblem(file=self.file, line=line, entry=entry, reason=reason, remedy=remedy)
        )

    def lines(self) -> tuple[str, ...]:
        """The errors as text, each once, in the order of the file."""
        ordered = sorted(self.errors, key=lambda p: (p.file, p.line))
        return tuple(dict.fromkeys(str(problem) for problem in ordered))
