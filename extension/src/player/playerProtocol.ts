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
  | { type: "command"; command: PageCommand };

/** The only commands that the page may run. */
export const pageCommands = ["codechoir.stop", "codechoir.pauseOrResume"] as const;

export type PageCommand = (typeof pageCommands)[number];

/** Whether a message from the page has the shape that is expected; the page might have been replaced. */
export function isMessageFromPage(message: unknown): message is MessageFromPage {
  if (typeof message !== "object" || message === null) {
    return false;
  }
  const { type, ...values } = message as Record<string, unknown>;
  switch (type) {
    case "ready":
      return isAudioState(values.audio);
    case "audio":
      return isAudioState(values.state);
    case "enabled":
      return true;
    case "played":
      return Number.isSafeInteger(values.session) && Number.isFinite(values.samples);
    case "failed":
      return typeof values.message === "string";
    case "command":
      return pageCommands.some((allowed) => allowed === values.command);
    default:
      return false;
  }
}

function isAudioState(value: unknown): boolean {
  return value === "running" || value === "suspended";
}

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
