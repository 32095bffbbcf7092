import { randomBytes } from "node:crypto";
import type { Category } from "../protocol";
import type { Webview } from "../vscodeapi";
import { l10n, Uri } from "../vscodeapi";
import type { PageWords } from "./messages";

/**
 * The player's page. Its script brings the audio worklet with it as a blob: loading one from the extension's
 * folder fails now and then when a window starts.
 */
export function playerPage(webview: Webview, extensionUri: Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const uri = (...path: string[]): string =>
    webview.asWebviewUri(Uri.joinPath(extensionUri, ...path)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' blob:`,
    "worker-src blob:",
    `style-src ${webview.cspSource}`,
  ].join("; ");
  const words = pageWords();
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
        <button type="button" id="enable" hidden>${escape(words.enable)}</button>
        <button type="button" id="pause" disabled>${escape(words.pause)}</button>
        <button type="button" id="stop" disabled>${escape(words.stop)}</button>
        <label>${escape(words.level)} <meter id="level" min="0" max="1" value="0"></meter></label>
        <span id="status" role="status" aria-live="polite"></span>
      </div>
      <p id="transcript" aria-hidden="true" title="${escape(words.transcript)}"></p>
      <details id="heard">
        <summary>${escape(words.heard)}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">${escape(words.category)}</th>
              <th scope="col">${escape(words.words)}</th>
              <th scope="col">${escape(words.loudness)}</th>
              <th scope="col">${escape(words.pitch)}</th>
            </tr>
          </thead>
          <tbody></tbody>
        </table>
      </details>
    </main>
    <script type="application/json" id="words">${JSON.stringify(words).replaceAll("<", "\\u003c")}</script>
    <script nonce="${nonce}" src="${uri("dist", "player.js")}"></script>
  </body>
</html>`;
}

function pageWords(): PageWords {
  return {
    enable: l10n.t("Enable audio"),
    stop: l10n.t("Stop"),
    pause: l10n.t("Pause"),
    resume: l10n.t("Resume"),
    level: l10n.t("Level"),
    transcript: l10n.t("The words as they are spoken"),
    heard: l10n.t("What was heard"),
    category: l10n.t("Voice"),
    words: l10n.t("Words"),
    loudness: l10n.t("Loudness (dB)"),
    pitch: l10n.t("Pitch (Hz)"),
    blocked: l10n.t("Audio is not enabled yet. Press the button Enable audio."),
    enabled: l10n.t("Audio is enabled."),
    categories: categoryWords(),
  };
}

/** What the listener calls the categories. */
export function categoryWords(): Record<Category, string> {
  return {
    comment: l10n.t("comment"),
    keyword: l10n.t("keyword"),
    literal: l10n.t("literal"),
    operator: l10n.t("operator"),
    type: l10n.t("type"),
    variable: l10n.t("variable"),
    narration: l10n.t("narration"),
    function: l10n.t("function"),
    punctuation: l10n.t("punctuation"),
  };
}

function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
