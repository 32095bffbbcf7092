import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Resampler } from "../../media/player/resampler";
import { peakOf, sine } from "../support";

/** The whole output for `input`, pushed in pieces of `piece` samples. */
function resample(input: Int16Array, from: number, to: number, piece = input.length): Float32Array {
  const resampler = new Resampler(from, to);
  const output: number[] = [];
  const quantum = new Float32Array(128);
  const drain = (): void => {
    for (let filled = 128; filled === 128;) {
      filled = resampler.pull(quantum, 0);
      output.push(...quantum.subarray(0, filled));
    }
  };
  for (let at = 0; at < input.length; at += piece) {
    resampler.push(input.subarray(at, at + piece));
    drain();
  }
  resampler.end();
  drain();
  assert.ok(resampler.isEmpty);
  assert.equal(resampler.consumed, input.length);
  return Float32Array.from(output);
}

for (const [from, to] of [
  [22050, 48000],
  [22050, 44100],
  [24000, 48000],
  [16000, 44100],
  [48000, 48000],
  [48000, 44100],
] as const) {
  describe(`from ${from} to ${to}`, () => {
    test("a tone keeps its pitch, loudness and length", () => {
      const output = resample(sine(1000, from, from), from, to);
      assert.ok(Math.abs(output.length - to) <= 1, `one second is ${output.length} samples`);
      // The filter is incomplete at both ends.
      for (let i = 100; i < output.length - 100; i++) {
        const wanted = 0.5 * Math.sin((2 * Math.PI * 1000 * i) / to);
        assert.ok(Math.abs(output[i]! - wanted) < 0.005, `sample ${i}: ${output[i]} instead of ${wanted}`);
      }
    });

    test("the output does not depend on the chunk size", () => {
      const input = sine(440, from, 5000);
      const whole = resample(input, from, to);
      assert.deepEqual(resample(input, from, to, 37), whole);
      assert.deepEqual(resample(input, from, to, 1024), whole);
    });
  });
}

test("there is no aliasing or imaging", () => {
  const output = resample(sine(9000, 22050, 22050), 22050, 48000);
  const clean = resample(sine(23500, 48000, 48000), 48000, 44100);
  assert.ok(peakOf(output.subarray(200, -200)) < 0.52, "images would add to the tone");
  assert.ok(peakOf(clean.subarray(200, -200)) < 0.25, "a tone above the Nyquist frequency is removed");
});
