"""What a plan could not meet, in words."""

from collections.abc import Sequence

from qa_pipeline.sample.assign import Item, Rota
from qa_pipeline.sample.balance import worst_deviation
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.settings import QueueSettings

MAX_DEVIATION = 0.05
_FEW_ITEMS = 10


def notes_on_pool(pool: Sequence[QueueCandidate], rota: Rota) -> tuple[str, ...]:
    """What the calls themselves leave open."""
    notes = []
    if pool and all(c.abstained for c in pool):
        notes.append(f"检测项对全部 {len(pool)} 通都没有结论，今天的抽样等于随机抽样")
    nameless = sum(c.agent_id is None for c in pool)
    if 0 < nameless < len(pool):
        notes.append(f"{nameless} 通没有坐席工号，不计入每人每月抽听")
    teamless = {c.agent_id for c in pool if c.team is None and c.agent_id is not None}
    if teamless and any(d.inspector.team for d in rota.desks):
        notes.append(f"{len(teamless)} 名坐席没有班组，无法回避本班组的质检员")
    return tuple(notes)


def notes_on_rota(rota: Rota, unplaced: Sequence[Item], settings: QueueSettings) -> tuple[str, ...]:
    """What could not be assigned, spread or evened out."""
    notes = []
    firsts = sum(not item.barred and not item.blind for item in unplaced)
    if firsts:
        notes.append(
            f"{firsts} 通已抽到但未分配：只有本班组的质检员有余量，还需要其他班组 {firsts} 通的余量"
        )
    if len(unplaced) > firsts:
        notes.append(f"双人复核少安排 {len(unplaced) - firsts} 通：没有第二名质检员有余量")
    wanted = settings.inspectors_per_agent
    present = sum(d.capacity_ms > 0 for d in rota.desks)
    if present >= wanted and (narrow := _narrowly_heard(rota, wanted)):
        notes.append(f"{narrow} 名坐席本月已安排至少 {wanted} 通，但不足 {wanted} 名质检员")
    busy = [items for items in rota.items if items]
    many = busy and sum(map(len, busy)) >= _FEW_ITEMS * len(busy)
    if many and len(busy) > 1 and (worst := worst_deviation(rota)) > MAX_DEVIATION:
        notes.append(f"复核时长偏离均等份额最多 {worst:.0%}")
    return tuple(notes)


def _narrowly_heard(rota: Rota, wanted: int) -> int:
    today = {i.candidate.agent_id for items in rota.items for i in items}
    return sum(
        sum(counts.values()) >= wanted and sum(n > 0 for n in counts.values()) < wanted
        for agent, counts in rota.heard.items()
        if agent in today
    )
