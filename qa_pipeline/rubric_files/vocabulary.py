"""The words that a rubric may use and that others define."""

from qa_pipeline.detect import BEHAVIOURS

BEHAVIOUR_TITLES = {behaviour.name: behaviour.title for behaviour in BEHAVIOURS}

CALL_FIELDS = (
    "agent_id",
    "agent_name",
    "team",
    "queue",
    "direction",
    "hang_up_by",
    "customer_ref",
    "business_type",
)
"""The text fields of a call that a condition may name; other names are extra columns."""

CLOSED_VALUES = {"direction": ("inbound", "outbound"), "hang_up_by": ("agent", "customer")}


def behaviour_names() -> tuple[str, ...]:
    """The behaviours that a criterion may name."""
    return tuple(BEHAVIOUR_TITLES)
