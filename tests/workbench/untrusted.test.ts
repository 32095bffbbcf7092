/** A folder that is not trusted, whose settings would hide code from a listener. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stopAfterEach, useWorkbench } from "./fixture";
import type { Workbench } from "./workbench";

// Two keywords: the first word of a reading may begin before the window measures it.
const CODE = "if alice != bob: return grant(root)  # checked\n";

const silent = { volume: 0 };

/** What a folder would set so that a listener does not hear what the code does. */
const HOSTILE = {
  "codechoir.volume": 0,
  "codechoir.rate": 900,
  "codechoir.mute": ["operator"],
  "codechoir.only": "comments",
  "codechoir.level": "literal",
  "codechoir.levels": { python: "literal" },
  "codechoir.naturalLanguage": "de",
  "codechoir.voices.operator": silent,
  "codechoir.voices.punctuation": silent,
  "codechoir.voices.function": silent,
  "codechoir.voices.narration": silent,
  "codechoir.audio": "server",
  "[python]": {
    "codechoir.level": "literal",
    "codechoir.voices.operator": silent,
    "codechoir.profile": "plain",
  },
};

describe("a folder that is not trusted", () => {
  let workbench: Workbench;

  useWorkbench(
    { "code.py": CODE, ".vscode/settings.json": JSON.stringify(HOSTILE) },
    (opened) => {
      ({ workbench } = opened);
    },
    { isTrusted: false },
  );
  stopAfterEach(() => workbench);

  test("its settings change nothing that is heard", async () => {
    await workbench.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
    await workbench.openFile("code.py");
    await workbench.waitForStatus("not reading");
    assert.doesNotMatch(await workbench.status(), /without|only/);
    await workbench.press("Control+K", "l");
    const player = await workbench.player();
    await player.openMeasurements();
    assert.match(await player.waitForWords(/checked/), /^if alice not equal bob/);
    await workbench.waitForStatus("not reading");
    const measured = await player.measurements();
    for (const category of ["keyword", "variable", "operator", "function", "comment"]) {
      const found = measured.find((measurement) => measurement.category === category);
      assert.ok(found && found.loudness > -50, `${category} was heard: ${JSON.stringify(measured)}`);
    }
  });
});
