import { type PlayoutChunk, Stream } from "./stream";

/** What the playout tells about every twentieth of a second, and at once when something has changed. */
export interface Report {
  session: number;
  /** Samples of the reading, at its own rate, that were rendered so far. */
  played: number;
  /** What was rendered since the last report. */
  rendered: Float32Array;
  state: "sounding" | "starved" | "paused" | "silent";
}

/** Length of the fade with which sound ends and begins, in seconds: no click, and no delay to the ear. */
const FADE = 0.004;
const REPORTS_PER_SECOND = 20;

/**
 * The queue between chunks that come in and samples that go out; runs in the audio thread.
 *
 * Session numbers only grow: a chunk of a newer session ends the older one, a chunk of an older one is
 * dropped. A gate fades to silence on stop, pause and replacement.
 */
export class Playout {
  private reading: Stream | undefined;
  private waiting: PlayoutChunk[] = [];
  /** Sessions up to this one are over. */
  private over = 0;
  private gain = 0;
  private isPaused = false;
  private isEnding = false;
  private state: Report["state"] = "silent";
  private unreported: Float32Array;
  private count = 0;

  constructor(private readonly rate: number) {
    this.unreported = new Float32Array(Math.ceil(rate / REPORTS_PER_SECOND) + 1024);
  }

  play(chunk: PlayoutChunk): void {
    if (chunk.session <= this.over) {
      return;
    }
    const newest = this.waiting.at(-1)?.session ?? this.reading?.session;
    if (newest !== undefined && newest < chunk.session) {
      this.stop();
    }
    if (this.isEnding) {
      this.waiting.push(chunk);
    } else {
      this.reading ??= new Stream(chunk, this.rate);
      this.reading.push(chunk);
    }
  }

  /** Ends what is being played, and all that is queued. */
  stop(): void {
    for (const { session } of this.waiting) {
      this.over = Math.max(this.over, session);
    }
    this.waiting = [];
    this.isPaused = false;
    if (this.reading) {
      this.over = Math.max(this.over, this.reading.session);
      this.isEnding = true;
    }
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Fills `out`; returns a report when one is due. */
  render(out: Float32Array): Report | undefined {
    out.fill(0);
    const reading = this.reading;
    if (!reading) {
      return undefined;
    }
    const isShut = this.gain === 0 && (this.isPaused || this.isEnding);
    const filled = isShut ? 0 : reading.pull(out);
    this.fade(out, filled);
    this.keep(out);
    return this.settle(reading, filled < out.length && !isShut);
  }

  /** Where the sound stands, between -100 (left) and 100 (right). */
  get balance(): number {
    return this.reading?.balance ?? 0;
  }

  /** Decides what comes next, after a stretch of `reading` was rendered. */
  private settle(reading: Stream, isStarved: boolean): Report | undefined {
    if (this.isEnding && (this.gain === 0 || isStarved)) {
      return this.finish(reading);
    }
    if (reading.isDone) {
      this.over = Math.max(this.over, reading.session);
      return this.finish(reading);
    }
    return this.report(reading, this.isPaused ? "paused" : isStarved ? "starved" : "sounding");
  }

  private finish(reading: Stream): Report {
    this.reading = undefined;
    this.isEnding = false;
    this.gain = 0;
    const report = this.makeReport(reading, "silent");
    const waiting = this.waiting;
    this.waiting = [];
    for (const chunk of waiting) {
      this.play(chunk);
    }
    return report;
  }

  private report(reading: Stream, state: Report["state"]): Report | undefined {
    const isDue = this.count * REPORTS_PER_SECOND >= this.rate;
    const isNews = state !== this.state && !(state === "paused" && this.gain > 0);
    return isDue || isNews ? this.makeReport(reading, state) : undefined;
  }

  private makeReport(reading: Stream, state: Report["state"]): Report {
    this.state = state;
    const rendered = this.unreported.slice(0, this.count);
    this.count = 0;
    return { session: reading.session, played: reading.played, rendered, state };
  }

  private keep(out: Float32Array): void {
    if (this.count + out.length > this.unreported.length) {
      this.count = 0;
    }
    this.unreported.set(out, this.count);
    this.count += out.length;
  }

  /** Moves the gain towards where it should be, over the samples that were filled. */
  private fade(out: Float32Array, filled: number): void {
    const goal = this.isPaused || this.isEnding ? 0 : 1;
    const step = 1 / (FADE * this.rate);
    for (let i = 0; i < filled; i++) {
      this.gain = goal > this.gain ? Math.min(goal, this.gain + step) : Math.max(goal, this.gain - step);
      out[i]! *= this.gain;
    }
  }
}
