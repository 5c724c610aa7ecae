"""Both parties in one channel: who said what, as far as it can be told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from qa_pipeline.domain.analyzed_call import MIN_ROLE_CONFIDENCE
from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.speakers.diarize import Diarization, diarize
from qa_pipeline.speakers.parties import guess_agent
from qa_pipeline.speakers.recutting import OwnedUtterance, cut_at_changes
from qa_pipeline.speakers.wording import agent_log_odds, ends_in_question

SURE_OF_UTTERANCE = 0.95
"""An utterance is given a role only above this probability."""

ENOUGH_SURE_SPEECH = 0.6
"""Below this share of speech with a sure speaker, the confidence in the roles shrinks with it."""
ONE_VOICE_ABOVE = 0.975
MOST_DOUBT = 0.06
"""Above this mean probability of error the division itself is not believed."""

LEAST_AGREEMENT = 0.65
ALIKE_ABOVE, LEAST_AGREEMENT_OF_ALIKE = 0.92, 0.75
"""The words must bear a division out, more so where the voices are much alike."""
# All set on 28 synthetic calls that are no samples: of those kept 1 in 11 had a DER above
# 0.12, of those refused 11 in 17.

_LEAST_SHARE = 0.04
_MANDARIN = frozenset({"zh", "yue", "cmn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDivided:
    """Why one channel could not be divided, for inspectors."""

    reason: str


def divide_channel(
    transcript: Transcript,
    speech: Sequence[Interval],
    samples: NDArray[Any],
    direction: Direction | None,
) -> tuple[Transcript, SpeakerSplit] | NotDivided:
    """Diarize (samples,) at 16 kHz and give roles by what both parties say.

    Utterances are cut at speaker changes; one whose speaker is doubtful stays
    UNKNOWN. Where it cannot be told which party is the agent, nothing is divided.
    """
    is_mandarin = transcript.language.lower().split("-")[0] in _MANDARIN
    utterances = transcript.utterances
    odds = agent_log_odds(utterances) if is_mandarin else (0.0,) * len(utterances)
    found = diarize(
        samples,
        speech,
        utterances,
        [is_mandarin and ends_in_question(u) for u in utterances],
        [0.0 if u.quarantined_because else o for u, o in zip(utterances, odds, strict=True)],
    )
    if found is None:
        return NotDivided(reason="单声道录音，语音太少，无法区分说话人")
    if _is_one_voice(found):
        return NotDivided(reason="单声道录音，只听到一个人的声音，无法区分坐席和客户")
    if not is_mandarin:
        return NotDivided(
            reason=f"单声道录音，通话语言为 {transcript.language}，无法从内容判断谁是坐席"
        )
    owned = cut_at_changes(utterances, found.units, found.second)
    guess = guess_agent([o.utterance for o in owned], [_owner(o.second) for o in owned], direction)
    if guess.confidence < MIN_ROLE_CONFIDENCE:
        doubt = f"内容不足以判断谁是坐席（把握 {guess.confidence:.0%}）"
        return NotDivided(reason=f"单声道录音，听出两个人，但{doubt}")
    if guess.agreement < _agreement_wanted(found):
        return NotDivided(reason="单声道录音，听出两个人，但内容与区分结果不符，无法可靠区分")
    confidence = round(guess.confidence * min(1.0, _sure_share(found) / ENOUGH_SURE_SPEECH), 4)
    if confidence < MIN_ROLE_CONFIDENCE or _doubt(found) > MOST_DOUBT:
        return NotDivided(reason="单声道录音，听出两个人，但多数语句分不清是谁说的")
    first = Role.AGENT if guess.first_is_agent > 0.5 else Role.CUSTOMER
    named = replace(transcript, utterances=tuple(_named(o, first) for o in owned))
    return named, SpeakerSplit(
        method=SplitMethod.DIARIZED,
        role_confidence=confidence,
        speech=_speech(found, first),
    )


def _is_one_voice(found: Diarization) -> bool:
    seconds = [u.interval.duration_ms for u in found.units]
    theirs = sum(s for s, p in zip(seconds, found.second, strict=True) if p > 0.5)
    smaller = min(theirs, sum(seconds) - theirs) / max(1, sum(seconds))
    return found.likeness > ONE_VOICE_ABOVE or smaller < _LEAST_SHARE


def _agreement_wanted(found: Diarization) -> float:
    return LEAST_AGREEMENT_OF_ALIKE if found.likeness > ALIKE_ABOVE else LEAST_AGREEMENT


def _doubt(found: Diarization) -> float:
    """The share of speech that is expected to be with the wrong party."""
    lengths = [u.interval.duration_ms for u in found.units]
    wrong = sum(n * min(p, 1.0 - p) for n, p in zip(lengths, found.second.tolist(), strict=True))
    return float(wrong / max(1, sum(lengths)))


def _sure_share(found: Diarization) -> float:
    """How much of the speech has a speaker beyond doubt."""
    seconds = [u.interval.duration_ms for u in found.units]
    sure = sum(
        s for s, p in zip(seconds, found.second, strict=True) if _owner(float(p)) is not None
    )
    return sure / max(1, sum(seconds))


def _owner(second: float) -> int | None:
    if max(second, 1.0 - second) < SURE_OF_UTTERANCE:
        return None
    return int(second > 0.5)


def _named(owned: OwnedUtterance, first: Role) -> Utterance:
    return replace(owned.utterance, role=_role(_owner(owned.second), first))


def _role(owner: int | None, first: Role) -> Role:
    if owner is None:
        return Role.UNKNOWN
    other = Role.CUSTOMER if first is Role.AGENT else Role.AGENT
    return first if owner == 0 else other


def _speech(found: Diarization, first: Role) -> dict[Role, tuple[Interval, ...]]:
    by_role: dict[Role, list[Interval]] = {Role.AGENT: [], Role.CUSTOMER: []}
    for unit, second in zip(found.units, found.second, strict=True):
        by_role.setdefault(_role(_owner(float(second)), first), []).append(unit.interval)
    return {role: union(intervals) for role, intervals in by_role.items()}
