"""The field's own words for what the machine names with ids."""

import re
from collections.abc import Mapping

from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.domain.speakers import SplitMethod

BEHAVIOUR_TITLES: Mapping[str, str] = {
    "arguing": "争辩",
    "interrogating": "责问",
    "monologuing": "自说自话",
    "coldness": "冷淡",
    "stiffness": "生硬",
}
BUILTIN_TITLES: Mapping[str, str] = {
    "dead_air": "冷场",
    "interruption": "坐席抢话",
    "announced_hold": "告知后等待",
}
_SLOT_TITLES: Mapping[str, str] = {
    "digits": "〔数字〕",
    "money": "〔金额〕",
    "date": "〔日期〕",
    "time": "〔时间〕",
    "name": "〔姓名〕",
    "company": "〔公司〕",
}
METRIC_TITLES: Mapping[str, str] = {
    "duration_ms": "通话时长（毫秒）",
    "agent_speech_ms": "坐席说话时长（毫秒）",
    "customer_speech_ms": "客户说话时长（毫秒）",
    "crosstalk_ms": "重叠说话（毫秒）",
    "non_talk_ms": "静默（毫秒）",
    "excused_silence_ms": "告知后等待（毫秒）",
    "hold_ms": "呼叫保持（毫秒）",
    "dead_air_ms": "最长冷场（毫秒）",
    "agent_interruptions": "坐席抢话次数",
    "customer_interruptions": "客户抢话次数",
    "agent_talk_ratio": "坐席说话占比",
    "longest_monologue_ms": "最长连续讲话（毫秒）",
    "ignored_bids": "不理会客户插话次数",
    "response_latency_median_ms": "应答间隔中位数（毫秒）",
    "response_latency_p90_ms": "应答间隔九成分位（毫秒）",
    "speech_rate_cpm": "语速（字/分钟）",
    "pitch_spread_st": "语调起伏（半音）",
    "question_rate": "每分钟提问次数",
    "consecutive_questions": "连续发问次数",
    "agent_repetitions": "坐席重复次数",
    "customer_repetitions": "客户重复次数",
    "ring_ms": "振铃时长（毫秒）",
}
ROLE_TITLES: Mapping[Role, str] = {
    Role.AGENT: "坐席",
    Role.CUSTOMER: "客户",
    Role.UNKNOWN: "未分角色",
}
SPLIT_METHOD_TITLES: Mapping[SplitMethod, str] = {
    SplitMethod.CHANNELS: "按声道区分",
    SplitMethod.DIARIZED: "按嗓音区分",
    SplitMethod.GIVEN: "转写自带",
    SplitMethod.UNDIVIDED: "未能区分",
}
DIRECTION_TITLES: Mapping[Direction, str] = {
    Direction.INBOUND: "呼入",
    Direction.OUTBOUND: "呼出",
}
OUTCOME_TITLES: Mapping[Outcome, str] = {
    Outcome.FOUND: "有",
    Outcome.NOT_FOUND: "无",
    Outcome.CANNOT_TELL: "无法判断",
}
CRITERION_OUTCOME_TITLES: Mapping[CriterionOutcome, str] = {
    CriterionOutcome.PASS: "合格",
    CriterionOutcome.PARTIAL: "部分合格",
    CriterionOutcome.FAIL: "不合格",
    CriterionOutcome.CONDITION_NOT_MET: "不适用",
    CriterionOutcome.HUMAN_NA: "人工判不适用",
    CriterionOutcome.SYSTEM_NA: "系统无法判断",
    CriterionOutcome.NEEDS_HUMAN: "待人工",
}


def clock(ms: int) -> str:
    """Milliseconds as `m:ss`, or `h:mm:ss` from one hour on; parts of a second are cut."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def in_words(phrase: str) -> str:
    """A phrase pattern as a person reads it: gaps are dots, slots are named."""
    shown = re.sub(r"\{\d+-\d+\}", "…", phrase)
    return re.sub(r"\{(\w+)(?::[^}]*)?\}", lambda m: _SLOT_TITLES.get(m[1], "…"), shown)


def metric_title(metric: str) -> str:
    """What a metric is called; the field's own name where it has no title."""
    return METRIC_TITLES.get(metric, metric)


def criterion_titles(rubric: Rubric | None) -> Mapping[str, str]:
    """Titles by criterion_id and by detector_id."""
    titles: dict[str, str] = {}
    for criterion in rubric.criteria if rubric else ():
        titles[criterion.criterion_id] = criterion.title
        if criterion.detector_id:
            titles[criterion.detector_id] = criterion.title
    return titles


def detector_title(detector_id: str, rubric: Rubric | None = None) -> str:
    """What a detector is called: the behaviour's name, else the criterion's title, else its id."""
    kind, _, name = detector_id.partition(":")
    if kind == "behaviour":
        return BEHAVIOUR_TITLES.get(name, name)
    if kind == "builtin":
        return BUILTIN_TITLES.get(name, name)
    return criterion_titles(rubric).get(detector_id, name)
