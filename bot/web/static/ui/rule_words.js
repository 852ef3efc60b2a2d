// Parameters of the rules in words: what each is called, and its value as people say it.
import { number, t, tOr } from "../lib/i18n.js";
import { span } from "../lib/clock.js";
import { lineWord, stateWord } from "./ladder.js";

// How a value is told, by the parameter's name; the first that fits.
const UNITS = [
  [/(_s|\.seconds)$/, (v) => (v >= 60 ? t("rules.unit.s_span", { n: v, span: span(v * 1000) }) : t("rules.unit.s", { n: v }))],
  [/offset_pp$/, (v) => t("rules.unit.pp", { n: v })],
  [/^(thresholds\.|ladder\.extreme\.below|kpi\.bonus_over)/, (v) => `${number(v)}%`],
  [/(days|_days|\.days)$/, (v) => t("rules.unit.days", { n: v })],
  [/_h$/, (v) => t("rules.unit.hours", { n: v })],
  [/\.months$/, (v) => t("rules.unit.months", { n: v })],
];
const SIGNS = { at_least: "≥", above: ">", at_most: "≤", below: "<" };
const SHOWN = 6;

// Which heading a parameter stands under, by the first part of its name.
const GROUP = { time: "deadline", holiday: "exclude", unmeasured: "pending", rate: "pending", tier: "thresholds", early_warning: "thresholds", record: "recovery", traffic_cut: "effects", completeness: "wording", resolution: "kpi", csat: "other", festival: "review" };
export const GROUPS = ["window", "deadline", "opening", "session", "reply", "transfer", "exclude", "pending", "night", "period", "bands", "thresholds", "ladder", "recovery", "effects", "kpi", "wording", "review", "other"];

export function groupOf(name) {
  const first = name.split(".")[0];
  return GROUPS.includes(first) ? first : GROUP[first] || "other";
}

export const tierWord = (tier) => (tier === "every" ? t("rules.tier.every") : tOr(`tier.${tier}`, tier));

/** What a parameter is called. */
export function ruleWord(name) {
  const [first, middle, last] = name.split(".");
  if (first === "thresholds") return t("rules.p.thresholds", { tier: tierWord(middle), line: lineWord(last) });
  if (first === "effects") return t("rules.p.effects", { tier: tierWord(middle), state: stateWord(last) });
  if (first === "traffic_cut") return t("rules.p.traffic_cut", { tier: tierWord(middle), state: stateWord(last) });
  const known = tOr(`rules.p.${name}`, null);
  if (known !== null) return known;
  return first === "kpi" ? t("rules.p.kpi", { name: tOr(`kpi.${middle}`, middle) + (last ? ` · ${tOr(`kpi.of.${last}`, last)}` : "") }) : name;
}

const word = (value) => tOr(`rules.v.${value}`, tOr(`kpi.${value}`, value));

function listWords(list) {
  const shown = list.slice(0, SHOWN).map((item) => (item && typeof item === "object" ? `${tOr(`level.${item.name}`, item.name || item.id || "")}${Object.keys(SIGNS).filter((k) => k in item).map((k) => ` ${SIGNS[k]} ${item[k]}%`).join("")}` : word(item)));
  const text = shown.join(t("word.comma"));
  return list.length > SHOWN ? t("rules.v.more", { list: text, n: list.length }) : text || t("rules.v.empty");
}

/** A value as people say it: "180 秒（03:00）", "是", "文字、图片". Both languages of a text are told apart by the caller. */
export function valueWords(name, value) {
  if (value === null || value === undefined) return t("rules.v.none");
  if (typeof value === "boolean") return t(`rules.v.${value}`);
  if (Array.isArray(value)) return /(_days|weights\.\w+)$/.test(name) && value.length === 2 && value.every((v) => typeof v === "number") ? t("rules.unit.range", { low: value[0], high: value[1] }) : listWords(value);
  if (typeof value === "number") return (UNITS.find(([fits]) => fits.test(name)) || [null, number])[1](value);
  return /^\d\d:\d\d:00$/.test(value) ? value.slice(0, 5) : word(value);
}
