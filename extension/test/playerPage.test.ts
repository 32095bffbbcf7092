import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { playerPage } from "../src/player/playerPage";
import { Uri, type Webview } from "../src/vscodeapi";

const webview = { cspSource: "https://webview", asWebviewUri: (uri: unknown) => uri } as unknown as Webview;

function page(): string {
  return playerPage(webview, Uri.file("/extension"));
}

test("only the script with the page's own nonce runs, and nothing is loaded from elsewhere", () => {
  const html = page();
  const policy = /content="(default-src[^"]*)"/.exec(html)![1]!;
  const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
  assert.match(policy, /^default-src 'none';/);
  assert.ok(!/unsafe|\*|https:(?!\/\/webview)/.test(policy), policy);
  assert.ok(html.includes(`<script nonce="${nonce}"`));
  assert.notEqual(nonce, /'nonce-([^']+)'/.exec(page())![1], "a nonce is used once");
});

test("no part of the page runs code of its own", () => {
  assert.ok(!/ on\w+=| style="|javascript:/.test(page()));
});

test("there is one polite live region, and buttons are buttons", () => {
  const html = page();
  assert.equal(html.match(/aria-live="polite"/g)!.length, 1);
  assert.equal(html.match(/<button type="button"/g)!.length, 3);
});

test("text from outside is never taken for markup", () => {
  const folder = "extension/media/player";
  for (const name of readdirSync(folder)) {
    assert.ok(
      !/innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(
        readFileSync(`${folder}/${name}`, "utf8"),
      ),
    );
  }
});
