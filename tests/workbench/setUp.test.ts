/** The way of a newcomer who has the extension and nothing else: the Python part is set up by the extension. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkbench, type Opened } from "./inWorkbench";
import type { Workbench } from "./workbench";

/** Python's packages have to be fetched and unpacked. */
const PATIENCE = 150_000;

describe("where no interpreter has Codechoir", () => {
  let workbench: Workbench;

  const take = async (opened: Opened): Promise<void> => {
    ({ workbench } = opened);
    await workbench.openFile("a.py");
  };
  inWorkbench({ "a.py": "answer = forty + two\n" }, take, { isInstalled: false });

  test("nothing pops up by itself; the status item says what is missing", async () => {
    await workbench.untilStatus("not set up");
    assert.equal(await workbench.page.locator(".notification-toast").count(), 0);
  });

  test("the first reading offers to set it up, shows how far it is, and then reads", async () => {
    await workbench.chord("Control+K", "l");
    const offer = workbench.toast("Python package was not found");
    await offer.waitFor();
    await workbench.screenshot("an environment is offered");
    await offer.getByRole("button", { name: "Set up" }).click();
    await workbench.toast("Installing dependencies").waitFor({ timeout: PATIENCE });
    await workbench.screenshot("an environment is made");
    await workbench.untilStatus("speaking", PATIENCE);
    const player = await workbench.player();
    await player.untilSaid("answer");
  });
});
