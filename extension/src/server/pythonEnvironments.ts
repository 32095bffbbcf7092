import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskControl } from "../notifications";
import { l10n } from "../vscodeapi";
import { PIP_INSTALL, type Python, runStep } from "./pythonProcess";

/** The Python files in the extension's package: `folder` contains the wheel and the locked requirements. */
export interface BundledBackend {
  readonly folder: string;
  readonly version: string;
}

export interface CreateOptions extends TaskControl {
  /** Python 3.11 or newer, with venv. */
  base: Python;
}

/** Variable with the interpreter of the neural engine; a value set by the user takes precedence. */
const NEURAL_PYTHON_VARIABLE = "CODECHOIR_XTTS_PYTHON";

/** Arguments that install exactly the packages in a locked list. */
const lockedRequirements = (path: string): string[] => ["--prefer-binary", "--require-hashes", "-r", path];

/**
 * Python environment of the language server, in the extension's global storage.
 *
 * An environment cannot be moved, so it is created in place; it is complete once a marker file contains the
 * version of the backend. An incomplete or outdated environment is created again.
 */
export class ServerEnvironment {
  private readonly folder: string;
  private readonly marker: string;

  constructor(
    storage: string,
    private readonly backend: BundledBackend,
  ) {
    this.folder = join(storage, "python");
    this.marker = join(this.folder, "codechoir-version.txt");
  }

  /** The interpreter, whether or not it exists yet. */
  get python(): Python {
    return environmentPython(this.folder);
  }

  async isReady(): Promise<boolean> {
    const version = await readFile(this.marker, "utf8").catch(() => "");
    return version === this.backend.version;
  }

  /** Creates the environment. Leaves nothing behind on failure; rejects with a message for the user. */
  async create({ base, ...control }: CreateOptions): Promise<void> {
    const step = (name: string, python: Python, ...args: string[]): Promise<void> =>
      runStep(name, python, args, this.backend.folder, control);
    try {
      await rm(this.folder, { recursive: true, force: true });
      await mkdir(this.folder, { recursive: true });
      await step(l10n.t("Creating a Python environment…"), base, "-m", "venv", "--clear", this.folder);
      const requirements = lockedRequirements(join(this.backend.folder, "requirements.txt"));
      await step(l10n.t("Installing dependencies…"), this.python, ...PIP_INSTALL, ...requirements);
      const wheel = ["--no-deps", "--no-index", await this.wheel()];
      await step(l10n.t("Installing Codechoir…"), this.python, ...PIP_INSTALL, ...wheel);
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
      throw missingBackend();
    }
    return join(this.backend.folder, wheel);
  }
}

/**
 * Python environment of the neural voices, in the extension's global storage: several gigabytes.
 *
 * It is separate from the server's environment, so an update of the extension does not download it again: a
 * marker file contains the hash of the locked requirements that it was created from. An interrupted
 * installation is kept, since pip continues from there.
 */
export class NeuralEnvironment {
  private readonly folder: string;
  private readonly marker: string;
  private readonly requirements: string;

  constructor(storage: string, backend: BundledBackend) {
    this.folder = join(storage, "neural");
    this.marker = join(this.folder, "requirements-sha256.txt");
    this.requirements = join(backend.folder, "neural.txt");
  }

  /** The interpreter, whether or not it exists yet. */
  get python(): Python {
    return environmentPython(this.folder);
  }

  /** Whether the packages for this version of the extension are installed. */
  async isReady(): Promise<boolean> {
    const installed = await readFile(this.marker, "utf8").catch(() => undefined);
    return installed !== undefined && installed === (await this.requirementsHash().catch(() => ""));
  }

  /** Environment variables for the server; empty if not installed, or if the user has set their own. */
  async variables(): Promise<Record<string, string>> {
    if (process.env[NEURAL_PYTHON_VARIABLE] || !(await exists(this.marker))) {
      return {};
    }
    return { [NEURAL_PYTHON_VARIABLE]: this.python.program };
  }

  /** Creates or completes the environment. Rejects with a message for the user. */
  async create({ base, ...control }: CreateOptions): Promise<void> {
    const hash = await this.requirementsHash();
    await mkdir(this.folder, { recursive: true });
    if (!(await exists(this.python.program))) {
      const step = l10n.t("Creating a Python environment…");
      await runStep(step, base, ["-m", "venv", this.folder], this.folder, control);
    }
    const step = l10n.t("Installing the neural engine…");
    const args = [...PIP_INSTALL, ...lockedRequirements(this.requirements)];
    await runStep(step, this.python, args, this.folder, control);
    await writeFile(this.marker, hash);
  }

  private async requirementsHash(): Promise<string> {
    const requirements = await readFile(this.requirements).catch(() => {
      throw missingBackend();
    });
    return createHash("sha256").update(requirements).digest("hex");
  }
}

function environmentPython(folder: string): Python {
  const parts = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return { program: join(folder, ...parts), args: [] };
}

function missingBackend(): Error {
  return new Error(
    l10n.t("The extension package does not contain the Python backend. Reinstall the extension."),
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
