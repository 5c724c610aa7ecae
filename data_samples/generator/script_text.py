"""Reads the call scripts and the cast, which are YAML, into frozen values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROLES = ("agent", "customer")
MANNERS = ("plain", "flat", "angry", "fast", "soft", "cold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A blend of Kokoro voice vectors with a pitch and a pace of its own."""

    blend: tuple[tuple[str, float], ...]
    pitch_ratio: float
    speed_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An invented agent with a voice that stays the same in every call."""

    agent_id: str
    name: str
    team: str
    voice: Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One breath of one speaker, and what it truly shows."""

    role: str
    text: str
    pause_ms: int
    manner: str
    says: tuple[str, ...]
    marks: tuple[str, ...]
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    silence_label: str
    overlap_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How the telephone line and the recorder treat the two voices."""

    agent_channel: int
    mono: bool
    agent_gain_db: float
    customer_gain_db: float
    noise_db: float
    leak_db: float | None
    ring_back_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScript:
    """One written call: its metadata row, its turns and its truth."""

    recording: str
    scenario: str
    facts: dict[str, str]
    agent_id: str
    customer_voice: str
    line: Line
    lead_in_ms: int
    tail_ms: int
    turns: tuple[Turn, ...]
    also_present: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody who can speak in a call."""

    agents: dict[str, Agent]
    customers: dict[str, Voice]


def load_cast(path: Path) -> Cast:
    """Read the voices of agents and customers."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    agents = {
        agent_id: Agent(
            agent_id=agent_id, name=row["name"], team=row["team"], voice=_voice(row["voice"])
        )
        for agent_id, row in raw["agents"].items()
    }
    customers = {name: _voice(row) for name, row in raw["customers"].items()}
    return Cast(agents=agents, customers=customers)


def load_scripts(folder: Path) -> list[CallScript]:
    """Read every call script of a folder, in the order of the file names."""
    return [load_script(path) for path in sorted(folder.glob("*.yaml"))]


def load_script(path: Path) -> CallScript:
    """Read one call script and refuse roles and manners that do not exist."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    turns = tuple(_turn(row, path) for row in raw.get("turns") or [])
    return CallScript(
        recording=f"{path.stem}.wav",
        scenario=raw["scenario"],
        facts={key: str(value) for key, value in raw["call"].items()},
        agent_id=raw["agent"],
        customer_voice=raw["customer_voice"],
        line=_line(raw.get("line") or {}),
        lead_in_ms=int(raw.get("lead_in_ms", 800)),
        tail_ms=int(raw.get("tail_ms", 700)),
        turns=turns,
        also_present=tuple(raw.get("also_present") or ()),
        missing=tuple(raw.get("missing") or ()),
    )


def _voice(row: dict[str, Any]) -> Voice:
    """Read one voice, whose blend weights must sum to one."""
    blend = tuple(sorted((name, float(weight)) for name, weight in row["blend"].items()))
    if abs(sum(weight for _, weight in blend) - 1.0) > 1e-6:
        raise ValueError(f"the weights of the blend do not sum to 1: {row}")
    return Voice(
        blend=blend,
        pitch_ratio=float(row.get("pitch", 1.0)),
        speed_ratio=float(row.get("speed", 1)),
    )


def _turn(row: dict[str, Any], path: Path) -> Turn:
    """Read one turn with the defaults that a script leaves out."""
    manner = row.get("manner", "plain")
    if row["role"] not in ROLES or manner not in MANNERS:
        raise ValueError(f"{path.name}: unknown role or manner in {row}")
    return Turn(
        role=row["role"],
        text=row["text"],
        pause_ms=int(row["pause_ms"]),
        manner=manner,
        says=tuple(row.get("says") or ()),
        marks=tuple(row.get("marks") or ()),
        opens=tuple(row.get("opens") or ()),
        closes=tuple(row.get("closes") or ()),
        silence_label=row.get("silence_label", ""),
        overlap_label=row.get("overlap_label", ""),
    )


def _line(row: dict[str, Any]) -> Line:
    """Read how the line treats the call, with the defaults of a clean trunk."""
    leak_db = row.get("leak_db")
    return Line(
        agent_channel=int(row.get("agent_channel", 0)),
        mono=bool(row.get("mono", False)),
        agent_gain_db=float(row.get("agent_gain_db", 0.0)),
        customer_gain_db=float(row.get("customer_gain_db", 0.0)),
        noise_db=float(row.get("noise_db", -60.0)),
        leak_db=None if leak_db is None else float(leak_db),
        ring_back_ms=int(row.get("ring_back_ms", 0)),
    )
