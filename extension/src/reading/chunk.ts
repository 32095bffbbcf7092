import type { Chunk } from "../player/messages";
import type { AudioMessage } from "../protocol";

/** Base64 ends here: from now on the sound travels as an ArrayBuffer. */
export function decodeChunk(message: AudioMessage): Chunk {
  return {
    session: message.session,
    sampleRate: message.sampleRate,
    firstSample: message.firstSample,
    pcm: decodeBase64(message.pcm),
    last: message.last,
    marks: message.marks.map(({ sample, category, text }) => ({ sample, category, text })),
    balances: message.balances ?? [],
  };
}

/** Into a buffer of its own, since small `Buffer`s share one with strangers. */
function decodeBase64(text: string): ArrayBuffer {
  const bytes = new ArrayBuffer(Buffer.byteLength(text, "base64"));
  Buffer.from(bytes).write(text, "base64");
  return bytes;
}
