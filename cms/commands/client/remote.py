"""The server as one user sees it: signs in, and again when the session has ended."""

import dataclasses
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from cms.commands.client.faults import NotSent, RemoteFault, Unauthorized
from cms.commands.client.session import Session, Sessions
from cms.commands.client.transport import Answer, Transport

_LOGIN: Final = "/auth/login"
_PAGE: Final = "100"

T = TypeVar("T")


class SignInNeeded(RemoteFault):
    """There is no session, and nothing to begin one with."""


class Login(NamedTuple):
    """What begins a session."""

    email: str
    password: str


@dataclasses.dataclass(frozen=True, slots=True)
class Credentials:
    """How this user signs in: with a token, or with an e-mail and what asks for the rest."""

    token: str | None = dataclasses.field(default=None, repr=False)
    email: str | None = None
    ask: Callable[[], Login | None] = dataclasses.field(default=lambda: None, repr=False)


class Remote:
    """Sends what a user asks of the server, and reads its lists."""

    def __init__(self, transport: Transport, sessions: Sessions, credentials: Credentials) -> None:
        self.server = transport.server
        self._transport = transport
        self._sessions = sessions
        self._credentials = credentials
        self._session: Session | None = None
        transport.conceal(credentials.token)

    def sign_in(self) -> str:
        """Return the id of the user, having made sure that there is a session."""
        user = self._call(lambda token: self._transport.send("GET", "/auth/me", token=token))
        return str(user.data.get("id"))

    def entries(self, path: str, **parameters: str) -> Iterator[Mapping[str, Any]]:
        """Yield what a list holds, page by page."""
        cursor: str | None = None
        while True:
            asked = {"limit": _PAGE} | parameters | ({"cursor": cursor} if cursor else {})
            page = self.send("GET", path, parameters=asked).data
            entries, following = page.get("data"), page.get("next_cursor")
            if not isinstance(entries, list) or (cursor and following == cursor):
                raise strange(path)
            yield from (entry for entry in entries if isinstance(entry, dict))
            if not isinstance(following, str):
                return
            cursor = following

    def send(self, method: str, path: str, **parts: Any) -> Answer:
        """Send a request as the user, or raise RemoteFault."""
        # One for all attempts; what has If-Match instead of a key is not repeated by itself.
        key = str(uuid.uuid4()) if method == "POST" else None
        return self._call(
            lambda token: self._transport.send(method, path, token=token, key=key, **parts)
        )

    def _call(self, send: Callable[[str], T]) -> T:
        """Send with an access token; once more after a 401, which means that nothing was done."""
        if self._credentials.token is not None:
            return self._call_with_token(self._credentials.token, send)
        session = self._session or self._remembered() or self._log_in()
        if session.expired:
            session = self._renewed(session)
        try:
            return send(session.access_token)
        except Unauthorized:
            return send(self._renewed(session).access_token)

    @staticmethod
    def _call_with_token(token: str, send: Callable[[str], T]) -> T:
        try:
            return send(token)
        except Unauthorized as fault:
            message = "the token is not accepted: it may have expired; make a new one"
            raise Unauthorized(message, status=401) from fault

    def _remembered(self) -> Session | None:
        session = self._sessions.find(self.server.address)
        email = self._credentials.email
        if session is None or (email and email.casefold() != session.email.casefold()):
            return None
        return self._use(session)

    def _use(self, session: Session) -> Session:
        self._transport.conceal(session.access_token, session.refresh_token)
        self._session = session
        return session

    def _renewed(self, session: Session) -> Session:
        return self._refresh(session) or self._log_in()

    def _refresh(self, session: Session) -> Session | None:
        """Exchange the refresh token for new ones; each works once, and twice ends the session."""
        address = self.server.address
        with self._sessions.locked():
            kept = self._sessions.find(address)
            if kept is None or kept.email != session.email:
                return None
            if kept.access_token != session.access_token and not kept.expired:
                # Another process was faster, and its tokens are good for this one too.
                return self._use(kept)
            if kept.refresh_token is None:
                return None
            # Forgotten before it is sent: should the answer be lost or this process be stopped,
            # no later run may send it a second time.
            self._sessions.keep(address, dataclasses.replace(kept, refresh_token=None))
            try:
                answer = self._transport.send("POST", "/auth/refresh", token=kept.refresh_token)
            except NotSent:
                self._sessions.keep(address, kept)
                raise
            except Unauthorized:
                self._sessions.forget(address)
                return None
            fresh = _session(kept.email, answer)
            self._sessions.keep(address, fresh)
        return self._use(fresh)

    def _log_in(self) -> Session:
        login = self._credentials.ask()
        if login is None:
            message = (
                f"you are not signed in to {self.server.address}: set CMS_EMAIL and CMS_PASSWORD, "
                "use --email with --password-stdin, or give a token in CMS_TOKEN"
            )
            raise SignInNeeded(message)
        self._transport.conceal(login.password)
        try:
            answer = self._transport.send("POST", _LOGIN, payload=login._asdict())
        except Unauthorized as fault:
            message = "the e-mail or the password is wrong"
            raise Unauthorized(message, status=401) from fault
        session = _session(login.email, answer)
        with self._sessions.locked():
            self._sessions.keep(self.server.address, session)
        return self._use(session)


def _session(email: str, answer: Answer) -> Session:
    access, refresh = answer.data.get("access_token"), answer.data.get("refresh_token")
    seconds = answer.data.get("expires_in")
    if not isinstance(access, str) or not isinstance(seconds, (int, float)):
        raise strange(_LOGIN)
    return Session(
        email=email,
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) else None,
        expires_at=time.time() + seconds,
    )


def strange(path: str) -> RemoteFault:
    """Return the fault that an answer is which is not of the expected shape."""
    message = f"the server's answer for {path} is not what this client knows; compare the versions"
    return RemoteFault(message)
