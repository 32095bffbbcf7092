/** The default keys, compared with all default keys of VS Code in a browser, on each operating system. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { collisions, type KeyBinding, parseKeymap, type System } from "../../extension/test/keymaps";
import type { CodeServer } from "./codeServer";
import { useWorkbench } from "./fixture";
import { waitUntil, Workbench } from "./workbench";

const browser = (platform: string): string =>
  `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36`;

/** What a browser on each system tells of itself. */
const userAgents: Record<System, string> = {
  linux: browser("X11; Linux x86_64"),
  win: browser("Windows NT 10.0; Win64; x64"),
  mac: browser("Macintosh; Intel Mac OS X 10_15_7"),
};

/** The list "Default Keyboard Shortcuts" of VS Code. */
async function defaultKeys(workbench: Workbench, system: System): Promise<KeyBinding[]> {
  await workbench.openFile("a.py");
  await workbench.waitForStatus("not reading");
  await workbench.command("Preferences: Open Default Keyboard Shortcuts (JSON)");
  await workbench.page.locator('.tab.active[data-resource-name="keybindings.json"]').waitFor();
  await workbench.focusEditor();
  // The browser runs on Linux, where it copies with Control+C.
  await workbench.press(`${workbench.commandKey}+A`, "Control+C");
  const list = await waitUntil("the list is copied", async () => {
    const copied = await workbench.clipboard();
    return copied.includes('"key"') ? copied : undefined;
  });
  mkdirSync(".workbench/keymaps", { recursive: true });
  writeFileSync(`.workbench/keymaps/web-${system}.json`, list);
  return parseKeymap(list);
}

async function checkKeys(workbench: Workbench, system: System): Promise<void> {
  const all = await defaultKeys(workbench, system);
  const ours = all.filter(({ command }) => command.startsWith("codechoir."));
  const others = all.filter(({ command }) => !command.startsWith("codechoir."));
  assert.ok(ours.length >= 16, `${ours.length} of our keys are there`);
  assert.ok(others.length > 500, `${others.length} keys of VS Code's own are there`);
  const modifier = system === "mac" ? "cmd" : "ctrl";
  assert.ok(
    others.some(({ key }) => key === `${modifier}+k ${modifier}+s`),
    "the keys are those of the system",
  );
  assert.deepEqual(collisions(ours, others), []);
}

describe("default keys", () => {
  let server: CodeServer;
  let workbench: Workbench;

  useWorkbench({ "a.py": "a = 1\n" }, (opened) => {
    ({ server, workbench } = opened);
  });

  const checkOn = async (system: System): Promise<void> => {
    const opened = await Workbench.open(server.url, undefined, userAgents[system]);
    try {
      await checkKeys(opened, system);
    } finally {
      await opened.close();
    }
  };

  test("no key of Codechoir is used by VS Code or its built-in extensions", async () => {
    await checkKeys(workbench, "linux");
  });

  test("no key of Codechoir is used by VS Code on Windows", () => checkOn("win"));

  test("no key of Codechoir is used by VS Code on macOS", () => checkOn("mac"));
});
