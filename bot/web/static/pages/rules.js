// 考核规则: every parameter of the shop's rules with what it rests on; a change is tried first, then saved with a reason.
import { html, useEffect, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { useFeed } from "../lib/feed.js";
import { said, t } from "../lib/i18n.js";
import { route, withQuery } from "../lib/router.js";
import { can } from "../lib/session.js";
import { confidenceWord, Figures, Loaded, oneOf, Recount } from "../ui/figures.js";
import { Chip, Empty, useLoad } from "../ui/parts.js";
import { GROUPS, groupOf, ruleWord, valueWords } from "../ui/rule_words.js";
import { Contradictions } from "./rules_readings.js";
import { Try } from "./rules_try.js";

const RECOUNT_MS = 1000;
const BASIS = { fact: "ok", default: "", override: "info" };

/** Who changed a parameter, when and why. */
export function changedWords(change) {
  if (!change.at) return t("rules.from_setup");
  return t("rules.changed_by", { who: change.by_name || change.by, at: `${dayWord(change.at)} ${minuteTime(change.at)}`, why: change.why });
}

const Source = ({ ruleset }) => html`<section class="card"><h2>${said(ruleset.title)}</h2><dl class="facts source">
  <div><dt>${t("rate.ruleset")}</dt><dd>${ruleset.version}</dd></div><div><dt>${t("rate.source")}</dt><dd>${said(ruleset.source)}</dd></div>
  <div><dt>${t("rate.read_on")}</dt><dd>${ruleset.read_on}</dd></div><div><dt>${t("rate.confidence")}</dt><dd>${confidenceWord(ruleset.confidence)}</dd></div></dl></section>`;

const told = (p, value) => (p.kind === "text" ? oneOf(value) : valueWords(p.name, value));

function Parameter({ p }) {
  const open = can("rates") && p.kind !== "fixed";
  return html`<tr class=${p.basis === "override" ? "changed" : ""}><th scope="row">${ruleWord(p.name)}<br /><code>${p.name}</code></th>
    <td class="words">${told(p, p.value)}${p.basis === "override" && html`<p class="meta">${t("rules.platform_value", { value: told(p, p.platform_value) })}</p>`}</td>
    <td><${Chip} tone=${BASIS[p.basis]}>${t(`rules.basis.${p.basis}`)}<//>${p.changed && html`<p class="meta">${changedWords(p.changed)}</p>`}</td>
    <td>${open && html`<a class="link" href=${withQuery({ change: p.name })} aria-label=${t("rules.try_this", { name: ruleWord(p.name) })}>${t("rules.try")}</a>`}</td></tr>`;
}

const Group = ({ id, list }) => html`<section><h2>${t(`rules.g.${id}`)}</h2><div class="scroll"><table class="stack rules"><thead><tr><th scope="col">${t("rules.parameter_name")}</th><th scope="col">${t("rules.value")}</th><th scope="col">${t("rules.basis")}</th><th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
  <tbody>${list.map((p) => html`<${Parameter} key=${p.name} p=${p} />`)}</tbody></table></div></section>`;

// Within a heading the parameter that the others refine stands first.
const leads = (p) => (/\.(start|seconds|enabled|unit|metric|kind)$/.test(p.name) ? 0 : 1);

// Headings that say something only under some rules: those with tiers and penalties, those with service metrics.
const ONLY = { thresholds: "tiers", ladder: "tiers", recovery: "tiers", effects: "tiers", kpi: "kpi", wording: "kpi", review: "", other: "" };

/** Whether a parameter decides nothing in these rules: it is not set, cannot be otherwise, or belongs to rules of another kind. */
function silent(p, kinds) {
  if (p.basis !== "default") return false;
  const group = groupOf(p.name);
  return p.kind === "fixed" || p.value === null || p.value === "none" || (Array.isArray(p.value) && !p.value.length) || (group in ONLY && !kinds.has(ONLY[group]));
}

/** What kinds of rules these are. */
const kindsOf = (data) => new Set([data.grading, data.parameters.some((p) => p.name === "kpi.at_most" && p.value.length) && "kpi"]);

function Parameters({ list, kinds }) {
  const [search, setSearch] = useState("");
  const [which, setWhich] = useState("used");
  const wanted = search.trim().toLowerCase();
  const fits = (p) => (which === "override" ? p.basis === "override" : which === "all" || !silent(p, kinds)) && (!wanted || `${p.name} ${ruleWord(p.name)} ${told(p, p.value)}`.toLowerCase().includes(wanted));
  const shown = list.filter(fits);
  return html`<div class="filters"><input type="search" aria-label=${t("rules.search")} placeholder=${t("rules.search")} value=${search} onInput=${(e) => setSearch(e.currentTarget.value)} />
      <select aria-label=${t("rules.which")} value=${which} onChange=${(e) => setWhich(e.currentTarget.value)}>${["used", "override", "all"].map((w) => html`<option key=${w} value=${w}>${t(`rules.which.${w}`)}</option>`)}</select></div>
    ${shown.length === 0 ? html`<${Empty}>${t(which === "override" && !wanted ? "rules.nothing_changed" : "rules.nothing_found")}<//>` : GROUPS.map((id) => [id, shown.filter((p) => groupOf(p.name) === id).sort((a, b) => leads(a) - leads(b))]).filter(([, some]) => some.length).map(([id, some]) => html`<${Group} key=${id} id=${id} list=${some} />`)}`;
}

const Changes = ({ list }) => list.length > 0 && html`<section><h2>${t("rules.history")}</h2><div class="scroll"><table class="stack"><thead><tr><th scope="col">${t("rules.when")}</th><th scope="col">${t("rules.parameter_name")}</th><th scope="col">${t("rules.value")}</th><th scope="col">${t("rules.who")}</th><th scope="col">${t("rules.why")}</th></tr></thead>
  <tbody>${list.map((c) => html`<tr key=${c.at + c.name}><td><time>${dayWord(c.at)} ${minuteTime(c.at)}</time></td><td>${ruleWord(c.name)}</td><td>${c.value === null ? t("rules.given_back") : valueWords(c.name, c.value)}</td><td>${c.by_name}</td><td class="words">${c.why}</td></tr>`)}</tbody></table></div></section>`;

/** How far the books are counted again, asked anew until they are. */
function useRecount(shop, book) {
  const { data, reload } = useLoad(() => get(`/shops/${shop}/rules`), [shop, book]);
  useEffect(() => {
    const timer = data?.recount && setInterval(reload, RECOUNT_MS);
    return () => clearInterval(timer);
  }, [Boolean(data?.recount), reload]);
  return data?.recount;
}

function Book({ shop }) {
  const found = useLoad(() => get(`/shops/${shop.id}/rulebook`), [shop.id]);
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.shop === shop.id && ["setting", "recount"].includes(e.kind))) && found.reload(), [shop.id, found.reload]);
  const recount = useRecount(shop.id, found.data);
  const { change } = route.value.query;
  return html`<${Loaded} of=${found}>${(data) => {
    const trying = change && data.parameters.find((p) => p.name === change);
    return html`<${Recount} recount=${recount} />${trying ? html`<${Try} key=${change} p=${trying} shop=${shop} saved=${found.reload} />` : html`<${Source} ruleset=${data.ruleset} /><${Contradictions} shop=${shop} /><${Parameters} list=${data.parameters} kinds=${kindsOf(data)} /><${Changes} list=${data.changes} />`}`;
  }}<//>`;
}

export const Page = () => html`<${Figures} here="rules" title=${t("rules.title")}>${(shop) => html`<${Book} key=${shop.id} shop=${shop} />`}<//>`;
