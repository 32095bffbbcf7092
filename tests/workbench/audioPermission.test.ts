/**
 * VS Code's desktop windows let a webview play audio only after a key press or click inside the webview. A browser
 * accepts a gesture anywhere in the window, so these tests make it as strict as a desktop window.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useWorkbench, type OpenedWorkbench } from "./fixture";
import type { Workbench } from "./workbench";

/** Runs in every frame: an audio context stays suspended until a gesture inside the same frame. */
function requireGesture(): void {
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    private hasGesture = false;

    constructor(options?: AudioContextOptions) {
      super(options);
      void super.suspend();
      for (const gesture of ["keydown", "pointerdown"]) {
        window.addEventListener(gesture, () => (this.hasGesture = true), { capture: true });
      }
    }

    override async resume(): Promise<void> {
      if (this.hasGesture) {
        await super.resume();
      }
    }
  };
}

describe("in a window that requires a gesture before audio", () => {
  let workbench: Workbench;

  const onOpen = async (opened: OpenedWorkbench): Promise<void> => {
    ({ workbench } = opened);
    await workbench.openFile("a.py");
    await workbench.waitForStatus("not reading");
  };
  useWorkbench({ "a.py": "answer = forty + two\n" }, onOpen, { initScript: requireGesture });

  test("a reading waits, shows why, and never shows that it speaks", async () => {
    await workbench.press("Control+K", "l");
    await workbench.waitForStatus("Audio is not enabled yet");
    await workbench.notification("audio is blocked until").waitFor();
    const player = await workbench.player();
    assert.match(await player.announcement(), /Press the “Enable audio” button/);
    assert.equal(await player.level(), 0);
    assert.ok(await workbench.editorHasFocus());
    await workbench.screenshot("audio is not enabled yet");
  });

  test("Enable audio focuses the button; Enter starts the audio and returns to the editor", async () => {
    const player = await workbench.player();
    await workbench.press("Control+K", "x");
    await player.waitForEnableFocus();
    await workbench.screenshot("the button that enables audio");
    await workbench.press("Enter");
    await player.waitForWords("answer");
    await workbench.waitForStatus("speaking");
    assert.match(await player.announcement(), /Audio is enabled/);
    await workbench.waitForEditorFocus();
  });

  test("later readings play immediately", async () => {
    await workbench.waitForStatus("not reading");
    await workbench.press("Control+K", "l");
    await (await workbench.player()).waitForAudio();
    assert.ok(await workbench.editorHasFocus());
  });
});
