import workletProgram from "worklet-program";
import type { AudioState } from "../../src/player/messages";
import type { Report } from "./playout";

/** What the page tells the audio thread. */
export type ToWorklet =
  | {
      type: "chunk";
      session: number;
      sampleRate: number;
      firstSample: number;
      pcm: ArrayBuffer;
      last: boolean;
      balances: [sample: number, balance: number][];
    }
  | { type: "stop" }
  | { type: "pause" }
  | { type: "resume" };

export interface OutputEvents {
  /** What has reached the ear; late by the time that the sound takes to the loudspeaker. */
  onReport: (report: Report) => void;
  onAudioState: (state: AudioState) => void;
}

/**
 * The way to the loudspeaker: one audio context for the life of the page, never closed, since a user's
 * permission to sound is bound to it.
 */
export class Output {
  private isWide = false;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
    events: OutputEvents,
  ) {
    node.port.onmessage = ({ data }: MessageEvent<Report>): void => {
      // A word is marked, and paid for, when it is heard: with some headphones much later than now.
      setTimeout(() => {
        events.onReport(data);
      }, context.outputLatency * 1000);
    };
    context.onstatechange = (): void => {
      events.onAudioState(this.state);
    };
  }

  static async open(events: OutputEvents): Promise<Output> {
    const context = new AudioContext({ latencyHint: "interactive" });
    const program = URL.createObjectURL(new Blob([workletProgram], { type: "text/javascript" }));
    await context.audioWorklet.addModule(program);
    URL.revokeObjectURL(program);
    const node = new AudioWorkletNode(context, "codechoir-player", {
      numberOfInputs: 0,
      numberOfOutputs: 2,
      outputChannelCount: [1, 1],
    });
    node.connect(context.destination, 0);
    return new Output(context, node, events);
  }

  get state(): AudioState {
    return this.context.state === "running" ? "running" : "suspended";
  }

  get sampleRate(): number {
    return this.context.sampleRate;
  }

  send(message: ToWorklet): void {
    if (message.type === "chunk" && message.balances.length > 0) {
      this.widen();
    }
    this.node.port.postMessage(message, message.type === "chunk" ? [message.pcm] : []);
  }

  /** From now on the sound is stereo. The worklet's second output tells where each sample stands. */
  private widen(): void {
    if (this.isWide) {
      return;
    }
    this.isWide = true;
    const panner = new StereoPannerNode(this.context);
    this.node.disconnect();
    this.node.connect(panner, 0).connect(this.context.destination);
    this.node.connect(panner.pan, 1);
  }

  /** Lets sound out if the browser allows it now, as it does during a key or a click. */
  async enable(): Promise<void> {
    await this.context.resume();
  }
}
