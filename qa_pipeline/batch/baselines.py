"""What is usual for the agents of a night, frozen when the night first meets them."""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.measure.baselines import LAST_CALLS, baseline_of
from qa_pipeline.store import CallStore


@dataclass(slots=True)
class Baselines:
    """Each agent's baseline of one day, from calls that took place before that day.

    Stored when it is first asked for; a second run on the same day, or a night that
    goes on after a crash, judges by the same one. A call that was judged keeps the
    baseline that it was judged with. None for an agent with too few earlier calls.
    """

    store: CallStore
    day: date
    time_zone: str
    _known: dict[str, AgentBaseline | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of_night(cls, store: CallStore, time_zone: str, started_at: datetime) -> "Baselines":
        """Those of the day at the centre on which a run started."""
        day = started_at.astimezone(ZoneInfo(time_zone)).date()
        return cls(store=store, day=day, time_zone=time_zone)

    def of(self, agent_id: str | None) -> AgentBaseline | None:
        if agent_id is None:
            return None
        with self._lock:
            if agent_id not in self._known:
                self._known[agent_id] = self._frozen(agent_id)
            return self._known[agent_id]

    def cited(self, baseline_id: str | None, agent_id: str | None) -> AgentBaseline | None:
        """The baseline that a stored judgement cites, unless it is another agent's."""
        found = None if baseline_id is None else self.store.baseline(baseline_id)
        return found if found is not None and found.agent_id == agent_id else None

    def _frozen(self, agent_id: str) -> AgentBaseline | None:
        stored = self.store.baseline_on(agent_id, self.day)
        if stored is not None:
            return stored
        midnight = datetime.combine(self.day, time(), ZoneInfo(self.time_zone))
        # Some of an agent's calls cannot be measured: look further back for enough that can.
        calls = self.store.last_calls_of(agent_id, midnight, 2 * LAST_CALLS)
        made = baseline_of(agent_id, self.day, calls)
        return None if made is None else self.store.save_baseline(made)
