/**
 * VS Code's own windows let a view make sound only after a key or a click inside that view. A browser is more
 * generous: any gesture in the window will do. So the tests make it as strict as VS Code's windows are.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkbench, type Opened } from "./inWorkbench";
import type { Workbench } from "./workbench";

/** Runs in every frame: a context of sound stays suspended until a key or a click inside the same frame. */
function beStrict(): void {
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    private mayPlay = false;

    constructor(options?: AudioContextOptions) {
      super(options);
      void super.suspend();
      for (const gesture of ["keydown", "pointerdown"]) {
        window.addEventListener(gesture, () => (this.mayPlay = true), { capture: true });
      }
    }

    override async resume(): Promise<void> {
      if (this.mayPlay) {
        await super.resume();
      }
    }
  };
}

describe("in a window that asks for a gesture before it lets out sound", () => {
  let workbench: Workbench;

  const take = async (opened: Opened): Promise<void> => {
    ({ workbench } = opened);
    await workbench.openFile("a.py");
    await workbench.untilStatus("not reading");
  };
  inWorkbench({ "a.py": "answer = forty + two\n" }, take, { prepare: beStrict });

  test("a reading waits, says why in words, and never says that it speaks", async () => {
    await workbench.chord("Control+K", "l");
    await workbench.untilStatus("Audio is not enabled yet");
    await workbench.toast("audio is blocked until").waitFor();
    const player = await workbench.player();
    assert.match(await player.announced(), /Press the “Enable audio” button/);
    assert.equal(await player.level(), 0);
    assert.ok(await workbench.editorHasFocus());
    await workbench.screenshot("audio is not enabled yet");
  });

  test("Enable audio leads to the button; Enter starts the sound and leads back to the code", async () => {
    const player = await workbench.player();
    await workbench.chord("Control+K", "x");
    await player.untilEnableHasFocus();
    await workbench.screenshot("the button that enables audio");
    await workbench.chord("Enter");
    await player.untilSaid("answer");
    await workbench.untilStatus("speaking");
    assert.match(await player.announced(), /Audio is enabled/);
    await workbench.untilEditorHasFocus();
  });

  test("from then on readings sound at once", async () => {
    await workbench.untilStatus("not reading");
    await workbench.chord("Control+K", "l");
    await (await workbench.player()).untilLoud();
    assert.ok(await workbench.editorHasFocus());
  });
});
