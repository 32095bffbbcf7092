import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { Player } from "./player";
import { until } from "./until";

const screenshots = join(process.cwd(), ".workbench", "screenshots");

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=user-gesture-required",
];

/** A VS Code window in a browser, driven with keyboard and mouse alone, as its user would. */
export class Workbench {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.setDefaultTimeout(20_000);
  }

  /** `prepare` is run in every frame before anything else. */
  static async open(url: string, prepare?: () => void): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    if (prepare) {
      await context.addInitScript(prepare);
    }
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "domcontentloaded" });
    const workbench = new Workbench(browser, page);
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

  /** Runs a command from the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.pick(title, `>${title}`);
  }

  /** Opens a file of the folder; its editor has the focus afterwards. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press("Control+P");
    await this.pick(name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    await this.focusEditor();
  }

  /** Puts the focus into the editor, at the very beginning of its text. */
  async focusEditor(): Promise<void> {
    await this.page.locator(".editor-group-container.active .view-line").first().click();
    await this.page.keyboard.press("Control+Home");
  }

  /** Whether keys go to the editor. */
  async editorHasFocus(): Promise<boolean> {
    return this.page.evaluate(() => Boolean(document.activeElement?.closest(".monaco-editor")));
  }

  async untilEditorHasFocus(): Promise<void> {
    await until("the focus in the editor", () => this.editorHasFocus());
  }

  /** What the status item says, to eyes and to a screen reader. */
  async status(): Promise<string> {
    const item = this.page.locator('[id="codechoir.codechoir.codechoir.status"] a');
    return (await item.getAttribute("aria-label")) ?? "";
  }

  async untilStatus(words: string, patience?: number): Promise<void> {
    await until(`the status "${words}"`, async () => (await this.status()).includes(words), patience);
  }

  /** A message that has popped up. */
  toast(words: string): Locator {
    return this.page.locator(".notification-toast", { hasText: words });
  }

  /** Presses a chord such as Control+K L. */
  async chord(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** What was copied last. */
  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Remembers from now on when keys go down. */
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

  /** When the last key went down, in milliseconds since 1970. */
  async lastKey(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { lastKey: number }).lastKey);
  }

  /** The words that are marked in the editor as being spoken, as the places where they are shown. */
  async marked(): Promise<number> {
    return this.page.locator('.view-overlays [class*="ced-"]').count();
  }

  /** The player's page, once it is there. It lies in a frame within a frame. */
  async player(): Promise<Player> {
    return until("the player's page", async () => {
      for (const frame of this.page.frames()) {
        const transcripts = frame.locator("#transcript");
        // A frame may go away while it is looked at.
        if ((await transcripts.count().catch(() => 0)) > 0) {
          return new Player(frame);
        }
      }
      return undefined;
    });
  }

  /** Picks an item of the list that is open; `typed` is what finds it. */
  async pick(label: string, typed = label): Promise<void> {
    await this.page.locator(".quick-input-widget input[type=text]").fill(typed);
    // The list that is shown at first may be another one; what Enter picks is the row that has the focus.
    await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: label }).waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Leaves the list of this title with Escape, once it is shown. */
  async leave(title: string): Promise<void> {
    const list = this.page.locator(".quick-input-title", { hasText: title });
    await list.waitFor();
    await this.page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
  }
}
