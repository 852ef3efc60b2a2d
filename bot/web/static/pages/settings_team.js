// 团队: groups, who is in them and how much each may hold, and the rules that send a waiting conversation to a group.
import { cls, html, useState } from "../lib/view.js";
import { get, put } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { Button, Chip, Empty, Failed, Field, Icon, Loading, reasonWord, useLoad } from "../ui/parts.js";
import { say } from "../ui/floating.js";

const CAP = 5;
const CAP_AT_MOST = 200;
const NAME_AT_MOST = 30;
const TONE = { online: "ok", break: "warn", offline: "" };

/** A list with one item changed, taken out, or moved by one place. */
const changed = (list, at, change) => list.map((one, i) => (i === at ? { ...one, ...change } : one));
const without = (list, at) => list.filter((_, i) => i !== at);
function moved(list, at, by) {
  const out = [...list];
  [out[at], out[at + by]] = [out[at + by], out[at]];
  return out;
}

/** How a rule names a group that may have no id yet. */
const nameOf = (group) => group.id || group.name.trim();

const capOf = (typed) => (typed === "" ? null : Math.max(0, Math.min(CAP_AT_MOST, Math.round(Number(typed)))));

function Member({ member, person, cap, wrong, onCap, onRemove }) {
  return html`<li class=${cls("member", wrong && "wrong")}><span><strong>${person?.name || member.name || member.person}</strong> ${person && html`<${Chip} tone=${TONE[person.state]}>${t(`team.state.${person.state}`)}<//>`}${!person && html`<${Chip} tone="danger">${t("team.not_here")}<//>`}</span>
    <label class="cap"><span class="meta">${t("team.member_cap")}</span><input type="number" min="0" max=${CAP_AT_MOST} value=${member.cap ?? ""} placeholder=${cap} onInput=${(e) => onCap(capOf(e.currentTarget.value))} /></label>
    <button type="button" class="button quiet square" aria-label=${t("team.member_remove", { name: person?.name || member.name || member.person })} onClick=${onRemove}><${Icon} name="cross" /></button></li>`;
}

function Group({ group, at, people, wrong, change, remove }) {
  const free = people.filter((p) => !group.members.some((m) => m.person === p.id));
  const add = (event) => {
    if (event.currentTarget.value) change({ members: [...group.members, { person: event.currentTarget.value, cap: null }] });
    event.currentTarget.value = "";
  };
  const setMembers = (members) => change({ members });
  return html`<section class="card" aria-label=${group.name || t("team.new_group")}>
    <div class="two"><${Field} label=${t("team.name")}><input value=${group.name} maxlength=${NAME_AT_MOST} required aria-invalid=${wrong?.field === "name" ? "true" : undefined} placeholder=${t("team.name_hint")} onInput=${(e) => change({ name: e.currentTarget.value })} /><//>
      <${Field} label=${t("team.cap")} hint=${t("team.cap_hint")}><input type="number" min="0" max=${CAP_AT_MOST} value=${group.cap} onInput=${(e) => change({ cap: capOf(e.currentTarget.value) ?? 0 })} /><//></div>
    <h3>${t("team.members", { n: group.members.length })}</h3>
    ${group.members.length === 0 ? html`<p class="muted">${t("team.no_members")}</p>` : html`<ul class="members">${group.members.map((m, i) => html`<${Member} key=${m.person} member=${m} cap=${group.cap} person=${people.find((p) => p.id === m.person)} wrong=${wrong?.member === i}
      onCap=${(cap) => setMembers(changed(group.members, i, { cap }))} onRemove=${() => setMembers(without(group.members, i))} />`)}</ul>`}
    <div class="acts">${free.length > 0 && html`<select aria-label=${t("team.member_add_to", { group: group.name || number(at + 1) })} onChange=${add}><option value="">${t("team.member_add")}</option>${free.map((p) => html`<option key=${p.id} value=${p.id}>${p.name}</option>`)}</select>`}
      <span class="grow"></span><${Button} kind="quiet small" onClick=${remove}>${t("team.group_remove")}<//></div></section>`;
}

/** What a rule asks for: some of a list of codes or words, none meaning any. */
function Some({ label, all, any, list, word, onChange }) {
  const free = all.filter((one) => !list.includes(one));
  const add = (event) => {
    if (event.currentTarget.value) onChange([...list, event.currentTarget.value]);
    event.currentTarget.value = "";
  };
  return html`<div class="field"><span class="label">${label}</span><span class="chips">
    ${list.length === 0 && html`<span class="muted">${any}</span>`}${list.map((one) => html`<span key=${one} class="chip info label"><span>${word(one)}</span><button type="button" aria-label=${t("team.take_out", { word: word(one) })} onClick=${() => onChange(list.filter((other) => other !== one))}><${Icon} name="cross" /></button></span>`)}</span>
    ${free.length > 0 && html`<select aria-label=${t("team.add_to", { what: label })} onChange=${add}><option value="">${t("team.add_some")}</option>${free.map((one) => html`<option key=${one} value=${one}>${word(one)}</option>`)}</select>`}</div>`;
}

function Rule({ rule, at, last, groups, reasons, categories, wrong, change, remove, move }) {
  const group = groups.find((g) => nameOf(g) === rule.group);
  return html`<li class=${cls("card rule", wrong && "wrong")}><div class="pair"><h3>${t("team.rule_n", { n: at + 1 })}</h3><div class="acts">
      <button type="button" class="button quiet square" disabled=${at === 0} aria-label=${t("team.rule_up", { n: at + 1 })} onClick=${() => move(-1)}><${Icon} name="up" /></button>
      <button type="button" class="button quiet square" disabled=${last} aria-label=${t("team.rule_down", { n: at + 1 })} onClick=${() => move(1)}><${Icon} name="down" /></button>
      <button type="button" class="button quiet square" aria-label=${t("team.rule_remove", { n: at + 1 })} onClick=${remove}><${Icon} name="cross" /></button></div></div>
    <div class="two"><${Some} label=${t("team.reasons")} any=${t("team.any_reason")} all=${reasons} list=${rule.reasons} word=${reasonWord} onChange=${(list) => change({ reasons: list })} />
      <${Some} label=${t("team.categories")} any=${t("team.any_category")} all=${categories} list=${rule.categories} word=${(one) => one} onChange=${(list) => change({ categories: list })} />
      <${Field} label=${t("team.to_group")}><select value=${group ? rule.group : ""} aria-invalid=${wrong ? "true" : undefined} onChange=${(e) => change({ group: e.currentTarget.value })}>${!group && html`<option value="">${t("team.choose_group")}</option>`}${groups.map((g, i) => html`<option key=${i} value=${nameOf(g)}>${g.name || t("team.new_group")}</option>`)}</select><//></div></li>`;
}

/** The place in the team that an error speaks of. */
function placeOf(problem) {
  const [, list, at, field, member] = /^\/(groups|rules)\/(\d+)\/(\w+)(?:\/(\d+))?/.exec(problem?.pointer || "") || [];
  return list ? { list, at: Number(at), field, member: member === undefined ? undefined : Number(member) } : null;
}

function Supervisors({ groups, onChoose }) {
  return html`<section class="card"><h3>${t("team.supervisors")}</h3><p class="muted">${t("team.supervisors_why")}</p>
    <select aria-label=${t("team.supervisors")} value=${String(groups.findIndex((g) => g.supervisors))} onChange=${(e) => onChoose(Number(e.currentTarget.value))}>
      <option value="-1">${t("team.no_supervisors")}</option>${groups.map((g, i) => html`<option key=${i} value=${String(i)}>${g.name || t("team.new_group")}</option>`)}</select></section>`;
}

/** What of the server's answer is edited. */
const edited = ({ groups, rules }) => ({ groups, rules });

function Editor({ shop, team, people, reload }) {
  const [kept, setKept] = useState(edited(team));
  const [draft, setDraft] = useState(kept);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const wrong = placeOf(problem);
  const { groups, rules } = draft;
  const dirty = JSON.stringify(draft) !== JSON.stringify(kept);
  const set = (change) => setDraft({ ...draft, ...change });
  // A group without an id is named by its name: its rules follow when it is renamed.
  const setGroup = (at, change) => {
    const [before, after] = [nameOf(groups[at]), nameOf({ ...groups[at], ...change })];
    set({ groups: changed(groups, at, change), rules: rules.map((rule) => (rule.group === before ? { ...rule, group: after } : rule)) });
  };
  const dropGroup = (at) => set({ groups: without(groups, at), rules: rules.filter((rule) => rule.group !== nameOf(groups[at])) });
  const save = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const done = await put(`/shops/${encodeURIComponent(shop.id)}/team`, { groups: groups.map(({ members, ...group }) => ({ ...group, members: members.map(({ person, cap }) => ({ person, cap })) })), rules });
      setKept(edited(done));
      setDraft(edited(done));
      say(t("settings.saved"), { tone: "ok" });
      reload();
    } catch (found) {
      setProblem(found);
    }
    setBusy(false);
  };
  const where = wrong && t(wrong.list === "rules" ? "team.wrong_rule" : "team.wrong_group", { n: wrong.at + 1 });
  return html`<p class="muted">${t("team.why")}</p>
    ${groups.length === 0 && html`<${Empty}>${t("team.none")}<//>`}
    ${groups.map((group, i) => html`<${Group} key=${group.id || `new-${i}`} group=${group} at=${i} people=${people} wrong=${wrong?.list === "groups" && wrong.at === i ? wrong : null} change=${(change) => setGroup(i, change)} remove=${() => dropGroup(i)} />`)}
    <div class="acts"><${Button} icon="plus" onClick=${() => set({ groups: [...groups, { id: "", name: "", cap: CAP, supervisors: false, members: [] }] })}>${t("team.group_add")}<//></div>
    ${groups.length > 0 && html`<${Supervisors} groups=${groups} onChoose=${(at) => set({ groups: groups.map((g, i) => ({ ...g, supervisors: i === at })) })} />
      <section><h3>${t("team.rules")}</h3><p class="muted">${t("team.rules_why")}</p>
      <ol class="kinds">${rules.map((rule, i) => html`<${Rule} key=${i} rule=${rule} at=${i} last=${i === rules.length - 1} groups=${groups} reasons=${team.reasons} categories=${team.categories} wrong=${wrong?.list === "rules" && wrong.at === i}
        change=${(change) => set({ rules: changed(rules, i, change) })} remove=${() => set({ rules: without(rules, i) })} move=${(by) => set({ rules: moved(rules, i, by) })} />`)}</ol>
      <div class="acts"><${Button} icon="plus" onClick=${() => set({ rules: [...rules, { group: nameOf(groups[0]), reasons: [], categories: [] }] })}>${t("team.rule_add")}<//></div></section>`}
    ${problem && html`<${Failed} problem=${{ title: where ? t("word.with_detail", { word: where, detail: problem.title }) : problem.title, detail: "" }} />`}
    <div class="acts end"><span class="meta grow" role="status">${dirty ? t("team.unsaved") : ""}</span><${Button} disabled=${!dirty} onClick=${() => { setDraft(kept); setProblem(null); }}>${t("act.cancel")}<//><${Button} kind="primary" busy=${busy} disabled=${!dirty} onClick=${save}>${t("act.save")}<//></div>`;
}

export function Team({ shop }) {
  const path = `/shops/${encodeURIComponent(shop.id)}`;
  const { data, problem, reload } = useLoad(async () => {
    const [team, people] = await Promise.all([get(`${path}/team`), get(`${path}/presence`)]);
    return { team, people };
  }, [shop.id]);
  if (problem && !data) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  return html`<${Editor} shop=${shop} ...${data} reload=${reload} />`;
}
