// How inquiries count, in words and colours.
import { tOr } from "../lib/i18n.js";

/** The verdicts a figure is made of, those that count first. */
export const COUNTS = ["valid", "late", "pending", "auto_only", "no_reply", "meaningless_only", "turn_missed", "outside_hours", "excluded_spam", "excluded_abuse", "unmeasured"];

const TONE = { valid: "ok", late: "danger", no_reply: "danger", auto_only: "warn", meaningless_only: "warn", turn_missed: "warn", pending: "info" };

export const verdictWord = (code) => tOr(`verdict.${code}`, code);
export const verdictTone = (code) => TONE[code] || "";
