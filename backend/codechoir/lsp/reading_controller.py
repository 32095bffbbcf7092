"""What commands do to readings: start, stop, pause, skip, repeat, change settings in the middle of a line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from codechoir.engines import Engine
from codechoir.errors import InputError
from codechoir.lsp.arguments import RateRequest, SkipRequest
from codechoir.lsp.documents import CurrentPlace, CurrentText, Documents, place_in
from codechoir.lsp.reading_plan import ReadingPlan, skip_target
from codechoir.lsp.speech_runtime import SpeechRuntime
from codechoir.model import Category, State
from codechoir.playback import Reader, Reading, ReadingPosition, skip_lines
from codechoir.settings import MAX_RATE, MIN_RATE, Settings
from codechoir.sinks import AudioNotifier, Send, Sink
from codechoir.syntax import Snapshot

Answer = dict[str, Any]
"""`{session, state}`, the result of most commands."""

OnState = Callable[[int, State, str], None]
"""Called on each change of state with the session, the state, and a message or an empty string."""


class ReadingController:
    """One reading at a time. Used by the thread that handles messages; `close` may be called by any."""

    def __init__(self, runtime: SpeechRuntime, documents: Documents, send: Send, on_state: OnState) -> None:
        self._runtime = runtime
        self._documents = documents
        self._send = send
        self._reader = Reader(lambda reading, state, message: on_state(reading.session, state, message))
        self._plan: ReadingPlan | None = None
        self._text: CurrentText | None = None  # of the plan's reading
        self._interrupted: tuple[Snapshot, CurrentPlace] | None = None  # by an edit, until a word sounds
        self._resume_with: ReadingPlan | None = None  # after `where` in a pause has replaced the reading
        self._paused_at = 0.0

    def warm_up(self) -> None:
        """Loads voices and engine in the reader's thread; a reading that starts meanwhile waits for it."""
        self.run_before_next(self._runtime.warm_up)

    def run_before_next(self, job: Callable[[], None]) -> None:
        """Runs a job in the reader's thread, before the next reading."""
        self._reader.run_before_next(job)

    def begin(self, plan: ReadingPlan) -> Answer:
        """Starts a reading of something else than before, with the engine that the settings ask for now."""
        self._retire(self._runtime.settle())
        return self.read(plan)

    def read(self, plan: ReadingPlan) -> Answer:
        """Starts a reading; the current one ends."""
        pipeline, engine = self._runtime.pipeline, self._runtime.engine_for(plan.spells)
        rate = engine.capabilities.sample_rate
        text = CurrentText(self._documents, plan.uri, plan.snapshot)
        is_stereo = pipeline.needs_stereo

        def make_sink(session: int) -> Sink:
            notifier = AudioNotifier(session, rate, self._send, text.locate)
            return self._runtime.make_sink(notifier, rate, is_stereo)

        self._plan, self._text, self._resume_with, self._interrupted = plan, text, None, None
        self._reader.start_with(plan.phrases(pipeline, text), engine, make_sink, plan.heard)
        return self.answer()

    def stop(self) -> Answer:
        """Ends the current reading; nothing more of it is sent or played."""
        self._resume_with = None
        self._reader.stop()
        return self.answer()

    def pause(self) -> Answer:
        """Pauses the current reading."""
        if (reading := self._reader.active) is not None and reading.pause():
            self._paused_at = time.monotonic()
        return self.answer()

    def resume(self) -> Answer:
        """Continues after a pause; after a long one, repeats the last words in a new session."""
        reading, settings = self._reader.active, self._runtime.settings
        if self._resume_with is not None and (reading is None or reading.state != "paused"):
            return self.read(self._current(self._resume_with))
        if reading is None or reading.state != "paused":
            return self.answer()
        paused = time.monotonic() - self._paused_at
        is_long = 0 < settings.resume_after <= paused and settings.resume_words > 0
        plan = self._plan
        place = reading.back(settings.resume_words if is_long else 0)
        if plan is not None and ((is_long and place is not None) or self._has_changed(plan)):
            return self.read(self._current(plan) if place is None else self._rest_of(plan, place))
        reading.resume()
        return self.answer()

    def acknowledge(self, session: int, samples: int) -> None:
        """The client has played so many samples of a session; older sessions no longer count."""
        reading = self._reader.current
        if reading is not None and reading.session == session:
            reading.played(samples)

    def skip(self, request: SkipRequest) -> Answer:
        """Continues at another place, in a new session.

        Inside what is being read, the reading goes on to its end; outside of it, only the span, line, block
        or symbol that was reached is read. Beyond the last one the narrator says "end".
        """
        plan, place = self._current_plan()
        at, count = place.byte, request.count
        if place.is_removed and count > 0:  # the next one is the first after the place that is gone
            at, count = (at - 1, count) if at > 0 else (at, count - 1)
        extent = skip_target(self._runtime.pipeline, plan.snapshot, replace(request, count=count), at)
        if extent is None:
            end = self._runtime.pipeline.narration("end", plan.end)
            return self.read(replace(plan.from_byte(at), opening=(end,)))
        start, end_byte = extent
        if plan.start <= start < plan.end:
            return self.read(plan.from_byte(plan.nearest(start, request.count >= 0)))
        return self.read(ReadingPlan(plan.snapshot, start, end_byte, start, uri=plan.uri))

    def repeat(self, slower: bool) -> Answer:
        """Repeats the current or last line, `slower` if wanted, then continues with what was being read.

        The line is read as it is now; if it was deleted, the narrator says so.
        """
        reading, said = self._reader.current, self._last_plan()
        has_changed = self._has_changed(said)
        plan, now = self._current_plan()
        if plan.about is not None and reading is not None and (place := reading.place) is not None:
            if has_changed:
                return self.read(self._rest_of(plan, place))
            plan.continue_after(place)
            until = place.phrase.end + 1 if slower else 0
            return self.read(replace(plan, opening=(place.phrase,), heard=None, slow_until=until))
        if now.is_gone:
            gone = self._runtime.pipeline.narration("gone", now.byte)
            rest = plan.from_byte(max(now.byte, plan.start))
            return self.read(replace(rest, opening=(gone,), opening_only=self._reader.active is None))
        start, end = skip_lines(plan.snapshot, now.byte, 0) or (plan.start, plan.end)
        if self._reader.active is None:
            plan = ReadingPlan(plan.snapshot, start, end, start, uri=plan.uri)
        begin = max(start, plan.start)
        return self.read(replace(plan.from_byte(begin), slow_until=end if slower else 0))

    def where(self) -> Answer:
        """Says the current place: line, symbols, share of the file. Then the reading continues.

        During a pause, the reading stays paused until `resume`.
        """
        reading, resume_with = self._reader.active, self._resume_with
        plan, now = self._current_plan()
        pipeline = self._runtime.pipeline
        location = pipeline.wording.locate(plan.snapshot, now.byte)
        gone = (pipeline.narration("gone", now.byte),) if now.is_gone else ()
        words = (*gone, pipeline.location_phrase(location))
        is_speaking = reading is not None and reading.state != "paused"
        if reading is not None and not plan.opening_only:
            resume_with = plan if reading.place is None else self._rest_of(plan, reading.place)
        elif resume_with is not None:
            resume_with = self._current(resume_with)
        if resume_with is not None and is_speaking and not plan.opening_only:
            answer = self.read(replace(resume_with, opening=(*words, *resume_with.opening)))
        else:
            answer = self.read(replace(plan.from_byte(location.offset), opening=words, opening_only=True))
            self._resume_with = resume_with
        return {**answer, **location.as_json(), "gone": now.is_gone}

    def rate(self, request: RateRequest) -> Answer:
        """Changes the rate from the current word on."""
        wpm = request.wpm
        if wpm is None:
            wpm = min(max(self._words_per_minute() + (request.delta or 0), MIN_RATE), MAX_RATE)
        self.configure(replace(self._runtime.settings, rate=wpm))
        return {**self.answer(), "wpm": wpm}

    def configure(self, settings: Settings) -> None:
        """Follows new settings; a reading in progress continues with them, in a new session.

        It continues at the current sample if only rate or volume have changed, else at the current word.
        """
        before = self._runtime.settings
        if settings == before:
            return
        reading, plan = self._reader.active, self._plan
        retired = self._runtime.change(settings, is_reading=reading is not None)
        if reading is not None and plan is not None:
            same_words = replace(settings, rate=before.rate, volume=before.volume) == before
            same_words = same_words and not self._has_changed(plan)
            self._restart(reading, plan, reading.word_heard if same_words else None)
        self._retire(retired)

    def follow_edit(self, uri: str) -> None:
        """A document has changed. Sound of words that are not there any more is not played.

        If the edit is in what was made ahead, the reading continues in a new session: at the current sample,
        with the new words when it comes to them; if the current phrase was edited, at its current utterance.
        """
        reading, plan, text = self._reader.active, self._plan, self._text
        if reading is None or plan is None or text is None or plan.uri != uri or plan.about is not None:
            return
        if reading.state == "paused":  # `resume` follows the edits
            return
        pulled = reading.ahead()
        unpulled = list(enumerate(plan.opening))[pulled[-1][0] + 1 if pulled else 0 :]
        kept = text.unchanged([*pulled, *unpulled])
        if kept is None:
            return
        now, at = self._current_plan()
        place = reading.place
        if kept:
            if place is not None:
                kept[0] = replace(place, phrase=kept[0]).rest()
            rest = replace(now, begin=kept[0].start, opening=tuple(kept), heard=reading.word_heard)
        else:
            rest = now if place is None else self._rest_of(plan, place)
        self.read(rest)
        self._interrupted = now.snapshot, at

    def answer(self) -> Answer:
        """The newest session and its state; session 0 before the first reading."""
        reading = self._reader.current
        if reading is None:
            return {"session": 0, "state": "stopped"}
        return {"session": reading.session, "state": reading.state or "speaking"}

    def close(self) -> None:
        """Stops for good."""
        self._reader.close(timeout=0.5)

    # ---- inside --------------------------------------------------------------------------------------

    def _retire(self, engine: Engine | None) -> None:
        """Closes an engine that was replaced, and loads its successor."""
        if engine is not None:
            self.run_before_next(engine.close)
            self.warm_up()

    def _last_plan(self) -> ReadingPlan:
        """What is being read, or was read last. Raises `InputError` before the first reading."""
        if self._plan is None:
            raise InputError("nothing has been read yet; start a reading first")
        return self._plan

    def _restart(self, reading: Reading, plan: ReadingPlan, heard: float | None) -> None:
        """Continues at the current word, of which the share `heard` was played; a pause stays a pause."""
        was_paused = reading.state == "paused"
        resume_with = self._resume_with
        rest = self._current(plan) if reading.place is None else self._rest_of(plan, reading.place)
        self.read(replace(rest, heard=heard))
        self._resume_with = resume_with
        if was_paused:
            self.pause()

    def _current(self, plan: ReadingPlan) -> ReadingPlan:
        """The plan in the text as it is now."""
        return plan.moved_to(self._documents.newest(plan.uri, plan.snapshot))

    def _has_changed(self, plan: ReadingPlan) -> bool:
        return self._documents.newest(plan.uri, plan.snapshot) is not plan.snapshot

    def _current_plan(self) -> tuple[ReadingPlan, CurrentPlace]:
        """The last plan in the text as it is now, and the place of the word that is sounding, or was last.

        The narrator's own words have no place. Raises `InputError` before the first reading.
        """
        said = self._last_plan()
        plan = self._current(said)
        reading = self._reader.current
        mark = reading.sounding if reading is not None else None
        if mark is None and self._interrupted is not None:
            origin, at = self._interrupted
            return plan, at.moved_to(plan.snapshot, origin)
        if self._text is None or mark is None or mark.start == mark.end:
            return plan, place_in(plan.snapshot, said.snapshot, said.begin, said.begin)
        return plan, self._text.place(plan.snapshot, mark.phrase, mark.start, mark.end)

    def _rest_of(self, plan: ReadingPlan, place: ReadingPosition) -> ReadingPlan:
        """The plan from the word at `place` on; in a changed text from its utterance on, made again."""
        now = self._current(plan)
        if self._text is None or now.snapshot is self._last_plan().snapshot:
            return plan.from_place(place)
        phrase = place.phrase
        said = phrase if now.about is not None else phrase.parts[place.part].utterance
        return now.about_from(self._text.place(now.snapshot, place.number, said.start, said.end).byte)

    def _words_per_minute(self) -> float:
        settings = self._runtime.settings
        if settings.rate is not None:
            return settings.rate
        return self._runtime.pipeline.voice_of(Category.NARRATION).rate
