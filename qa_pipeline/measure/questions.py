"""The agent's questions, and runs of them without a word for the answers."""

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.measure.talk import Talk
from qa_pipeline.text.spoken_text import spoken_text


def agent_questions(talk: Talk) -> tuple[Utterance, ...]:
    """The agent's utterances that ask something: a question word or a question mark."""
    mine = talk.of(Role.AGENT)
    worded = spoken_text(mine).ids_with("question")
    return tuple(u for u in mine if u.utterance_id in worded or "？" in u.text or "?" in u.text)


def longest_question_run(talk: Talk) -> tuple[Utterance, ...]:
    """The longest run of questions without acknowledging an answer between them.

    Anything else that the agent says, a 嗯 too, ends a run.
    """
    mine = talk.of(Role.AGENT)
    asked = {u.utterance_id for u in agent_questions(talk)}
    acknowledging = spoken_text(mine).ids_with("answer_acknowledgement")
    longest: tuple[Utterance, ...] = ()
    run: tuple[Utterance, ...] = ()
    for utterance in mine:
        if utterance.utterance_id not in asked:
            run = ()
            continue
        run = (utterance,) if utterance.utterance_id in acknowledging else (*run, utterance)
        longest = max(longest, run, key=len)
    return longest
