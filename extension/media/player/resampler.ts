/** Input samples used on each side of an output sample. */
const HALF = 12;
const TAPS = 2 * HALF;
/** Fractional positions with precomputed filter weights; weights in between are interpolated. */
const PHASES = 64;

/**
 * Streaming sample rate converter: polyphase windowed-sinc interpolation.
 *
 * Audio arrives at the engine's rate (eSpeak NG: 22,050 Hz) and is played at the device's rate (usually 48,000
 * Hz). Resampling the whole stream instead of each chunk leaves no discontinuities between chunks.
 */
export class Resampler {
  private readonly step: number;
  private readonly kernel: Float32Array;
  /** Input samples from index `base` on; earlier ones are no longer needed. */
  private buffer: Float32Array = new Float32Array(8192);
  private length = HALF;
  private base = -HALF;
  private pushed = 0;
  private produced = 0;
  private isEnded = false;

  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    this.step = from / to;
    this.kernel = createKernel(Math.min(1, to / from));
  }

  /** Appends s16 input samples. */
  push(samples: Int16Array): void {
    const floats = this.grow(samples.length);
    for (let i = 0; i < samples.length; i++) {
      floats[i] = samples[i]! / 32768;
    }
    this.pushed += samples.length;
  }

  /** Marks the end of the input; the last samples no longer wait for their successors. */
  end(): void {
    if (!this.isEnded) {
      this.isEnded = true;
      this.grow(HALF);
    }
  }

  /** Writes output samples from `offset` on, as far as the input allows; returns the offset after the last one. */
  pull(out: Float32Array, offset: number): number {
    const limit = this.isEnded ? this.pushed : this.base + this.length - HALF;
    let end = offset;
    while (end < out.length && this.position < limit) {
      out[end++] = this.sampleAt(this.position);
      this.produced++;
    }
    return end;
  }

  /** Number of input samples that have been played. */
  get consumed(): number {
    return Math.min(this.pushed, Math.ceil(this.position));
  }

  /** Whether all input has been played. */
  get isEmpty(): boolean {
    return this.position >= this.pushed;
  }

  /** Input position of the next output sample, computed from the count to avoid accumulating rounding errors. */
  private get position(): number {
    return this.produced * this.step;
  }

  private sampleAt(position: number): number {
    const whole = Math.floor(position);
    const phase = (position - whole) * PHASES;
    const row = Math.floor(phase);
    const fraction = phase - row;
    const kernel = this.kernel;
    const first = whole - this.base - HALF + 1;
    const current = row * TAPS;
    const next = current + TAPS;
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap++) {
      const weight = kernel[current + tap]! + fraction * (kernel[next + tap]! - kernel[current + tap]!);
      sum += weight * (this.buffer[first + tap] ?? 0);
    }
    return sum;
  }

  /** Drops samples that are no longer needed and appends `count` zeros; returns a view of the zeros. */
  private grow(count: number): Float32Array {
    const keepFrom = Math.max(0, Math.floor(this.position) - HALF - this.base);
    if (this.length + count > this.buffer.length) {
      const kept = this.buffer.subarray(keepFrom, this.length);
      const needed = kept.length + count;
      const larger = needed > this.buffer.length ? new Float32Array(2 * needed) : this.buffer;
      larger.set(kept);
      this.buffer = larger;
      this.base += keepFrom;
      this.length = kept.length;
    }
    const added = this.buffer.subarray(this.length, this.length + count);
    added.fill(0);
    this.length += count;
    return added;
  }
}

/** Filter weights for each phase, plus one more row to interpolate the last phase. */
function createKernel(cutoff: number): Float32Array {
  const kernel = new Float32Array((PHASES + 1) * TAPS);
  for (let row = 0; row <= PHASES; row++) {
    const weights = kernel.subarray(row * TAPS, (row + 1) * TAPS);
    for (let tap = 0; tap < TAPS; tap++) {
      const distance = tap - HALF + 1 - row / PHASES;
      weights[tap] = cutoff * sinc(cutoff * distance) * blackman(distance / HALF);
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    weights.forEach((weight, tap) => {
      weights[tap] = weight / sum;
    });
  }
  return kernel;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman window over -1 to 1. */
function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}
