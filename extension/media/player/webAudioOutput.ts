import workletProgram from "worklet-program";
import type { AudioChunk, AudioContextState } from "../../src/player/playerProtocol";
import type { PlayoutReport } from "./playoutQueue";

/** Messages to the audio thread. */
export type MessageToWorklet =
  ({ type: "chunk" } & Omit<AudioChunk, "marks">) | { type: "stop" } | { type: "pause" } | { type: "resume" };

export interface OutputEvents {
  /** Reports arrive when the audio is audible: delayed by the latency of the output device. */
  onReport: (report: PlayoutReport) => void;
  onAudioState: (state: AudioContextState) => void;
}

/**
 * Audio context and worklet. One context lives as long as the page: the user's permission to play audio is
 * bound to it.
 */
export class WebAudioOutput {
  private isStereo = false;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
    events: OutputEvents,
  ) {
    node.port.onmessage = ({ data }: MessageEvent<PlayoutReport>): void => {
      // Bluetooth headphones, for example, delay audio noticeably.
      setTimeout(() => {
        events.onReport(data);
      }, context.outputLatency * 1000);
    };
    context.onstatechange = (): void => {
      events.onAudioState(this.state);
    };
  }

  static async open(events: OutputEvents): Promise<WebAudioOutput> {
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
    return new WebAudioOutput(context, node, events);
  }

  get state(): AudioContextState {
    return this.context.state === "running" ? "running" : "suspended";
  }

  get sampleRate(): number {
    return this.context.sampleRate;
  }

  send(message: MessageToWorklet): void {
    if (message.type === "chunk" && message.balances.length > 0) {
      this.switchToStereo();
    }
    this.node.port.postMessage(message, message.type === "chunk" ? [message.pcm] : []);
  }

  /** Starts the context if the browser allows it now, for example during a click. */
  async enable(): Promise<void> {
    await this.context.resume();
  }

  /** Inserts a panner; the second output of the worklet controls its position. */
  private switchToStereo(): void {
    if (this.isStereo) {
      return;
    }
    this.isStereo = true;
    const panner = new StereoPannerNode(this.context);
    this.node.disconnect();
    this.node.connect(panner, 0).connect(this.context.destination);
    this.node.connect(panner.pan, 1);
  }
}
