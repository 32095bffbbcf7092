import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { l10n } from "../vscodeapi";
import { type Backend, environmentPython, type MakeOptions } from "./managedEnvironment";
import { PIP, runStep } from "./pip";
import type { Python } from "./probe";

/** Variable that names the Python of the neural engine; the user's own value comes first. */
const VARIABLE = "CODECHOIR_XTTS_PYTHON";

/**
 * The Python environment of the neural voices, below the extension's storage: several gigabytes.
 *
 * It is apart from the server's own, so that a new version of the extension does not fetch everything anew: a
 * marker tells for which locked list of packages it was made. What an attempt that broke off has left stays,
 * since pip goes on from there.
 */
export class NeuralEnvironment {
  private readonly folder: string;
  private readonly marker: string;
  private readonly requirements: string;

  constructor(storage: string, backend: Backend) {
    this.folder = join(storage, "neural");
    this.marker = join(this.folder, "requirements-sha256.txt");
    this.requirements = join(backend.folder, "neural.txt");
  }

  /** Its interpreter, whether or not it is there yet. */
  get python(): Python {
    return environmentPython(this.folder);
  }

  /** Whether the packages of this version of the extension are there. */
  async isReady(): Promise<boolean> {
    const made = await readFile(this.marker, "utf8").catch(() => undefined);
    return made !== undefined && made === (await this.fingerprint().catch(() => ""));
  }

  /** What the server needs to know to find it; nothing where it is not there, or the user has one. */
  async variables(): Promise<Record<string, string>> {
    if (process.env[VARIABLE] || !(await stat(this.marker).catch(() => undefined))) {
      return {};
    }
    return { [VARIABLE]: this.python.program };
  }

  /** Makes it, or what is still missing of it. Rejects with a line for people. */
  async make({ base, ...watched }: MakeOptions): Promise<void> {
    const wanted = await this.fingerprint();
    await mkdir(this.folder, { recursive: true });
    if (!(await stat(this.python.program).catch(() => undefined))) {
      const words = l10n.t("Making a Python environment…");
      await runStep(words, base, ["-m", "venv", this.folder], this.folder, watched);
    }
    const locked = ["--prefer-binary", "--require-hashes", "-r", this.requirements];
    const words = l10n.t("Installing the neural engine…");
    await runStep(words, this.python, [...PIP, ...locked], this.folder, watched);
    await writeFile(this.marker, wanted);
  }

  private async fingerprint(): Promise<string> {
    const list = await readFile(this.requirements).catch(() => {
      throw new Error(l10n.t("This package of the extension carries no Python part; install it again."));
    });
    return createHash("sha256").update(list).digest("hex");
  }
}
