from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.text.alignment import Path
from qa_pipeline.text.matches import disjoint

PATHS = st.builds(
    lambda pattern, start, length, cost: Path(
        pattern=pattern,
        start=start,
        end=start + length,
        cost=cost,
        literals=(),
        slots=(),
        gaps=(),
    ),
    st.integers(0, 1),
    st.integers(0, 60),
    st.integers(1, 9),
    st.sampled_from((0.1, 0.2, 0.3)),
)


def overlap(one: Path, other: Path) -> bool:
    return one.pattern == other.pattern and one.start < other.end and other.start < one.end


@given(st.lists(PATHS, max_size=40))
def test_of_overlapping_paths_the_cheapest_stays(paths: list[Path]) -> None:
    kept = list(disjoint(paths))
    for number, path in enumerate(kept):
        assert not any(overlap(path, other) for other in kept[:number])
    for path in paths:
        assert path in kept or any(overlap(path, k) and k.cost <= path.cost for k in kept)
