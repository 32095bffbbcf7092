import type { Playback, Player } from "../player/audioPlayer";
import type { AudioChunk } from "../player/playerProtocol";
import { type Log, showError } from "../notifications";
import type { ServerConnection } from "../server/languageClient";
import type {
  AckMessage,
  AudioMark,
  AudioMessage,
  ReadArguments,
  SayArguments,
  SkipUnit,
  StateMessage,
} from "../serverProtocol";
import { notification, serverCommand } from "../serverProtocol";
import type { Disposable, TextDocument } from "../vscodeapi";
import { EventEmitter, l10n } from "../vscodeapi";
import { MarkTimeline } from "./markTimeline";
import {
  isReading,
  type ReadingState,
  SessionFilter,
  SILENT,
  stateAfterMessage,
  stateAfterPlayback,
} from "./readingSession";
import type { WordHighlighter } from "./wordHighlighter";

/** A mark, and the version of the document that its range refers to. */
interface LocatedMark extends AudioMark {
  readonly version: number | undefined;
}

/**
 * The current reading: requests it from the server, passes its audio to the player, acknowledges what has been
 * played, and highlights the word being spoken.
 *
 * Stop, pause and a new reading act on the player first and on the server second, so audio ends immediately.
 *
 * A command may arrive while the request for the reading is still on its way: Stop cancels the request, and the
 * others follow it to the server. So no key is lost, however soon it is pressed.
 */
export class ReadingController implements Disposable {
  private readonly changed = new EventEmitter<ReadingState>();
  readonly onDidChange = this.changed.event;
  private readonly sessions = new SessionFilter(() => {
    this.timeline.clear();
    this.hasPlayed = false;
  });
  private readonly timeline = new MarkTimeline<LocatedMark>();
  private connection: ServerConnection | undefined;
  private document: TextDocument | undefined;
  private current: ReadingState = SILENT;
  private hasPlayed = false;
  /** Settles when the latest request was sent to the server, has failed, or was replaced. */
  private requestSent: Promise<void> = Promise.resolve();
  /** Pauses that the server has not confirmed yet; until then it may still report "speaking". */
  private unconfirmedPauses = 0;
  /** The position was announced during a pause; the reading is paused again after the announcement. */
  private returnsToPause = false;
  /** A restarted server counts sessions from 1 again; this offset keeps the player's numbers growing. */
  private sessionOffset = 0;
  private newestPlayerSession = 0;

  constructor(
    private readonly player: () => Player,
    private readonly highlighter: WordHighlighter,
  ) {}

  get state(): ReadingState {
    return this.current;
  }

  /**
   * Starts reading and stops the current reading. Rejects with a message for the user.
   *
   * `connect` returns the server and starts it if necessary.
   */
  read(document: TextDocument, args: ReadArguments, connect: () => Promise<ServerConnection>): Promise<void> {
    return this.request(serverCommand.read, document, args, connect);
  }

  /** Speaks an outline, a description or a spelling, like a reading. */
  say(document: TextDocument, args: SayArguments, connect: () => Promise<ServerConnection>): Promise<void> {
    return this.request(serverCommand.say, document, args, connect);
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
      this.setState({ phase: "paused" });
      this.unconfirmedPauses++;
      try {
        await this.executeAfterRequest(serverCommand.pause, {});
      } finally {
        this.unconfirmedPauses--;
      }
    }
  }

  /** Skips `count` units forward, or back if negative; does nothing if nothing is being read. */
  async skip(by: SkipUnit, count: number): Promise<void> {
    this.returnsToPause = false;
    if (isReading(this.current)) {
      await this.executeAfterRequest(serverCommand.skip, { by, count });
    }
  }

  /** Reads the current or last line again; `slower` applies to this repetition only. */
  async repeatLine({ slower }: { slower: boolean }): Promise<void> {
    this.returnsToPause = false;
    await this.continueReading(serverCommand.repeat, { slower });
  }

  /** Announces where in the document the reading is. A paused reading stays paused. */
  async announcePosition(): Promise<void> {
    const wasPaused = this.current.phase === "paused" || this.returnsToPause;
    await this.continueReading(serverCommand.where, {});
    this.returnsToPause = wasPaused;
  }

  /** The player page was closed or has failed. */
  async onPlayerLost(message: string): Promise<void> {
    if (isReading(this.current)) {
      this.end({ phase: "failed", message });
      await this.connection?.execute(serverCommand.stop, {});
    }
  }

  /** The server process has ended. */
  onServerLost(): void {
    this.connection = undefined;
    this.sessionOffset = this.newestPlayerSession;
    if (isReading(this.current)) {
      this.end({ phase: "failed", message: l10n.t("Reading stopped: the server stopped.") });
    }
  }

  /** VS Code blocks audio until the user clicks or presses a key in the player. */
  onPlayerBlocked(): void {
    if (this.current.phase === "waiting") {
      this.setState({ phase: "blocked", message: l10n.t("Audio is not enabled yet.") });
    }
  }

  onAudio(message: AudioMessage): void {
    this.sessions.admit(message.session, () => {
      const marks = message.marks.map((mark) => ({ ...mark, version: message.version }));
      if (this.player().mode === "server") {
        this.highlight(marks);
      } else {
        this.timeline.add(marks);
        this.newestPlayerSession = this.sessionOffset + message.session;
        this.player().play({ ...audioChunk(message), session: this.newestPlayerSession });
      }
    });
  }

  onState(message: StateMessage): void {
    this.sessions.admit(message.session, () => {
      if (message.state === "speaking" && this.unconfirmedPauses > 0) {
        return;
      }
      const state = stateAfterMessage(message, this.player().mode, this.hasPlayed);
      this.followServer(state);
      if (!isReading(state)) {
        // Do not close the session filter: after a change of settings the server continues in a newer session.
        this.silence();
        this.setState(this.returnsToPause && message.state === "finished" ? { phase: "paused" } : state);
      } else if (!(state.phase === "waiting" && this.current.phase === "blocked")) {
        this.setState(state);
      }
    });
  }

  onPlayback({ session: playerSession, samples }: Playback): void {
    const session = playerSession - this.sessionOffset;
    this.sessions.admit(session, () => {
      const ack: AckMessage = { session, playedSamples: samples };
      this.connection?.notify(notification.ack, ack);
      if (samples > 0) {
        this.hasPlayed = true;
        this.setState(stateAfterPlayback(this.current));
      }
      this.highlight(this.timeline.advance(samples));
    });
  }

  dispose(): void {
    this.player().stop();
    this.changed.dispose();
  }

  /**
   * After a long pause the server repeats the last words in a new session. So the player resumes only if the
   * server stays in the paused session; otherwise the rest of an old word would be played first.
   */
  private async resume(): Promise<void> {
    this.returnsToPause = false;
    const paused = this.sessions.current;
    const result = await this.executeAfterRequest<{ session: number }>(serverCommand.resume, {});
    const isSameSession = !result || paused === undefined || result.session === paused;
    if (this.current.phase === "paused" && isSameSession) {
      this.player().resume();
      this.setState({ phase: this.hasPlayed || this.player().mode === "server" ? "speaking" : "waiting" });
    }
  }

  /** Sends a command about the current or the last reading. */
  private async continueReading(command: string, args: object): Promise<void> {
    if (isReading(this.current)) {
      await this.executeAfterRequest(command, args);
      return;
    }
    const { connection, document } = this;
    if (!connection || !document) {
      throw new Error(l10n.t("Nothing has been read yet."));
    }
    await this.request(command, document, args, () => Promise.resolve(connection));
  }

  /**
   * Executes a command about the current reading once the request for the reading was sent. Does nothing if the
   * reading was stopped or replaced in the meantime.
   */
  private async executeAfterRequest<T>(command: string, args: object): Promise<T | undefined> {
    const request = this.sessions.latestRequest;
    await this.requestSent;
    return this.sessions.isLatest(request) ? this.connection?.execute<T>(command, args) : undefined;
  }

  /** Requests a new session from the server. */
  private async request(
    command: string,
    document: TextDocument,
    args: object,
    connect: () => Promise<ServerConnection>,
  ): Promise<void> {
    this.returnsToPause = false;
    this.silence();
    const request = this.sessions.open();
    let markSent!: () => void;
    this.requestSent = new Promise((resolve) => {
      markSent = resolve;
    });
    this.setState({ phase: "waiting" });
    try {
      const [connection] = await Promise.all([connect(), this.player().prepare()]);
      if (!this.sessions.isLatest(request)) {
        return;
      }
      this.connection = connection;
      this.document = document;
      this.highlighter.begin(document);
      const answer = connection.execute<{ session: number }>(command, args);
      markSent();
      this.sessions.resolve(request, (await answer).session);
    } catch (error) {
      if (this.sessions.isLatest(request)) {
        this.end(SILENT);
        throw error;
      }
    } finally {
      markSent();
    }
  }

  /** Pauses or resumes the player with the server, which another client may have paused or resumed. */
  private followServer(state: ReadingState): void {
    if (state.phase === "paused") {
      this.player().pause();
    } else if (this.current.phase === "paused" && isReading(state)) {
      this.player().resume();
    }
  }

  private highlight(marks: readonly LocatedMark[]): void {
    const newest = marks.at(-1);
    if (newest) {
      this.highlighter.show(newest.range, newest.version);
    }
  }

  private end(state: ReadingState): void {
    this.returnsToPause = false;
    this.silence();
    this.sessions.close();
    this.highlighter.end();
    this.setState(state);
  }

  private silence(): void {
    this.player().stop();
    this.timeline.clear();
    this.highlighter.hide();
    this.hasPlayed = false;
  }

  private setState(state: ReadingState): void {
    const before = this.current;
    this.current = state;
    if (before.phase !== state.phase || before.message !== state.message) {
      this.changed.fire(state);
    }
  }
}

/** Shows the errors of readings that fail while they run. Errors of commands are shown by the commands. */
export function showReadingErrors(reader: ReadingController, log: Log): Disposable {
  return reader.onDidChange(({ phase, message }) => {
    if (phase === "failed" && message) {
      void showError(message, log);
    }
  });
}

function audioChunk(message: AudioMessage): AudioChunk {
  return {
    session: message.session,
    sampleRate: message.sampleRate,
    firstSample: message.firstSample,
    pcm: decodeBase64(message.pcm),
    last: message.last,
    marks: message.marks.map(({ sample, category, text }) => ({ sample, category, text })),
    balances: message.balances ?? [],
  };
}

/** Decodes into a buffer of its own: the ArrayBuffer of a small `Buffer` belongs to a shared pool. */
function decodeBase64(text: string): ArrayBuffer {
  const bytes = new ArrayBuffer(Buffer.byteLength(text, "base64"));
  Buffer.from(bytes).write(text, "base64");
  return bytes;
}
