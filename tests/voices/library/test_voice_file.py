"""A voice's file: what was written is read, and anything else is refused with a reason."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from codechoir.voices.library import voice_file
from codechoir.voices.library.voice_file import ClonedVoice, Provenance, VoiceFileError
from hypothesis import given
from hypothesis import strategies as st
from support.voice_library import tensors

PROVENANCE = Provenance(
    "ana",
    "fake",
    "0123",
    "c" * 64,
    {"exaggeration": 0.7, "language": "pt", "steps": 3, "denoise": True},
    ("a" * 64, "b" * 64),
    {"ana": 0.25, "bo": 0.75},
    1.5,
    "2024-01-01T00:00:00+00:00",
)
SMALL = ClonedVoice(PROVENANCE, {"b": np.arange(6, dtype=np.float16).reshape(2, 3), "a": np.arange(3)})
BYTES = voice_file.to_bytes(SMALL)


def test_a_voice_comes_back_as_it_was() -> None:
    voice = voice_file.from_bytes(BYTES)
    assert voice.provenance == PROVENANCE
    assert {name: tensor.tolist() for name, tensor in voice.tensors.items()} == {
        "a": [0, 1, 2],
        "b": [[0, 1, 2], [3, 4, 5]],
    }
    assert voice.tensors["b"].dtype == np.float16


def test_a_voice_of_xtts_takes_66_kilobytes() -> None:
    voice = ClonedVoice(PROVENANCE, voice_file.stored_form(tensors(1)))
    assert voice.size == 66_560
    assert len(voice_file.to_bytes(voice)) < 68_000


def test_halving_keeps_what_does_not_fit_and_what_is_no_float() -> None:
    kept = voice_file.stored_form(
        {"huge": np.array([1e6], np.float32), "tokens": np.array([70000]), "empty": np.zeros(0, np.float32)}
    )
    assert {name: tensor.dtype.name for name, tensor in kept.items()} == {
        "huge": "float32",
        "tokens": "int64",
        "empty": "float16",
    }
    assert kept["tokens"].tolist() == [70000]


def test_a_voice_cannot_be_changed_in_memory() -> None:
    with pytest.raises(ValueError, match="read-only"):
        voice_file.from_bytes(BYTES).tensors["b"][0, 0] = 7


@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_found_or_changes_nothing(place: int, flip: int) -> None:
    damaged = bytearray(BYTES)
    damaged[place] ^= flip
    try:
        voice = voice_file.from_bytes(bytes(damaged))
    except VoiceFileError:
        return
    assert voice.provenance == PROVENANCE
    assert all(np.array_equal(voice.tensors[name], SMALL.tensors[name]) for name in SMALL.tensors)


def test_most_flips_are_found() -> None:
    """The test above would pass for a reader that ignores the file: nearly every byte counts."""
    found = 0
    for place in range(len(BYTES)):
        damaged = bytearray(BYTES)
        damaged[place] ^= 0x10
        try:
            voice_file.from_bytes(bytes(damaged))
        except VoiceFileError:
            found += 1
    assert found > 0.97 * len(BYTES)


@given(st.integers(0, len(BYTES) - 1))
def test_a_truncated_file_is_refused(size: int) -> None:
    with pytest.raises(VoiceFileError):
        voice_file.from_bytes(BYTES[:size])


@given(st.binary(max_size=300))
def test_a_foreign_file_is_refused(data: bytes) -> None:
    with pytest.raises(VoiceFileError):
        voice_file.from_bytes(data)


def header(text: bytes) -> bytes:
    return len(text).to_bytes(8, "little") + text


def foreign_safetensors() -> bytes:
    from safetensors.numpy import save

    return save({"gpt_cond_latent": np.zeros(3, np.float32)}, metadata={"format": "pt"})


def of_pickle() -> bytes:
    stream = io.BytesIO()
    pickle.dump({"gpt_cond_latent": [0.0] * 100}, stream)
    return stream.getvalue()


def with_nan() -> bytes:
    return voice_file.to_bytes(ClonedVoice(PROVENANCE, {"a": np.array([np.nan], np.float32)}))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (foreign_safetensors, "not a Codechoir voice"),
        (of_pickle, "not a safetensors file"),
        (with_nan, "not numbers"),
        (lambda: b"", "too short"),
        (lambda: (2**63).to_bytes(8, "little") + b"{}", "not a safetensors file"),
        (lambda: header(b"[1]"), "not a JSON object"),
        (lambda: header(b"[" * 100_000), "not JSON"),
        (lambda: header(b'{"__metadata__":{"format":"codechoir-voice-1"}}'), "0 tensors"),
        (
            lambda: header(
                b'{"__metadata__":{"format":"codechoir-voice-1"},"a":{"dtype":"F16","shape":[0]}}'
            ),
            "no 'name'",
        ),
        (
            lambda: header(b'{"__metadata__":{"format":"codechoir-voice-1","x":1},"a":{}}'),
            "not text",
        ),
        (
            lambda: header(b'{"__metadata__":{"format":"codechoir-voice-1"},"a":{"dtype":"Z","shape":[1]}}'),
            "no voice has",
        ),
        (
            lambda: header(
                b'{"__metadata__":{"format":"codechoir-voice-1"},"a":{"dtype":"F16","shape":[1,1,1,1,1,1,1,1,1]}}'
            ),
            "no voice has",
        ),
    ],
)
def test_the_reason_is_told(make: Callable[[], bytes], why: str) -> None:
    with pytest.raises(VoiceFileError, match=why):
        voice_file.from_bytes(make())


def with_metadata(**changes: str) -> bytes:
    """The file of a voice with other metadata, and with a hash that fits it."""
    from safetensors.numpy import save

    metadata = {"format": voice_file.FORMAT, **PROVENANCE.as_metadata(), **changes}
    metadata["content"] = voice_file.content_hash(metadata, SMALL.tensors)
    return save(dict(SMALL.tensors), metadata=metadata)


def test_metadata_that_fits_is_accepted() -> None:
    assert voice_file.from_bytes(with_metadata(name="bo")).provenance.name == "bo"


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "../../x"},
        {"key": "/" + "a" * 63},
        {"key": "A" * 64},
        {"key": "a" * 64 + "\n"},
        {"parameters": "[" * 100_000},
        {"parameters": '{"a": {"b": 1}}'},
        {"parameters": '{"a": NaN}'},
        {"recordings": '[["a"]]'},
        {"recipe": '{"a": "much"}'},
        {"recipe": '{"a": 1' + "0" * 400 + "}"},
        {"seconds": "Infinity"},
        {"seconds": "1" * 5000},
        {"seconds": "{"},
    ],
    ids=str,
)
def test_hostile_metadata_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(VoiceFileError, match=r"its key|in its metadata"):
        voice_file.read_header(with_metadata(**changes))


@pytest.mark.parametrize("about", ['{"dtype":["F32"],"shape":[1]}', '{"dtype":{},"shape":[]}', "[]", "null"])
def test_a_tensor_of_another_kind_is_refused(about: str) -> None:
    text = '{"__metadata__":{"format":"codechoir-voice-1"},"a":' + about + "}"
    with pytest.raises(VoiceFileError, match="no voice has"):
        voice_file.read_header(header(text.encode()))


def test_a_huge_file_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_file, "MAX_BYTES", 100)
    with pytest.raises(VoiceFileError, match="more than the 100 of the largest voice"):
        voice_file.from_bytes(BYTES)


def test_the_header_is_enough_to_know_where_a_voice_comes_from() -> None:
    assert voice_file.read_header(BYTES[:-20])[0] == PROVENANCE
