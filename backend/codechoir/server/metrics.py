"""What `/metrics` shows, in Prometheus' text format. Each server has a registry of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from codechoir import __version__

if TYPE_CHECKING:
    from codechoir.server.speech_session import SpeechSession

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""

FACTORS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ServerMetrics:
    """Counts requests and readings."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("engine",)
        self._requests = Counter(
            "codechoir_requests", "HTTP requests", ("route", "status"), registry=self.registry
        )
        self._first_audio = Histogram(
            "codechoir_first_audio_seconds",
            "Time from the request to the first audio of the engine",
            labels,
            buckets=FAST,
            registry=self.registry,
        )
        self._wait = Histogram(
            "codechoir_wait_seconds",
            "Time from the request to the first turn at the engine",
            labels,
            buckets=FAST,
            registry=self.registry,
        )
        self._factor = Histogram(
            "codechoir_real_time_factor",
            "Seconds of the engine per second of audio",
            labels,
            buckets=FACTORS,
            registry=self.registry,
        )
        self._audio = Counter("codechoir_audio_seconds", "Audio made", labels, registry=self.registry)
        self._readings = Counter(
            "codechoir_readings",
            "Readings by how they ended: finished, cancelled, failed, refused",
            ("engine", "state"),
            registry=self.registry,
        )
        Gauge("codechoir_info", "Version of the server", ("version",), registry=self.registry).labels(
            __version__
        ).set(1)
        started = Gauge("codechoir_start_time_seconds", "When the server started", registry=self.registry)
        started.set(time.time())

    def watch(self, gauges: Mapping[str, tuple[str, Callable[[], float]]]) -> None:
        """Shows values that are asked for when somebody looks: by name, the description and the function."""
        for name, (description, value) in gauges.items():
            Gauge(name, description, registry=self.registry).set_function(value)

    def request(self, route: str, status: int) -> None:
        """An HTTP request has been answered."""
        self._requests.labels(route, str(status)).inc()

    def refused(self, engine: str, error: Exception) -> None:
        """A reading was refused before it began."""
        self._readings.labels(engine, "refused").inc()

    def ended(self, session: SpeechSession) -> None:
        """A reading has ended."""
        times, engine = session.times, session.engine
        self._readings.labels(engine, session.state).inc()
        if times.placed:
            self._wait.labels(engine).observe(times.placed - times.began)
        if times.first_audio:
            self._first_audio.labels(engine).observe(times.first_audio - times.began)
        seconds = session.produced / session.sample_rate
        self._audio.labels(engine).inc(seconds)
        if seconds:
            self._factor.labels(engine).observe(times.speaking / seconds)

    def text(self) -> bytes:
        """The page."""
        return generate_latest(self.registry)
