"""The present version on PostgreSQL: asked for with one prepared read, or told in time."""

import struct
import threading
import time
from typing import Any

import psycopg
import structlog
from psycopg.pq import ExecStatus
from sqlalchemy import URL

from cms.editions.actions import CHANNEL
from cms.editions.present import QUERY, Version, unavailable

# How often who is told looks by itself, should a notification have been lost.
LOOK_AGAIN_SECONDS = 5

Connection = psycopg.Connection[tuple[Any, ...]]


class ServerVersion:
    """Asks, on a connection for each thread."""

    def __init__(self, url: URL) -> None:
        """``url`` in SQLAlchemy's form."""
        _, self._connect_arguments = url.get_dialect()().create_connect_args(url)
        self._of_thread = threading.local()

    def __call__(self) -> Version:
        """The present version."""
        try:
            return self._ask()
        except psycopg.Error:
            # The server closed the connection while nobody asked, perhaps. Once more on a new one.
            self._of_thread.connection = None
        try:
            return self._ask()
        except psycopg.Error as error:
            raise unavailable(error) from error

    def connect(self) -> Connection:
        """A new connection, without transactions."""
        return psycopg.connect(**self._connect_arguments, autocommit=True)

    def _ask(self) -> Version:
        connection = getattr(self._of_thread, "connection", None) or self._prepare()
        # Below psycopg's own cursor, which takes three times as long for this.
        result = connection.pgconn.exec_prepared(b"present", None, result_format=1)
        if result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        return Version(*(_number(result.get_value(0, column)) for column in (0, 1)))

    def _prepare(self) -> Connection:
        connection = self.connect()
        prepared = connection.pgconn.prepare(b"present", QUERY.encode())
        if prepared.status != ExecStatus.COMMAND_OK:
            connection.close()
            raise psycopg.OperationalError(prepared.error_message.decode(errors="replace"))
        self._of_thread.connection = connection
        return connection


class NotifiedVersion:
    """Is told; asks while nobody tells."""

    def __init__(self, asked: ServerVersion) -> None:
        """The thread that listens is started by the first call, so in the process that uses it."""
        self._asked = asked
        self._told: Version | None = None
        self._starting = threading.Lock()
        self._listener: threading.Thread | None = None

    def __call__(self) -> Version:
        """The present version; the one before it while a notification is on its way."""
        return self._told or self._ask()

    def _ask(self) -> Version:
        with self._starting:
            if self._listener is None:
                self._listener = threading.Thread(
                    target=self._listen, name="site-version", daemon=True
                )
                self._listener.start()
        return self._asked()

    def _listen(self) -> None:
        while True:
            try:
                with self._asked.connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._follow(connection)
            except psycopg.Error as error:
                structlog.get_logger().warning("site_version_not_told", error=str(error))
            # Until somebody tells again, each request asks.
            self._told = None
            time.sleep(1)

    def _follow(self, connection: Connection) -> None:
        while True:
            row = connection.execute(QUERY).fetchone()
            self._told = Version(*row) if row else None
            for _ in connection.notifies(timeout=LOOK_AGAIN_SECONDS, stop_after=1):
                pass


def _number(value: bytes | None) -> int:
    """A ``bigint`` as PostgreSQL sends it."""
    number: int = struct.unpack("!q", value or b"")[0]
    return number
