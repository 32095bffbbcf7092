"""The protocol on the pipe: what goes in comes out, and nonsense is refused in a bounded way."""

from __future__ import annotations

import io

import pytest
from codechoir.engines.subprocess import messages
from codechoir.model import Capabilities, CastUtterance, Category, Mark, Phrase, Utterance, Voice
from hypothesis import given
from hypothesis import strategies as st

numbers = st.integers(0, 2**53)
texts = st.text(st.characters(), max_size=20)  # lone surrogates too: a path may hold them
flags = st.booleans()
categories = st.sampled_from(Category)
marks = st.builds(Mark, numbers, numbers, numbers, numbers, categories, texts)
utterances = st.builds(
    Utterance,
    texts,
    categories,
    numbers,
    numbers,
    numbers,
    numbers,
    texts,
    texts,
    numbers,
    flags,
    texts,
)
floats = st.floats(0, 1000)
voices = st.builds(Voice, texts, floats, floats, floats, floats, floats)
phrases = st.builds(
    Phrase, st.lists(st.builds(CastUtterance, utterances, voices), max_size=3).map(tuple), numbers, numbers
)
plain = st.dictionaries(texts, st.none() | flags | numbers | texts | st.lists(texts, max_size=2))
capabilities = st.builds(
    Capabilities, numbers, *[flags] * 4, languages=st.lists(texts, max_size=3).map(tuple)
)
any_message = st.one_of(
    st.builds(messages.Load, texts, plain, floats),
    st.builds(messages.Speak, numbers, numbers),
    st.builds(messages.Phrases, numbers, st.lists(phrases, max_size=2).map(tuple), flags),
    st.builds(messages.Acknowledge, numbers, numbers),
    st.builds(messages.Cancel, numbers),
    st.builds(messages.Call, numbers, texts, plain, st.binary()),
    st.just(messages.Shutdown()),
    st.builds(messages.Ready, texts, capabilities),
    st.just(messages.Heartbeat()),
    st.builds(messages.PhraseWanted, numbers),
    st.builds(messages.Audio, numbers, numbers, numbers, st.lists(marks, max_size=3).map(tuple), st.binary()),
    st.builds(messages.Notify, numbers, texts),
    st.builds(messages.ReadingFinished, numbers),
    st.builds(messages.ReadingFailed, numbers, texts),
    st.builds(messages.CallResult, numbers, plain, st.binary()),
    st.builds(messages.CallFailed, numbers, texts, flags),
)


def heard(stream: io.BytesIO) -> messages.Message | None:
    frame = messages.read_frame(stream)
    return None if frame is None else messages.decode(*frame)


@given(st.lists(any_message, max_size=4))
def test_messages_come_out_as_they_went_in(sent: list[messages.Message]) -> None:
    stream = io.BytesIO(b"".join(map(messages.encode, sent)))
    assert [heard(stream) for _ in sent] == sent
    assert heard(stream) is None


@given(any_message, st.data())
def test_a_pipe_that_ends_inside_a_frame_is_an_error(message: messages.Message, data: st.DataObject) -> None:
    frame = messages.encode(message)
    cut = data.draw(st.integers(1, len(frame) - 1))
    with pytest.raises(messages.FrameError):
        messages.read_frame(io.BytesIO(frame[:cut]))


@given(st.binary(min_size=1, max_size=200))
def test_nonsense_is_refused(nonsense: bytes) -> None:
    with pytest.raises(messages.FrameError):
        heard(io.BytesIO(nonsense))


def test_a_print_that_went_astray_does_not_fill_the_memory() -> None:
    with pytest.raises(messages.FrameError, match="announces"):
        messages.read_frame(io.BytesIO(b"Downloading model, please wait..."))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"type": "Nothing"},
        {"type": 5},
        {"type": "Speak"},
        {"type": "Speak", "reading": 1, "credit": 1, "more": 1},
        {"type": "Phrases", "reading": 1, "phrases": [{"parts": 3}]},
    ],
)
def test_a_malformed_message_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(messages.FrameError):
        messages.decode(dict(fields), b"")


json_values = st.recursive(
    st.none() | flags | numbers | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(any_message, st.data())
def test_a_message_with_a_wrong_value_is_refused_or_taken_but_never_fails_otherwise(
    message: messages.Message, data: st.DataObject
) -> None:
    frame = messages.read_frame(io.BytesIO(messages.encode(message)))
    assert frame is not None
    fields, blob = frame
    key = data.draw(st.sampled_from(sorted(fields)))
    fields[key] = data.draw(json_values)
    try:
        found = messages.decode(fields, blob)
    except messages.FrameError:
        return
    assert type(found) in messages.Message.__args__


def test_a_frame_larger_than_the_other_side_takes_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MAX_BLOB", 10)
    with pytest.raises(messages.FrameError, match="too large"):
        messages.pack_frame({}, bytes(11))
