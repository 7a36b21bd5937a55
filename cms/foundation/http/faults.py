"""What is wrong with input: marshmallow's messages as faults, and the answer that lists them."""

from collections.abc import Iterator
from typing import Any

from cms.foundation.errors import Fault, Unprocessable

# A body full of nonsense must not come back many times as large.
MOST_FAULTS = 100
LONGEST_POINTER = 200


def invalid(faults: list[Fault]) -> Unprocessable:
    """The answer to input that can be read but not used; short, however much is wrong with it."""
    shown = [Fault(fault.pointer[:LONGEST_POINTER], fault.detail) for fault in faults[:MOST_FAULTS]]
    first = shown[0]
    more = f" ({len(faults) - 1} more under `errors`)" if len(faults) > 1 else ""
    return Unprocessable(
        f"{first.pointer.lstrip('#/?')}: {first.detail}{more}".lstrip(": "), errors=shown
    )


def faults_of(messages: Any, path: str = "#/") -> Iterator[Fault]:
    """Marshmallow's nested messages as pointers; ``path`` leads to what they are about."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            if key == "_schema":
                yield from faults_of(inner, path)
            else:
                step = str(key).replace("~", "~0").replace("/", "~1")
                joint = "" if path.endswith(("?", "/")) else "/"
                yield from faults_of(inner, f"{path}{joint}{step}")
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield Fault(path, str(message))
