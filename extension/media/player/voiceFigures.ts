import type { Category } from "../../src/protocol";
import { pitchOf } from "./pitch";

/** What was heard of one voice. `loudness` in dB below full scale, `pitch` in Hz, where there is any. */
export interface VoiceFigure {
  category: Category;
  words: number;
  loudness: number;
  pitch: number | undefined;
}

/** Measures what is let out, voice by voice: so that one can see, too, that voices differ. */
export class VoiceFigures {
  private readonly heard = new Map<
    Category,
    { words: number; energy: number; samples: number; pitches: number[] }
  >();

  addWord(category: Category): void {
    this.of(category).words++;
  }

  /** `samples` sounded while a word of `category` did. */
  addSound(category: Category, samples: Float32Array, rate: number): void {
    const voice = this.of(category);
    voice.energy += samples.reduce((sum, sample) => sum + sample * sample, 0);
    voice.samples += samples.length;
    const pitch = pitchOf(samples, rate);
    if (pitch !== undefined && voice.pitches.length < MOST_PITCHES) {
      voice.pitches.push(pitch);
    }
  }

  all(): VoiceFigure[] {
    return [...this.heard].map(([category, { words, energy, samples, pitches }]) => ({
      category,
      words,
      loudness: 10 * Math.log10(Math.max(energy / Math.max(samples, 1), 1e-10)),
      pitch: median(pitches),
    }));
  }

  clear(): void {
    this.heard.clear();
  }

  private of(category: Category): { words: number; energy: number; samples: number; pitches: number[] } {
    let voice = this.heard.get(category);
    if (!voice) {
      voice = { words: 0, energy: 0, samples: 0, pitches: [] };
      this.heard.set(category, voice);
    }
    return voice;
  }
}

/** Enough to know a voice by; a reading of a whole day must not pile up. */
const MOST_PITCHES = 1000;

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
