/** The audio thread: Web Audio asks for 128 samples at a time. Bundled into the page as text. */

import { Playout } from "./playout";
import type { ToWorklet } from "./output";

/** The global scope of an audio worklet, which TypeScript's libraries do not describe. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** How long a voice takes from one side to the other, in seconds. */
const GLIDE = 0.005;

class PlayerProcessor extends AudioWorkletProcessor {
  private readonly playout = new Playout(sampleRate);
  private place = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToWorklet>): void => {
      switch (data.type) {
        case "chunk":
          this.playout.play({ ...data, pcm: new Int16Array(data.pcm) });
          break;
        case "stop":
          this.playout.stop();
          break;
        case "pause":
          this.playout.pause();
          break;
        case "resume":
          this.playout.resume();
          break;
      }
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const channels = outputs[0]!;
    this.pan(outputs[1]?.[0] ?? new Float32Array());
    const report = this.playout.render(channels[0]!);
    for (const channel of channels.slice(1)) {
      channel.set(channels[0]!);
    }
    if (report) {
      this.port.postMessage(report, [report.rendered.buffer]);
    }
    return true;
  }

  /** Where each sample stands, -1 to 1; a voice that jumps to the other side glides, or it would click. */
  private pan(out: Float32Array): void {
    const goal = this.playout.balance / 100;
    const step = 2 / (GLIDE * sampleRate);
    for (let i = 0; i < out.length; i++) {
      this.place += Math.min(Math.max(goal - this.place, -step), step);
      out[i] = this.place;
    }
  }
}

registerProcessor("codechoir-player", PlayerProcessor);
