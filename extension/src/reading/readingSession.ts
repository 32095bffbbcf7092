import type { AudioMode, StateMessage } from "../serverProtocol";

/** Phases of a reading, in their usual order. `blocked`: the window may not play audio yet. */
export type ReadingPhase = "silent" | "waiting" | "speaking" | "paused" | "blocked" | "failed";

/** State of the reading as shown to the user. */
export interface ReadingState {
  readonly phase: ReadingPhase;
  /** Replaces the default text of the phase. */
  readonly message?: string;
}

export const SILENT: ReadingState = { phase: "silent" };

/** Whether there is something to stop. */
export function isReading({ phase }: ReadingState): boolean {
  return phase !== "silent" && phase !== "failed";
}

/**
 * The state after a message of the server.
 *
 * `hasPlayed`: whether the player has acknowledged audio of this session. The server reports "speaking" when it
 * sends audio; if the window plays it, "speaking" is shown only once audio has been played.
 */
export function stateAfterMessage(message: StateMessage, mode: AudioMode, hasPlayed: boolean): ReadingState {
  const text = message.message ? { message: message.message } : {};
  switch (message.state) {
    case "speaking":
      return { phase: mode === "server" || hasPlayed ? "speaking" : "waiting", ...text };
    case "paused":
    case "blocked":
      return { phase: message.state, ...text };
    case "error":
      return { phase: "failed", ...text };
    case "stopped":
    case "finished":
      return { phase: "silent", ...text };
  }
}

/** The state after the player has played audio. */
export function stateAfterPlayback(state: ReadingState): ReadingState {
  return state.phase === "waiting" || state.phase === "blocked" ? { phase: "speaking" } : state;
}

/**
 * Passes on the messages of the current session and drops those of older sessions.
 *
 * Session numbers only grow. The server returns the session number as the result of a request, but its first
 * audio may arrive before that result. Messages in between are held until the number is known, so no late audio
 * of the old reading is played and no first audio of the new one is lost. The server may also start a newer
 * session by itself, for example after a setting has changed; it becomes the current session.
 */
export class SessionFilter {
  private session: number | "unknown" | "closed" = "closed";
  private held: { session: number; deliver: () => void }[] = [];
  private request = 0;

  /** `onNewSession` is called when the server has started a newer session by itself. */
  constructor(private readonly onNewSession: () => void) {}

  /** Starts a request for a new session. Returns the id of the request. */
  open(): number {
    this.session = "unknown";
    this.held = [];
    return ++this.request;
  }

  /** Sets the session that answers a request; ignored if the request is no longer the latest. */
  resolve(request: number, session: number): void {
    if (!this.isLatest(request)) {
      return;
    }
    this.session = session;
    const held = this.held;
    this.held = [];
    for (const message of held) {
      this.admit(message.session, message.deliver);
    }
  }

  /** Drops everything until the next request. */
  close(): void {
    this.session = "closed";
    this.held = [];
    this.request++;
  }

  /** The current session; undefined if there is none or its number is not known yet. */
  get current(): number | undefined {
    return typeof this.session === "number" ? this.session : undefined;
  }

  /** Id of the latest request. It changes when a reading is requested or stopped. */
  get latestRequest(): number {
    return this.request;
  }

  isLatest(request: number): boolean {
    return request === this.request;
  }

  /** Delivers a message of `session` now, later or never. */
  admit(session: number, deliver: () => void): void {
    if (this.session === "unknown") {
      this.held.push({ session, deliver });
    } else if (this.session !== "closed" && session >= this.session) {
      if (session > this.session) {
        this.session = session;
        this.onNewSession();
      }
      deliver();
    }
  }
}
