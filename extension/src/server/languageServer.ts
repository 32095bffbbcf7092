import { audioMode, restartSettings, SECTION, serverSettings, type ServerSettings } from "../editorSettings";
import type { Log } from "../notifications";
import type { TextDocument } from "../vscodeapi";
import { Disposable, EventEmitter, l10n, workspace } from "../vscodeapi";
import type { RunningServer, ServerConnection, ServerEvents, StartOptions } from "./languageClient";
import { NoServerError } from "./pythonDiscovery";
import type { Python } from "./pythonProcess";

/** `missing`: no interpreter has Codechoir. `failed`: the server cannot start, or has crashed too often. */
export type ServerState = "off" | "starting" | "ready" | "missing" | "failed";

export interface LanguageServerOptions {
  /** Finds the interpreter that runs the server; rejects if there is none. */
  findPython: () => Promise<Python>;
  start: (options: StartOptions) => Promise<RunningServer>;
  /** Working directory of the server; not the user's folder. */
  cwd: string;
  /** Additional environment variables of the server. */
  variables?: () => Promise<Record<string, string>>;
  log: Log;
  onAudio: ServerEvents["onAudio"];
  onState: ServerEvents["onState"];
  /** The server has ended or is about to restart; its sessions are gone. */
  onLost: () => void;
}

/** Runs the language server: starts it when it is first needed, restarts it after a crash, sends it the settings. */
export class LanguageServer implements Disposable {
  private readonly changed = new EventEmitter<ServerState>();
  readonly onDidChange = this.changed.event;
  private current: ServerState = "off";
  private starting: Promise<RunningServer> | undefined;
  private running: RunningServer | undefined;
  /** The document that was read last: some settings differ per language. */
  private document: TextDocument | undefined;
  private sentSettings = "";
  private isDisposed = false;
  private lastRestart: Promise<void> = Promise.resolve();
  private nextRestart: Promise<void> | undefined;

  constructor(
    private readonly options: LanguageServerOptions,
    private readonly crashLimit = new CrashLimit(),
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** Returns the server, with the settings for `document`; starts it if necessary. */
  async connect(document?: TextDocument): Promise<ServerConnection> {
    const server = this.running ?? (await (this.starting ??= this.start()));
    this.document = document ?? this.document;
    this.sendSettings(server, serverSettings(this.document));
    return server;
  }

  /** Sends the current settings if the server is running and they have changed. */
  updateSettings(): void {
    if (this.running) {
      this.sendSettings(this.running, serverSettings(this.document));
    }
  }

  /** Restarts the server. Restarts run one at a time, and at most one is queued. */
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

  /** Stops the server. */
  async close(): Promise<void> {
    const server = this.running;
    this.running = undefined;
    this.setState("off");
    await server?.close().catch((error: unknown) => {
      this.options.log.warn(`the server did not shut down: ${String(error)}`);
    });
  }

  dispose(): void {
    this.isDisposed = true;
    this.changed.dispose();
  }

  private async restartNow(): Promise<void> {
    this.crashLimit.reset();
    await this.starting?.catch(() => undefined);
    this.options.onLost();
    await this.close();
    await this.connect();
  }

  private async start(): Promise<RunningServer> {
    this.setState("starting");
    try {
      const { log, cwd, onAudio, onState } = this.options;
      const python = await this.options.findPython();
      const settings = serverSettings();
      const server = await this.options.start({
        python,
        cwd,
        variables: (await this.options.variables?.()) ?? {},
        audio: audioMode(),
        settings,
        log,
        events: { onAudio, onState, onExit: () => void this.recover() },
      });
      this.sentSettings = JSON.stringify(settings);
      this.running = server;
      this.setState("ready");
      return server;
    } catch (error) {
      this.setState(error instanceof NoServerError ? "missing" : "failed");
      throw error;
    } finally {
      this.starting = undefined;
    }
  }

  /** Restarts the server after a crash. */
  private async recover(): Promise<void> {
    const { log, onLost } = this.options;
    this.running = undefined;
    onLost();
    if (this.isDisposed) {
      return;
    }
    if (!this.crashLimit.allowsRestart()) {
      log.error(
        l10n.t(
          "The server crashed repeatedly and was not restarted. Run “Codechoir: Restart server” to try again.",
        ),
      );
      this.setState("failed");
      return;
    }
    log.warn("the server crashed; restarting it");
    try {
      await this.connect();
    } catch (error) {
      log.error(error instanceof Error ? error : String(error));
    }
  }

  private sendSettings(server: RunningServer, settings: ServerSettings): void {
    const text = JSON.stringify(settings);
    if (text !== this.sentSettings) {
      this.sentSettings = text;
      server.notify("workspace/didChangeConfiguration", { settings: { [SECTION]: settings } });
    }
  }

  private setState(state: ServerState): void {
    if (this.current !== state && !this.isDisposed) {
      this.current = state;
      this.changed.fire(state);
    }
  }
}

/** Limits automatic restarts to `maximum` crashes within `period` milliseconds. */
export class CrashLimit {
  private crashes: number[] = [];

  constructor(
    private readonly maximum = 4,
    private readonly period = 180_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts a crash; whether the server may be restarted. */
  allowsRestart(): boolean {
    const now = this.now();
    this.crashes = this.crashes.filter((crash) => now - crash < this.period);
    this.crashes.push(now);
    return this.crashes.length <= this.maximum;
  }

  reset(): void {
    this.crashes = [];
  }
}

/** Sends changed settings to the server; restarts it for those that it reads only at startup. */
export function followSettings(server: LanguageServer, log: Log): Disposable {
  const restart = (): void => {
    server.restart().catch((error: unknown) => {
      log.warn(String(error));
    });
  };
  return Disposable.from(
    workspace.onDidChangeConfiguration((event) => {
      if (restartSettings.some((name) => event.affectsConfiguration(`${SECTION}.${name}`))) {
        restart();
      } else if (event.affectsConfiguration(SECTION)) {
        server.updateSettings();
      }
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      if (server.state === "missing") {
        restart();
      }
    }),
  );
}
