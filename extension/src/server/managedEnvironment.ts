import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { l10n } from "../vscodeapi";
import type { Python } from "./probe";
import { run } from "./process";

/** What the extension's package carries for Python: `folder` holds the wheel and the locked requirements. */
export interface Backend {
  readonly folder: string;
  readonly version: string;
}

export interface MakeOptions {
  /** Python 3.11 or newer, with venv. */
  base: Python;
  signal: AbortSignal;
  /** Called with a line for people at each step. */
  onProgress: (step: string) => void;
  /** Called with every line that Python and pip write. */
  onLine: (line: string) => void;
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
    const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
    return { program: join(this.folder, ...inside), args: [] };
  }

  async isReady(): Promise<boolean> {
    const version = await readFile(this.marker, "utf8").catch(() => "");
    return version === this.backend.version;
  }

  /** Makes it from nothing. When that fails or is aborted nothing is left; rejects with a line for people. */
  async make({ base, signal, onProgress, onLine }: MakeOptions): Promise<void> {
    const step = async (words: string, python: Python, ...args: string[]): Promise<void> => {
      onProgress(words);
      await runPython(python, args, this.backend.folder, signal, (line) => {
        onLine(line);
        const named = packageOf(line);
        if (named) {
          onProgress(`${words} ${named}`);
        }
      });
    };
    try {
      await rm(this.folder, { recursive: true, force: true });
      await mkdir(this.folder, { recursive: true });
      await step(l10n.t("Making a Python environment…"), base, "-m", "venv", "--clear", this.folder);
      const pip = ["-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install"];
      const locked = [
        "--prefer-binary",
        "--require-hashes",
        "-r",
        join(this.backend.folder, "requirements.txt"),
      ];
      await step(l10n.t("Installing what Codechoir needs…"), this.python, ...pip, ...locked);
      const wheel = await this.wheel();
      await step(l10n.t("Installing Codechoir…"), this.python, ...pip, "--no-deps", "--no-index", wheel);
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

async function runPython(
  python: Python,
  args: string[],
  cwd: string,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const { status, output } = await run(python.program, [...python.args, ...args], { cwd, signal, onLine });
  if (status !== 0) {
    throw new Error(reasonOf(output) ?? l10n.t("Python failed with status {0}.", String(status)));
  }
}

/** The line that tells why: pip writes it after `ERROR:`; others write it last. */
function reasonOf(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const error = lines.filter((line) => line.startsWith("ERROR: ")).at(-1);
  return error?.slice("ERROR: ".length) ?? lines.at(-1);
}

/** What pip is busy with, from a line such as `Collecting numpy==2.4.6 (from -r …)`. */
function packageOf(line: string): string | undefined {
  return /^(?:Collecting|Downloading) ([A-Za-z0-9._-]+)/.exec(line.trim())?.[1];
}
