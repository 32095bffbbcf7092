import type { Highlighter } from "../editor/highlighter";
import type { Played, Player } from "../player/player";
import type {
  AckMessage,
  AudioMessage,
  ReadArguments,
  SayArguments,
  StateMessage,
  Step,
  WireMark,
} from "../protocol";
import { notification, serverCommand } from "../protocol";
import type { Connection } from "../server/connection";
import type { Disposable, TextDocument } from "../vscodeapi";
import { EventEmitter, l10n } from "../vscodeapi";
import { decodeChunk } from "./chunk";
import { afterServerState, afterSound, isReading, type ReadingState, SILENT } from "./phase";
import { SessionGate } from "./sessionGate";
import { Timeline } from "./timeline";

/**
 * The reading that the user hears: asks the server for it, brings its sound to the player, reports back what
 * was heard, and shows the word that sounds.
 *
 * Stop, pause and replacement act on the player first and on the server second, so that silence never waits.
 */
export class Reader implements Disposable {
  private readonly changed = new EventEmitter<ReadingState>();
  readonly onDidChange = this.changed.event;
  private readonly gate = new SessionGate(() => {
    this.timeline.clear();
    this.heard = false;
  });
  private readonly timeline = new Timeline<WireMark>();
  private connection: Connection | undefined;
  private document: TextDocument | undefined;
  private current: ReadingState = SILENT;
  /** The reading is paused, and what is heard meanwhile is about it. */
  private isWaiting = false;
  private heard = false;
  /** A new server counts its sessions from one again; for the player they go on where the last one ended. */
  private sessionsBefore = 0;
  private newestSession = 0;

  constructor(
    private readonly player: () => Player,
    private readonly highlighter: Highlighter,
  ) {}

  get state(): ReadingState {
    return this.current;
  }

  /**
   * Reads; what was being read is silenced at once. Rejects with a line for people when it cannot.
   *
   * `connect` gives the server, which may first have to start.
   */
  read(document: TextDocument, what: ReadArguments, connect: () => Promise<Connection>): Promise<void> {
    return this.ask(serverCommand.read, document, what, connect);
  }

  /** Tells about code aloud, in the way and with the consequences of a reading. */
  tell(document: TextDocument, what: SayArguments, connect: () => Promise<Connection>): Promise<void> {
    return this.ask(serverCommand.say, document, what, connect);
  }

  /** Something more about what was read last, also after its end. */
  private async again(command: string, what: object): Promise<void> {
    const { connection, document } = this;
    if (!connection || !document) {
      throw new Error(l10n.t("Nothing has been read yet."));
    }
    if (isReading(this.current)) {
      await connection.execute(command, what);
    } else {
      await this.ask(command, document, what, () => Promise.resolve(connection));
    }
  }

  /**
   * After a long pause the server repeats the last words, in a new session: so the player goes on only once
   * the server has said that it is the old one, else a syllable of it would be heard first.
   */
  private async resume(): Promise<void> {
    this.isWaiting = false;
    const paused = this.gate.current;
    const answer = await this.connection?.execute<{ session: number }>(serverCommand.resume, {});
    if (this.current.phase === "paused" && (!answer || answer.session === paused)) {
      this.player().resume();
      this.become({ phase: this.heard || this.player().mode === "server" ? "speaking" : "waiting" });
    }
  }

  private async ask(
    command: string,
    document: TextDocument,
    what: object,
    connect: () => Promise<Connection>,
  ): Promise<void> {
    this.isWaiting = false;
    this.silence();
    const ticket = this.gate.open();
    this.become({ phase: "waiting" });
    try {
      const [connection] = await Promise.all([connect(), this.player().prepare()]);
      if (!this.gate.isCurrent(ticket)) {
        return;
      }
      this.connection = connection;
      this.document = document;
      this.highlighter.begin(document);
      const { session } = await connection.execute<{ session: number }>(command, what);
      this.gate.name(ticket, session);
    } catch (error) {
      if (this.gate.isCurrent(ticket)) {
        this.end(SILENT);
        throw error;
      }
    }
  }

  async stop(): Promise<void> {
    this.end(SILENT);
    await this.connection?.execute(serverCommand.stop, {});
  }

  async pauseOrResume(): Promise<void> {
    if (this.current.phase === "paused") {
      await this.resume();
    } else if (isReading(this.current)) {
      this.player().pause();
      this.become({ phase: "paused" });
      await this.connection?.execute(serverCommand.pause, {});
    }
  }

  /** Goes on `count` steps further on, or back when negative. */
  async skip(by: Step, count: number): Promise<void> {
    this.isWaiting = false;
    await this.connection?.execute(serverCommand.skip, { by, count });
  }

  /** Reads the line again that is heard, or was heard last; `slower`: this once. */
  async repeat(slower: boolean): Promise<void> {
    this.isWaiting = false;
    await this.again(serverCommand.repeat, { slower });
  }

  /** Says where in the document the ear is. In a pause the reading stays paused. */
  async where(): Promise<void> {
    const wasPaused = this.current.phase === "paused" || this.isWaiting;
    await this.again(serverCommand.where, {});
    this.isWaiting = wasPaused;
  }

  /** The player cannot go on: its page was closed or has failed. */
  async playerLost(message: string): Promise<void> {
    if (isReading(this.current)) {
      this.end({ phase: "failed", message });
      await this.connection?.execute(serverCommand.stop, {});
    }
  }

  /** The server has gone: nobody answers any more. */
  serverLost(): void {
    this.connection = undefined;
    this.sessionsBefore = this.newestSession;
    if (isReading(this.current)) {
      this.end({ phase: "failed", message: l10n.t("Reading stopped, because the server stopped.") });
    }
  }

  /** The window must not let out sound yet: VS Code waits for a key or a click in the player. */
  playerBlocked(): void {
    if (this.current.phase === "waiting") {
      this.become({ phase: "blocked", message: l10n.t("Audio is not enabled yet.") });
    }
  }

  onAudio(message: AudioMessage): void {
    this.gate.admit(message.session, () => {
      if (this.player().mode === "server") {
        this.show(message.marks);
      } else {
        this.timeline.add(message.marks);
        this.newestSession = this.sessionsBefore + message.session;
        this.player().play({ ...decodeChunk(message), session: this.newestSession });
      }
    });
  }

  onState(message: StateMessage): void {
    this.gate.admit(message.session, () => {
      const state = afterServerState(message, this.player().mode, this.heard);
      this.followServer(state);
      if (!isReading(state)) {
        // The gate stays open: after a change of the settings the server goes on, in a newer session.
        this.silence();
        this.become(this.isWaiting && message.state === "finished" ? { phase: "paused" } : state);
      } else if (!(state.phase === "waiting" && this.current.phase === "blocked")) {
        this.become(state);
      }
    });
  }

  onPlayed({ session: playersSession, samples }: Played): void {
    const session = playersSession - this.sessionsBefore;
    this.gate.admit(session, () => {
      const ack: AckMessage = { session, playedSamples: samples };
      this.connection?.notify(notification.ack, ack);
      if (samples > 0) {
        this.heard = true;
        this.become(afterSound(this.current));
      }
      this.show(this.timeline.advance(samples));
    });
  }

  dispose(): void {
    this.player().stop();
    this.changed.dispose();
  }

  /** The player does as the server says, also when somebody else asked the server for it. */
  private followServer(state: ReadingState): void {
    if (state.phase === "paused") {
      this.player().pause();
    } else if (this.current.phase === "paused" && isReading(state)) {
      this.player().resume();
    }
  }

  private show(marks: readonly WireMark[]): void {
    const newest = marks.at(-1);
    if (newest) {
      this.highlighter.show(newest.range);
    }
  }

  /** Nothing more is to be heard until the user asks for it. */
  private end(state: ReadingState): void {
    this.isWaiting = false;
    this.silence();
    this.gate.close();
    this.highlighter.end();
    this.become(state);
  }

  private silence(): void {
    this.player().stop();
    this.timeline.clear();
    this.highlighter.hide();
    this.heard = false;
  }

  private become(state: ReadingState): void {
    const before = this.current;
    this.current = state;
    if (before.phase !== state.phase || before.message !== state.message) {
      this.changed.fire(state);
    }
  }
}
