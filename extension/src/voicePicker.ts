import { categoryWords } from "./player/playerPage";
import { categories, type Category, serverCommand } from "./protocol";
import type { Connection } from "./server/connection";
import { changeSetting, ownSpeakers, ownVoice, type VoiceChange } from "./settings";
import type { QuickPickItem } from "./vscodeapi";
import { l10n, window } from "./vscodeapi";

/** What the server answers to `codechoir.server.voices`, as far as it is used here. */
interface VoicesAnswer {
  engine: string;
  families: { name: string; language: string; description: string }[];
  casting: Record<Category, Required<VoiceChange>>;
}

/** The engine whose families are part of a category's voice. */
const EMBEDDED = "espeak";

type Property = keyof VoiceChange;
type Numeric = Exclude<Property, "family">;

/** The limits of the numbers; a test compares them with the manifest's. */
export const limits: Record<Numeric, readonly [least: number, most: number]> = {
  pitch: [0, 100],
  range: [0, 100],
  rate: [80, 900],
  volume: [0, 100],
  balance: [-100, 100],
};

/**
 * Lets the user change voices, one property after the other, until they leave with Escape.
 *
 * `hear` makes each change heard.
 */
export async function chooseVoices(connection: Connection, hear: () => Promise<void>): Promise<void> {
  const ask = (): Promise<VoicesAnswer> => connection.execute(serverCommand.voices, {});
  for (;;) {
    const category = await pickCategory(await ask());
    if (category === undefined) {
      return;
    }
    while (await changeOne(category, await ask())) {
      await hear();
    }
  }
}

async function pickCategory({ casting }: VoicesAnswer): Promise<Category | undefined> {
  const words = categoryWords();
  const items = categories.map((category) => ({
    label: words[category],
    description: casting[category].family,
    category,
  }));
  const options = { title: l10n.t("Choose voices"), placeHolder: l10n.t("Whose voice shall change?") };
  return (await window.showQuickPick(items, options))?.category;
}

/** Changes one property of a voice; false when the user wants to go back. */
async function changeOne(category: Category, answer: VoicesAnswer): Promise<boolean> {
  const title = l10n.t("Voice: {0}", categoryWords()[category]);
  const now = answer.casting[category];
  const property = await pickProperty(title, now);
  switch (property) {
    case undefined:
      return false;
    case "profile":
      await changeSetting(`voices.${category}`, undefined);
      await saveSpeaker(answer.engine, category, undefined);
      return true;
    case "family":
      return saveFamily(answer.engine, category, await pickFamily(title, now.family, answer));
    default:
      return save(category, { [property]: await askNumber(title, property, now[property]) });
  }
}

async function pickProperty(
  title: string,
  now: Required<VoiceChange>,
): Promise<Property | "profile" | undefined> {
  const items: (QuickPickItem & { property: Property | "profile" })[] = [
    { label: l10n.t("Speaker"), description: now.family, property: "family" },
    { label: l10n.t("Pitch"), description: String(now.pitch), property: "pitch" },
    { label: l10n.t("Liveliness of the pitch"), description: String(now.range), property: "range" },
    { label: l10n.t("Rate"), description: l10n.t("{0} words a minute", now.rate), property: "rate" },
    { label: l10n.t("Volume"), description: `${now.volume} %`, property: "volume" },
    { label: l10n.t("Balance"), description: String(now.balance), property: "balance" },
    { label: l10n.t("Everything as in the profile"), property: "profile" },
  ];
  return (await window.showQuickPick(items, { title, placeHolder: l10n.t("What shall change?") }))?.property;
}

async function pickFamily(
  title: string,
  now: string,
  { families }: VoicesAnswer,
): Promise<string | undefined> {
  const items = families.map(({ name, language, description }) => ({
    label: name,
    description: name === now ? l10n.t("{0}, now", language) : language,
    detail: description,
  }));
  const options = { title, placeHolder: l10n.t("Who shall speak?"), matchOnDescription: true };
  return (await window.showQuickPick(items, options))?.label;
}

async function askNumber(title: string, property: Numeric, now: number): Promise<number | undefined> {
  const [least, most] = limits[property];
  const prompt = l10n.t("A number from {0} to {1}", least, most);
  const answer = await window.showInputBox({
    title,
    prompt,
    value: String(now),
    validateInput: (text) => {
      const value = Number(text);
      return text.trim() !== "" && value >= least && value <= most ? undefined : prompt;
    },
  });
  return answer === undefined ? undefined : Number(answer);
}

/**
 * Saves who speaks. The embedded engine's families are part of a category's voice; those of the others, which
 * it does not have, are kept apart, so that changing the engine changes all speakers at once.
 */
async function saveFamily(engine: string, category: Category, family: string | undefined): Promise<boolean> {
  if (engine === EMBEDDED && ownSpeakers()[engine]?.[category] === undefined) {
    return save(category, { family });
  }
  if (family !== undefined) {
    await saveSpeaker(engine, category, family);
  }
  return true;
}

/** Saves the speaker of a category; undefined takes it away. */
async function saveSpeaker(engine: string, category: Category, family: string | undefined): Promise<void> {
  const speakers = ownSpeakers();
  if (speakers[engine]?.[category] !== family) {
    await changeSetting("speakers", { ...speakers, [engine]: { ...speakers[engine], [category]: family } });
  }
}

/** Saves a change, unless the user has left without one; true, so that the next one may follow. */
async function save(
  category: Category,
  change: Record<string, string | number | undefined>,
): Promise<boolean> {
  if (Object.values(change).every((value) => value !== undefined)) {
    await changeSetting(`voices.${category}`, { ...ownVoice(category), ...change });
  }
  return true;
}
