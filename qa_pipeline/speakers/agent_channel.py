"""On which of two channels the agent is: told, else heard from the words, else usual."""

from dataclasses import dataclass

from qa_pipeline.domain.analyzed_call import MIN_ROLE_CONFIDENCE
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.speakers.parties import guess_agent

KNOWN_CONFIDENCE = 1.0
USUAL_AGENT_CHANNEL = 0
USUAL_PLACE = 0.9
"""How often the agent is on the left in centres that say nothing (a prior, not measured)."""

STRONGLY = 0.95
_MANDARIN = frozenset({"zh", "yue", "cmn"})
_NAMES = ("左声道", "右声道")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlace:
    """`agent_channel` is None where nothing may be assumed; `note` says why, in Chinese."""

    agent_channel: int | None
    confidence: float
    note: str | None = None


def place_agent(call: Call, transcript: Transcript) -> AgentPlace:
    """Where the agent is, with the probability that it is so.

    Option and metadata win; strong words against them are noted. Without them
    the words decide together with the usual place (left), and too little
    confidence is an answer.
    """
    left = _left_by_wording(call, transcript)
    if call.agent_channel in (0, 1):
        told = call.agent_channel
        against = 1.0 - left if told == 0 else left
        note = None
        if against > STRONGLY:
            note = f"元数据说坐席在{_NAMES[told]}，但从内容看像是{_NAMES[1 - told]}，请核对"
        return AgentPlace(agent_channel=told, confidence=KNOWN_CONFIDENCE, note=note)
    odds = USUAL_PLACE / (1.0 - USUAL_PLACE) * left / max(1e-9, 1.0 - left)
    is_left = odds / (1.0 + odds)
    confidence = max(is_left, 1.0 - is_left)
    if confidence < MIN_ROLE_CONFIDENCE:
        return AgentPlace(
            agent_channel=None,
            confidence=0.0,
            note=f"没有说明坐席在哪个声道，内容与通常的左声道不符（把握 {confidence:.0%}）",
        )
    agent = 0 if is_left > 0.5 else 1
    return AgentPlace(
        agent_channel=agent,
        confidence=confidence,
        note=f"没有说明坐席在哪个声道，由内容判断在{_NAMES[agent]}",
    )


def _left_by_wording(call: Call, transcript: Transcript) -> float:
    if transcript.language.lower().split("-")[0] not in _MANDARIN:
        return 0.5
    utterances = [u for u in transcript.utterances if u.audio_channel in (0, 1)]
    owners = [u.audio_channel for u in utterances]
    return guess_agent(utterances, owners, call.direction).first_is_agent
