"""eSpeak NG as an engine, which says a phrase with several voices as one sentence.

1. The words of the phrase make breaths: each is one text for the library (`safe_text`).
2. Each voice in a breath says the *whole* text (`VoiceTake`), so that every word has the length, stress and
   melody that it has inside the sentence, and no voice ends a sentence where the voices change. A take costs
   about 1 ms of computing per second of audio, and stops after the voice's last word.
3. Of each take only the voice's own words are used. `Joiner` crossfades them where words meet, with the
   pauses and cues between them (`PauseTiming`).

The first words of a reading are written one by one while the library still speaks, so that the first audio
waits for a word and not for a line.
"""

from __future__ import annotations

import logging
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import groupby

from codechoir import __version__
from codechoir.audio import ENERGY_WINDOW, find_onset, find_sound
from codechoir.engines import AudioListener, CachePolicy, Engine, ReadingCancelledError
from codechoir.engines.espeak.espeak_library import Library, PhraseLostError, SynthParams, WordEvent
from codechoir.engines.espeak.helper_library import library
from codechoir.engines.espeak.joiner import MARGIN, AudioChunker, Joiner
from codechoir.engines.espeak.parameters import (
    DEFAULT_FAMILY,
    Gap,
    PauseTiming,
    compression_factor,
    synth_params,
)
from codechoir.engines.espeak.safe_text import Breath, Script, ScriptWord, alphabet_of, breaths
from codechoir.errors import EngineError
from codechoir.model import Capabilities, CastUtterance, Category, Mark, Phrase, Utterance, Voice, VoiceInfo

log = logging.getLogger(__name__)

_UNKNOWN = -1
_SPELLERS = DEFAULT_FAMILY, f"{DEFAULT_FAMILY}+f3", "en-gb"
"""Families that spell what ended the library's process with another one."""

_SPELLED_PITCH, _SPELLED_RANGE = 50, 50
_QUIET = 250
"""Samples up to this one, 42 dB below full scale, count as silence in a voice of full volume."""


class VoiceTake:
    """One voice saying a whole breath: the samples so far, and where each word is in them.

    Filled by `feed` while the library speaks at `volume` percent; `finish` when it has spoken. Word `i` lies
    between `start(i)` and `start(i + 1)`; one past the last word is where the speech ends.
    """

    def __init__(self, script: Script, volume: float) -> None:
        self.script = script
        self._quiet = round(volume * _QUIET / 100)
        self._starts = [_UNKNOWN] * (len(script.positions) + 1)
        self._starts[0] = 0
        self._known = 1  # the starts of words before this one are known
        self.samples: array[int] = array("h")
        self.finished = False
        self.is_lost = False  # whether the library cannot say this
        self._onset: int | None = None
        self._searched = 0  # the onset is not before this sample

    def feed(self, pcm: bytes, words: list[WordEvent]) -> None:
        """Adds the next samples and the words that begin in them."""
        self.samples.frombytes(pcm)
        for word in words:
            index = bisect_right(self.script.positions, word.position) - 1
            if index >= self._known:
                self._starts[index] = max(word.sample, self._starts[self._known - 1])
                self._distribute(self._known, index)
                self._known = index + 1

    def listen(self, pcm: bytes, words: list[WordEvent]) -> bool:
        """`feed` as a listener of the library that wants everything."""
        self.feed(pcm, words)
        return True

    def finish(self) -> None:
        """The library has said everything."""
        self.finished = True
        end = len(self._starts) - 1
        # the variant `fast` reports words beyond the end of its audio
        self._starts = [min(start, len(self.samples)) for start in self._starts]
        self._starts[end] = len(self.samples)
        self._distribute(self._known, end)
        self._known = end + 1

    def has(self, words: int, margin: int) -> bool:
        """Whether the first `words` words are complete, and `margin` samples after them."""
        return self.finished or (words < self._known and self._starts[words] + margin <= len(self.samples))

    def start(self, index: int) -> int:
        """The first sample of a word that `has` covers; of one past the last word, the end of the speech."""
        return self._starts[index]

    def sounding(self, index: int) -> tuple[int, int]:
        """The first and last audible sample of a word."""
        return find_sound(self.samples, self._starts[index], self._starts[index + 1], self._quiet)

    def onset(self) -> int | None:
        """The first audible sample of the first word; None while it is not known."""
        if self._onset is None:
            end = min(self._starts[1], len(self.samples)) if self._known > 1 else len(self.samples)
            self._onset = find_onset(self.samples, self._searched, end, self._quiet)
            self._searched = max(self._searched, end - end % ENERGY_WINDOW)
        return self._onset

    def _distribute(self, first: int, end: int) -> None:
        """The library joins some words ("of the") and reports only the first: divide the time by letters."""
        if first >= end:
            return
        lengths = self.script.lengths[first - 1 : end]
        begin, letters = self._starts[first - 1], max(sum(lengths), 1)
        length, before = self._starts[end] - begin, 0
        for offset in range(end - first):
            before += lengths[offset]
            self._starts[first + offset] = begin + length * before // letters


BREATH_PAUSE = 120
"""Milliseconds at the normal rate between two phrases, and after punctuation at the end of a breath."""

_EDGE = 2 * MARGIN
"""Samples of near silence before a breath's first word and after its last."""

_STREAMED = 5000
"""Samples, a quarter of a second, that are written while the library speaks. The library is locked meanwhile
and the listener may block, but not so soon: a reading may be eight times as far ahead."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Words of a breath that belong to one part of the phrase. `first`: index of the first in the breath.

    `params`: how the library says them. `compression`: factor by which their time is then compressed. `gap`:
    before them.
    """

    part: int
    first: int
    words: tuple[ScriptWord, ...]
    params: SynthParams
    compression: float
    gap: Gap

    @property
    def end(self) -> int:
        """Index of the breath's first word after these."""
        return self.first + len(self.words)


class PhraseSynthesizer:
    """Says one phrase. `number`: its index in the reading, for its marks."""

    def __init__(
        self,
        library: Library,
        joiner: Joiner,
        listener: AudioListener,
        number: int,
        parts: tuple[CastUtterance, ...],
    ) -> None:
        self._library = library
        self._joiner = joiner
        self._listener = listener
        self._number = number
        self._parts = parts
        self._pauses = PauseTiming(parts, library.sample_rate)
        self._params: dict[int, SynthParams] = {}
        self._has_lead_in = False  # whether the near silence before the breath's first word is joined
        self._quiet_end = 0.0  # samples of near silence at the end of what is joined

    def run(self) -> None:
        """Writes the whole phrase. Raises `ReadingCancelledError` when the listener takes no more."""
        pause = self._pauses.samples(BREATH_PAUSE, 0) if self._parts else 0
        for breath in breaths(self._parts, lambda part: alphabet_of(self._params_of(part).family)):
            self._say_breath(breath, pause)
            pause = (
                self._pauses.samples(BREATH_PAUSE, breath.words[-1].part) if breath.words[-1].closes else 0
            )
        self._add_gap(self._pauses.before(len(self._parts)))
        self._joiner.add_silence(0)
        self._joiner.flush()

    def _say_breath(self, breath: Breath, pause: int) -> None:
        turns = list(self._turns(breath))
        last_word = {turn.params: turn.end for turn in turns}
        takes: dict[SynthParams, VoiceTake] = {}
        self._has_lead_in = False
        self._add_gap(turns[0].gap.lengthened(pause))
        for turn in turns:
            joined = turn.first
            if turn.params not in takes:
                script = breath.script(alphabet_of(turn.params.family))
                takes[turn.params] = VoiceTake(script, self._parts[turn.part].voice.volume)
                joined = self._speak(takes[turn.params], turn, last_word[turn.params])
            if takes[turn.params].is_lost:
                self._spell(breath, turn, joined)
            else:
                self._join(takes[turn.params], turn, joined)

    def _turns(self, breath: Breath) -> Iterator[_Turn]:
        for part, words in groupby(range(len(breath.words)), key=lambda index: breath.words[index].part):
            indices = list(words)
            spoken = tuple(breath.words[index] for index in indices)
            compression = compression_factor(self._parts[part].voice.rate * self._pauses.speedup)
            yield _Turn(
                part, indices[0], spoken, self._params_of(part), compression, self._pauses.before(part)
            )

    def _params_of(self, part: int) -> SynthParams:
        params = self._params.get(part)
        if params is None:
            spoken = self._parts[part]
            params = synth_params(
                spoken.voice, spoken.utterance.language, self._library, self._pauses.speedup
            )
            self._params[part] = params
        return params

    def _speak(self, take: VoiceTake, turn: _Turn, words: int) -> int:
        """Lets the library say the first `words` words of the breath.

        At the start of a reading, joins words of the turn as they come. Returns the first that is not joined.
        """
        joined = turn.first

        def listen(pcm: bytes, begun: list[WordEvent]) -> bool:
            nonlocal joined
            take.feed(pcm, begun)
            if self._joiner.now < _STREAMED:
                if turn.first == 0:
                    self._lead_in(take)
                joined = self._join(take, turn, joined)
                self._joiner.flush()
            elif self._listener.is_cancelled():
                raise ReadingCancelledError
            return not take.has(words, MARGIN)

        try:
            self._library.say(take.script.text, turn.params, listen)
        except PhraseLostError:
            take.is_lost = True
            return joined
        if not take.has(words, MARGIN):
            take.finish()
        return joined

    def _spell(self, breath: Breath, turn: _Turn, first: int) -> None:
        """Lets another voice spell the words of a turn from `first` on, and tells the listener which."""
        if first == turn.end:
            return
        words = turn.words[first - turn.first :]
        script = breath.spelled(first, turn.end)
        text, family = " ".join(word.text for word in words), turn.params.family
        for speller in (speller for speller in _SPELLERS if speller != family):
            params = turn.params._replace(family=speller, pitch=_SPELLED_PITCH, range=_SPELLED_RANGE)
            take = VoiceTake(script, self._parts[turn.part].voice.volume)
            try:
                self._library.say(script.text, params, take.listen)
            except PhraseLostError:
                continue
            take.finish()
            line = f"the voice '{family}' cannot say '{text}', which ends eSpeak NG; '{speller}' spells it"
            self._tell_listener(line)
            gap = turn.gap if first == turn.first else Gap()
            self._join(take, _Turn(turn.part, first, words, params, turn.compression, gap), first)
            return
        self._tell_listener(f"no voice of eSpeak NG can say '{text}', which ends it; read it yourself")

    def _tell_listener(self, line: str) -> None:
        log.log(logging.INFO if self._listener.notify(line) else logging.WARNING, "%s", line)

    def _join(self, take: VoiceTake, turn: _Turn, index: int) -> int:
        """Joins the words of the turn from `index` on as far as the take has them; returns the next one."""
        while index < turn.end and take.has(index + 1, MARGIN):
            spoken = self._parts[turn.part].utterance
            begin, end = take.start(index), take.start(index + 1)
            first, last = take.sounding(index)
            if index == 0:
                self._lead_in(take)
                begin = first
            elif index == turn.first:
                begin += self._doubled_silence(take, index, first - begin)
                self._add_gap(turn.gap, (first - begin) / turn.compression)
            if index + 1 == len(take.script.positions):
                end = min(end, last + _EDGE)
            shift = self._joiner.now - begin
            word = turn.words[index - turn.first]
            times = first + shift, last + shift
            mark = Mark.of(spoken, word.text, *times, phrase=self._number, part=word.part, word=word.word)
            self._joiner.join(take.samples, begin, end, turn.compression, mark)
            self._quiet_end = (end - last) / turn.compression
            index += 1
        return index

    def _lead_in(self, take: VoiceTake) -> None:
        """Joins the near silence before a breath's first word, once it is known where the word begins."""
        onset = take.onset()
        if onset is not None and not self._has_lead_in:
            self._has_lead_in = True
            self._joiner.join(take.samples, onset - _EDGE, onset)

    def _doubled_silence(self, take: VoiceTake, index: int, lead: int) -> int:
        """How much of the near silence before a word would be heard twice, once from each voice.

        Between two words one voice may be silent at the end of the first, and the other at the beginning of
        the second.
        """
        own = take.start(index) - take.sounding(index - 1)[1]
        return max(0, min(round(self._quiet_end) - own, lead - MARGIN))

    def _add_gap(self, gap: Gap, quiet: float = 0) -> None:
        """Adds the gap before the next word, which begins with `quiet` samples of near silence.

        A reading does not begin with a pause.
        """
        pause = round(gap.pause - quiet - self._quiet_end)
        if pause > 0 and (self._joiner.now or self._listener.has_output()):
            self._joiner.add_silence(pause)
        if gap.cue is not None:
            self._joiner.add_sound(gap.cue)


SAMPLE_RATE = 22050


class EspeakEngine(Engine):
    """eSpeak NG in a helper process. All instances share the one library, which stays loaded."""

    name = "espeak"
    capabilities = Capabilities(sample_rate=SAMPLE_RATE, inline_prosody=True, concurrent=True)

    def check(self) -> str | None:
        try:
            library()
        except EngineError as error:
            return str(error)
        return None

    def warm_up(self) -> None:
        """Loads the library and its dictionary, which takes 30 ms, by saying a word."""
        word = Utterance("ready", Category.NARRATION, 0, 0)
        self.speak([Phrase((CastUtterance(word, Voice(DEFAULT_FAMILY)),), 0, 0)], AudioListener())

    def voices(self) -> list[VoiceInfo]:
        """All languages, and all variants of American English; any `language+variant` of them is a voice."""
        loaded = library()
        variants = (
            VoiceInfo(f"{DEFAULT_FAMILY}+{variant}", DEFAULT_FAMILY, f"English (America), {title}")
            for variant, title in loaded.variants.items()
        )
        return [*loaded.languages.values(), *variants]

    def cache_policy(self) -> CachePolicy:
        """Whole phrases, since a phrase is one breath of all its voices; only on request, since a phrase is
        synthesized faster than a file is read."""
        return CachePolicy(lambda: lambda _: _identity(), by_default=False, first_differs=True)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        loaded = library()
        if listener.needs_same_samples():
            loaded = loaded.reproducible()
        joiner = Joiner(AudioChunker(listener, loaded.sample_rate))
        try:
            for number, phrase in enumerate(phrases):
                PhraseSynthesizer(loaded, joiner, listener, number, phrase.parts).run()
                listener.phrase_done()
        except ReadingCancelledError:
            return


@cache
def _identity() -> str:
    """What every voice depends on: our version and the library's; and that it is said reproducibly."""
    return f"{__version__} {version('espeakng-loader')} reproducible"
