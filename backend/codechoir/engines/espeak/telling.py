"""How a phrase is said by several voices as one sentence.

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

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from codechoir.engines.espeak._library import Library, Manner, Word
from codechoir.engines.espeak.alphabets import alphabet_of
from codechoir.engines.espeak.joiner import MARGIN, Joiner
from codechoir.engines.espeak.manner import manner_of, squeeze_of
from codechoir.engines.espeak.outlet import Cancelled
from codechoir.engines.espeak.pacing import Gap, Pacing
from codechoir.engines.espeak.rendition import Rendition
from codechoir.engines.espeak.script import Breath, breaths
from codechoir.engines.protocol import Emit, cancelled, continues
from codechoir.model import Mark, Spoken

BREATH_PAUSE = 120
"""Milliseconds at the normal rate between two phrases, and after punctuation at the end of a breath."""

_EDGE = 2 * MARGIN
"""Samples of near silence that are kept before a breath's first word and after its last."""

_STREAMED = 5000
"""Samples, a quarter of a second, that are emitted while the library speaks. While it speaks it is locked,
and `emit` may block; but not so soon, since a listener's credit is eight times as long."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Words of a breath that are part `part` of the phrase, said in one manner, the breath's word `first` on.

    `texts`: the words as written. `squeeze`: by what factor their sound is then squeezed. `gap`: before them.
    """

    part: int
    first: int
    texts: tuple[str, ...]
    manner: Manner
    squeeze: float
    gap: Gap

    @property
    def end(self) -> int:
        """The breath's first word after these."""
        return self.first + len(self.texts)


class Telling:
    """The saying of one phrase."""

    def __init__(self, library: Library, joiner: Joiner, emit: Emit, parts: tuple[Spoken, ...]) -> None:
        self._library = library
        self._joiner = joiner
        self._emit = emit
        self._parts = parts
        self._pacing = Pacing(parts, library.sample_rate)
        self._manners: dict[int, Manner] = {}
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
        renditions: dict[Manner, Rendition] = {}
        self._led_in = False
        self._keep(turns[0].gap.with_pause(pause))
        for turn in turns:
            joined = turn.first
            if turn.manner not in renditions:
                script = breath.script(alphabet_of(turn.manner.family))
                renditions[turn.manner] = Rendition(script, self._parts[turn.part].voice.volume)
                joined = self._render(renditions[turn.manner], turn, last_word[turn.manner])
            self._join(renditions[turn.manner], turn, joined)

    def _turns(self, breath: Breath) -> Iterator[_Turn]:
        for part, words in groupby(range(len(breath.words)), key=lambda index: breath.words[index].part):
            indices = list(words)
            texts = tuple(breath.words[index].text for index in indices)
            squeeze = squeeze_of(self._parts[part].voice.rate * self._pacing.hurry)
            yield _Turn(part, indices[0], texts, self._manner(part), squeeze, self._pacing.before(part))

    def _manner(self, part: int) -> Manner:
        manner = self._manners.get(part)
        if manner is None:
            spoken = self._parts[part]
            manner = manner_of(spoken.voice, spoken.utterance.language, self._library, self._pacing.hurry)
            self._manners[part] = manner
        return manner

    def _render(self, rendition: Rendition, turn: _Turn, words: int) -> int:
        """Let the library say the breath's first `words` words, all of it where that is the end.

        At the start of a reading, words of the turn are joined as they come: returns the first that was not.
        """
        joined = turn.first

        def listen(pcm: bytes, begun: list[Word]) -> bool:
            nonlocal joined
            rendition.feed(pcm, begun)
            if self._joiner.now < _STREAMED:
                if turn.first == 0:
                    self._lead_in(rendition)
                joined = self._join(rendition, turn, joined)
                self._joiner.flush()
            elif cancelled(self._emit):
                raise Cancelled
            return not rendition.has(words, MARGIN)

        self._library.say(rendition.script.text, turn.manner, listen)
        if not rendition.has(words, MARGIN):
            rendition.finish()
        return joined

    def _join(self, rendition: Rendition, turn: _Turn, index: int) -> int:
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
            text = turn.texts[index - turn.first]
            mark = Mark(heard[0] + moved, heard[1] + moved, spoken.start, spoken.end, spoken.category, text)
            self._joiner.join(rendition.samples, begin, end, turn.squeeze, mark)
            self._hushed = (end - heard[1]) / turn.squeeze
            index += 1
        return index

    def _lead_in(self, rendition: Rendition) -> None:
        """Join the little that is kept before a breath's first word, once it is known where that begins."""
        onset = rendition.onset()
        if onset is not None and not self._led_in:
            self._led_in = True
            self._joiner.join(rendition.samples, onset - _EDGE, onset)

    def _doubled_silence(self, rendition: Rendition, index: int, lead: int) -> int:
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
        if pause > 0 and (self._joiner.now or continues(self._emit)):
            self._joiner.rest(pause)
        if gap.cue is not None:
            self._joiner.sound(gap.cue)
