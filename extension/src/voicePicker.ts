import { categoryNames } from "./displayNames";
import {
  engineSetting,
  speakers,
  updateSetting,
  type VoiceOverrides,
  voiceOverrides,
} from "./editorSettings";
import type { ServerConnection } from "./server/languageClient";
import { categories, type Category, serverCommand } from "./serverProtocol";
import type { QuickPickItem } from "./vscodeapi";
import { l10n, window } from "./vscodeapi";

/** Result of `codechoir.server.voices`, as far as it is used here. */
interface VoicesResult {
  engine: string;
  families: { name: string; language: string; description: string }[];
  casting: Record<Category, Required<VoiceOverrides>>;
}

/** The engine whose families are stored in `codechoir.voices.*` instead of `codechoir.speakers`. */
const FAMILY_ENGINE = "espeak";

type Property = keyof VoiceOverrides;
type NumericProperty = Exclude<Property, "family">;

/** Valid range of each numeric property; a test compares it with package.json. */
export const limits: Record<NumericProperty, readonly [minimum: number, maximum: number]> = {
  pitch: [0, 100],
  range: [0, 100],
  rate: [80, 900],
  volume: [0, 100],
  balance: [-100, 100],
};

/**
 * Lets the user change voices, one property at a time, until they press Escape.
 *
 * `preview` plays the changed voice.
 */
export async function selectVoices(
  connection: ServerConnection,
  preview: () => Promise<void>,
): Promise<void> {
  const fetchVoices = (): Promise<VoicesResult> => connection.execute(serverCommand.voices, {});
  for (;;) {
    const category = await pickCategory(await fetchVoices());
    if (category === undefined) {
      return;
    }
    while (await changeProperty(category, await fetchVoices())) {
      await preview();
    }
  }
}

async function pickCategory({ casting }: VoicesResult): Promise<Category | undefined> {
  const names = categoryNames();
  const items = categories.map((category) => ({
    label: names[category],
    description: casting[category].family,
    category,
  }));
  const options = { title: l10n.t("Select voices"), placeHolder: l10n.t("Select a category") };
  return (await window.showQuickPick(items, options))?.category;
}

/** Changes one property of a voice; false if the user goes back. */
async function changeProperty(category: Category, voices: VoicesResult): Promise<boolean> {
  const title = l10n.t("Voice: {0}", categoryNames()[category]);
  const current = voices.casting[category];
  const property = await pickProperty(title, current);
  switch (property) {
    case undefined:
      return false;
    case "reset":
      await updateSetting(`voices.${category}`, undefined);
      await saveSpeaker(voices.engine, category, undefined);
      return true;
    case "family":
      await saveFamily(voices.engine, category, await pickFamily(title, current.family, voices));
      return true;
    default:
      await saveOverride(category, property, await inputNumber(title, property, current[property]));
      return true;
  }
}

async function pickProperty(
  title: string,
  current: Required<VoiceOverrides>,
): Promise<Property | "reset" | undefined> {
  const items: (QuickPickItem & { property: Property | "reset" })[] = [
    { label: l10n.t("Speaker"), description: current.family, property: "family" },
    { label: l10n.t("Pitch"), description: String(current.pitch), property: "pitch" },
    { label: l10n.t("Pitch range"), description: String(current.range), property: "range" },
    { label: l10n.t("Rate"), description: l10n.t("{0} words per minute", current.rate), property: "rate" },
    { label: l10n.t("Volume"), description: `${current.volume} %`, property: "volume" },
    { label: l10n.t("Balance"), description: String(current.balance), property: "balance" },
    { label: l10n.t("Reset to profile"), property: "reset" },
  ];
  const options = { title, placeHolder: l10n.t("Select a property to change") };
  return (await window.showQuickPick(items, options))?.property;
}

async function pickFamily(
  title: string,
  current: string,
  { families }: VoicesResult,
): Promise<string | undefined> {
  const items = families.map(({ name, language, description }) => ({
    label: name,
    description: name === current ? l10n.t("{0}, current", language) : language,
    detail: description,
  }));
  const options = { title, placeHolder: l10n.t("Select a speaker"), matchOnDescription: true };
  return (await window.showQuickPick(items, options))?.label;
}

async function inputNumber(
  title: string,
  property: NumericProperty,
  current: number,
): Promise<number | undefined> {
  const [minimum, maximum] = limits[property];
  const prompt = l10n.t("Enter a number from {0} to {1}", minimum, maximum);
  const input = await window.showInputBox({
    title,
    prompt,
    value: String(current),
    validateInput: (text) => {
      const value = Number(text);
      return text.trim() !== "" && value >= minimum && value <= maximum ? undefined : prompt;
    },
  });
  return input === undefined ? undefined : Number(input);
}

/**
 * Saves the family of a category. Families of eSpeak NG are part of the category's voice; those of
 * other engines are stored per engine, so that switching engines switches all speakers.
 */
async function saveFamily(engine: string, category: Category, family: string | undefined): Promise<void> {
  if (engine === FAMILY_ENGINE && speakers()[engine]?.[category] === undefined) {
    await saveOverride(category, "family", family);
  } else if (family !== undefined) {
    await saveSpeaker(engine, category, family);
  }
}

/** Saves the speaker of a category for an engine; undefined removes it. */
async function saveSpeaker(engine: string, category: Category, family: string | undefined): Promise<void> {
  const saved = speakers();
  if (saved[engine]?.[category] !== family) {
    await updateSetting("speakers", { ...saved, [engine]: { ...saved[engine], [category]: family } });
  }
}

/** Saves one property of a category's voice; undefined (the user pressed Escape) changes nothing. */
async function saveOverride(
  category: Category,
  property: Property,
  value: string | number | undefined,
): Promise<void> {
  if (value !== undefined) {
    await updateSetting(`voices.${category}`, { ...voiceOverrides(category), [property]: value });
  }
}

/** Result of `codechoir.server.status`, as far as it is used here. */
interface StatusResult {
  engine: string;
  engineReason: string;
  engineLoaded: boolean;
}

const NATURAL_VOICES = "finest";

/** How often, and how many milliseconds apart, the server is asked whether an engine is loaded. */
const POLLS = 50;
const POLL_INTERVAL = 100;

/**
 * Lets the user listen to the natural voices and to eSpeak NG, at their own rate, and choose the engine.
 *
 * `sample` reads something. Escape leaves the setting `engine` as it was.
 */
export async function compareVoices(
  connection: ServerConnection,
  sample: () => Promise<void>,
): Promise<void> {
  const before = engineSetting();
  const items: (QuickPickItem & { engine: string; isSample: boolean })[] = [
    { label: l10n.t("Listen to the natural voices"), engine: NATURAL_VOICES, isSample: true },
    { label: l10n.t("Listen to eSpeak NG"), engine: "espeak", isSample: true },
    { label: l10n.t("Use the natural voices"), engine: NATURAL_VOICES, isSample: false },
    { label: l10n.t("Use eSpeak NG"), engine: "espeak", isSample: false },
    {
      label: l10n.t("Decide automatically"),
      description: l10n.t("eSpeak NG at high rates, otherwise the natural voices"),
      engine: "auto",
      isSample: false,
    },
  ];
  const options = { title: l10n.t("Compare voices"), placeHolder: l10n.t("Listen, then choose") };
  for (let hasListened = false; ; hasListened = true) {
    const picked = await window.showQuickPick(items, options);
    if (picked === undefined) {
      if (hasListened) {
        await updateSetting("engine", before);
      }
      return;
    }
    await updateSetting("engine", picked.engine);
    if (!picked.isSample) {
      return;
    }
    try {
      const { engine, engineReason } = await loadedEngine(connection, picked.engine);
      if (engine === "espeak" && picked.engine === NATURAL_VOICES) {
        void window.showInformationMessage(l10n.t("eSpeak NG reads: {0}", engineReason));
      }
      await sample();
    } catch (error) {
      await updateSetting("engine", before);
      throw error;
    }
  }
}

/** Waits until the server has followed the setting and loaded the engine, a few seconds at most. */
async function loadedEngine(connection: ServerConnection, wanted: string): Promise<StatusResult> {
  for (let polls = 1; ; polls++) {
    const status = await connection.execute<StatusResult & { settings: { engine: string } }>(
      serverCommand.status,
      {},
    );
    if ((status.settings.engine === wanted && status.engineLoaded) || polls === POLLS) {
      return status;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}
