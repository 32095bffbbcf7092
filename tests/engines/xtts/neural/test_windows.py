"""Windows put end to end equal the whole, and a row's end is exact in any batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from codechoir.engines.xtts.neural.vocoder import FrameTiming, VocodingProgress, vocode_windows


@pytest.fixture(scope="module")
def latents(core: Any) -> torch.Tensor:
    return torch.randn(40, core.shape.width, generator=torch.Generator().manual_seed(1))


def whole(core: Any, latents: torch.Tensor, voice: Any) -> torch.Tensor:
    frames = core.vocoder.timing.interpolate(latents, 0, core.vocoder.timing.frame_count(len(latents)))
    with torch.inference_mode():
        return torch.as_tensor(core.vocoder(frames[None], voice.embedding)[0])


def test_frames_equal_coquis_two_interpolations(core: Any, latents: torch.Tensor) -> None:
    z = torch.nn.functional.interpolate(latents.t()[None], scale_factor=[4.0], mode="linear")
    expected = torch.nn.functional.interpolate(z, scale_factor=[24000 / 22050], mode="linear")[0]
    ours = core.vocoder.timing.interpolate(latents, 0, core.vocoder.timing.frame_count(40))
    torch.testing.assert_close(ours, expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(
        core.vocoder.timing.interpolate(latents, 31, 77), expected[:, 31:77], atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("tokens", [1, 2, 3, 7, 20])
def test_final_frames_are_not_changed_by_later_tokens(latents: torch.Tensor, tokens: int) -> None:
    timing = FrameTiming(4.0, 24000 / 22050)
    settled = timing.final_frames(tokens)
    short = timing.interpolate(latents[:tokens], 0, timing.frame_count(tokens))
    long = timing.interpolate(latents, 0, timing.frame_count(40))
    torch.testing.assert_close(short[:, :settled], long[:, :settled], atol=1e-6, rtol=0)
    changed = (short[:, settled:] - long[:, settled : short.shape[1]]).abs().amax(dim=0)
    assert float(changed[-1]) > 1e-3, "the last frame of a row that goes on is not settled"


def test_no_more_than_three_tokens_are_held_back(core: Any) -> None:
    timing, context = core.vocoder.timing, core.vocoder.context
    frames_a_token = timing.per_token * timing.rate
    assert context <= 3.0 * frames_a_token
    for tokens in range(4, 60):
        assert timing.final_frames(tokens) >= (tokens - 1) * frames_a_token


def test_streamed_pieces_equal_the_whole(core: Any, voices: Any, latents: torch.Tensor) -> None:
    progress = VocodingProgress(core.vocoder, voices[0].embedding)
    windows = [progress.next_window(latents[:n], ended=n == 40) for n in (1, 4, 5, 6, 13, 28, 40)]
    assert windows[0] is None, "one token is not enough for any sound"
    pieces = vocode_windows(core.vocoder, [window for window in windows if window is not None])
    assert len(pieces) >= 4
    torch.testing.assert_close(torch.cat(pieces), whole(core, latents, voices[0]), atol=1e-4, rtol=0)


def test_nothing_is_vocoded_twice(core: Any, voices: Any, latents: torch.Tensor) -> None:
    progress = VocodingProgress(core.vocoder, voices[0].embedding)
    assert progress.next_window(latents, ended=True) is not None
    assert progress.next_window(latents, ended=True) is None


def test_rows_of_different_length_in_one_batch_end_exactly(
    core: Any, voices: Any, latents: torch.Tensor
) -> None:
    """Zeros after the shorter rows are not enough: every convolution's bias turns them into something."""
    cases = list(zip((6, 9, 8), voices[:3], strict=True))
    windows = [
        VocodingProgress(core.vocoder, voice.embedding).next_window(latents[:n], True) for n, voice in cases
    ]
    together = vocode_windows(core.vocoder, [w for w in windows if w is not None], batch=3)
    for samples, (n, voice) in zip(together, cases, strict=True):
        torch.testing.assert_close(samples, whole(core, latents[:n], voice), atol=1e-5, rtol=0)
