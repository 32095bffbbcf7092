import { randomBytes } from "node:crypto";
import { categoryNames } from "../displayNames";
import type { Webview, WebviewView, WebviewViewProvider } from "../vscodeapi";
import { commands, type Disposable, EventEmitter, l10n, Uri, window } from "../vscodeapi";
import type { Playback, Player } from "./audioPlayer";
import {
  type AudioChunk,
  type AudioContextState,
  isMessageFromPage,
  type MessageFromPage,
  type MessageToPage,
  type PageTexts,
} from "./playerProtocol";

const VIEW_ID = "codechoir.player";

/** How long to wait for the page after opening the view, in milliseconds. */
const LOAD_TIMEOUT = 20_000;

/**
 * Player for audio mode `client`: a webview in the panel that plays with Web Audio.
 *
 * The page lives as long as the view, even while the panel is hidden. The view opens for the first reading and
 * takes the focus only when the user wants to enable audio.
 */
export class WebviewPlayer implements Player, WebviewViewProvider, Disposable {
  readonly mode = "client";
  private readonly playbackEvent = new EventEmitter<Playback>();
  private readonly lostEvent = new EventEmitter<string>();
  private readonly blockedEvent = new EventEmitter<void>();
  readonly onPlayback = this.playbackEvent.event;
  /** The page is gone and queued audio is lost; the value is a message for the user. */
  readonly onLost = this.lostEvent.event;
  /** There is audio to play, but VS Code does not allow the page to play it yet. */
  readonly onBlocked = this.blockedEvent.event;
  private readonly registration: Disposable;
  private view: WebviewView | undefined;
  private isReady = false;
  private audio: AudioContextState = "suspended";
  private waiting: ((error?: Error) => void)[] = [];

  constructor(private readonly extensionUri: Uri) {
    this.registration = window.registerWebviewViewProvider(VIEW_ID, this, {
      webviewOptions: { retainContextWhenHidden: true },
    });
  }

  resolveWebviewView(view: WebviewView): void {
    this.view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [this.extensionUri] };
    view.webview.onDidReceiveMessage((message: unknown) => {
      if (isMessageFromPage(message)) {
        this.receive(message);
      }
    });
    view.onDidDispose(() => {
      this.view = undefined;
      this.lose(l10n.t("Reading stopped: the player was closed."));
    });
    view.webview.html = playerPageHtml(view.webview, this.extensionUri);
  }

  async prepare(): Promise<void> {
    if (!this.isReady) {
      await this.open({ preserveFocus: true });
    }
    if (this.audio === "suspended") {
      this.blockedEvent.fire();
    }
  }

  /** Opens the player and focuses the button that enables audio. */
  async enableAudio(): Promise<void> {
    await this.open({ preserveFocus: false });
    this.post({ type: "focusEnable" });
  }

  play(chunk: AudioChunk): void {
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
    this.playbackEvent.dispose();
    this.lostEvent.dispose();
    this.blockedEvent.dispose();
  }

  private async open(options: { preserveFocus: boolean }): Promise<void> {
    const ready = this.whenReady();
    await commands.executeCommand(`${VIEW_ID}.focus`, options);
    await ready;
  }

  private whenReady(): Promise<void> {
    if (this.isReady) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(l10n.t("The player did not start. Close the Codechoir panel and try again.")));
      }, LOAD_TIMEOUT);
      this.waiting.push((error) => {
        clearTimeout(timer);
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
    });
  }

  private receive(message: MessageFromPage): void {
    switch (message.type) {
      case "ready":
        this.lose(l10n.t("Reading stopped: the player was reloaded."));
        this.isReady = true;
        this.audio = message.audio;
        this.settleWaiting();
        break;
      case "audio":
        this.audio = message.state;
        break;
      case "enabled":
        void commands.executeCommand("workbench.action.focusActiveEditorGroup");
        break;
      case "played":
        this.playbackEvent.fire(message);
        break;
      case "failed":
        this.fail(l10n.t("The player cannot play audio: {0}", message.message));
        break;
      case "command":
        void commands.executeCommand(message.command);
        break;
    }
  }

  private settleWaiting(error?: Error): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const settle of waiting) {
      settle(error);
    }
  }

  private fail(message: string): void {
    this.settleWaiting(new Error(message));
    this.lose(message);
  }

  private lose(message: string): void {
    const wasReady = this.isReady;
    this.isReady = false;
    if (wasReady) {
      this.lostEvent.fire(message);
    }
  }

  private post(message: MessageToPage): void {
    if (!this.view || !this.isReady) {
      return;
    }
    void this.view.webview.postMessage(message).then((isDelivered) => {
      if (!isDelivered) {
        this.lose(
          l10n.t("Reading stopped: the player does not respond. Close the Codechoir panel and try again."),
        );
      }
    });
  }
}

/** Offers to enable audio when the window blocks it: once per window, later only the status bar shows it. */
export function offerEnableAudio(player: WebviewPlayer): Disposable {
  let isOffered = false;
  return player.onBlocked(() => {
    if (!isOffered) {
      isOffered = true;
      void showEnableAudioOffer(player);
    }
  });
}

async function showEnableAudioOffer(player: WebviewPlayer): Promise<void> {
  const enable = l10n.t("Enable audio");
  const message = l10n.t("Codechoir: audio is blocked until you click or press a key in the player.");
  if ((await window.showInformationMessage(message, enable)) === enable) {
    await player.enableAudio();
  }
}

/**
 * HTML of the player page. Its script contains the audio worklet and loads it from a blob, since loading a
 * worklet from the extension's folder sometimes fails while a window starts.
 */
export function playerPageHtml(webview: Webview, extensionUri: Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const uri = (...path: string[]): string =>
    webview.asWebviewUri(Uri.joinPath(extensionUri, ...path)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' blob:`,
    "worker-src blob:",
    `style-src ${webview.cspSource}`,
  ].join("; ");
  const texts = pageTexts();
  return `<!DOCTYPE html>
<html lang="${l10n.t("en")}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Codechoir</title>
    <link rel="stylesheet" href="${uri("extension", "media", "player.css")}" />
  </head>
  <body>
    <main>
      <div class="controls">
        <button type="button" id="enable" hidden>${escapeHtml(texts.enable)}</button>
        <button type="button" id="pause" disabled>${escapeHtml(texts.pause)}</button>
        <button type="button" id="stop" disabled>${escapeHtml(texts.stop)}</button>
        <label>${escapeHtml(texts.level)} <meter id="level" min="0" max="1" value="0"></meter></label>
        <span id="status" role="status" aria-live="polite"></span>
      </div>
      <p id="transcript" aria-hidden="true" title="${escapeHtml(texts.transcript)}"></p>
      <details id="measurements">
        <summary>${escapeHtml(texts.measurements)}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">${escapeHtml(texts.category)}</th>
              <th scope="col">${escapeHtml(texts.words)}</th>
              <th scope="col">${escapeHtml(texts.loudness)}</th>
              <th scope="col">${escapeHtml(texts.pitch)}</th>
            </tr>
          </thead>
          <tbody></tbody>
        </table>
      </details>
    </main>
    <script type="application/json" id="texts">${JSON.stringify(texts).replaceAll("<", "\\u003c")}</script>
    <script nonce="${nonce}" src="${uri("dist", "player.js")}"></script>
  </body>
</html>`;
}

function pageTexts(): PageTexts {
  return {
    enable: l10n.t("Enable audio"),
    stop: l10n.t("Stop"),
    pause: l10n.t("Pause"),
    resume: l10n.t("Resume"),
    level: l10n.t("Level"),
    transcript: l10n.t("Spoken words"),
    measurements: l10n.t("Voice measurements"),
    category: l10n.t("Voice"),
    words: l10n.t("Words"),
    loudness: l10n.t("Loudness (dB)"),
    pitch: l10n.t("Pitch (Hz)"),
    blocked: l10n.t("Audio is not enabled yet. Press the “Enable audio” button."),
    enabled: l10n.t("Audio is enabled."),
    categories: categoryNames(),
  };
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
