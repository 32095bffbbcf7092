import type { Disposable, Uri, WebviewView, WebviewViewProvider } from "../vscodeapi";
import { commands, EventEmitter, l10n, window } from "../vscodeapi";
import type { AudioState, Chunk, FromPage, ToPage } from "./messages";
import type { Played, Player } from "./player";
import { playerPage } from "./playerPage";

export const VIEW = "codechoir.player";

/** Milliseconds within which the page must be there after the view was opened. */
const PATIENCE = 20_000;

/**
 * The player in the window: a view in the panel whose page plays with Web Audio.
 *
 * The page lives as long as the view does, also while the panel shows something else or is hidden. The view is
 * opened once, for the first reading, and never takes the focus unless the user wants to enable audio in it.
 */
export class PlayerView implements Player, WebviewViewProvider, Disposable {
  readonly mode = "client";
  private readonly playedEvent = new EventEmitter<Played>();
  private readonly lostEvent = new EventEmitter<string>();
  private readonly blockedEvent = new EventEmitter<void>();
  readonly onPlayed = this.playedEvent.event;
  /** What was queued will not be heard; with a line for people. */
  readonly onLost = this.lostEvent.event;
  /** There is something to play, and the window does not let it out yet. */
  readonly onBlocked = this.blockedEvent.event;
  private readonly registration: Disposable;
  private view: WebviewView | undefined;
  private isReady = false;
  private audio: AudioState = "suspended";
  private waiting: ((problem?: Error) => void)[] = [];

  constructor(private readonly extensionUri: Uri) {
    this.registration = window.registerWebviewViewProvider(VIEW, this, {
      webviewOptions: { retainContextWhenHidden: true },
    });
  }

  resolveWebviewView(view: WebviewView): void {
    this.view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [this.extensionUri] };
    view.webview.onDidReceiveMessage((message: FromPage) => {
      this.receive(message);
    });
    view.onDidDispose(() => {
      this.view = undefined;
      this.lose(l10n.t("Reading stopped, because the player was closed."));
    });
    view.webview.html = playerPage(view.webview, this.extensionUri);
  }

  async prepare(): Promise<void> {
    if (!this.isReady) {
      await this.open({ preserveFocus: true });
    }
    if (this.audio === "suspended") {
      this.blockedEvent.fire();
    }
  }

  /** Brings the user to the button that enables audio. */
  async enableAudio(): Promise<void> {
    await this.open({ preserveFocus: false });
    this.post({ type: "focusEnable" });
  }

  play(chunk: Chunk): void {
    this.post({ type: "chunk", ...chunk });
  }

  stop(): void {
    this.post({ type: "stop" });
  }

  pause(): void {
    this.post({ type: "pause" });
  }

  resume(): void {
    this.post({ type: "resume" });
  }

  dispose(): void {
    this.registration.dispose();
    this.playedEvent.dispose();
    this.lostEvent.dispose();
    this.blockedEvent.dispose();
  }

  private async open(options: { preserveFocus: boolean }): Promise<void> {
    const ready = this.whenReady();
    await commands.executeCommand(`${VIEW}.focus`, options);
    await ready;
  }

  private whenReady(): Promise<void> {
    if (this.isReady) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(l10n.t("The player did not start. Close the Codechoir panel, then try again.")));
      }, PATIENCE);
      this.waiting.push((problem) => {
        clearTimeout(timer);
        if (problem) {
          reject(problem);
        } else {
          resolve();
        }
      });
    });
  }

  private receive(message: FromPage): void {
    switch (message.type) {
      case "ready":
        this.lose(l10n.t("Reading stopped, because the player was loaded again."));
        this.isReady = true;
        this.audio = message.audio;
        this.release();
        break;
      case "audio":
        this.audio = message.state;
        break;
      case "enabled":
        void commands.executeCommand("workbench.action.focusActiveEditorGroup");
        break;
      case "played":
        this.playedEvent.fire(message);
        break;
      case "failed":
        this.fail(l10n.t("The player cannot play: {0}", message.message));
        break;
      case "command":
        void commands.executeCommand(message.command);
        break;
    }
  }

  private release(problem?: Error): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resume of waiting) {
      resume(problem);
    }
  }

  private fail(words: string): void {
    this.release(new Error(words));
    this.lose(words);
  }

  private lose(words: string): void {
    const wasReady = this.isReady;
    this.isReady = false;
    if (wasReady) {
      this.lostEvent.fire(words);
    }
  }

  /** VS Code's answer tells whether the page got the message. */
  private post(message: ToPage): void {
    if (!this.view || !this.isReady) {
      return;
    }
    const lost = l10n.t("Reading stopped, because the player does not answer.");
    void this.view.webview.postMessage(message).then((isDelivered) => {
      if (!isDelivered) {
        this.lose(lost);
      }
    });
  }
}
