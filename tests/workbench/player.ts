import type { Frame } from "playwright-core";
import { until } from "./until";

/** One row of the table "Voice measurements". */
export interface Figure {
  category: string;
  words: number;
  loudness: number;
  pitch: number;
}

/** A value of the level meter, and when it was shown, in milliseconds since 1970. */
export interface Level {
  time: number;
  value: number;
}

/** The player's page: its meter, its transcript and its table, which show what is really let out. */
export class Player {
  constructor(private readonly frame: Frame) {}

  /** Opens the table of figures; they are measured only while it is open. */
  async openFigures(): Promise<void> {
    await this.frame.locator("#measurements summary").click();
    await this.frame.locator("#measurements[open]").waitFor();
  }

  /** Keeps every value of the level meter from now on. */
  async record(): Promise<void> {
    await this.frame.evaluate(() => {
      const levels: unknown[] = [];
      Object.assign(window, { levels });
      const meter = document.querySelector("meter")!;
      new MutationObserver(() => {
        levels.push({ time: performance.timeOrigin + performance.now(), value: meter.value });
      }).observe(meter, { attributes: true });
    });
  }

  /** The values that were kept. */
  async recorded(): Promise<Level[]> {
    return this.frame.evaluate(() => (window as unknown as { levels: Level[] }).levels);
  }

  /** The highest sample of the last twentieth of a second that was let out; 1 is the loudest there is. */
  async level(): Promise<number> {
    return this.frame.evaluate(() => document.querySelector("meter")!.value);
  }

  /** The words of the reading that have been heard. */
  async transcript(): Promise<string> {
    return (await this.frame.locator("#transcript").textContent()) ?? "";
  }

  async figures(): Promise<Figure[]> {
    return this.frame.locator("#measurements tbody tr").evaluateAll((rows) =>
      rows.map((row) => {
        const cells = [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent));
        const category = (row as HTMLElement).dataset.category ?? "";
        return { category, words: cells[1]!, loudness: cells[2]!, pitch: cells[3]! };
      }),
    );
  }

  /** What the page announces politely. */
  async announced(): Promise<string> {
    return (await this.frame.locator("#status").textContent()) ?? "";
  }

  async untilEnableHasFocus(): Promise<void> {
    await this.frame.locator("#enable:focus").waitFor();
  }

  async untilLoud(): Promise<void> {
    await until("sound", async () => (await this.level()) > 0.02);
  }

  async untilSaid(words: string | RegExp): Promise<string> {
    return until(`the words ${words}`, async () => {
      const transcript = await this.transcript();
      return transcript.match(words) ? transcript : undefined;
    });
  }
}
