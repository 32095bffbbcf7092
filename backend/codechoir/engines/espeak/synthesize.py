"""One voice saying a whole breath: the sound as far as it was made, and where in it each word lies.

How a phrase is said by several voices as one sentence.

1. The words of the phrase make a `Breath`, one text for the library (`script`).
2. Each voice that takes part says the *whole* breath (`rendition`): so every word has the length, the stress
   and the melody that it has inside the sentence, and no voice ends a sentence at a seam. A voice costs about
   1 ms of computing for a second of sound, and stops after the last word that is its own.
3. Of each rendition only the voice's own words are used, joined where words meet (`joiner`), with the pauses
   and cues that lie between them (`pacing`).

The first words of a reading are emitted one by one while the library is still speaking, so that the first
sound waits for a word and not for a line.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from codechoir.audio import ENERGY_WINDOW, find_onset, find_sound
from codechoir.engines import AudioListener
from codechoir.engines.espeak.espeak_library import Library, SynthParams, WordEvent
from codechoir.engines.espeak.output import MARGIN, Cancelled, Joiner
from codechoir.engines.espeak.parameters import Gap, PauseTiming, compression_factor, synth_params
from codechoir.engines.espeak.safe_text import Breath, Script, ScriptWord, alphabet_of, breaths
from codechoir.model import CastUtterance, Mark

_UNKNOWN = -1
_QUIET = 250
"""Samples no larger than this, 42 dB below full scale, count as silence in a voice of full volume."""


class VoiceTake:
    """Filled by `feed` while the library speaks, at `volume` per cent; `finish` when it has spoken.

    Samples are 16 bit, mono. Word `i` lies between `start(i)` and `start(i + 1)`; one past the last word is
    where the speech ends.
    """

    def __init__(self, script: Script, volume: float) -> None:
        self.script = script
        self._quiet = round(volume * _QUIET / 100)
        self._starts = [_UNKNOWN] * (len(script.positions) + 1)
        self._starts[0] = 0
        self._known = 1  # words before this one have their start
        self.samples: array[int] = array("h")
        self.finished = False
        self._onset: int | None = None
        self._searched = 0  # the onset is not before this sample

    def feed(self, pcm: bytes, words: list[WordEvent]) -> None:
        """Take the next samples and the words that begin in them."""
        self.samples.frombytes(pcm)
        for word in words:
            index = bisect_right(self.script.positions, word.position) - 1
            if index >= self._known:
                self._starts[index] = max(word.sample, self._starts[self._known - 1])
                self._share_out(self._known, index)
                self._known = index + 1

    def finish(self) -> None:
        """The library has said everything."""
        self.finished = True
        end = len(self._starts) - 1
        # the variant `fast` announces words beyond the end of its sound
        self._starts = [min(start, len(self.samples)) for start in self._starts]
        self._starts[end] = len(self.samples)
        self._share_out(self._known, end)
        self._known = end + 1

    def has(self, words: int, margin: int) -> bool:
        """Whether the first `words` words are complete, and `margin` samples after them."""
        return self.finished or (words < self._known and self._starts[words] + margin <= len(self.samples))

    def start(self, index: int) -> int:
        """First sample of a word that `has` reached; of one past the last word, the end of the speech."""
        return self._starts[index]

    def sounding(self, index: int) -> tuple[int, int]:
        """First and last sample of a word that is loud enough to be heard."""
        return find_sound(self.samples, self._starts[index], self._starts[index + 1], self._quiet)

    def onset(self) -> int | None:
        """First sample of the first word that is loud enough to be heard; None while it is not made yet."""
        if self._onset is None:
            end = min(self._starts[1], len(self.samples)) if self._known > 1 else len(self.samples)
            self._onset = find_onset(self.samples, self._searched, end, self._quiet)
            self._searched = max(self._searched, end - end % ENERGY_WINDOW)
        return self._onset

    def _share_out(self, first: int, end: int) -> None:
        """Words without an event were said as one with the word before ("of the"): share by letters."""
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
"""Samples of near silence that are kept before a breath's first word and after its last."""

_STREAMED = 5000
"""Samples, a quarter of a second, that are emitted while the library speaks. While it speaks it is locked,
and the listener may block; but not so soon, since its credit is eight times as long."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Words of a breath that are part `part` of the phrase, said in one manner, the breath's word `first` on.

    `squeeze`: by what factor their sound is then squeezed. `gap`: before them.
    """

    part: int
    first: int
    words: tuple[ScriptWord, ...]
    manner: SynthParams
    squeeze: float
    gap: Gap

    @property
    def end(self) -> int:
        """The breath's first word after these."""
        return self.first + len(self.words)


class PhraseSynthesizer:
    """The saying of one phrase. `number`: its index in the reading, for its marks."""

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
        self._pacing = PauseTiming(parts, library.sample_rate)
        self._manners: dict[int, SynthParams] = {}
        self._led_in = False  # whether the lead-in of the present breath was joined
        self._hushed = 0.0  # samples of near silence at the end of what was joined

    def tell(self) -> None:
        """Emit the whole phrase. Raises `Cancelled` when the listener has gone."""
        pause = self._pacing.samples(BREATH_PAUSE, 0) if self._parts else 0
        for breath in breaths(self._parts, lambda part: alphabet_of(self._manner(part).family)):
            self._tell_breath(breath, pause)
            pause = (
                self._pacing.samples(BREATH_PAUSE, breath.words[-1].part) if breath.words[-1].closes else 0
            )
        self._keep(self._pacing.before(len(self._parts)))
        self._joiner.rest(0)
        self._joiner.flush()

    def _tell_breath(self, breath: Breath, pause: int) -> None:
        turns = list(self._turns(breath))
        last_word = {turn.manner: turn.end for turn in turns}
        renditions: dict[SynthParams, VoiceTake] = {}
        self._led_in = False
        self._keep(turns[0].gap.with_pause(pause))
        for turn in turns:
            joined = turn.first
            if turn.manner not in renditions:
                script = breath.script(alphabet_of(turn.manner.family))
                renditions[turn.manner] = VoiceTake(script, self._parts[turn.part].voice.volume)
                joined = self._render(renditions[turn.manner], turn, last_word[turn.manner])
            self._join(renditions[turn.manner], turn, joined)

    def _turns(self, breath: Breath) -> Iterator[_Turn]:
        for part, words in groupby(range(len(breath.words)), key=lambda index: breath.words[index].part):
            indices = list(words)
            spoken = tuple(breath.words[index] for index in indices)
            squeeze = compression_factor(self._parts[part].voice.rate * self._pacing.hurry)
            yield _Turn(part, indices[0], spoken, self._manner(part), squeeze, self._pacing.before(part))

    def _manner(self, part: int) -> SynthParams:
        manner = self._manners.get(part)
        if manner is None:
            spoken = self._parts[part]
            manner = synth_params(spoken.voice, spoken.utterance.language, self._library, self._pacing.hurry)
            self._manners[part] = manner
        return manner

    def _render(self, rendition: VoiceTake, turn: _Turn, words: int) -> int:
        """Let the library say the breath's first `words` words, all of it where that is the end.

        At the start of a reading, words of the turn are joined as they come: returns the first that was not.
        """
        joined = turn.first

        def listen(pcm: bytes, begun: list[WordEvent]) -> bool:
            nonlocal joined
            rendition.feed(pcm, begun)
            if self._joiner.now < _STREAMED:
                if turn.first == 0:
                    self._lead_in(rendition)
                joined = self._join(rendition, turn, joined)
                self._joiner.flush()
            elif self._listener.is_cancelled():
                raise Cancelled
            return not rendition.has(words, MARGIN)

        self._library.say(rendition.script.text, turn.manner, listen)
        if not rendition.has(words, MARGIN):
            rendition.finish()
        return joined

    def _join(self, rendition: VoiceTake, turn: _Turn, index: int) -> int:
        """Join the words of the turn from `index` on, as far as they were made; returns the next one."""
        while index < turn.end and rendition.has(index + 1, MARGIN):
            spoken = self._parts[turn.part].utterance
            begin, end = rendition.start(index), rendition.start(index + 1)
            heard = rendition.sounding(index)
            if index == 0:
                self._lead_in(rendition)
                begin = heard[0]
            elif index == turn.first:
                begin += self._doubled_silence(rendition, index, heard[0] - begin)
                self._keep(turn.gap, (heard[0] - begin) / turn.squeeze)
            if index + 1 == len(rendition.script.positions):
                end = min(end, heard[1] + _EDGE)
            moved = self._joiner.now - begin
            word = turn.words[index - turn.first]
            times = heard[0] + moved, heard[1] + moved
            mark = Mark.of(spoken, word.text, *times, phrase=self._number, part=word.part, word=word.word)
            self._joiner.join(rendition.samples, begin, end, turn.squeeze, mark)
            self._hushed = (end - heard[1]) / turn.squeeze
            index += 1
        return index

    def _lead_in(self, rendition: VoiceTake) -> None:
        """Join the little that is kept before a breath's first word, once it is known where that begins."""
        onset = rendition.onset()
        if onset is not None and not self._led_in:
            self._led_in = True
            self._joiner.join(rendition.samples, onset - _EDGE, onset)

    def _doubled_silence(self, rendition: VoiceTake, index: int, lead: int) -> int:
        """How much of the near silence before a word would be heard twice: once from each voice at a seam.

        A voice that rests between two sounds may do so at the end of the one word, another voice at the
        beginning of the other.
        """
        own = rendition.start(index) - rendition.sounding(index - 1)[1]
        return max(0, min(round(self._hushed) - own, lead - MARGIN))

    def _keep(self, gap: Gap, hush: float = 0) -> None:
        """Keep the gap before the next word, in which there are `hush` samples of near silence already.

        A reading does not begin with a pause.
        """
        pause = round(gap.pause - hush - self._hushed)
        if pause > 0 and (self._joiner.now or self._listener.has_output()):
            self._joiner.rest(pause)
        if gap.cue is not None:
            self._joiner.sound(gap.cue)
