import type { AudioMode } from "../protocol";
import type { Chunk } from "./messages";

/** Lets sound out. Where the server plays by itself there is nothing to let out: `mode` is "server". */
export interface Player {
  readonly mode: AudioMode;
  /** Get ready to sound; rejects with a line for people. */
  prepare(): Promise<void>;
  play(chunk: Chunk): void;
  stop(): void;
  pause(): void;
  resume(): void;
}

/** How far the player has come; `samples` of the reading have been heard. */
export interface Played {
  session: number;
  samples: number;
}
