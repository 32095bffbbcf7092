import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Frame, type Locator, type Page } from "playwright-core";

const screenshots = join(process.cwd(), ".workbench", "screenshots");

const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=user-gesture-required",
];

/** Polls until `probe` returns a value; fails after `timeout` milliseconds, naming `what`. */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined | false | null>,
  timeout = 20_000,
): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false && value !== null) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`timed out after ${timeout} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A VS Code window in a browser, driven by keyboard and mouse. */
export class Workbench {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    /** The key for most shortcuts. */
    readonly commandKey: "Control" | "Meta",
  ) {
    page.setDefaultTimeout(20_000);
  }

  /**
   * `initScript` runs in every frame before all other scripts. `userAgent` is what VS Code takes the operating
   * system from.
   */
  static async open(url: string, initScript?: () => void, userAgent?: string): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: chromiumFlags });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...(userAgent === undefined ? {} : { userAgent }),
    });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    if (initScript) {
      await context.addInitScript(initScript);
    }
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "domcontentloaded" });
    const workbench = new Workbench(browser, page, userAgent?.includes("Macintosh") ? "Meta" : "Control");
    await page.locator(".monaco-workbench .statusbar").waitFor();
    return workbench;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  /** Runs a command from the command palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.pick(title, `>${title}`);
  }

  /** Opens a file of the folder and focuses its editor. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press(`${this.commandKey}+P`);
    await this.pick(name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    await this.focusEditor();
  }

  /** Focuses the editor, with the cursor at the start of the document. */
  async focusEditor(): Promise<void> {
    await this.page.locator(".editor-group-container.active .view-line").first().click();
    await this.page.keyboard.press("Control+Home");
  }

  async editorHasFocus(): Promise<boolean> {
    return this.page.evaluate(() => Boolean(document.activeElement?.closest(".monaco-editor")));
  }

  async waitForEditorFocus(): Promise<void> {
    await waitUntil("the editor has the focus", () => this.editorHasFocus());
  }

  /** The accessible label of the status bar item. */
  async status(): Promise<string> {
    const item = this.page.locator('[id="codechoir.codechoir.codechoir.status"] a');
    return (await item.getAttribute("aria-label")) ?? "";
  }

  async waitForStatus(text: string, timeout?: number): Promise<void> {
    await waitUntil(`the status is "${text}"`, async () => (await this.status()).includes(text), timeout);
  }

  /** A notification that contains `text`. */
  notification(text: string): Locator {
    return this.page.locator(".notification-toast", { hasText: text });
  }

  /** Presses keys one after the other, as in the chord Control+K L. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Starts recording the times of key presses. */
  async recordKeys(): Promise<void> {
    await this.page.evaluate(() => {
      window.addEventListener(
        "keydown",
        ({ timeStamp }) => {
          Object.assign(window, { lastKey: performance.timeOrigin + timeStamp });
        },
        { capture: true },
      );
    });
  }

  /** Time of the last recorded key press, in milliseconds since 1970. */
  async lastKeyTime(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { lastKey: number }).lastKey);
  }

  /** Number of highlighted ranges in the editor. */
  async highlightCount(): Promise<number> {
    return this.page.locator('.view-overlays [class*="ced-"]').count();
  }

  /** The player page, once it has loaded. It is a frame within a frame. */
  async player(): Promise<PlayerPage> {
    return waitUntil("the player page has loaded", async () => {
      for (const frame of this.page.frames()) {
        const transcripts = frame.locator("#transcript");
        // The frame may be detached in the meantime.
        if ((await transcripts.count().catch(() => 0)) > 0) {
          return new PlayerPage(frame);
        }
      }
      return undefined;
    });
  }

  /** Picks an item of the open quick pick after typing `typed`. */
  async pick(label: string, typed = label): Promise<void> {
    await this.page.locator(".quick-input-widget input[type=text]").fill(typed);
    // The list may still show other items; Enter picks the focused row.
    await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: label }).waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Waits for the quick pick with `title` and closes it with Escape. */
  async escape(title: string): Promise<void> {
    const list = this.page.locator(".quick-input-title", { hasText: title });
    await list.waitFor();
    await this.page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
  }
}

/** A row of the table "Voice measurements". */
export interface Measurement {
  category: string;
  words: number;
  loudness: number;
  pitch: number;
}

/** A value of the level meter; `time` in milliseconds since 1970. */
export interface RecordedLevel {
  time: number;
  value: number;
}

/** The player page. Its meter, transcript and table show what is really played. */
export class PlayerPage {
  constructor(private readonly frame: Frame) {}

  /** Opens the table of measurements; the page measures only while it is open. */
  async openMeasurements(): Promise<void> {
    await this.frame.locator("#measurements summary").click();
    await this.frame.locator("#measurements[open]").waitFor();
  }

  async measurements(): Promise<Measurement[]> {
    return this.frame.locator("#measurements tbody tr").evaluateAll((rows) =>
      rows.map((row) => {
        const cells = [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent));
        const category = (row as HTMLElement).dataset.category ?? "";
        return { category, words: cells[1]!, loudness: cells[2]!, pitch: cells[3]! };
      }),
    );
  }

  /** Starts recording the values of the level meter. */
  async recordLevels(): Promise<void> {
    await this.frame.evaluate(() => {
      const levels: unknown[] = [];
      Object.assign(window, { levels });
      const meter = document.querySelector("meter")!;
      new MutationObserver(() => {
        levels.push({ time: performance.timeOrigin + performance.now(), value: meter.value });
      }).observe(meter, { attributes: true });
    });
  }

  async recordedLevels(): Promise<RecordedLevel[]> {
    return this.frame.evaluate(() => (window as unknown as { levels: RecordedLevel[] }).levels);
  }

  /** Peak level of the last 50 ms; 1 is full scale. */
  async level(): Promise<number> {
    return this.frame.evaluate(() => document.querySelector("meter")!.value);
  }

  /** The words of the reading that have been played. */
  async transcript(): Promise<string> {
    return (await this.frame.locator("#transcript").textContent()) ?? "";
  }

  /** Text of the live region. */
  async announcement(): Promise<string> {
    return (await this.frame.locator("#status").textContent()) ?? "";
  }

  async waitForEnableFocus(): Promise<void> {
    await this.frame.locator("#enable:focus").waitFor();
  }

  async waitForAudio(): Promise<void> {
    await waitUntil("audio is playing", async () => (await this.level()) > 0.02);
  }

  async waitForSilence(): Promise<void> {
    await waitUntil("the player is silent", async () => (await this.level()) === 0);
  }

  /** Waits until the transcript contains `words`; returns the transcript. */
  async waitForWords(words: string | RegExp): Promise<string> {
    return waitUntil(`the words ${words} are spoken`, async () => {
      const transcript = await this.transcript();
      return transcript.match(words) ? transcript : undefined;
    });
  }
}
