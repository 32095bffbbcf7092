/**
 * Lets through what belongs to the reading that the user asked for last, and nothing older.
 *
 * Session numbers only grow. The server names a reading's session in its answer to `read`, but its first
 * sound may overtake that answer: what arrives in between is held and judged once the name is known, so that
 * neither a late chunk of the old reading is heard, nor the beginning of the new one lost. When a setting
 * changes, the server goes on in a newer session without being asked; that is let through, and is the
 * current one from then on.
 */
export class SessionGate {
  private session: number | "unnamed" | "closed" = "closed";
  private held: { session: number; deliver: () => void }[] = [];
  private turn = 0;

  /** `onNewer`: a newer session has taken the place of the current one, by itself. */
  constructor(private readonly onNewer: () => void) {}

  /** A new reading is asked for. The ticket tells its answer from a late answer to an older request. */
  open(): number {
    this.session = "unnamed";
    this.held = [];
    return ++this.turn;
  }

  /** The server has answered the request of `ticket`; ignored when the user has moved on since. */
  name(ticket: number, session: number): void {
    if (!this.isCurrent(ticket)) {
      return;
    }
    this.session = session;
    const held = this.held;
    this.held = [];
    for (const message of held) {
      this.admit(message.session, message.deliver);
    }
  }

  /** Nothing more is to be heard of any reading so far. */
  close(): void {
    this.session = "closed";
    this.held = [];
    this.turn++;
  }

  /** The session that is let through; undefined where there is none, or its name is not known yet. */
  get current(): number | undefined {
    return typeof this.session === "number" ? this.session : undefined;
  }

  /** Whether the request of `ticket` is still the user's latest wish. */
  isCurrent(ticket: number): boolean {
    return ticket === this.turn;
  }

  /** Delivers at once, later, or never. */
  admit(session: number, deliver: () => void): void {
    if (this.session === "unnamed") {
      this.held.push({ session, deliver });
    } else if (this.session !== "closed" && session >= this.session) {
      if (session > this.session) {
        this.session = session;
        this.onNewer();
      }
      deliver();
    }
  }
}
