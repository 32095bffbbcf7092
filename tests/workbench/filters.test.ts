/** Reading filters, outlines and descriptions in a real VS Code. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useWorkbench, stopAfterEach } from "./fixture";
import { type PlayerPage, waitUntil, type Workbench } from "./workbench";

const CART = "class Cart:\n    def total(self, rate):\n        return 42 * rate\n";
const LONG = "alpha = beta  # gamma\n".repeat(300);

describe("filters and descriptions in the workbench", () => {
  let workbench: Workbench;
  let player: PlayerPage;

  useWorkbench({ "cart.py": CART, "long.py": LONG }, (opened) => {
    ({ workbench } = opened);
  });
  stopAfterEach(() => workbench);

  test("a shortcut reads the outline of the file", async () => {
    await workbench.openFile("cart.py");
    await workbench.waitForStatus("not reading");
    await workbench.press("Control+K", "Shift+G");
    player = await workbench.player();
    await player.waitForAudio();
    await player.waitForWords(/class cart,? one method/);
    await player.waitForWords(/method total,? takes rate/);
    assert.ok(await workbench.editorHasFocus());
  });

  test("the description of the token at the cursor is spoken and shown in the status bar", async () => {
    await workbench.focusEditor();
    await workbench.press("Control+K", "Shift+D");
    await player.waitForWords(/keyword/);
    await workbench.page.locator(".statusbar-item", { hasText: "keyword" }).first().waitFor();
  });

  test("comments are muted and unmuted during a reading", async () => {
    await workbench.openFile("long.py");
    await workbench.press("Control+K", "g");
    await player.waitForWords(/beta comment gamma alpha/);
    await workbench.press("Control+K", "Shift+C");
    await workbench.waitForStatus("without comment");
    await player.waitForWords(/beta alpha gets beta alpha/);
    await workbench.press("Control+K", "Shift+E");
    await waitUntil("comments are read again", async () => {
      const said = (await player.transcript()).split("beta alpha").at(-1)!;
      return said.includes("beta comment gamma alpha gets beta comment gamma");
    });
    assert.doesNotMatch(await workbench.status(), /without/);
  });
});
