import type { AudioMode, StateMessage } from "../protocol";

/** What the user may be told about the reading, in the order in which it usually happens. */
export type Phase = "silent" | "waiting" | "speaking" | "paused" | "blocked" | "failed";

/** The state of the reading as the status item tells it. `message`: a line for people. */
export interface ReadingState {
  readonly phase: Phase;
  readonly message?: string;
}

export const SILENT: ReadingState = { phase: "silent" };

/** The phases in which Stop has something to stop. */
export function isReading({ phase }: ReadingState): boolean {
  return phase !== "silent" && phase !== "failed";
}

/**
 * The state after the server's `message`.
 *
 * `heard`: whether the player has acknowledged any sound of this reading. The server says "speaking" when it
 * sends; where the sound is let out by us, nobody is told so before it was really heard.
 */
export function afterServerState(message: StateMessage, mode: AudioMode, heard: boolean): ReadingState {
  const words = message.message ? { message: message.message } : {};
  switch (message.state) {
    case "speaking":
      return { phase: mode === "server" || heard ? "speaking" : "waiting", ...words };
    case "paused":
    case "blocked":
      return { phase: message.state, ...words };
    case "error":
      return { phase: "failed", ...words };
    case "stopped":
    case "finished":
      return { phase: "silent", ...words };
  }
}

/** The state after the player has acknowledged sound. */
export function afterSound(state: ReadingState): ReadingState {
  return state.phase === "waiting" || state.phase === "blocked" ? { phase: "speaking" } : state;
}
