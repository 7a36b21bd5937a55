"""What goes out: open schemas, and JSON by orjson in the order of their fields."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider
from marshmallow import EXCLUDE

from cms.foundation.http.shapes import Shape

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Shown(Shape):
    """Base of everything that goes out. A client must let a field pass that it does not know.

    With any other ``unknown``, apispec writes ``additionalProperties: false``, and the next field
    would break every client that takes it at its word.
    """

    class Meta:
        """Open."""

        unknown = EXCLUDE

    @classmethod
    def of(cls, row: object, **more: Any) -> dict[str, Any]:
        """What this schema shows of ``row``, with ``more`` that the row does not know itself."""
        sources = [field.attribute or name for name, field in cls._declared_fields.items()]
        return {one: more[one] if one in more else getattr(row, one) for one in sources}


class OrjsonProvider(JSONProvider):
    """Flask's JSON through orjson; keeps the order of keys."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """As text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """From text or bytes."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """As an answer."""
        return json_response(self._prepare_response_obj(args, kwargs))


# OpenAPI's word for an answer that is not JSON.
TEXT = {"type": "string"}


def json_response(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``data`` as a JSON answer."""
    return bytes_response(orjson.dumps(data), status, headers)


class Finished(Response):
    """An answer whose bytes and headers are complete: nothing is left to work out."""

    # It is said once, below.
    automatically_set_content_length = False

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Send them."""
        body = self.get_data()
        headers = [*self.headers, ("Content-Length", str(len(body)))]
        start_response(self.status, headers)
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []


def bytes_response(
    body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Finished JSON bytes as an answer."""
    return Response(body, status=status, headers=headers, content_type="application/json")
