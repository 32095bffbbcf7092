/** The default keys, in the company of all those that VS Code itself has. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkbench } from "./inWorkbench";
import { until } from "./until";
import type { Workbench } from "./workbench";

interface Binding {
  key: string;
  command: string;
}

/** The bindings of VS Code's list of default keys, which is JSON with comments. */
function bindingsOf(list: string): Binding[] {
  const entries = list.matchAll(/\{\s*"key":\s*"([^"]+)",\s*"command":\s*"([^"]+)"/g);
  return [...entries].map(([, key, command]) => ({ key: key!, command: command! }));
}

/** Whether pressing one key sequence may mean the other: they are equal, or one begins the other. */
function collide(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

describe("default keys", () => {
  let workbench: Workbench;

  inWorkbench({ "a.py": "a = 1\n" }, (opened) => {
    ({ workbench } = opened);
  });

  test("none of ours is taken by VS Code or by an extension that comes with it", async () => {
    await workbench.openFile("a.py");
    await workbench.untilStatus("not reading");
    await workbench.command("Preferences: Open Default Keyboard Shortcuts (JSON)");
    await workbench.page.locator('.tab.active[data-resource-name="keybindings.json"]').waitFor();
    await workbench.focusEditor();
    await workbench.chord("Control+A", "Control+C");
    const list = await until("the copied list", async () => {
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
