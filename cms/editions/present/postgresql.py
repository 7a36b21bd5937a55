"""The present version on PostgreSQL: asked for with one prepared read, or told in time."""

import itertools
import struct
import threading
from typing import Any

import psycopg
import structlog
from psycopg.pq import ExecStatus
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from cms.editions.present import QUERY, Version, unavailable
from cms.editions.versions import CHANNEL
from cms.foundation.database import Database

# How often who is told looks by itself, should a notification have been lost.
LOOK_AGAIN_SECONDS = 5
PREPARED = b"present"


class ServerVersion:
    """Asks, once for all threads that wait at the same time.

    An answer is good for whoever came before it was asked for.
    """

    def __init__(self, database: Database) -> None:
        """On ``database``, over a connection of its own."""
        self._database = database
        self._one_at_a_time = threading.Lock()
        self._connection: Connection | None = None
        self._server: Any = None
        self._known = Version(0, 0)
        self._said: tuple[bytes | None, ...] = ()
        self._asked = 0
        self._tickets = itertools.count(1)

    def __call__(self) -> Version:
        """The present version."""
        came = next(self._tickets)
        with self._one_at_a_time:
            if self._asked < came:
                asked = next(self._tickets)
                self._ask_safely()
                self._asked = asked
            return self._known

    def _ask_safely(self) -> None:
        try:
            return self._ask()
        except (psycopg.Error, DBAPIError):
            # The server closed the connection while nobody asked, perhaps. Once more on a new one.
            self._forget()
        try:
            return self._ask()
        except (psycopg.Error, DBAPIError) as error:
            self._forget()
            raise unavailable(error) from error

    def _ask(self) -> None:
        # Below psycopg's own cursor, which takes three times as long for this.
        server = self._server or self._prepare()
        result = server.exec_prepared(PREPARED, None, result_format=1)
        if result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        said = result.get_value(0, 0), result.get_value(0, 1), result.get_value(0, 2)
        if said != self._said:
            self._known = Version(*_numbers(b"".join(said)))
            self._said = said

    def _prepare(self) -> Any:
        self._connection = self._database.lookup.connect()
        driver: Any = self._connection.connection.driver_connection
        server = driver.pgconn
        prepared = server.prepare(PREPARED, QUERY.encode())
        if prepared.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(prepared.error_message.decode(errors="replace"))
        self._server = server
        return server

    def _forget(self) -> None:
        self._server = None
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


# Three columns of the type ``bigint``, as PostgreSQL sends them.
_numbers = struct.Struct("!qqq").unpack


class NotifiedVersion:
    """Is told; asks while nobody tells."""

    def __init__(self, database: Database) -> None:
        """The thread that listens is started by the first call, so in the process that uses it."""
        self._asked = ServerVersion(database)
        self._told: Version | None = None
        self._starting = threading.Lock()
        self._listener: threading.Thread | None = None
        self._ending = threading.Event()
        _, self._connect = database.url.get_dialect()().create_connect_args(database.url)

    def __call__(self) -> Version:
        """The present version; the one before it while a notification is on its way."""
        return self._told or self._ask()

    def close(self) -> None:
        """Stop listening."""
        self._ending.set()

    def _ask(self) -> Version:
        with self._starting:
            if self._listener is None:
                self._listener = threading.Thread(
                    target=self._listen, name="site-version", daemon=True
                )
                self._listener.start()
        return self._asked()

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                with psycopg.connect(**self._connect, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._follow(connection)
            except psycopg.Error as error:
                structlog.get_logger().warning("site_version_not_told", error=str(error))
            # Until somebody tells again, each request asks.
            self._told = None
            self._ending.wait(1)

    def _follow(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        while not self._ending.is_set():
            row = connection.execute(QUERY).fetchone()
            self._told = Version(*row) if row else None
            for _ in connection.notifies(timeout=LOOK_AGAIN_SECONDS, stop_after=1):
                pass
