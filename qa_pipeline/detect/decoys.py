"""Phrases that were surely not said: what the recognizer gives any words at all."""

import hashlib
from functools import lru_cache

from qa_pipeline.text.normalize import han_count, normalize
from qa_pipeline.text.syllables import read_aloud

DECOYS = 2
_MAX_SHARED = 0.2
_SENTENCES = (
    "山顶的雪到六月才慢慢化开", "孩子们在操场边捡树叶", "这条河往东流进大湖里",
    "老木匠用刨子把木板磨平", "火车穿过隧道以后天亮了", "她把红毛衣晾在院子里",
    "厨房的灯泡昨晚突然坏了", "他们沿着海岸骑自行车", "草原上的马群跑得飞快",
    "博物馆周一不对游客开放", "爷爷每天清早去公园打拳", "面包师傅凌晨就开始揉面",
    "乐队在广场排练新的曲子", "秋天的柿子挂满了枝头", "船长望着远处的灯塔发呆",
    "图书馆二楼摆着旧地图册", "猫蹲在窗台上看麻雀打架", "足球滚进了邻居家的菜园",
    "画家把颜料挤在木头盘里", "冬天湖面结冰可以滑冰车", "石桥下面游过一群白鹅",
    "牧羊人吹着笛子走下山坡", "裁缝店的玻璃柜摆满纽扣", "飞机穿过云层开始下降",
    "渔民把网撒在河湾的深处", "舞蹈演员对着镜子压腿", "竹林里的笋一夜长高半尺",
    "邮票册里夹着一张老照片", "沙漠里的骆驼驮着盐袋", "雷雨过后街道漂着落花",
)  # fmt: skip


def decoys_of(phrase: str, heard: str) -> tuple[str, ...]:
    """Word strings as long as the phrase that share hardly a syllable with it or what was heard.

    The same phrase and words always have the same decoys.
    """
    near = _sounds(phrase) | _sounds(heard)
    size = max(1, han_count(phrase))
    chosen = [s for s in _shuffled(phrase) if _shared(s, near) <= _MAX_SHARED]
    # A phrase longer than a sentence takes as many as it needs.
    need = -(-size // min(map(len, _SENTENCES)))
    rows = [chosen[i : i + need] for i in range(0, len(chosen), need)]
    return tuple("".join(row)[:size] for row in rows if len(row) == need)[:DECOYS]


def _shuffled(phrase: str) -> list[str]:
    return sorted(_SENTENCES, key=lambda s: hashlib.sha256(f"{phrase}|{s}".encode()).digest())


@lru_cache(maxsize=4096)
def _sounds(text: str) -> frozenset[int]:
    return frozenset(syllable.sound for syllable in read_aloud(normalize(text)))


def _shared(sentence: str, near: frozenset[int]) -> float:
    sounds = _sounds(sentence)
    return len(sounds & near) / len(sounds)
