/** Messages between the extension and the player page. Free of VS Code imports: the page uses it, too. */

import type { Category } from "../serverProtocol";

/** Audio for the player: `pcm` is s16le mono, `firstSample` its position in the session. */
export interface AudioChunk {
  session: number;
  sampleRate: number;
  firstSample: number;
  pcm: ArrayBuffer;
  last: boolean;
  marks: SpokenWord[];
  /** Changes of the stereo position: sample of the session, and balance from -100 (left) to 100 (right). */
  balances: [sample: number, balance: number][];
}

/** A word that the player page shows. */
export interface SpokenWord {
  sample: number;
  category: Category;
  text: string;
}

/** State of the page's audio context; `suspended` until VS Code allows the page to play audio. */
export type AudioContextState = "running" | "suspended";

export type MessageToPage =
  | ({ type: "chunk" } & AudioChunk)
  | { type: "stop" }
  | { type: "pause" }
  | { type: "resume" }
  /** Focus the button that enables audio. */
  | { type: "focusEnable" };

export type MessageFromPage =
  /** The page has been loaded or reloaded. */
  | { type: "ready"; audio: AudioContextState }
  | { type: "audio"; state: AudioContextState }
  /** The user has pressed the button that `focusEnable` focused. */
  | { type: "enabled" }
  | { type: "played"; session: number; samples: number }
  | { type: "failed"; message: string }
  | { type: "command"; command: "codechoir.stop" | "codechoir.pauseOrResume" };

/** Localized texts of the page. */
export interface PageTexts {
  enable: string;
  stop: string;
  pause: string;
  resume: string;
  level: string;
  transcript: string;
  measurements: string;
  category: string;
  words: string;
  loudness: string;
  pitch: string;
  blocked: string;
  enabled: string;
  categories: Record<Category, string>;
}
