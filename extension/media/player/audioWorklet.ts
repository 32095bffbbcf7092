/** Audio thread of the player. Web Audio calls `process` for every 128 samples. Bundled into the page as text. */

import { PlayoutQueue } from "./playoutQueue";
import type { MessageToWorklet } from "./webAudioOutput";

/** Globals of an audio worklet; TypeScript's libraries do not declare them. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Duration of a pan from one side to the other, in seconds. An immediate change would click. */
const PAN_TIME = 0.005;

class PlayerProcessor extends AudioWorkletProcessor {
  private readonly queue = new PlayoutQueue(sampleRate);
  private pan = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessageToWorklet>): void => {
      switch (data.type) {
        case "chunk":
          this.queue.play({ ...data, pcm: new Int16Array(data.pcm) });
          break;
        case "stop":
          this.queue.stop();
          break;
        case "pause":
          this.queue.pause();
          break;
        case "resume":
          this.queue.resume();
          break;
      }
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const channels = outputs[0]!;
    this.writePan(outputs[1]?.[0] ?? new Float32Array());
    const report = this.queue.render(channels[0]!);
    for (const channel of channels.slice(1)) {
      channel.set(channels[0]!);
    }
    if (report) {
      this.port.postMessage(report, [report.rendered.buffer]);
    }
    return true;
  }

  /** Writes the pan position of each sample, -1 (left) to 1 (right). */
  private writePan(out: Float32Array): void {
    const target = this.queue.balance / 100;
    const step = 2 / (PAN_TIME * sampleRate);
    for (let i = 0; i < out.length; i++) {
      this.pan += Math.min(Math.max(target - this.pan, -step), step);
      out[i] = this.pan;
    }
  }
}

registerProcessor("codechoir-player", PlayerProcessor);
