"""The scripts that `make web` bundles from npm: what is there, and what to do where not."""

from pathlib import Path

from qa_pipeline.batch.doctor import Check

STATIC = Path(__file__).parent / "static"
NAMES = ("htmx.js", "waveform.js", "charts.js")
ADVICE = (
    "the review page's scripts are not built: it shows no waveform and no charts; run `make web`"
    " where the npm registry can be reached, or install a released wheel, which holds them"
)


def is_built(name: str) -> bool:
    """Whether the bundle is there; pages leave out what is not."""
    return (STATIC / "built" / name).is_file()


def check_pages() -> Check:
    """For `doctor`: without the bundles reviewing still works, so that nothing is broken."""
    missing = [name for name in NAMES if not is_built(name)]
    found = f"{ADVICE} (missing: {', '.join(missing)})" if missing else ", ".join(NAMES)
    return Check(what="review page", ok=True, found=found)
