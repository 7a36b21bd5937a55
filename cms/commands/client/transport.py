"""One HTTP exchange with the server, repeated only where that does no harm."""

import dataclasses
import json
import time
from typing import Any, Final

import httpx2

from cms.commands.client.faults import NotSent, RemoteFault
from cms.commands.client.problems import fault_of, retry_after
from cms.commands.client.server import Server

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=5.0, pool=5.0)
_ATTEMPTS: Final = 3
_MAX_PAUSE_SECONDS: Final = 10.0
_MAX_DETAIL: Final = 600
# A gateway's answers for "nobody was there", and the server's for "perhaps it was saved".
_UNAVAILABLE: Final = frozenset({502, 503, 504})
_UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout)
_KEY: Final = "Idempotency-Key"


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer."""

    data: Any
    etag: str | None


class Transport:
    """Sends one request at a time; every failure is a RemoteFault without secrets in it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._secrets: set[str] = set()
        self._client = httpx2.Client(
            base_url=server.api,
            headers={"Accept": "application/json", "User-Agent": "cms"},
            timeout=_TIMEOUT,
            # The password goes to the server named, nowhere else: not to where a redirect points
            # and, for this machine, not through a proxy of the environment.
            follow_redirects=False,
            trust_env=not server.loopback,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def conceal(self, *secrets: str | None) -> None:
        """Keep these words out of every message from now on."""
        self._secrets.update(secret for secret in secrets if secret)

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        payload: dict[str, Any] | None = None,
        parameters: dict[str, str] | None = None,
        if_match: str | None = None,
        key: str | None = None,
    ) -> Answer:
        """Send a request below /api/v1 and return the answer, or raise RemoteFault.

        With a key, the server does what is asked once, however often it is sent.
        """
        headers = {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if if_match is not None:
            headers["If-Match"] = if_match
        if key is not None:
            headers[_KEY] = key
        if payload is not None:
            patch = method == "PATCH"
            headers["Content-Type"] = f"application/{'merge-patch+' if patch else ''}json"
        request = self._client.build_request(
            method,
            path,
            headers=headers,
            params=parameters,
            content=None if payload is None else json.dumps(payload).encode(),
        )
        return self._answer(self._exchange(request))

    def _exchange(self, request: httpx2.Request) -> httpx2.Response:
        attempt = 1
        while True:
            try:
                response = self._client.send(request)
            except (httpx2.TransportError, httpx2.DecodingError) as fault:
                harmless = isinstance(fault, _UNSENT) or _repeatable(request)
                if attempt == _ATTEMPTS or not harmless:
                    raise self._silence(request, fault) from fault
                pause = 0.5 * attempt
            else:
                pause = _pause_before_retry(request, response)
                if attempt == _ATTEMPTS or not 0 < pause <= _MAX_PAUSE_SECONDS:
                    return response
            time.sleep(pause)
            attempt += 1

    def _silence(self, request: httpx2.Request, fault: Exception) -> RemoteFault:
        where = self.server.address
        if isinstance(fault, _UNSENT):
            reason = self._safe(str(fault)) or "no connection"
            return NotSent(f"{where} cannot be reached ({reason}); is the address right, is it up?")
        if request.method == "GET":
            return RemoteFault(f"{where} did not answer; try again later")
        return RemoteFault(
            f"{where} did not answer, so the change may have been made or not; "
            "look at the post, then run the command again"
        )

    def _answer(self, response: httpx2.Response) -> Answer:
        if response.is_redirect:
            target = self._safe(response.headers.get("Location", "elsewhere"))
            message = (
                f"{self.server.address} sends on to {target}, which is not followed with a login; "
                "give that server's address if you trust it"
            )
            raise RemoteFault(message, status=response.status_code)
        data = _json(response)
        if not response.is_success:
            raise fault_of(response, data, safe=self._safe)
        if response.status_code == httpx2.codes.NO_CONTENT:
            return Answer(None, None)
        if not isinstance(data, dict):
            message = f"{self.server.address} did not answer with JSON; is it a cms server?"
            raise RemoteFault(message, status=response.status_code)
        return Answer(data, response.headers.get("ETag"))

    def _safe(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[hidden]")
        return text[:_MAX_DETAIL].strip().rstrip(".")


def _json(response: httpx2.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _repeatable(request: httpx2.Request) -> bool:
    """Whether a second time would change nothing."""
    return request.method == "GET" or _KEY in request.headers


def _pause_before_retry(request: httpx2.Request, response: httpx2.Response) -> float:
    """Return the seconds to wait before asking again; 0 means not to."""
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return retry_after(response) or 1.0
    if response.status_code in _UNAVAILABLE and _repeatable(request):
        return retry_after(response) or 0.5
    if response.status_code == httpx2.codes.CONFLICT:
        # With this header: an attempt whose answer was lost still runs.
        return retry_after(response)
    return 0.0
