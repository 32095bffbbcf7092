import { env, l10n, Uri, window } from "../vscodeapi";

/** The words of the licence; `LICENCE_URL` in backend/codechoir/engines/xtts/weights.py is the same. */
export const LICENCE_URL = "https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt";

/** Where the weights come from: the net, after the user has agreed in these words, or a folder of the user's. */
export type Weights = { agreement: string } | { folder: string };

/** Tells what comes, and asks where the weights shall come from. Undefined when the user would rather not. */
export async function askForWeights(): Promise<Weights | undefined> {
  const fetch = l10n.t("Download");
  const own = l10n.t("Use a folder…");
  const read = l10n.t("Read the licence");
  const question = l10n.t("Install the neural voices (XTTS v2)?");
  const detail = l10n.t(
    "The engine takes up to 6 GB, the weights 1.9 GB. The weights are under the Coqui Public Model License 1.0.0: non-commercial use only, of the model and of the sound that it makes. Nothing is downloaded before you agree to that. If you have the checkpoint, name its folder.",
  );
  for (;;) {
    switch (await window.showInformationMessage(question, { modal: true, detail }, fetch, own, read)) {
      case fetch:
        return agreement();
      case own:
        return folder();
      case read:
        await env.openExternal(Uri.parse(LICENCE_URL));
        continue;
      default:
        return undefined;
    }
  }
}

async function agreement(): Promise<Weights | undefined> {
  const phrase = l10n.t("I agree");
  const prompt = l10n.t(
    "The weights of XTTS v2 may be used for non-commercial purposes only (CPML). Type “{0}” if you agree to their licence.",
    phrase,
  );
  const isAgreed = (text: string): boolean => text.trim().toLowerCase() === phrase.toLowerCase();
  const words = await window.showInputBox({
    title: l10n.t("Licence of the neural voices"),
    prompt,
    placeHolder: phrase,
    ignoreFocusOut: true,
    validateInput: (text) => (isAgreed(text) ? undefined : prompt),
  });
  return words !== undefined && isAgreed(words) ? { agreement: words.trim() } : undefined;
}

async function folder(): Promise<Weights | undefined> {
  const chosen = await window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    canSelectMany: false,
    title: l10n.t("The folder of the checkpoint (config.json, model.pth, vocab.json, speakers_xtts.pth)"),
    openLabel: l10n.t("Use this folder"),
  });
  return chosen?.[0] && { folder: chosen[0].fsPath };
}
