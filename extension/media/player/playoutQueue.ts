import { Resampler } from "./resampler";

/** Audio to play: `pcm` is s16 mono at `sampleRate`, `firstSample` its position in the session. */
export interface PlayoutChunk {
  session: number;
  sampleRate: number;
  firstSample: number;
  pcm: Int16Array;
  last: boolean;
  /** Changes of the stereo position: sample of the session, and balance from -100 (left) to 100 (right). */
  balances?: [sample: number, balance: number][];
}

/** Progress of the playout: 20 times a second, and immediately when the state changes. */
export interface PlayoutReport {
  session: number;
  /** Samples of the session played so far, at the session's own rate. */
  played: number;
  /** Output samples since the last report. */
  rendered: Float32Array;
  /** `underrun`: the next chunk has not arrived in time. */
  state: "playing" | "underrun" | "paused" | "silent";
}

/** Length of the fades at start, stop, pause and resume, in seconds: they prevent clicks. */
const FADE = 0.004;
const REPORTS_PER_SECOND = 20;

/**
 * Queue between received chunks and rendered samples; runs in the audio thread.
 *
 * Session numbers only grow: a chunk of a newer session ends the older session, a chunk of an older session is
 * dropped. Stop, pause and replacement fade out.
 */
export class PlayoutQueue {
  private stream: SessionStream | undefined;
  /** Chunks of a newer session that arrive while the older one fades out. */
  private waiting: PlayoutChunk[] = [];
  /** Chunks of sessions up to this one are dropped. */
  private endedSession = 0;
  private gain = 0;
  private isPaused = false;
  private isEnding = false;
  private state: PlayoutReport["state"] = "silent";
  private unreported: Float32Array;
  private unreportedCount = 0;

  constructor(private readonly rate: number) {
    this.unreported = new Float32Array(Math.ceil(rate / REPORTS_PER_SECOND) + 1024);
  }

  play(chunk: PlayoutChunk): void {
    if (chunk.session <= this.endedSession) {
      return;
    }
    const newest = this.waiting.at(-1)?.session ?? this.stream?.session;
    if (newest !== undefined && newest < chunk.session) {
      this.stop();
    }
    if (this.isEnding) {
      this.waiting.push(chunk);
    } else {
      this.stream ??= new SessionStream(chunk, this.rate);
      this.stream.push(chunk);
    }
  }

  /** Ends the current session and drops all queued audio. */
  stop(): void {
    for (const { session } of this.waiting) {
      this.endedSession = Math.max(this.endedSession, session);
    }
    this.waiting = [];
    this.isPaused = false;
    if (this.stream) {
      this.endedSession = Math.max(this.endedSession, this.stream.session);
      this.isEnding = true;
    }
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Fills `out`; returns a report if one is due. */
  render(out: Float32Array): PlayoutReport | undefined {
    out.fill(0);
    const stream = this.stream;
    if (!stream) {
      return undefined;
    }
    const isSilenced = this.gain === 0 && (this.isPaused || this.isEnding);
    const filled = isSilenced ? 0 : stream.pull(out);
    this.applyFade(out, filled);
    this.addUnreported(out);
    return this.nextReport(stream, filled < out.length && !isSilenced);
  }

  /** Current stereo position, from -100 (left) to 100 (right). */
  get balance(): number {
    return this.stream?.balance ?? 0;
  }

  private nextReport(stream: SessionStream, isUnderrun: boolean): PlayoutReport | undefined {
    if (this.isEnding && (this.gain === 0 || isUnderrun)) {
      return this.finish(stream);
    }
    if (stream.isDone) {
      this.endedSession = Math.max(this.endedSession, stream.session);
      return this.finish(stream);
    }
    const state = this.isPaused ? "paused" : isUnderrun ? "underrun" : "playing";
    const isDue = this.unreportedCount * REPORTS_PER_SECOND >= this.rate;
    const isNewState = state !== this.state && !(state === "paused" && this.gain > 0);
    return isDue || isNewState ? this.makeReport(stream, state) : undefined;
  }

  private finish(stream: SessionStream): PlayoutReport {
    this.stream = undefined;
    this.isEnding = false;
    this.gain = 0;
    const report = this.makeReport(stream, "silent");
    const waiting = this.waiting;
    this.waiting = [];
    for (const chunk of waiting) {
      this.play(chunk);
    }
    return report;
  }

  private makeReport(stream: SessionStream, state: PlayoutReport["state"]): PlayoutReport {
    this.state = state;
    const rendered = this.unreported.slice(0, this.unreportedCount);
    this.unreportedCount = 0;
    return { session: stream.session, played: stream.played, rendered, state };
  }

  private addUnreported(out: Float32Array): void {
    if (this.unreportedCount + out.length > this.unreported.length) {
      this.unreportedCount = 0;
    }
    this.unreported.set(out, this.unreportedCount);
    this.unreportedCount += out.length;
  }

  /** Moves the gain towards its target over the filled samples. */
  private applyFade(out: Float32Array, filled: number): void {
    const target = this.isPaused || this.isEnding ? 0 : 1;
    const step = 1 / (FADE * this.rate);
    for (let i = 0; i < filled; i++) {
      this.gain =
        target > this.gain ? Math.min(target, this.gain + step) : Math.max(target, this.gain - step);
      out[i]! *= this.gain;
    }
  }
}

/** Audio of one session. Its sample rate changes if another engine takes over in the middle. */
class SessionStream {
  readonly session: number;
  private readonly firstSample: number;
  /** One resampler for each run of chunks with the same rate; the first one is being played. */
  private readonly resamplers: Resampler[] = [];
  private consumedBefore = 0;
  private hasLast = false;
  private readonly balanceChanges: [sample: number, balance: number][] = [];
  private currentBalance = 0;

  constructor(
    chunk: PlayoutChunk,
    private readonly rate: number,
  ) {
    this.session = chunk.session;
    this.firstSample = chunk.firstSample;
  }

  push(chunk: PlayoutChunk): void {
    let resampler = this.resamplers.at(-1);
    if (resampler?.from !== chunk.sampleRate) {
      resampler?.end();
      resampler = new Resampler(chunk.sampleRate, this.rate);
      this.resamplers.push(resampler);
    }
    resampler.push(chunk.pcm);
    this.balanceChanges.push(...(chunk.balances ?? []));
    if (chunk.last) {
      resampler.end();
      this.hasLast = true;
    }
  }

  /** Returns how many samples of `out` were filled. */
  pull(out: Float32Array): number {
    let filled = 0;
    for (let first = this.resamplers[0]; first && filled < out.length; first = this.resamplers[0]) {
      filled = first.pull(out, filled);
      if (this.resamplers.length === 1 || !first.isEmpty) {
        break;
      }
      this.consumedBefore += first.consumed;
      this.resamplers.shift();
    }
    return filled;
  }

  /** Position of the playout in the session, in samples. */
  get played(): number {
    return this.firstSample + this.consumedBefore + (this.resamplers[0]?.consumed ?? 0);
  }

  get balance(): number {
    while (this.balanceChanges[0] && this.balanceChanges[0][0] <= this.played) {
      this.currentBalance = this.balanceChanges.shift()![1];
    }
    return this.currentBalance;
  }

  get isDone(): boolean {
    return this.hasLast && this.resamplers.length === 1 && this.resamplers[0]!.isEmpty;
  }
}
