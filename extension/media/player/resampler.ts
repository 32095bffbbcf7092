/**
 * Brings a stream of samples from one rate to another: windowed-sinc interpolation, phase by phase.
 *
 * A reading comes at the engine's rate (eSpeak NG: 22,050 a second), the window plays at the sound device's
 * (mostly 48,000). Doing this here, over the whole stream, leaves no seam where chunks meet.
 */
export class Resampler {
  private readonly step: number;
  private readonly kernel: Float32Array;
  /** Input samples from `base` on; what lies before them is not needed any more. */
  private buffer: Float32Array = new Float32Array(8192);
  private length = HALF;
  private base = -HALF;
  private pushed = 0;
  private made = 0;
  private isEnded = false;

  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    this.step = from / to;
    this.kernel = makeKernel(Math.min(1, to / from));
  }

  /** Takes samples in, s16. */
  push(samples: Int16Array): void {
    const floats = this.grow(samples.length);
    for (let i = 0; i < samples.length; i++) {
      floats[i] = samples[i]! / 32768;
    }
    this.pushed += samples.length;
  }

  /** Nothing more comes in: the last samples may sound without waiting for those after them. */
  end(): void {
    if (!this.isEnded) {
      this.isEnded = true;
      this.grow(HALF);
    }
  }

  /** Writes to `out` from `offset` on; returns the place behind the last sample that could be made. */
  pull(out: Float32Array, offset: number): number {
    const limit = this.isEnded ? this.pushed : this.base + this.length - HALF;
    let at = offset;
    while (at < out.length && this.position < limit) {
      out[at++] = this.sampleAt(this.position);
      this.made++;
    }
    return at;
  }

  /** How many of the samples that came in have gone out. */
  get consumed(): number {
    return Math.min(this.pushed, Math.ceil(this.position));
  }

  /** Whether everything that came in has gone out. */
  get isEmpty(): boolean {
    return this.position >= this.pushed;
  }

  /** Counted from the outputs, so that hours of sound do not add up rounding errors. */
  private get position(): number {
    return this.made * this.step;
  }

  private sampleAt(position: number): number {
    const whole = Math.floor(position);
    const phase = (position - whole) * PHASES;
    const row = Math.floor(phase);
    const part = phase - row;
    const kernel = this.kernel;
    const first = whole - this.base - HALF + 1;
    const here = row * TAPS;
    const next = here + TAPS;
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap++) {
      const weight = kernel[here + tap]! + part * (kernel[next + tap]! - kernel[here + tap]!);
      sum += weight * (this.buffer[first + tap] ?? 0);
    }
    return sum;
  }

  /** Room for `count` more samples (zeros), after dropping what has gone out. */
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
    const room = this.buffer.subarray(this.length, this.length + count);
    room.fill(0);
    this.length += count;
    return room;
  }
}

/** Input samples to either side of an output sample that it is made of. */
const HALF = 12;
const TAPS = 2 * HALF;
/** Places between two input samples for which weights are kept; between these they are interpolated. */
const PHASES = 64;

/** Weights for each phase, one row more than phases so that the last can be interpolated. */
function makeKernel(cutoff: number): Float32Array {
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

/** The window, over -1 to 1. */
function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}
