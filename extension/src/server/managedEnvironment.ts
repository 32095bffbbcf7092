import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { l10n } from "../vscodeapi";
import { PIP, runStep, type Watched } from "./pip";
import type { Python } from "./probe";

/** What the extension's package carries for Python: `folder` holds the wheel and the locked requirements. */
export interface Backend {
  readonly folder: string;
  readonly version: string;
}

export interface MakeOptions extends Watched {
  /** Python 3.11 or newer, with venv. */
  base: Python;
}

/**
 * A Python environment of the extension's own, below its global storage.
 *
 * An environment cannot be moved once it is made, so that it is made in its place; it counts only once a
 * marker with the backend's version lies in it. One that was broken off, or is of an older version of the
 * extension, is made anew.
 */
export class ManagedEnvironment {
  private readonly folder: string;
  private readonly marker: string;

  constructor(
    storage: string,
    private readonly backend: Backend,
  ) {
    this.folder = join(storage, "python");
    this.marker = join(this.folder, "codechoir-version.txt");
  }

  /** Its interpreter, whether or not it is there yet. */
  get python(): Python {
    return environmentPython(this.folder);
  }

  async isReady(): Promise<boolean> {
    const version = await readFile(this.marker, "utf8").catch(() => "");
    return version === this.backend.version;
  }

  /** Makes it from nothing. When that fails or is aborted nothing is left; rejects with a line for people. */
  async make({ base, ...watched }: MakeOptions): Promise<void> {
    const step = (words: string, python: Python, ...args: string[]): Promise<void> =>
      runStep(words, python, args, this.backend.folder, watched);
    try {
      await rm(this.folder, { recursive: true, force: true });
      await mkdir(this.folder, { recursive: true });
      await step(l10n.t("Making a Python environment…"), base, "-m", "venv", "--clear", this.folder);
      const locked = [
        "--prefer-binary",
        "--require-hashes",
        "-r",
        join(this.backend.folder, "requirements.txt"),
      ];
      await step(l10n.t("Installing what Codechoir needs…"), this.python, ...PIP, ...locked);
      const wheel = await this.wheel();
      await step(l10n.t("Installing Codechoir…"), this.python, ...PIP, "--no-deps", "--no-index", wheel);
      await writeFile(this.marker, this.backend.version);
    } catch (error) {
      await rm(this.folder, { recursive: true, force: true });
      throw error;
    }
  }

  private async wheel(): Promise<string> {
    const names = await readdir(this.backend.folder);
    const wheel = names.find((name) => name.endsWith(".whl"));
    if (wheel === undefined) {
      throw new Error(l10n.t("This package of the extension carries no Python part; install it again."));
    }
    return join(this.backend.folder, wheel);
  }
}

/** The interpreter of the Python environment in a folder. */
export function environmentPython(folder: string): Python {
  const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return { program: join(folder, ...inside), args: [] };
}
