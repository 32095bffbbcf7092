import type { Category } from "./serverProtocol";
import { l10n } from "./vscodeapi";

/** Values of the setting `codechoir.only`; a test compares them with package.json. */
export const contentKinds = ["everything", "signatures", "literals", "comments"] as const;

export type ContentKind = (typeof contentKinds)[number];

/** Localized names of the categories, for quick picks, the status bar and the player. */
export function categoryNames(): Record<Category, string> {
  return {
    comment: l10n.t("comment"),
    keyword: l10n.t("keyword"),
    literal: l10n.t("literal"),
    operator: l10n.t("operator"),
    type: l10n.t("type"),
    variable: l10n.t("variable"),
    narration: l10n.t("narration"),
    function: l10n.t("function"),
    punctuation: l10n.t("punctuation"),
  };
}

export function contentKindNames(): Record<ContentKind, string> {
  return {
    everything: l10n.t("everything"),
    signatures: l10n.t("signatures"),
    literals: l10n.t("literals"),
    comments: l10n.t("comments"),
  };
}
