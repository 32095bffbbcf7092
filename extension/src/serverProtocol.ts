/**
 * Messages between the extension and the language server; see docs/reference/language-server.md.
 *
 * tests/project/test_extension_contract.py compares the names in this file with those of the server.
 */

/** Command ids of the server. The extension's own command ids start with `codechoir.` only. */
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

/** Unit of a skip within a reading. */
export type SkipUnit = "span" | "line" | "block" | "symbol";

/** What to read. */
export type ReadUnit = "selection" | "line" | "symbol" | "file" | "from-cursor";

/** Position as in LSP: zero-based line and UTF-16 code unit. */
export interface LspPosition {
  line: number;
  character: number;
}

export interface LspRange {
  start: LspPosition;
  end: LspPosition;
}

export interface ReadArguments {
  uri: string;
  unit: ReadUnit;
  range?: LspRange;
  /** Several selections; the server reads them in document order. */
  ranges?: LspRange[];
  position?: LspPosition;
}

/** What to say about code. */
export type SayTopic = "outline" | "describe" | "spell";

/** An outline without a position covers the whole document. */
export interface SayArguments {
  what: SayTopic;
  uri: string;
  range?: LspRange;
  ranges?: LspRange[];
  position?: LspPosition;
}

/** A spoken word and its source range; `sample` and `length` count samples of the session. */
export interface AudioMark {
  range: LspRange;
  sample: number;
  length: number;
  category: Category;
  text: string;
}

/** `pcm`: s16le mono in base64; empty if the server plays the audio itself and sends only the marks. */
export interface AudioMessage {
  session: number;
  seq: number;
  sampleRate: number;
  pcm: string;
  firstSample: number;
  marks: AudioMark[];
  /** Version of the document that the ranges of the marks refer to; absent if the server does not know it. */
  version?: number;
  /** Changes of the stereo position: sample of the session, and balance from -100 (left) to 100 (right). */
  balances?: [sample: number, balance: number][];
  last: boolean;
}

export type SessionState = "speaking" | "paused" | "stopped" | "finished" | "blocked" | "error";

export interface StateMessage {
  session: number;
  state: SessionState;
  message?: string;
}

/** Flow control: how many samples of the session have been played. */
export interface AckMessage {
  session: number;
  playedSamples: number;
}

/** Who plays the audio: the editor window (`client`), or the server on its own sound device. */
export type AudioMode = "client" | "server";
