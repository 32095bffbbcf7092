/** Default keymaps of VS Code, and whether two key bindings can get into each other's way. */

/** A key binding of a manifest or a keymap. Without `when` it always counts. */
export interface KeyBinding {
  key: string;
  command: string;
  when?: string | undefined;
}

export const systems = ["linux", "win", "mac"] as const;
export type System = (typeof systems)[number];

/** Bindings of a manifest: `key` is the default for the systems without a key of their own. */
export type ManifestBinding = Partial<Record<System | "key", string>> & { command: string; when?: string };

/** The bindings of a manifest on one system. */
export function bindingsOn(system: System, bindings: readonly ManifestBinding[]): KeyBinding[] {
  return bindings.flatMap(({ command, when, ...keys }) => {
    const key = keys[system] ?? keys.key;
    return key === undefined ? [] : [{ key, command, when }];
  });
}

/** Parses the list of default keys that VS Code shows, which is JSON with comments. */
export function parseKeymap(list: string): KeyBinding[] {
  const text = String.raw`"((?:[^"\\]|\\.)*)"`;
  const entry = new RegExp(
    String.raw`\{\s*"key":\s*${text},\s*"command":\s*${text}(?:,\s*"when":\s*${text})?`,
    "g",
  );
  const unquote = (quoted: string): string => JSON.parse(`"${quoted}"`) as string;
  return [...list.matchAll(entry)].map(([, key, command, when]) => ({
    key: unquote(key!),
    command: unquote(command!),
    when: when === undefined ? undefined : unquote(when),
  }));
}

/** The bindings of VS Code that one of `ours` could hide, or that could hide one of them, as text. */
export function collisions(ours: readonly KeyBinding[], others: readonly KeyBinding[]): string[] {
  return ours.flatMap((our) =>
    others
      .filter((other) => keysCollide(our.key, other.key) && canBothHold(our.when, other.when))
      .map((other) => `${our.key}: ${our.command} and ${other.key}: ${other.command} when ${other.when}`),
  );
}

/** Whether two key sequences are equal, or one is the beginning of the other. */
function keysCollide(one: string, other: string): boolean {
  const [a, b] = [normalKeys(one), normalKeys(other)];
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
}

/** The modifiers in one order. */
function normalKeys(keys: string): string {
  return keys
    .split(" ")
    .map((chord) => {
      const parts = chord.replace("meta", "cmd").split(/\+(?=.)/);
      return [...parts.slice(0, -1).sort(), parts.at(-1)].join("+");
    })
    .join(" ");
}

/**
 * Whether a context exists in which both clauses hold. Different context keys are taken as independent, so the
 * answer is yes where in doubt.
 */
export function canBothHold(one: string | undefined, other: string | undefined): boolean {
  return alternatives(one).some((a) => alternatives(other).some((b) => isConsistent([...a, ...b])));
}

interface Term {
  key: string;
  /** The value that the key must have, or must not have; undefined: any that counts as true. */
  value: string | undefined;
  isNegated: boolean;
}

/** A clause as alternatives of terms that must hold together. VS Code writes its clauses in this form. */
function alternatives(when: string | undefined): Term[][] {
  return when ? when.split(" || ").map((part) => part.split(" && ").map(parseTerm)) : [[]];
}

function parseTerm(text: string): Term {
  const comparison = /^([\w.:-]+) (==|!=) '?([^']*)'?$/.exec(text);
  if (comparison) {
    const [, key, operator, value] = comparison;
    return { key: key!, value: value!, isNegated: operator === "!=" };
  }
  return { key: text.replace(/^!/, ""), value: undefined, isNegated: text.startsWith("!") };
}

function isConsistent(terms: readonly Term[]): boolean {
  return terms.every((one) => terms.every((other) => one.key !== other.key || areCompatible(one, other)));
}

/** Whether two terms about the same key can hold together. */
function areCompatible(one: Term, other: Term): boolean {
  if (!one.isNegated && !other.isNegated) {
    return one.value === undefined || other.value === undefined || one.value === other.value;
  }
  if (one.isNegated && other.isNegated) {
    return true;
  }
  const negated = one.isNegated ? one : other;
  const positive = one.isNegated ? other : one;
  return negated.value !== undefined && negated.value !== positive.value;
}
