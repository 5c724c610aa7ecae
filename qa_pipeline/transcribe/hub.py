"""Fetching a named model where there is a hub, and saying quickly when there is none."""

import logging
from pathlib import Path

import httpx
from faster_whisper.utils import download_model
from huggingface_hub import constants

from qa_pipeline.errors import ModelError

_PROBE_SECONDS = 4.0


def download_from_hub(name: str, models_dir: Path) -> Path:
    """Return the folder of a named faster-whisper model, downloading it when needed.

    Raises ModelError within seconds when no hub answers.
    """
    cache = str(models_dir / "hub")
    try:
        return Path(download_model(name, local_files_only=True, cache_dir=cache))
    except (OSError, ValueError):
        pass
    _require_hub(name)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return Path(download_model(name, cache_dir=cache))
    except (OSError, ValueError, httpx.HTTPError) as error:
        raise ModelError(_two_ways_out(name, str(error).splitlines()[0])) from error


def _require_hub(name: str) -> None:
    # huggingface_hub itself retries for minutes; one short question first.
    if constants.HF_HUB_OFFLINE:
        raise ModelError(_two_ways_out(name, "the hub is switched off (HF_HUB_OFFLINE)"))
    try:
        httpx.head(constants.ENDPOINT, timeout=_PROBE_SECONDS)
    except httpx.HTTPError as error:
        raise ModelError(_two_ways_out(name, f"no model hub answers ({error})")) from error


def _two_ways_out(name: str, reason: str) -> str:
    return (
        f"{name}: cannot be downloaded: {reason}. Either give --model a folder that holds the "
        "converted model (model.bin, config.json, tokenizer.json, vocabulary.*), or download it "
        "on a machine with a model hub and copy that folder here"
    )
