"""The committed OpenAPI document, with its references resolved."""

import json
from pathlib import Path
from typing import Any

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "openapi" / "openapi.json").read_text()
)


def resolved(schema: Any) -> Any:
    """A schema without ``$ref``."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            found: Any = DOCUMENT
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return resolved(found)
        return {key: resolved(value) for key, value in schema.items()}
    return [resolved(item) for item in schema] if isinstance(schema, list) else schema
