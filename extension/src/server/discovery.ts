import type { Log } from "../log";
import { l10n } from "../vscodeapi";
import { type Candidate, serverCandidates } from "./candidates";
import type { ManagedEnvironment } from "./managedEnvironment";
import { probe, type Python } from "./probe";

/** No interpreter has Codechoir. The message tells of each what is wrong with it. */
export class NoServer extends Error {}

/**
 * The interpreter that runs the server: of the setting; else the first of the Python extension's, PATH's and
 * our own environment's that has Codechoir in this extension's `version`. Rejects with `NoServer`, or with a
 * line for people when the setting is wrong.
 */
export async function findServer(
  managed: ManagedEnvironment,
  version: string,
  cwd: string,
  log: Log,
): Promise<Python> {
  const candidates = await serverCandidates();
  const isChosen = candidates.length === 1 && candidates[0]!.isChosen;
  if (!isChosen && (await managed.isReady())) {
    candidates.push({ ...managed.python, origin: l10n.t("Codechoir's own environment"), isChosen: false });
  }
  const looks = await Promise.all(
    candidates.map(async (candidate) => ({ candidate, finding: await probe(candidate, version, cwd) })),
  );
  for (const { candidate, finding } of looks) {
    log.info(`${describe(candidate)}: ${finding.ok ? `Codechoir ${finding.version}` : finding.problem}`);
  }
  const good = looks.find(({ finding }) => finding.ok);
  if (good) {
    return good.candidate;
  }
  const problems = looks.map(({ candidate, finding }) =>
    finding.ok ? "" : `${describe(candidate)}: ${finding.problem}`,
  );
  if (isChosen) {
    throw new Error(l10n.t("{0}. Change the setting, or clear it.", problems.join()));
  }
  throw new NoServer(problems.join("; ") || l10n.t("no Python was found"));
}

function describe({ program, origin }: Candidate): string {
  return `${program} (${origin})`;
}
