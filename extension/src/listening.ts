import { categoryWords } from "./player/playerPage";
import { categories, type Category } from "./protocol";
import { changeSetting, followed, listening } from "./settings";
import { l10n, window } from "./vscodeapi";

/** The categories that may be left out; the narrator, who warns, is always heard. */
export const audible = categories.filter((category) => category !== "narration");

/** The kinds of things that may be heard alone; a test compares them with the manifest's. */
export const kinds = ["everything", "signatures", "literals", "comments"] as const;

/** Lets the user choose the categories that are left out, or the only ones that are heard. */
export async function chooseCategories(setting: "mute" | "solo"): Promise<void> {
  const words = categoryWords();
  const now = listening()[setting];
  const items = audible.map((category) => ({
    label: words[category],
    picked: now.includes(category),
    category,
  }));
  const chosen = await window.showQuickPick(items, {
    canPickMany: true,
    title: setting === "mute" ? l10n.t("Mute categories") : l10n.t("Hear categories alone"),
    placeHolder: setting === "mute" ? l10n.t("What shall not be heard?") : l10n.t("What shall be heard?"),
  });
  if (chosen) {
    await hear({ [setting]: chosen.map(({ category }) => category) });
  }
}

/** Lets the user choose the one kind of thing that is heard. */
export async function chooseKind(): Promise<void> {
  const words = kindWords();
  const now = listening().only;
  const items = kinds.map((value) => ({
    label: words[value],
    description: value === now ? l10n.t("now") : "",
    value,
  }));
  const chosen = await window.showQuickPick(items, {
    title: l10n.t("Choose what is read"),
    placeHolder: l10n.t("What shall be heard?"),
  });
  if (chosen) {
    await hear({ only: chosen.value });
  }
}

/** Leaves a category out, or hears it again. */
export async function toggle(category: Category): Promise<void> {
  const { mute } = listening();
  await hear({
    mute: mute.includes(category) ? mute.filter((other) => other !== category) : [...mute, category],
  });
}

/** Hears everything again. */
export async function hearEverything(): Promise<void> {
  await hear({ mute: followed.mute, solo: followed.solo, only: followed.only });
}

/** What is not heard at the moment, in words; undefined where everything is. */
export function listeningWords(): string | undefined {
  const { mute, solo, only } = listening();
  const words = categoryWords();
  const list = (chosen: readonly Category[]): string => chosen.map((category) => words[category]).join(", ");
  const said = [];
  const kind = kinds.find((kind) => kind === only && kind !== "everything");
  if (kind) {
    said.push(l10n.t("only {0}", kindWords()[kind]));
  }
  if (solo.length > 0 && (!kind || kind === "signatures")) {
    said.push(l10n.t("only {0}", list(solo)));
  }
  if (mute.length > 0) {
    said.push(l10n.t("without {0}", list(mute)));
  }
  return said.length > 0 ? said.join(", ") : undefined;
}

function kindWords(): Record<(typeof kinds)[number], string> {
  return {
    everything: l10n.t("everything"),
    signatures: l10n.t("signatures"),
    literals: l10n.t("literals"),
    comments: l10n.t("comments"),
  };
}

/** Saves the choice; a reading follows it as it follows every setting. What is the default is not kept. */
async function hear(change: Partial<ReturnType<typeof listening>>): Promise<void> {
  for (const [name, value] of Object.entries(change)) {
    const isDefault = Array.isArray(value) ? value.length === 0 : value === followed.only;
    await changeSetting(name, isDefault ? undefined : value);
  }
}
