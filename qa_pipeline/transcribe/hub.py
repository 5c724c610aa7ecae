"""Fetching a named model where there is a hub, and saying quickly when there is none."""

import urllib.error
import urllib.request
from pathlib import Path

from faster_whisper.utils import download_model
from huggingface_hub import constants

from qa_pipeline.errors import ModelError

_PROBE_SECONDS = 4.0


def download_from_hub(name: str, models_dir: Path, endpoint: str = constants.ENDPOINT) -> Path:
    """Return the folder of a named faster-whisper model, downloading it when needed.

    Raises ModelError within seconds when no hub answers.
    """
    cache = str(models_dir / "hub")
    try:
        return Path(download_model(name, local_files_only=True, cache_dir=cache))
    except (OSError, ValueError):
        pass
    _require_hub(name, endpoint)
    try:
        return Path(download_model(name, cache_dir=cache))
    except (OSError, ValueError) as error:
        raise ModelError(_two_ways_out(name, str(error).splitlines()[0])) from error


def _require_hub(name: str, endpoint: str) -> None:
    # huggingface_hub itself retries for minutes; one short question first.
    if constants.HF_HUB_OFFLINE:
        raise ModelError(_two_ways_out(name, "the hub is switched off (HF_HUB_OFFLINE)"))
    question = urllib.request.Request(endpoint, method="HEAD")
    try:
        with urllib.request.urlopen(question, timeout=_PROBE_SECONDS):
            return
    except urllib.error.HTTPError:
        return  # it answers, if only to complain
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise ModelError(_two_ways_out(name, f"no model hub answers ({reason})")) from error


def _two_ways_out(name: str, reason: str) -> str:
    return (
        f"{name}: cannot be downloaded: {reason}. Either give --model a folder that holds the "
        "converted model (model.bin, config.json, tokenizer.json, vocabulary.*), or download it "
        "on a machine with a model hub and copy that folder here"
    )
