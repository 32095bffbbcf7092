import assert from "node:assert/strict";
import { test } from "node:test";
import { measurePitch, VoiceMeasurements } from "../../media/player/voiceMeasurements";

const RATE = 48_000;

/** A voice-like sound: a fundamental and weaker harmonics. */
function voice(hertz: number, samples = 2400): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) =>
    [1, 2, 3, 4, 5].reduce((sum, n) => sum + (0.2 / n) * Math.sin((2 * Math.PI * hertz * n * i) / RATE), 0),
  );
}

for (const hertz of [80, 110, 165, 220, 300, 400]) {
  test(`measures a pitch of ${hertz} Hz without octave errors`, () => {
    const found = measurePitch(voice(hertz), RATE);
    assert.ok(found !== undefined && Math.abs(found - hertz) < 0.03 * hertz, `found ${found}`);
  });
}

test("silence and noise have no pitch", () => {
  let state = 1;
  const noise = Float32Array.from({ length: 2400 }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 1073741824 - 1;
  });
  assert.equal(measurePitch(new Float32Array(2400), RATE), undefined);
  assert.equal(measurePitch(noise, RATE), undefined);
});

test("each voice is measured separately", () => {
  const measurements = new VoiceMeasurements();
  measurements.addWord("keyword");
  measurements.addAudio("keyword", voice(110), RATE);
  measurements.addWord("literal");
  measurements.addWord("literal");
  measurements.addAudio("literal", voice(220), RATE);
  const [keyword, literal] = measurements.all();
  assert.deepEqual([keyword!.category, keyword!.words], ["keyword", 1]);
  assert.deepEqual([literal!.category, literal!.words], ["literal", 2]);
  assert.ok(Math.abs(keyword!.pitch! - 110) < 4 && Math.abs(literal!.pitch! - 220) < 7);
  assert.ok(keyword!.loudness < -10 && keyword!.loudness > -25, `${keyword!.loudness} dB`);
});
