import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { playerPageHtml } from "../../src/player/webviewPlayer";
import { Uri, type Webview } from "../../src/vscodeapi";

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
