/** What the extension and the player's page say to each other. */

import type { Category } from "../protocol";

/** A piece of sound for the player: `pcm` is s16le mono, `firstSample` its place in the reading. */
export interface Chunk {
  session: number;
  sampleRate: number;
  firstSample: number;
  pcm: ArrayBuffer;
  last: boolean;
  marks: SpokenWord[];
  /** Where the sound moves between left and right: from a sample of the reading on, -100 to 100. */
  balances: [sample: number, balance: number][];
}

/** What the player shows: no source range, since it does not know the document. */
export interface SpokenWord {
  sample: number;
  category: Category;
  text: string;
}

/** Whether the window lets out sound: `suspended` until a key or a click where VS Code asks for one. */
export type AudioState = "running" | "suspended";

export type ToPage =
  | ({ type: "chunk" } & Chunk)
  | { type: "stop" }
  | { type: "pause" }
  | { type: "resume" }
  /** Put the focus on the button that enables audio. */
  | { type: "focusEnable" };

export type FromPage =
  /** The page has loaded, or has loaded again. */
  | { type: "ready"; audio: AudioState }
  | { type: "audio"; state: AudioState }
  /** The user has enabled audio in the page, having come there by our command. */
  | { type: "enabled" }
  | { type: "played"; session: number; samples: number }
  | { type: "failed"; message: string }
  /** A button was pressed. */
  | { type: "command"; command: "codechoir.stop" | "codechoir.pauseOrResume" };

/** The words that the page shows, in the user's language. */
export interface PageWords {
  enable: string;
  stop: string;
  pause: string;
  resume: string;
  level: string;
  transcript: string;
  heard: string;
  category: string;
  words: string;
  loudness: string;
  pitch: string;
  blocked: string;
  enabled: string;
  categories: Record<Category, string>;
}
