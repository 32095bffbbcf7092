/** The pitches that voices have, in Hz. */
const LOWEST = 60;
const HIGHEST = 450;

/** How alike a stretch and itself one period later must be to count as voiced. */
const VOICED = 0.6;

/**
 * The pitch of a stretch of sound in Hz, by normalised autocorrelation; undefined where there is none, as in
 * silence, and in consonants such as "s". `samples` should be longer than two periods of the lowest pitch.
 */
export function pitchOf(samples: Float32Array, rate: number): number | undefined {
  const shortest = Math.floor(rate / HIGHEST);
  const longest = Math.min(Math.ceil(rate / LOWEST), Math.floor(samples.length / 2));
  const likeness = new Float32Array(longest + 1);
  for (let lag = shortest; lag <= longest; lag++) {
    likeness[lag] = correlation(samples, lag);
  }
  const best = likeness.reduce((most, value) => Math.max(most, value), 0);
  if (best < VOICED) {
    return undefined;
  }
  // Twice the period is as alike as once: the first peak that is nearly the best is the period.
  for (let lag = shortest + 1; lag < longest; lag++) {
    const value = likeness[lag]!;
    if (value > 0.9 * best && value >= likeness[lag - 1]! && value >= likeness[lag + 1]!) {
      return rate / lag;
    }
  }
  return undefined;
}

function correlation(samples: Float32Array, lag: number): number {
  let product = 0;
  let here = 0;
  let there = 0;
  for (let i = 0; i + lag < samples.length; i++) {
    const a = samples[i]!;
    const b = samples[i + lag]!;
    product += a * b;
    here += a * a;
    there += b * b;
  }
  const energy = Math.sqrt(here * there);
  return energy > 1e-6 ? product / energy : 0;
}
