// Writes extension/test/data/default-keymaps.json: the default keys of VS Code that begin like keys of Codechoir.
//
// Arguments: for each system, SYSTEM=FILE (linux, win, mac), where the file has what the command "Preferences: Open
// Default Keyboard Shortcuts (JSON)" shows. A system may be named twice: for the desktop and for a browser.

import { readFileSync, writeFileSync } from "node:fs";

/** Beginnings of keys that Codechoir uses or may use. */
const families = {
  linux: /^(ctrl\+k( |$)|shift\+alt\+\S$)/,
  win: /^(ctrl\+k( |$)|shift\+alt\+\S$)/,
  mac: /^(cmd\+k( |$)|ctrl\+cmd\+\S$)/,
};

const text = String.raw`"((?:[^"\\]|\\.)*)"`;
const entry = new RegExp(
  String.raw`\{\s*"key":\s*${text},\s*"command":\s*${text}(?:,\s*"when":\s*${text})?`,
  "g",
);

const tables = { linux: [], win: [], mac: [] };
for (const argument of process.argv.slice(2)) {
  const [system, file] = argument.split("=");
  for (const [, quotedKey, command, when = ""] of readFileSync(file, "utf8").matchAll(entry)) {
    const key = JSON.parse(`"${quotedKey}"`);
    if (families[system].test(key) && !command.startsWith("codechoir.")) {
      tables[system].push({ key, command, ...(when ? { when: JSON.parse(`"${when}"`) } : {}) });
    }
  }
}
for (const [system, bindings] of Object.entries(tables)) {
  const unique = new Map(bindings.map((binding) => [JSON.stringify(binding), binding]));
  tables[system] = [...unique.values()].sort((a, b) => a.key.localeCompare(b.key, "en"));
}
writeFileSync("extension/test/data/default-keymaps.json", `${JSON.stringify(tables, undefined, 2)}\n`);
