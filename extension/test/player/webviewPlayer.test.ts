import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { playerPageHtml, WebviewPlayer } from "../../src/player/webviewPlayer";
import { Uri, type Webview, type WebviewView } from "../../src/vscodeapi";
import { fake } from "../fakes/vscode";

const webview = { cspSource: "https://webview", asWebviewUri: (uri: unknown) => uri } as unknown as Webview;

function page(): string {
  return playerPageHtml(webview, Uri.file("/extension"));
}

test("the content security policy allows only the script with the nonce", () => {
  const html = page();
  const policy = /content="(default-src[^"]*)"/.exec(html)![1]!;
  const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
  assert.match(policy, /^default-src 'none';/);
  assert.ok(!/unsafe|\*|https:(?!\/\/webview)/.test(policy), policy);
  assert.ok(html.includes(`<script nonce="${nonce}"`));
  assert.notEqual(nonce, /'nonce-([^']+)'/.exec(page())![1], "each page has its own nonce");
});

test("the page has no inline scripts or styles", () => {
  assert.ok(!/ on\w+=| style="|javascript:/.test(page()));
});

test("there is one polite live region, and buttons are button elements", () => {
  const html = page();
  assert.equal(html.match(/aria-live="polite"/g)!.length, 1);
  assert.equal(html.match(/<button type="button"/g)!.length, 3);
});

test("the page scripts never insert text as HTML", () => {
  const folder = "extension/media/player";
  for (const name of readdirSync(folder)) {
    assert.ok(
      !/innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(
        readFileSync(`${folder}/${name}`, "utf8"),
      ),
    );
  }
});

/** A player whose page sends `messages`; the playback that it reports. */
function playerThatReceives(...messages: unknown[]): unknown[] {
  fake.reset();
  let send!: (message: unknown) => void;
  const player = new WebviewPlayer(Uri.file("/extension"));
  const played: unknown[] = [];
  player.onPlayback((playback) => played.push(playback));
  player.resolveWebviewView({
    webview: { ...webview, onDidReceiveMessage: (listener: typeof send) => (send = listener) },
    onDidDispose: () => undefined,
  } as unknown as WebviewView);
  messages.forEach(send);
  return played;
}

test("the page may stop and pause, and run no other command", () => {
  playerThatReceives(
    { type: "command", command: "codechoir.stop" },
    { type: "command", command: "workbench.action.terminal.sendSequence", arguments: [{ text: "rm -rf ~" }] },
    { type: "command", command: "codechoir.setUp" },
    { type: "command", command: ["codechoir.stop"] },
    { type: "command" },
    { type: "command", command: "codechoir.pauseOrResume" },
  );
  assert.deepEqual(fake.executed, [["codechoir.stop"], ["codechoir.pauseOrResume"]]);
});

test("messages of a wrong shape from the page are ignored", () => {
  const good = { type: "played", session: 1, samples: 10 };
  const played = playerThatReceives(
    ...[null, undefined, 7, "ready", [], {}, { type: "constructor" }, { type: "ready", audio: "loud" }],
    ...[
      { type: "played", session: "1", samples: 10 },
      { type: "played", session: 1, samples: NaN },
    ],
    { type: "failed", message: { toString: "no" } },
    good,
  );
  assert.deepEqual(played, [good]);
  assert.deepEqual([fake.executed, fake.messages], [[], []]);
});
