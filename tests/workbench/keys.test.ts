/** The default keys, compared with all default keys of VS Code. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useWorkbench } from "./fixture";
import { waitUntil, type Workbench } from "./workbench";

interface Binding {
  key: string;
  command: string;
}

/** Parses VS Code's list of default keys, which is JSON with comments. */
function bindingsOf(list: string): Binding[] {
  const entries = list.matchAll(/\{\s*"key":\s*"([^"]+)",\s*"command":\s*"([^"]+)"/g);
  return [...entries].map(([, key, command]) => ({ key: key!, command: command! }));
}

/** Whether two key sequences are equal, or one is the beginning of the other. */
function collide(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

describe("default keys", () => {
  let workbench: Workbench;

  useWorkbench({ "a.py": "a = 1\n" }, (opened) => {
    ({ workbench } = opened);
  });

  test("no key of Codechoir is used by VS Code or its built-in extensions", async () => {
    await workbench.openFile("a.py");
    await workbench.waitForStatus("not reading");
    await workbench.command("Preferences: Open Default Keyboard Shortcuts (JSON)");
    await workbench.page.locator('.tab.active[data-resource-name="keybindings.json"]').waitFor();
    await workbench.focusEditor();
    await workbench.press("Control+A", "Control+C");
    const list = await waitUntil("the list is copied", async () => {
      const copied = await workbench.clipboard();
      return copied.includes('"key"') ? copied : undefined;
    });
    const all = bindingsOf(list);
    const ours = all.filter(({ command }) => command.startsWith("codechoir."));
    const others = all.filter(({ command }) => !command.startsWith("codechoir."));
    assert.ok(ours.length >= 16, `${ours.length} of our keys are there`);
    assert.ok(others.length > 500, `${others.length} keys of VS Code's own are there`);
    const collisions = ours.flatMap(({ key, command }) =>
      others
        .filter((other) => collide(key, other.key))
        .map((other) => `${key}: ${command} and ${other.command}`),
    );
    assert.deepEqual(collisions, []);
  });
});
