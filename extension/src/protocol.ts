/**
 * What the extension and the language server say to each other (docs/architecture/index.md).
 *
 * A test compares these names with the server's (tests/unit/test_extension_contract.py).
 */

/** The server's commands, by what they do. They differ from the extension's own, `codechoir.…`. */
export const serverCommand = {
  read: "codechoir.server.read",
  stop: "codechoir.server.stop",
  pause: "codechoir.server.pause",
  resume: "codechoir.server.resume",
  skip: "codechoir.server.skip",
  repeat: "codechoir.server.repeat",
  where: "codechoir.server.where",
  rate: "codechoir.server.rate",
  say: "codechoir.server.say",
  describe: "codechoir.server.describe",
  voices: "codechoir.server.voices",
  cache: "codechoir.server.cache",
  status: "codechoir.server.status",
} as const;

export const notification = {
  audio: "codechoir/audio",
  state: "codechoir/state",
  ack: "codechoir/ack",
} as const;

export const categories = [
  "comment",
  "keyword",
  "literal",
  "operator",
  "type",
  "variable",
  "narration",
  "function",
  "punctuation",
] as const;

export type Category = (typeof categories)[number];

/** By what a reading can be skipped. */
export type Step = "span" | "line" | "block" | "symbol";

export type Unit = "selection" | "line" | "symbol" | "file" | "from-cursor";

/** Lines and UTF-16 characters, both from 0. */
export interface WirePosition {
  line: number;
  character: number;
}

export interface WireRange {
  start: WirePosition;
  end: WirePosition;
}

export interface ReadArguments {
  uri: string;
  unit: Unit;
  range?: WireRange;
  position?: WirePosition;
}

/** What is told about code; an outline without a position is that of the document. */
export type Told = "outline" | "describe" | "spell";

export interface SayArguments {
  what: Told;
  uri: string;
  range?: WireRange;
  position?: WirePosition;
}

/** What is said from `sample` on, for `length` samples of the reading. */
export interface WireMark {
  range: WireRange;
  sample: number;
  length: number;
  category: Category;
  text: string;
}

/** `pcm`: base64 of s16le mono; empty where the server itself plays, and tells only what is sounding. */
export interface AudioMessage {
  session: number;
  seq: number;
  sampleRate: number;
  pcm: string;
  firstSample: number;
  marks: WireMark[];
  /** Where the sound moves between left and right: from a sample of the reading on, -100 to 100. */
  balances?: [sample: number, balance: number][];
  last: boolean;
}

export type WireState = "speaking" | "paused" | "stopped" | "finished" | "blocked" | "error";

export interface StateMessage {
  session: number;
  state: WireState;
  message?: string;
}

/** Credit: how much of the reading has been heard, in samples. */
export interface AckMessage {
  session: number;
  playedSamples: number;
}

/** Where the server lets the sound out: it sends it to us, or plays it on its own machine. */
export type AudioMode = "client" | "server";
