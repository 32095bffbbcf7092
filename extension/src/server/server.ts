import type { Log } from "../log";
import { audioMode, SECTION, serverSettings, type ServerSettings } from "../settings";
import type { Disposable, TextDocument } from "../vscodeapi";
import { EventEmitter, l10n } from "../vscodeapi";
import type { Connection } from "./connection";
import { NoServer } from "./discovery";
import type { Python } from "./probe";
import { RestartBudget } from "./restartBudget";
import type { RunningServer, ServerEvents, StartOptions } from "./languageClient";

/** How the server is. `missing`: no interpreter has it; `gone`: it could not start, or died too often. */
export type ServerState = "off" | "starting" | "ready" | "missing" | "gone";

export interface ServerOptions {
  /** The interpreter to use; rejects when there is none. */
  find: () => Promise<Python>;
  start: (options: StartOptions) => Promise<RunningServer>;
  /** The working folder of the server, which is not the user's. */
  cwd: string;
  /** Variables that the server gets besides ours. */
  variables?: () => Promise<Record<string, string>>;
  log: Log;
  onAudio: ServerEvents["onAudio"];
  onState: ServerEvents["onState"];
  /** The server has gone, or is about to be replaced: what was being read is over. */
  onLost: () => void;
}

/**
 * The language server's life: started when it is first needed, started again when it dies, one start at a
 * time.
 */
export class Server implements Disposable {
  private readonly changed = new EventEmitter<ServerState>();
  readonly onDidChange = this.changed.event;
  private readonly budget: RestartBudget;
  private current: ServerState = "off";
  private starting: Promise<RunningServer> | undefined;
  private running: RunningServer | undefined;
  private document: TextDocument | undefined;
  private sent = "";
  private isDisposed = false;
  private lastRestart: Promise<void> = Promise.resolve();
  private nextRestart: Promise<void> | undefined;

  constructor(
    private readonly options: ServerOptions,
    budget = new RestartBudget(),
  ) {
    this.budget = budget;
  }

  get state(): ServerState {
    return this.current;
  }

  /** The running server, told the settings for `document`; starts it first where needed. */
  async connect(document?: TextDocument): Promise<Connection> {
    const server = this.running ?? (await (this.starting ??= this.start()));
    this.document = document ?? this.document;
    this.tell(server, serverSettings(this.document));
    return server;
  }

  /** Tells a running server the settings as they are now, for the document that was read last. */
  configure(): void {
    if (this.running) {
      this.tell(this.running, serverSettings(this.document));
    }
  }

  /** Ends the server and starts it anew. One restart is under way at a time, and at most one waits for it. */
  restart(): Promise<void> {
    this.nextRestart ??= this.lastRestart
      .catch(() => undefined)
      .then(() => {
        this.nextRestart = undefined;
        this.lastRestart = this.restartNow();
        return this.lastRestart;
      });
    return this.nextRestart;
  }

  /** Ends the server. */
  async close(): Promise<void> {
    const server = this.running;
    this.running = undefined;
    this.become("off");
    await server?.close().catch((error: unknown) => {
      this.options.log.warn(`the server did not end by itself: ${String(error)}`);
    });
  }

  dispose(): void {
    this.isDisposed = true;
    this.changed.dispose();
  }

  private async restartNow(): Promise<void> {
    this.budget.renew();
    await this.starting?.catch(() => undefined);
    this.options.onLost();
    await this.close();
    await this.connect();
  }

  private async start(): Promise<RunningServer> {
    this.become("starting");
    try {
      const { log, cwd, onAudio, onState } = this.options;
      const python = await this.options.find();
      const settings = serverSettings();
      const onDeath = (): void => void this.revive();
      const events = { onAudio, onState, onDeath };
      const server = await this.options.start({
        python,
        cwd,
        variables: (await this.options.variables?.()) ?? {},
        audio: audioMode(),
        settings,
        log,
        events,
      });
      this.sent = JSON.stringify(settings);
      this.running = server;
      this.become("ready");
      return server;
    } catch (error) {
      this.become(error instanceof NoServer ? "missing" : "gone");
      throw error;
    } finally {
      this.starting = undefined;
    }
  }

  /** The server has died. */
  private async revive(): Promise<void> {
    const { log, onLost } = this.options;
    this.running = undefined;
    onLost();
    if (this.isDisposed) {
      return;
    }
    if (!this.budget.spend()) {
      log.error(l10n.t("The server stopped again and again; it is not started any more."));
      this.become("gone");
      return;
    }
    log.warn("the server stopped by itself; starting it again");
    try {
      await this.connect();
    } catch (error) {
      log.error(error instanceof Error ? error : String(error));
    }
  }

  private tell(server: RunningServer, settings: ServerSettings): void {
    const text = JSON.stringify(settings);
    if (text !== this.sent) {
      this.sent = text;
      server.notify("workspace/didChangeConfiguration", { settings: { [SECTION]: settings } });
    }
  }

  private become(state: ServerState): void {
    if (this.current !== state && !this.isDisposed) {
      this.current = state;
      this.changed.fire(state);
    }
  }
}
