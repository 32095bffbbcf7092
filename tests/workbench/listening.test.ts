/** Hearing less, and hearing about code, in a real VS Code. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkbench, quietAfterEach } from "./inWorkbench";
import type { Player } from "./player";
import { until } from "./until";
import type { Workbench } from "./workbench";

const CART = "class Cart:\n    def total(self, rate):\n        return 42 * rate\n";
const LONG = "alpha = beta  # gamma\n".repeat(300);

describe("listening in the workbench", () => {
  let workbench: Workbench;
  let player: Player;

  inWorkbench({ "cart.py": CART, "long.py": LONG }, (opened) => {
    ({ workbench } = opened);
  });
  quietAfterEach(() => workbench);

  test("the outline of the file is told aloud with a shortcut", async () => {
    await workbench.openFile("cart.py");
    await workbench.untilStatus("not reading");
    await workbench.chord("Control+K", "Shift+G");
    player = await workbench.player();
    await player.untilLoud();
    await player.untilSaid(/class cart,? one method/);
    await player.untilSaid(/method total,? takes rate/);
    assert.ok(await workbench.editorHasFocus());
  });

  test("the token at the cursor is described, aloud and in the status bar", async () => {
    await workbench.focusEditor();
    await workbench.chord("Control+K", "Shift+D");
    await player.untilSaid(/keyword/);
    await workbench.page.locator(".statusbar-item", { hasText: "keyword" }).first().waitFor();
  });

  test("comments are muted in the midst of a reading, and heard again", async () => {
    await workbench.openFile("long.py");
    await workbench.chord("Control+K", "g");
    await player.untilSaid(/beta gamma alpha/);
    await workbench.chord("Control+K", "Shift+C");
    await workbench.untilStatus("without comment");
    await player.untilSaid(/beta alpha gets beta alpha/);
    await workbench.chord("Control+K", "Shift+E");
    await until("comments again", async () => {
      const said = (await player.transcript()).split("beta alpha").at(-1)!;
      return said.includes("beta gamma alpha gets beta gamma");
    });
    assert.doesNotMatch(await workbench.status(), /without/);
  });
});
