import { realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { chosenInterpreter } from "../settings";
import type { Uri } from "../vscodeapi";
import { extensions, l10n, workspace } from "../vscodeapi";
import type { Python } from "./probe";

/**
 * An interpreter that might have Codechoir. `origin`: where it comes from, in words for people. `isChosen`:
 * the user has named it, so that no other may take its place.
 */
export interface Candidate extends Python {
  readonly origin: string;
  readonly isChosen: boolean;
}

/** The part of the Python extension's interface that is used; the extension need not be there. */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: Uri): { path: string };
    resolveEnvironment(path: {
      path: string;
    }): Promise<{ executable: { uri?: Uri | undefined } } | undefined>;
  };
}

/** Names of Python on PATH, best first. Windows has a launcher, `py`, that is told the version. */
const NAMES = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];

/** The interpreter of the setting alone when there is one, else all others that may have Codechoir. */
export async function serverCandidates(): Promise<Candidate[]> {
  const chosen = chosenInterpreter();
  if (chosen !== undefined) {
    return [
      { program: chosen, args: [], origin: l10n.t("the setting codechoir.interpreter"), isChosen: true },
    ];
  }
  return [...(await fromPythonExtension()), ...(await fromPath(["python3", "python"]))];
}

/** The interpreters that may be the base of a new environment. */
export async function baseCandidates(): Promise<Candidate[]> {
  const launcher =
    process.platform === "win32" ? [{ program: "py", args: ["-3"], origin: "py -3", isChosen: false }] : [];
  return [...(await fromPath(NAMES)), ...launcher, ...(await fromPythonExtension())];
}

/** What the Python extension has selected. Not in a folder that is not trusted: it may lie in that folder. */
async function fromPythonExtension(): Promise<Candidate[]> {
  const extension = extensions.getExtension<PythonExtension>("ms-python.python");
  if (!extension || !workspace.isTrusted) {
    return [];
  }
  const { environments } = await extension.activate();
  const active = environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  const program = (await environments.resolveEnvironment(active))?.executable.uri?.fsPath;
  return program ? [{ program, args: [], origin: l10n.t("the Python extension"), isChosen: false }] : [];
}

/** Programs called one of `names`. Relative entries of PATH would mean the folder that is open: not ours. */
async function fromPath(names: readonly string[]): Promise<Candidate[]> {
  const entries = (process.env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const folders = await withoutRepetition(entries);
  const ending = process.platform === "win32" ? ".exe" : "";
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name + ending)));
  const found = await Promise.all(paths.map(isFile));
  return paths
    .filter((_, index) => found[index])
    .map((program) => ({ program, args: [], origin: l10n.t("PATH"), isChosen: false }));
}

/**
 * Folders without other names of those before: many systems have /bin for /usr/bin. The programs in them are
 * not resolved, since a link to an interpreter may be an environment of its own.
 */
async function withoutRepetition(folders: readonly string[]): Promise<string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return folders.filter((_, index) => real.indexOf(real[index]!) === index);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
