"""Flask with one transaction for each request, and the ways from there to the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, NoReturn, Protocol, TypeVar, cast
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.routing import MapAdapter, RequestRedirect
from werkzeug.wsgi import get_host

from cms.foundation import audit
from cms.foundation.database import Database, may_succeed_again
from cms.foundation.errors import CmsError, OutcomeUnknown
from cms.foundation.http import conditional, identity, output, problems
from cms.foundation.retries import claims

T = TypeVar("T")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Where the environment of a request has the site version that the layer in front found present.
SITE_VERSION = "cms.site_version"
TRIES = 3

# What an answer says unless its view said otherwise.
DEFAULT_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    # Closed: only an answer that is declared public may be kept by anybody.
    ("Cache-Control", "private, no-store"),
)


class Numbered(Protocol):
    """A site version."""

    @property
    def number(self) -> int:
        """It is another one after each change that the world sees."""


class Edge(Flask):
    """The application: knows the database; commits once per request, here and nowhere else."""

    json_provider_class = output.OrjsonProvider

    def __init__(
        self, import_name: str, database: Database, *, present: Callable[[], Numbered]
    ) -> None:
        """``present`` reads the site version of now; the edge itself knows no feature."""
        super().__init__(import_name, static_folder=None)
        self.database = database
        self.present = present
        self.claims = claims.on(database)
        self.url_map.strict_slashes = True
        self.url_map.redirect_defaults = False
        self.session_interface = _NoSessions()
        self.before_request(identity.begin)
        self.after_request(_complete)
        self.teardown_appcontext(_let_go)
        problems.register(self)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Every function here is; Flask would look into each one at each request."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """No address depends on its host: that is looked at once, and refused if it is none.

        Nor has any address a second spelling that begins with more slashes: a proxy has rules for
        one, and a cache would keep the same answer under each.
        """
        if request is None:
            return None
        request.host = host = get_host(request.environ)
        if request.environ["PATH_INFO"].startswith("//"):
            raise NotFound
        return self.url_map.bind(
            host,
            request.root_path,
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=request.query_string.decode(errors="replace"),
        )

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """A redirect stays where the request came in, whatever host the caller has named."""
        error = request.routing_exception
        if isinstance(error, RequestRedirect):
            error.new_url = urlunsplit(("", "", *urlsplit(error.new_url)[2:]))
        super().raise_routing_exception(request)

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in one transaction.

        The commit happens inside of Flask's own error handling, so that an error raised *by the
        commit* becomes a proper answer too; in ``after_request`` it would be a bare 500.
        """
        if request.method not in SAFE_METHODS and request.routing_exception is None:
            # Before the transaction begins: a body that trickles in must not hold the write lock.
            _read_body()
        for attempt in range(1, TRIES + 1):
            try:
                response = self.make_response(super().dispatch_request())
                _commit()
            except CmsError as error:
                if error.keeps_writes:
                    _commit()
                else:
                    _roll_back()
                raise
            except DBAPIError as error:
                _roll_back()
                if attempt == TRIES or not _may_be_repeated(error):
                    raise
                _let_go()
            except BaseException:
                _roll_back()
                raise
            else:
                return response
        raise AssertionError  # the loop returns or raises


class _NoSessions(SessionInterface):
    """No cookies: who calls says so with each request."""

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        """One that holds nothing."""
        return _NOTHING

    def save_session(self, _app: Flask, _session: SessionMixin, _response: Response) -> None:
        """Nothing to save."""


_NOTHING = NullSession()


def _read_body() -> None:
    size, limit = len(request.get_data()), request.max_content_length
    # Werkzeug cuts a chunked body at the limit in silence.
    if request.content_length is None and limit is not None and size >= limit:
        raise RequestEntityTooLarge


def session() -> Session:
    """The session of this request: the reader's for safe methods, the writer's otherwise."""
    if "session" not in g:
        app = cast(Edge, current_app)
        g.session = hold(app.database.session(read_only=request.method in SAFE_METHODS))
        audit.start(g.session, identity.origin())
    return cast(Session, g.session)


def reading() -> Session:
    """For a short look at the database beside the request's transaction; the caller closes it."""
    return cast(Edge, current_app).database.session(read_only=True)


def look() -> Connection:
    """The connection for reads that need no transaction."""
    return cast(Edge, current_app).database.look()


def look_at_one_moment() -> AbstractContextManager[Connection]:
    """The same, for several reads that must see one moment."""
    return cast(Edge, current_app).database.look_at_one_moment()


def present() -> Numbered:
    """The site version that was present when this request came."""
    found: Numbered | None = request.environ.get(SITE_VERSION)
    return found or cast(Edge, current_app).present()


def site_version() -> int:
    """Its number."""
    return present().number


def _may_be_repeated(error: DBAPIError) -> bool:
    """Whether the database did nothing, or nothing was to be done but reading."""
    is_reading = request.method in SAFE_METHODS
    return may_succeed_again(error) or (is_reading and error.connection_invalidated)


def _commit() -> None:
    if "session" not in g:
        return
    try:
        g.session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        message = "The database was lost while it saved. Read before you repeat the request."
        raise OutcomeUnknown(message) from error


def _roll_back() -> None:
    if "session" in g:
        g.session.rollback()


def hold(resource: AbstractContextManager[T]) -> T:
    """Enter ``resource``, and leave it when this request was committed or rolled back."""
    if "held" not in g:
        g.held = ExitStack()
    return cast(ExitStack, g.held).enter_context(resource)


def _let_go(_error: BaseException | None = None) -> None:
    held = g.pop("held", None)
    if held is not None:
        # The session is one of the things that are held.
        g.pop("session", None)
        held.close()


def _complete(response: Response) -> Response:
    response = conditional.apply(response)
    headers = response.headers
    present = {name.lower() for name, _ in headers}
    for name, value in (*DEFAULT_HEADERS, ("X-Request-Id", g.request_id)):
        if name.lower() not in present:
            headers.add(name, value)
    identity.log(response)
    return response
