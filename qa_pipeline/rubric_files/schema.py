"""A JSON Schema of rubric files, for editors that complete and underline while one writes."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from qa_pipeline.rubric_files.raw_models import KINDS, RawRubric, RawSection, RawTrigger
from qa_pipeline.rubric_files.vocabulary import behaviour_names


def rubric_schema() -> dict[str, Any]:
    """The schema (draft 2020-12), generated from the models that the loader reads with.

    It knows shapes, kinds, metrics and behaviours; ids, triggers and phrases are
    checked by `rubric check` alone.
    """
    models: tuple[type[BaseModel], ...] = (RawRubric, RawSection, RawTrigger, *KINDS.values())
    _, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/$defs/{model}"
    )
    parts: dict[str, Any] = schema["$defs"]
    top = parts.pop("RawRubric")
    top["properties"]["sections"]["items"] = {"$ref": "#/$defs/RawSection"}
    top["properties"]["triggers"]["additionalProperties"] = {"$ref": "#/$defs/RawTrigger"}
    parts["RawBehaviour"]["properties"]["behaviour"]["enum"] = list(behaviour_names())
    parts["RawSection"]["properties"]["criteria"]["items"] = {
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in KINDS.values()]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": "qa-pipeline rubric",
        "$defs": parts,
    }
