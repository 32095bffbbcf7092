"""Timing of sound that arrives in pieces."""

from __future__ import annotations

import pytest
from codechoir.bench.audio_metrics import StreamTiming, median_timing, stream_gaps


def test_a_piece_that_arrives_in_time_leaves_no_gap() -> None:
    assert stream_gaps([(0.2, 1.0), (1.1, 1.0), (1.2, 0.5)]) == []


def test_a_late_piece_leaves_a_gap_and_delays_the_rest() -> None:
    assert stream_gaps([(0.5, 1.0), (2.0, 1.0), (2.9, 1.0), (4.5, 1.0)]) == [
        (pytest.approx(1.0), pytest.approx(0.5)),
        (pytest.approx(3.5), pytest.approx(0.5)),
    ]


def test_utterances_are_played_in_order_whenever_they_arrive() -> None:
    timing = StreamTiming.of([(1, 0.1, 1.0), (0, 0.3, 0.5), (0, 1.0, 0.5)], total=1.5)
    assert timing == StreamTiming(0.3, 1.5, 2.0, pytest.approx(0.2))
    assert median_timing([timing, timing, StreamTiming(9.0, 9.0, 9.0, 9.0)]) == timing
