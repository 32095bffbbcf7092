// Lint rules for all TypeScript and JavaScript; run by `npm run check`.

import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  // Only the extension and its tests: other folders contain sample code to read aloud.
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
      // `noUncheckedIndexedAccess` makes every element optional; `!` asserts that the index is valid.
      "@typescript-eslint/no-non-null-assertion": "off",
      // `||` also replaces empty strings, which is intended.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
    },
  },
  {
    files: ["extension/src/**/*.ts"],
    ignores: ["extension/src/vscodeapi.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "vscode",
              message: "Import from vscodeapi.ts instead, so that tests can replace VS Code.",
            },
          ],
        },
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
