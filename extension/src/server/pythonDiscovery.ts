import { realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { configuredInterpreter } from "../editorSettings";
import type { Log } from "../notifications";
import type { Uri } from "../vscodeapi";
import { extensions, l10n, workspace } from "../vscodeapi";
import type { ServerEnvironment } from "./pythonEnvironments";
import { codechoirArgs, type Python, runProcess } from "./pythonProcess";

/** No interpreter has Codechoir. The message states the problem of each interpreter. */
export class NoServerError extends Error {}

interface Candidate extends Python {
  /** Where the interpreter was found, for the user. */
  readonly origin: string;
}

type ProbeResult =
  { readonly ok: true; readonly version: string } | { readonly ok: false; readonly problem: string };

/** The part of the Python extension's API that is used here. */
interface PythonExtensionApi {
  environments: {
    getActiveEnvironmentPath(resource?: Uri): { path: string };
    resolveEnvironment(path: {
      path: string;
    }): Promise<{ executable: { uri?: Uri | undefined } } | undefined>;
  };
}

/** How long an interpreter may take to answer, in milliseconds. */
const PROBE_TIMEOUT = 20_000;

/** Names of interpreters on PATH that can run the server. */
const SERVER_NAMES = ["python3", "python"];

/** Names of interpreters on PATH that can create an environment, best first. */
const BASE_NAMES = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];

/**
 * Finds the interpreter that runs the server: the one in the settings if set; otherwise the first one of the
 * Python extension, PATH and the extension's own environment that has Codechoir in `version`.
 *
 * Rejects with `NoServerError` if there is none, or with a message for the user if the setting is wrong.
 */
export async function findServerPython(
  environment: ServerEnvironment,
  version: string,
  cwd: string,
  log: Log,
): Promise<Python> {
  const configured = configuredInterpreter();
  const candidates =
    configured !== undefined
      ? [{ program: configured, args: [], origin: l10n.t("the setting codechoir.interpreter") }]
      : [...(await fromPythonExtension()), ...(await fromPath(SERVER_NAMES))];
  if (configured === undefined && (await environment.isReady())) {
    candidates.push({ ...environment.python, origin: l10n.t("Codechoir's own environment") });
  }
  const results = await Promise.all(candidates.map((candidate) => probeServer(candidate, version, cwd)));
  const problems: string[] = [];
  for (const [index, result] of results.entries()) {
    const name = describe(candidates[index]!);
    log.info(`${name}: ${result.ok ? `Codechoir ${result.version}` : result.problem}`);
    if (!result.ok) {
      problems.push(`${name}: ${result.problem}`);
    }
  }
  const found = candidates.find((_, index) => results[index]!.ok);
  if (found) {
    return found;
  }
  if (configured !== undefined) {
    throw new Error(l10n.t("{0}. Correct or clear the setting.", problems.join()));
  }
  throw new NoServerError(problems.join("; ") || l10n.t("no Python interpreter was found"));
}

/** Finds a Python that can create environments. Rejects with a message for the user. */
export async function findBasePython(log: Log): Promise<Python> {
  const launcher = process.platform === "win32" ? [{ program: "py", args: ["-3"], origin: "py -3" }] : [];
  const candidates = [...(await fromPath(BASE_NAMES)), ...launcher, ...(await fromPythonExtension())];
  for (const candidate of candidates) {
    const result = await probeBase(candidate, process.cwd());
    log.info(`${candidate.program}: ${result.ok ? result.version : result.problem}`);
    if (result.ok) {
      return candidate;
    }
  }
  throw new Error(
    l10n.t(
      "Python 3.11 or newer with venv was not found. Install it (on Debian and Ubuntu: python3 and python3-venv) and try again.",
    ),
  );
}

/** The interpreter selected in the Python extension. Not in Restricted Mode: it may be in the open folder. */
async function fromPythonExtension(): Promise<Candidate[]> {
  const extension = extensions.getExtension<PythonExtensionApi>("ms-python.python");
  if (!extension || !workspace.isTrusted) {
    return [];
  }
  const { environments } = await extension.activate();
  const active = environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  const program = (await environments.resolveEnvironment(active))?.executable.uri?.fsPath;
  return program ? [{ program, args: [], origin: l10n.t("the Python extension") }] : [];
}

/** Programs on PATH with one of `names`. Relative entries are skipped: they would mean the open folder. */
async function fromPath(names: readonly string[]): Promise<Candidate[]> {
  const entries = (process.env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const folders = await uniqueFolders(entries);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
  const exists = await Promise.all(paths.map(isFile));
  return paths
    .filter((_, index) => exists[index])
    .map((program) => ({ program, args: [], origin: l10n.t("PATH") }));
}

/**
 * Drops folders that link to an earlier one, as /bin does to /usr/bin on many systems. The programs in them are
 * not resolved: a link to an interpreter may be an environment of its own.
 */
async function uniqueFolders(folders: readonly string[]): Promise<string[]> {
  const resolved = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return folders.filter((_, index) => resolved.indexOf(resolved[index]!) === index);
}

/** Whether `python` can run a Codechoir with the major and minor version of `requiredVersion`. */
async function probeServer(python: Python, requiredVersion: string, cwd: string): Promise<ProbeResult> {
  const result = await runProbe(python, codechoirArgs(python, "--version"), cwd);
  if (!result.ok) {
    return result;
  }
  const match = /(\d+)\.(\d+)\.\d+\S*/.exec(result.version);
  if (!match) {
    return { ok: false, problem: l10n.t("does not report a version") };
  }
  const [version, major, minor] = match;
  if (`${major}.${minor}` !== requiredVersion.split(".").slice(0, 2).join(".")) {
    return { ok: false, problem: l10n.t("has Codechoir {0}, {1} is required", version, requiredVersion) };
  }
  return { ok: true, version };
}

/** Whether `python` can create an environment for Codechoir. */
async function probeBase(python: Python, cwd: string): Promise<ProbeResult> {
  const program =
    "import sys, venv, ensurepip; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 11))";
  const result = await runProbe(python, [...python.args, "-I", "-c", program], cwd);
  if (result.ok || !/^\d+\.\d+\.\d+/.test(result.problem)) {
    return result;
  }
  return { ok: false, problem: l10n.t("is Python {0}, 3.11 or newer is required", result.problem) };
}

/** Runs a short program; the last line of its output is the version, or the problem if it fails. */
async function runProbe(python: Python, args: string[], cwd: string): Promise<ProbeResult> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT);
  try {
    const { status, output } = await runProcess(python.program, args, { cwd, signal });
    const lastLine = output.trim().split("\n").at(-1) ?? "";
    if (status === 0) {
      return { ok: true, version: lastLine };
    }
    return { ok: false, problem: lastLine || l10n.t("failed with exit code {0}", String(status)) };
  } catch (error) {
    if (signal.aborted) {
      return { ok: false, problem: l10n.t("did not respond") };
    }
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

function describe({ program, origin }: Candidate): string {
  return `${program} (${origin})`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
