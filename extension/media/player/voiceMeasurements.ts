import type { Category } from "../../src/serverProtocol";

/** Measurements of one voice: `loudness` in dBFS, `pitch` (median) in Hz if there is any. */
export interface VoiceMeasurement {
  category: Category;
  words: number;
  loudness: number;
  pitch: number | undefined;
}

interface Totals {
  words: number;
  energy: number;
  samples: number;
  pitches: number[];
}

/** Pitch values kept per voice; more would not change the median but use memory. */
const MAX_PITCHES = 1000;

/** Range of the pitch of voices, in Hz. */
const MIN_PITCH = 60;
const MAX_PITCH = 450;

/** Minimum normalised autocorrelation of voiced sound. */
const VOICED = 0.6;

/** Measures loudness and pitch of each voice, as a check of how different the voices are. */
export class VoiceMeasurements {
  private readonly voices = new Map<Category, Totals>();

  addWord(category: Category): void {
    this.totals(category).words++;
  }

  /** Adds audio of a word of `category`. */
  addAudio(category: Category, samples: Float32Array, rate: number): void {
    const voice = this.totals(category);
    voice.energy += samples.reduce((sum, sample) => sum + sample * sample, 0);
    voice.samples += samples.length;
    const pitch = measurePitch(samples, rate);
    if (pitch !== undefined && voice.pitches.length < MAX_PITCHES) {
      voice.pitches.push(pitch);
    }
  }

  all(): VoiceMeasurement[] {
    return [...this.voices].map(([category, { words, energy, samples, pitches }]) => ({
      category,
      words,
      loudness: 10 * Math.log10(Math.max(energy / Math.max(samples, 1), 1e-10)),
      pitch: median(pitches),
    }));
  }

  clear(): void {
    this.voices.clear();
  }

  private totals(category: Category): Totals {
    let voice = this.voices.get(category);
    if (!voice) {
      voice = { words: 0, energy: 0, samples: 0, pitches: [] };
      this.voices.set(category, voice);
    }
    return voice;
  }
}

/**
 * Pitch in Hz by normalised autocorrelation; undefined for silence and unvoiced sounds such as "s". `samples`
 * should be longer than two periods of the lowest pitch.
 */
export function measurePitch(samples: Float32Array, rate: number): number | undefined {
  const minLag = Math.floor(rate / MAX_PITCH);
  const maxLag = Math.min(Math.ceil(rate / MIN_PITCH), Math.floor(samples.length / 2));
  const correlations = new Float32Array(maxLag + 1);
  for (let lag = minLag; lag <= maxLag; lag++) {
    correlations[lag] = autocorrelation(samples, lag);
  }
  const best = correlations.reduce((most, value) => Math.max(most, value), 0);
  if (best < VOICED) {
    return undefined;
  }
  // Multiples of the period correlate as well as the period: take the first peak that is nearly the best.
  for (let lag = minLag + 1; lag < maxLag; lag++) {
    const value = correlations[lag]!;
    if (value > 0.9 * best && value >= correlations[lag - 1]! && value >= correlations[lag + 1]!) {
      return rate / lag;
    }
  }
  return undefined;
}

function autocorrelation(samples: Float32Array, lag: number): number {
  let product = 0;
  let energy = 0;
  let laggedEnergy = 0;
  for (let i = 0; i + lag < samples.length; i++) {
    const a = samples[i]!;
    const b = samples[i + lag]!;
    product += a * b;
    energy += a * a;
    laggedEnergy += b * b;
  }
  const norm = Math.sqrt(energy * laggedEnergy);
  return norm > 1e-6 ? product / norm : 0;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
