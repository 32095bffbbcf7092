// The rules for all TypeScript and JavaScript of the project; `npm run check` runs them.

import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  // Only the extension and its tests: other folders hold code to be listened to.
  { ignores: ["**", "!extension/**", "!tests/", "tests/*", "!tests/workbench/**", "!eslint.config.mjs"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          "extension/tsconfig.json",
          "extension/media/tsconfig.json",
          "tests/workbench/tsconfig.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["describe", "test"] }] },
      ],
      // `noUncheckedIndexedAccess` makes every element optional; `!` says that the index was looked at.
      "@typescript-eslint/no-non-null-assertion": "off",
      // An empty line of text is nothing, too.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
    },
  },
  {
    files: ["extension/src/**/*.ts"],
    ignores: ["extension/src/vscodeapi.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { paths: [{ name: "vscode", message: "Import from vscodeapi, the one seam for tests." }] },
      ],
      "no-console": "error",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
    rules: { "no-unused-vars": ["error", { ignoreRestSiblings: true }] },
  },
);
