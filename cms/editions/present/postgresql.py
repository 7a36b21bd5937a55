"""The present version on PostgreSQL: asked for with one prepared read, or told in time."""

import struct
import threading
from typing import Any

import psycopg
import structlog
from psycopg.pq import ExecStatus

from cms.editions.actions import CHANNEL
from cms.editions.present import QUERY, Version, unavailable
from cms.foundation.database import Database

# How often who is told looks by itself, should a notification have been lost.
LOOK_AGAIN_SECONDS = 5
PREPARED = b"present"


class ServerVersion:
    """Asks, on the connection that each thread keeps for reading."""

    def __init__(self, database: Database) -> None:
        """On ``database``."""
        self._database = database
        self._of_thread = threading.local()

    def __call__(self) -> Version:
        """The present version."""
        try:
            return self._ask()
        except psycopg.Error:
            # The server closed the connection while nobody asked, perhaps. Once more on a new one.
            self._forget()
        try:
            return self._ask()
        except psycopg.Error as error:
            self._forget()
            raise unavailable(error) from error

    def _ask(self) -> Version:
        # Below psycopg's own cursor, which takes three times as long for this.
        server = getattr(self._of_thread, "server", None) or self._prepare()
        result = server.exec_prepared(PREPARED, None, result_format=1)
        if result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        return Version(*(_number(result.get_value(0, column)) for column in (0, 1)))

    def _prepare(self) -> Any:
        connection = self._database.look().connection.driver_connection
        server = connection.pgconn  # type: ignore[union-attr]
        prepared = server.prepare(PREPARED, QUERY.encode())
        if prepared.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(prepared.error_message.decode(errors="replace"))
        self._of_thread.server = server
        return server

    def _forget(self) -> None:
        self._of_thread.server = None
        self._database.look_anew()


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


def _number(value: bytes | None) -> int:
    """A ``bigint`` as PostgreSQL sends it."""
    number: int = struct.unpack("!q", value or b"")[0]
    return number
