/** First use without the Python package: the extension sets it up. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useWorkbench, type OpenedWorkbench } from "./fixture";
import type { Workbench } from "./workbench";

/** Time to download and install the packages, in milliseconds. */
const SETUP_TIMEOUT = 150_000;

describe("when no interpreter has Codechoir", () => {
  let workbench: Workbench;

  const onOpen = async (opened: OpenedWorkbench): Promise<void> => {
    ({ workbench } = opened);
    await workbench.openFile("a.py");
  };
  useWorkbench({ "a.py": "answer = forty + two\n" }, onOpen, { isInstalled: false });

  test("no notification is shown; the status bar shows what is missing", async () => {
    await workbench.waitForStatus("not set up");
    assert.equal(await workbench.page.locator(".notification-toast").count(), 0);
  });

  test("the first reading offers the setup, shows its progress, and then reads", async () => {
    await workbench.press("Control+K", "l");
    const offer = workbench.notification("Python package was not found");
    await offer.waitFor();
    await workbench.screenshot("setup is offered");
    await offer.getByRole("button", { name: "Set up" }).click();
    await workbench.notification("Installing dependencies").waitFor({ timeout: SETUP_TIMEOUT });
    await workbench.screenshot("setup is running");
    await workbench.waitForStatus("speaking", SETUP_TIMEOUT);
    const player = await workbench.player();
    await player.waitForWords("answer");
  });
});
