import { categoryNames, contentKindNames, contentKinds } from "./displayNames";
import {
  overallVolume,
  type ReadingFilters,
  readingFilters,
  updateSetting,
  voiceOverrides,
} from "./editorSettings";
import { serverDefaults } from "./serverDefaults";
import { categories, type Category } from "./serverProtocol";
import { l10n, window } from "./vscodeapi";

/** Categories that can be muted. Narration cannot: it carries warnings. */
export const filterableCategories = categories.filter((category) => category !== "narration");

/** Quick pick of the categories to mute, or of the only categories to read. */
export async function selectCategories(setting: "mute" | "solo"): Promise<void> {
  const names = categoryNames();
  const current = readingFilters()[setting];
  const items = filterableCategories.map((category) => ({
    label: names[category],
    picked: current.includes(category),
    category,
  }));
  const selected = await window.showQuickPick(items, {
    canPickMany: true,
    title: setting === "mute" ? l10n.t("Mute categories") : l10n.t("Read only selected categories"),
    placeHolder:
      setting === "mute" ? l10n.t("Select categories to mute") : l10n.t("Select categories to read"),
  });
  if (selected) {
    await saveFilters({ [setting]: selected.map(({ category }) => category) });
  }
}

/** Quick pick of the kind of content to read. */
export async function selectContentKind(): Promise<void> {
  const names = contentKindNames();
  const current = readingFilters().only;
  const items = contentKinds.map((kind) => ({
    label: names[kind],
    description: kind === current ? l10n.t("current") : "",
    value: kind,
  }));
  const selected = await window.showQuickPick(items, {
    title: l10n.t("Select what to read"),
    placeHolder: l10n.t("Select the kind of code to read"),
  });
  if (selected) {
    await saveFilters({ only: selected.value });
  }
}

export async function toggleMute(category: Category): Promise<void> {
  const { mute } = readingFilters();
  await saveFilters({
    mute: mute.includes(category) ? mute.filter((other) => other !== category) : [...mute, category],
  });
}

export async function clearFilters(): Promise<void> {
  const { mute, solo, only } = serverDefaults;
  await saveFilters({ mute, solo, only });
}

/** Categories that use the voice of another one unless the user gives them their own. */
const inherited: Partial<Record<Category, Category>> = { function: "variable", punctuation: "operator" };

/** Categories whose voice has volume 0 in the settings; only the server knows those of the profile, too. */
export function silentBySettings(): Category[] {
  if (overallVolume() === 0) {
    return [...categories];
  }
  const volume = (category: Category | undefined): number | undefined =>
    category && (voiceOverrides(category).volume ?? volume(inherited[category]));
  return categories.filter((category) => volume(category) === 0);
}

/**
 * What is not heard, as text, such as "only signatures, without comment"; undefined if everything is. `silent`:
 * categories whose voice has volume 0.
 */
export function activeFiltersText(silent: readonly Category[] = silentBySettings()): string | undefined {
  const { mute, solo, only } = readingFilters();
  const names = categoryNames();
  const list = (selected: readonly Category[]): string =>
    selected.map((category) => names[category]).join(", ");
  const texts = [];
  const kind = contentKinds.find((kind) => kind === only && kind !== "everything");
  if (kind) {
    texts.push(l10n.t("only {0}", contentKindNames()[kind]));
  }
  // The other kinds replace `solo`.
  if (solo.length > 0 && (!kind || kind === "signatures")) {
    texts.push(l10n.t("only {0}", list(solo)));
  }
  const missing = categories.filter((category) => mute.includes(category) || silent.includes(category));
  if (silent.length === categories.length) {
    texts.push(l10n.t("without sound"));
  } else if (missing.length > 0) {
    texts.push(l10n.t("without {0}", list(missing)));
  }
  return texts.length > 0 ? texts.join(", ") : undefined;
}

/** Writes filters to the settings; default values are removed. A running reading follows the change. */
async function saveFilters(filters: Partial<ReadingFilters>): Promise<void> {
  for (const [name, value] of Object.entries(filters)) {
    const isDefault = Array.isArray(value) ? value.length === 0 : value === serverDefaults.only;
    await updateSetting(name, isDefault ? undefined : value);
  }
}
