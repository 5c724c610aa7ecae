"""Records two voices the way a telephone line and a call recorder do."""

import struct

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from .script_text import CallScript
from .timeline import SAMPLES_PER_MS, Placed
from .voices import LINE_HZ

Samples = NDArray[np.float64]

LEAK_DELAY_MS = 18
RING_TONE_HZ = 450
RING_ON_MS = 1_000
RING_CYCLE_MS = 5_000
RING_DB = -18.0
MULAW_BIAS = 132
MULAW_CLIP = 32_635


def record(script: CallScript, placed: list[Placed], seed: int) -> Samples:
    """Mix, filter and soil a call; the result has one row an audio channel."""
    last_end_ms = max((place.end_ms for place in placed), default=0)
    length = (max(last_end_ms, script.line.ring_back_ms) + script.tail_ms) * SAMPLES_PER_MS
    voices = {role: _lay(placed, role, length) for role in ("agent", "customer")}
    voices["customer"] += _ring_back(script.line.ring_back_ms, length)
    line = script.line
    agent = _band_limit(voices["agent"]) * _ratio(line.agent_gain_db)
    customer = _band_limit(voices["customer"]) * _ratio(line.customer_gain_db)
    if line.leak_db is not None:
        agent, customer = (
            agent + _leak(customer, line.leak_db),
            customer + _leak(agent, line.leak_db),
        )
    noise = np.random.default_rng(seed)
    agent = agent + _hiss(noise, length, line.noise_db)
    customer = customer + _hiss(noise, length, line.noise_db + 3.0)
    if line.mono:
        return np.stack([agent + customer])
    rows = [agent, customer] if line.agent_channel == 0 else [customer, agent]
    return np.stack(rows)


def encode_wav(audio: Samples) -> bytes:
    """Write µ-law samples (G.711) behind a WAV header."""
    channels = audio.shape[0]
    data = _to_mulaw(audio).T.tobytes()
    data += b"\xff" * (len(data) % 2)
    fmt = struct.pack("<HHIIHHH", 7, channels, LINE_HZ, LINE_HZ * channels, channels, 8, 0)
    fact = struct.pack("<I", audio.shape[1])
    body = b"WAVE"
    for name, chunk in ((b"fmt ", fmt), (b"fact", fact), (b"data", data)):
        body += name + struct.pack("<I", len(chunk)) + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _lay(placed: list[Placed], role: str, length: int) -> Samples:
    """Put one role's speech on an otherwise silent track."""
    track = np.zeros(length)
    for place in placed:
        if place.turn.role == role:
            begin = place.start_ms * SAMPLES_PER_MS
            track[begin : begin + len(place.samples)] += place.samples
    return track


def _ring_back(until_ms: int, length: int) -> Samples:
    """Sound the Chinese ring-back tone: 450 Hz, one second in five."""
    clock = np.arange(length)
    is_on = (clock // SAMPLES_PER_MS) % RING_CYCLE_MS < RING_ON_MS
    is_on &= clock < until_ms * SAMPLES_PER_MS
    tone = np.sin(2 * np.pi * RING_TONE_HZ * clock / LINE_HZ)
    return tone * is_on * _ratio(RING_DB) * np.sqrt(2)


def _band_limit(track: Samples) -> Samples:
    """Keep what a telephone carries, 250 to 3 500 Hz."""
    sections = butter(4, (250, 3_500), btype="bandpass", fs=LINE_HZ, output="sos")
    return np.asarray(sosfilt(sections, track), dtype=np.float64)


def _leak(track: Samples, leak_db: float) -> Samples:
    """Return what the other side hears of a track: quieter and a little later."""
    delay = LEAK_DELAY_MS * SAMPLES_PER_MS
    return np.concatenate([np.zeros(delay), track[:-delay]]) * _ratio(leak_db)


def _hiss(noise: np.random.Generator, length: int, level_db: float) -> Samples:
    """Make faint line noise with a trace of mains hum."""
    white = noise.standard_normal(length)
    brown = np.convolve(white, np.ones(4) / 2.0, mode="same")
    hum = 0.3 * np.sin(2 * np.pi * 100 * np.arange(length) / LINE_HZ)
    return (0.8 * brown + hum) * _ratio(level_db)


def _ratio(level_db: float) -> float:
    """Turn decibels into an amplitude ratio."""
    return float(10 ** (level_db / 20))


def _to_mulaw(audio: Samples) -> NDArray[np.uint8]:
    """Encode samples in -1..1 as G.711 µ-law, rounding loud peaks off softly."""
    loud = np.abs(audio) > 0.8
    soft = np.where(
        loud, np.sign(audio) * (0.8 + 0.2 * np.tanh((np.abs(audio) - 0.8) / 0.2)), audio
    )
    pcm = np.round(soft * 32_767).astype(np.int32)
    sign = np.where(pcm < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(pcm), MULAW_CLIP) + MULAW_BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
