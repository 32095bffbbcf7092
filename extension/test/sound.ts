/** Sounds for the tests of the player. */

/** A sine of `hertz` at `rate`, s16, at half of full scale. */
export function sine(hertz: number, rate: number, samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => 16384 * Math.sin((2 * Math.PI * hertz * i) / rate));
}

export function peakOf(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
