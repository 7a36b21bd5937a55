"""Metrics in the text format of Prometheus, added up over all processes of the server."""

import os
import time
from dataclasses import dataclass

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Where the processes of one server write. The library looks for it when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Metrics:
    """What is counted."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    from_memory: Counter

    @classmethod
    def new(cls) -> "Metrics":
        """All at nothing."""
        registry = CollectorRegistry()
        return cls(
            registry,
            Counter(
                "cms_requests",
                "Requests that the application answered",
                ["operation", "method", "status"],
                registry=registry,
            ),
            Histogram(
                "cms_request_seconds",
                "How long the application took",
                ["operation"],
                registry=registry,
                buckets=SECONDS,
            ),
            Counter(
                "cms_answers_from_memory",
                "Public answers given without asking the application",
                ["kind"],
                registry=registry,
            ),
        )

    def observe(self, operation: str, method: str, status: int, seconds: float) -> None:
        """One request to the application."""
        self.requests.labels(operation, method, str(status)).inc()
        self.seconds.labels(operation).observe(seconds)

    def text(self) -> bytes:
        """All of it, of all processes."""
        if FOLDER not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def register(app: Flask, metrics: Metrics) -> None:
    """Count the requests of ``app``, and say how many there were at ``/metrics``."""

    def observe(response: Response) -> Response:
        name = request.endpoint or "none"
        seconds = time.perf_counter() - g.started
        metrics.observe(name, request.method, response.status_code, seconds)
        return response

    def show_metrics() -> Response:
        return Response(metrics.text(), content_type=MEDIA_TYPE)

    app.after_request(observe)
    show_metrics.public_page = True  # type: ignore[attr-defined]
    app.add_url_rule("/metrics", view_func=show_metrics)
