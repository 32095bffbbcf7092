import { Resampler } from "./resampler";

/** Sound to be played: `pcm` is s16 mono at `sampleRate`. */
export interface PlayoutChunk {
  session: number;
  sampleRate: number;
  firstSample: number;
  pcm: Int16Array;
  last: boolean;
  /** From a sample of the reading on, between -100 (left) and 100 (right). */
  balances?: [sample: number, balance: number][];
}

/** The sound of one reading. An engine that steps in for another may bring another rate in its middle. */
export class Stream {
  readonly session: number;
  private readonly first: number;
  private readonly parts: Resampler[] = [];
  private consumedBefore = 0;
  private isLast = false;
  private readonly moves: [sample: number, balance: number][] = [];
  private place = 0;

  constructor(
    chunk: PlayoutChunk,
    private readonly rate: number,
  ) {
    this.session = chunk.session;
    this.first = chunk.firstSample;
  }

  push(chunk: PlayoutChunk): void {
    let part = this.parts.at(-1);
    if (part?.from !== chunk.sampleRate) {
      part?.end();
      part = new Resampler(chunk.sampleRate, this.rate);
      this.parts.push(part);
    }
    part.push(chunk.pcm);
    this.moves.push(...(chunk.balances ?? []));
    if (chunk.last) {
      part.end();
      this.isLast = true;
    }
  }

  /** Returns how many samples of `out` were filled. */
  pull(out: Float32Array): number {
    let filled = 0;
    for (let part = this.parts[0]; part && filled < out.length; part = this.parts[0]) {
      filled = part.pull(out, filled);
      if (this.parts.length === 1 || !part.isEmpty) {
        break;
      }
      this.consumedBefore += part.consumed;
      this.parts.shift();
    }
    return filled;
  }

  /** Samples of the reading that have gone out. */
  get played(): number {
    return this.first + this.consumedBefore + (this.parts[0]?.consumed ?? 0);
  }

  /** Where what goes out now stands, between -100 (left) and 100 (right). */
  get balance(): number {
    while (this.moves[0] && this.moves[0][0] <= this.played) {
      this.place = this.moves.shift()![1];
    }
    return this.place;
  }

  get isDone(): boolean {
    return this.isLast && this.parts.length === 1 && this.parts[0]!.isEmpty;
  }
}
