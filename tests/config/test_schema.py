from __future__ import annotations

import pytest

from sniperforge.config.schema import MODELS, json_schema


@pytest.mark.parametrize("kind", MODELS)
def test_the_schema_is_closed_and_complete(kind: str) -> None:
    """Every key of the model is in the schema, and unknown ones are refused by it too."""
    schema = json_schema(kind)
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(MODELS[kind].model_fields)
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_money_is_text_or_number_in_the_schema() -> None:
    """An editor accepts both forms of an amount."""
    limits = json_schema("sniperforge")["$defs"]["Limits"]["properties"]
    assert limits["reserve_sol"]["type"] == ["string", "number"]
