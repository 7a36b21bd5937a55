"""One HTTP exchange with the server: safe addresses, careful retries, problems as faults."""

import dataclasses
import ipaddress
import json
import time
from typing import Any, Final

import httpx2

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=5.0, pool=5.0)
_ATTEMPTS: Final = 3
_MAX_PAUSE_SECONDS: Final = 10.0
_MAX_DETAIL: Final = 600
# A gateway's answers for "nobody was there", and the server's for "perhaps it was saved".
_UNAVAILABLE: Final = frozenset({502, 503, 504})
_KEY: Final = "Idempotency-Key"
_API: Final = "/api/v1"


class BadAddress(Exception):
    """The server's address cannot be used, or not safely."""


class RemoteFault(Exception):
    """The server did not do what was asked; the message says what to do next."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotSent(RemoteFault):
    """Nothing reached the server, or it says that it looked at nothing (429)."""


class Unauthorized(RemoteFault):
    """The token, or the e-mail with the password, is not accepted (401)."""


class NotFound(RemoteFault):
    """There is no such thing, or this user may not see it (404)."""


class Stale(RemoteFault):
    """Somebody saved another version first (412)."""

    def __init__(self, message: str, problem: dict[str, Any]) -> None:
        super().__init__(message, status=412)
        by = problem.get("changed_by")
        self.changed_by_id = _words(by.get("id")) if isinstance(by, dict) else None
        self.changed_by = _words(by.get("name")) if isinstance(by, dict) else None
        self.changed_at = _words(problem.get("changed_at"))


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer."""

    data: Any
    etag: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """Where the CMS is: scheme, host, port and an optional path, without a slash at the end."""

    address: str
    loopback: bool

    def post_address(self, slug: str) -> str:
        """Return where readers find a post."""
        return f"{self.address}{_API}/posts/{slug}"


def server_at(address: str, *, insecure: bool) -> Server:
    """Check an address; plain HTTP is for this machine only, unless `insecure` says otherwise."""
    try:
        url = httpx2.URL(address.strip())
    except (httpx2.InvalidURL, ValueError) as fault:
        message = f"{address!r} is not an address such as https://cms.example.com"
        raise BadAddress(message) from fault
    if url.scheme not in {"http", "https"} or not url.host:
        message = f"{address!r} is not an address such as https://cms.example.com"
        raise BadAddress(message)
    if url.userinfo or url.query or url.fragment:
        message = "the server's address may not hold a user name, a password, ? or #"
        raise BadAddress(message)
    loopback = _is_loopback(url.host)
    if url.scheme == "http" and not loopback and not insecure:
        message = (
            f"{url.host} would get the password or token unencrypted over http; "
            "use https, or --insecure if the network is yours alone"
        )
        raise BadAddress(message)
    path = url.path.rstrip("/").removesuffix(_API).rstrip("/")
    return Server(str(url.copy_with(raw_path=path.encode() or b"/")).rstrip("/"), loopback)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Transport:
    """Sends one request at a time; every failure is a RemoteFault without secrets in it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._secrets: set[str] = set()
        self._client = httpx2.Client(
            base_url=f"{server.address}{_API}",
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
                if attempt == _ATTEMPTS or not _harmless(request, fault):
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
        if isinstance(fault, (httpx2.ConnectError, httpx2.ConnectTimeout)):
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
        if not response.is_success:
            raise self._fault(response)
        if response.status_code == httpx2.codes.NO_CONTENT:
            return Answer(None, None)
        data = _json(response)
        if not isinstance(data, dict):
            message = f"{self.server.address} did not answer with JSON; is it a cms server?"
            raise RemoteFault(message, status=response.status_code)
        return Answer(data, response.headers.get("ETag"))

    def _fault(self, response: httpx2.Response) -> RemoteFault:
        status = response.status_code
        data = _json(response)
        problem = data if isinstance(data, dict) else {}
        said = self._safe(_said(problem)) or f"the server answered {status}"
        message = f"{said}{_NEXT.get(status, '')}"
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            request_id = self._safe(response.headers.get("X-Request-Id", ""))
            message += f"; request {request_id}" if request_id else ""
        if status == httpx2.codes.TOO_MANY_REQUESTS:
            message += f"; try again in {_retry_after(response) or 60:.0f} seconds"
            return NotSent(message, status=status)
        if status == httpx2.codes.PRECONDITION_FAILED:
            return Stale(message, problem)
        kinds = {401: Unauthorized, 404: NotFound}
        return kinds.get(status, RemoteFault)(message, status=status)

    def _safe(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[hidden]")
        return text[:_MAX_DETAIL].strip().rstrip(".")


# Said after the server's own words.
_NEXT: Final = {
    403: "; ask an editor or an administrator",
    404: " (the server's address may be wrong, or your role may not see it)",
    413: "; shorten the text or raise the server's limit",
    415: "; client and server may be of different versions",
    428: "; client and server may be of different versions",
    500: "; this is a fault of the server, tell who runs it",
}


def _said(problem: dict[str, Any]) -> str:
    """Return what an RFC 9457 problem says, with each field it complains about."""
    words = _words(problem.get("detail")) or _words(problem.get("title")) or ""
    errors = problem.get("errors")
    if not isinstance(errors, list):
        return words
    each = [
        f"{str(error.get('pointer', '')).lstrip('#/?')}: {error.get('detail', '')}"
        for error in errors
        if isinstance(error, dict)
    ]
    words = words.rstrip(".")
    if len(each) == 1 and each[0].rstrip(".").endswith(words):
        # Of a single fault the server says the same above.
        return each[0]
    return f"{words}: {'; '.join(each)}" if each else words


def _words(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _json(response: httpx2.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _harmless(request: httpx2.Request, fault: Exception) -> bool:
    """Whether to repeat: it never left, or the second time would change nothing."""
    unsent = isinstance(fault, (httpx2.ConnectError, httpx2.ConnectTimeout))
    return unsent or _repeatable(request)


def _repeatable(request: httpx2.Request) -> bool:
    return request.method == "GET" or _KEY in request.headers


def _pause_before_retry(request: httpx2.Request, response: httpx2.Response) -> float:
    """Return the seconds to wait before asking again; 0 means not to."""
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return _retry_after(response) or 1.0
    if response.status_code in _UNAVAILABLE and _repeatable(request):
        return _retry_after(response) or 0.5
    if response.status_code == httpx2.codes.CONFLICT:
        # With this header: an attempt whose answer was lost still runs.
        return _retry_after(response)
    return 0.0


def _retry_after(response: httpx2.Response) -> float:
    """Return the seconds of Retry-After; its date form is not used by this server."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0
