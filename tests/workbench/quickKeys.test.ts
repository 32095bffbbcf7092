/** Keys pressed right after each other: none may be lost, on a fast or on a slow connection. */

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { DelayedLink } from "./delayedLink";
import { useWorkbench } from "./fixture";
import { type PlayerPage, Workbench } from "./workbench";

const LONG = "alpha = beta + gamma\n".repeat(2000);

/** Milliseconds between the key that reads and the next key. */
const delays = [0, 5, 10, 20, 50];

/** How often each delay is tried. */
const rounds = Number(process.env.CODECHOIR_KEY_ROUNDS ?? 20);

/** What the status item says last, and a click on it does, when nothing is read or a reading is paused. */
const SILENT = "Click to show all commands.";
const PAUSED = "Click to resume.";

describe("keys pressed right after each other", () => {
  let workbench: Workbench;
  let player: PlayerPage;
  let url: URL;

  useWorkbench({ "long.py": LONG }, (opened) => {
    ({ workbench } = opened);
    url = new URL(opened.server.url);
  });

  /** Waits until every key before was handled: a list that the extension shows comes after them. */
  const waitForEarlierKeys = async (window: Workbench): Promise<void> => {
    await window.press("Control+K", "Shift+M");
    await window.escape("Mute categories");
    // The status item follows a moment later.
    await window.page.waitForTimeout(100);
  };

  /** Reads and presses `key`, with every delay; how often the status was not `effect` then. */
  const countLost = async (
    window: Workbench,
    key: string,
    effect: string,
    times: number,
  ): Promise<string[]> => {
    const lost: string[] = [];
    for (let round = 0; round < times; round++) {
      for (const delay of delays) {
        await window.press("Control+K", "g");
        if (delay > 0) {
          await window.page.waitForTimeout(delay);
        }
        await window.press(key);
        await waitForEarlierKeys(window);
        const status = await window.status();
        if (!status.endsWith(effect)) {
          lost.push(`round ${round}, ${delay} ms: ${status}`);
          await window.press("Shift+Alt+Q");
        }
      }
    }
    return lost;
  };

  /** After Stop, nothing more is played or shown. */
  const checkSilence = async (window: Workbench, page: PlayerPage): Promise<void> => {
    await window.press("Shift+Alt+Q");
    await waitForEarlierKeys(window);
    await page.waitForSilence();
    const said = await page.transcript();
    await window.page.waitForTimeout(500);
    assert.equal(await page.transcript(), said);
    assert.equal(await page.level(), 0);
    assert.match(await window.status(), new RegExp(`${SILENT}$`));
  };

  const begin = async (window: Workbench): Promise<PlayerPage> => {
    await window.openFile("long.py");
    await window.waitForStatus("not reading");
    await window.press("Control+K", "g");
    const page = await window.player();
    await page.waitForWords("beta");
    await window.press("Shift+Alt+Q");
    await window.waitForStatus("not reading");
    return page;
  };

  const report = (context: TestContext, lost: string[], of: number): void => {
    context.diagnostic(`${lost.length} of ${of * delays.length} keys were lost`);
    assert.deepEqual(lost, []);
  };

  test("stop is never lost, however soon it follows the key that reads", async (context) => {
    player = await begin(workbench);
    const lost = await countLost(workbench, "Shift+Alt+Q", SILENT, rounds);
    report(context, lost, rounds);
    await checkSilence(workbench, player);
  });

  test("pause is never lost, however soon it follows the key that reads", async (context) => {
    const times = Math.ceil(rounds / 4);
    const lost = await countLost(workbench, "Shift+Alt+P", PAUSED, times);
    report(context, lost, times);
    await checkSilence(workbench, player);
  });

  test("stop is never lost over a slow connection", async (context) => {
    const link = await DelayedLink.open(Number(url.port));
    url.port = String(link.port);
    const window = await Workbench.open(url.href);
    try {
      const page = await begin(window);
      link.delay = 200;
      const times = Math.ceil(rounds / 5);
      const lost = await countLost(window, "Shift+Alt+Q", SILENT, times);
      report(context, lost, times);
      await checkSilence(window, page);
    } finally {
      await window.screenshot(context.name);
      await window.close();
      link.close();
    }
  });
});
