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
      outputChannelCount: [1],
    });
    node.connect(context.destination);
    return new Output(context, node, events);
  }

  get state(): AudioState {
    return this.context.state === "running" ? "running" : "suspended";
  }

  get sampleRate(): number {
    return this.context.sampleRate;
  }

  send(message: ToWorklet): void {
    this.node.port.postMessage(message, message.type === "chunk" ? [message.pcm] : []);
  }

  /** Lets sound out if the browser allows it now, as it does during a key or a click. */
  async enable(): Promise<void> {
    await this.context.resume();
  }
}
