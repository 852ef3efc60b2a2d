// Passing a conversation on: to a colleague or a group, or up to the supervisors, each with its reason.
import { html, useEffect, useRef } from "../lib/view.js";
import { get } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { me } from "../lib/session.js";
import { say, showDialog } from "../ui/floating.js";
import { Button, Chip, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { TONE } from "../ui/presence.js";
import { act } from "./inbox_desk.js";

const REASON_AT_MOST = 200;
const ORDER = ["online", "break", "offline"];

/** What one may have open at most: the widest cap of the groups one is in; null where one is in none. */
function capOf(person, groups) {
  const caps = groups.flatMap((g) => g.members.filter((m) => m.person === person).map((m) => m.cap ?? g.cap));
  return caps.length ? Math.max(...caps) : null;
}

/** Colleagues, those free to take one first; then groups with how many of their members are free. */
async function targets(shop) {
  const [people, team] = await Promise.all([get(`/shops/${shop}/presence`), get(`/shops/${shop}/team`)]);
  const known = people.map((p) => {
    const cap = capOf(p.id, team.groups);
    return { ...p, cap, full: cap !== null && p.open >= cap, free: p.state === "online" && (cap === null || p.open < cap) };
  });
  const place = (p) => (p.free ? -1 : ORDER.indexOf(p.state));
  return {
    people: known.filter((p) => p.id !== me.value.id).sort((a, b) => place(a) - place(b) || a.open - b.open),
    groups: team.groups.map((g) => ({ ...g, free: known.filter((p) => p.free && g.members.some((m) => m.person === p.id)).length })),
  };
}

const load = (p) => (p.cap === null ? t("pass.open", { n: p.open }) : t("pass.open_of", { n: p.open, cap: p.cap }));

const Person = ({ one, disabled }) => html`<label class="pick"><input type="radio" name="target" value=${`to:${one.id}`} required disabled=${disabled} />
  <span class="grow"><strong>${one.name}</strong> <span class="meta">${load(one)}</span></span>
  <span class="state"><i class=${`dot ${TONE[one.state]}`}></i>${t(`presence.${one.state}`)}</span>${one.free ? html`<${Chip} tone="ok">${t("pass.free")}<//>` : one.full && html`<${Chip} tone="warn">${t("pass.full")}<//>`}</label>`;

const Group = ({ one }) => html`<label class="pick"><input type="radio" name="target" value=${`group:${one.id}`} required />
  <span class="grow"><strong>${one.name}</strong> <span class="meta">${t("pass.group_free", { free: one.free, all: one.members.length })}</span></span>${one.supervisors && html`<${Chip} tone="info">${t("pass.supervisors")}<//>`}</label>`;

const Why = ({ first }) => html`<${Field} label=${t("pass.reason")}><input name="reason" required autofocus=${first} maxlength=${REASON_AT_MOST} /><//>
  <${Field} label=${t("pass.note")} hint=${t("pass.note_hint")}><textarea name="note" rows="2" maxlength="1000"></textarea><//>`;

/** What stands in the form. A note is kept before the conversation is out of one's hands. */
async function pass(talk, verb, body, note) {
  if (note.trim() && !(await act(talk.id, "note", { text: note.trim() }))) return false;
  return Boolean(await act(talk.id, verb, body));
}

function Transfer({ talk, mine, done }) {
  const { data: found, problem, reload } = useLoad(() => targets(talk.shop), [talk.shop]);
  const box = useRef(null);
  useEffect(() => box.current?.querySelector("input:not(:disabled)")?.focus(), [found]);
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [kind, id] = form.get("target").split(/:(.*)/s);
    const name = [...found.people, ...found.groups].find((x) => x.id === id).name;
    if (await pass(talk, "transfer", { [kind]: id, reason: form.get("reason") }, form.get("note"))) {
      say(t("pass.done", { name }), { tone: "ok" });
      done();
    }
  };
  if (!found) return problem ? html`<${Failed} problem=${problem} retry=${reload} />` : html`<${Loading} />`;
  if (!found.people.length && !found.groups.length) return html`<p>${t("pass.nobody")}</p>`;
  return html`<form onSubmit=${send} ref=${box}>
    ${found.groups.length > 0 && html`<fieldset class="picks"><legend>${t("pass.groups")}</legend>${found.groups.map((g) => html`<${Group} key=${g.id} one=${g} />`)}</fieldset>`}
    ${found.people.length > 0 && html`<fieldset class="picks"><legend>${t("pass.people")}</legend>${!mine && html`<p class="meta">${t("pass.take_first")}</p>`}${found.people.map((p) => html`<${Person} key=${p.id} one=${p} disabled=${!mine} />`)}</fieldset>`}
    <${Why} /><div class="acts end"><${Button} onClick=${done}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("act.transfer")}<//></div></form>`;
}

function Escalate({ talk, done }) {
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (await pass(talk, "escalate", { reason: form.get("reason") }, form.get("note"))) {
      say(t("pass.escalated"), { tone: "ok" });
      done();
    }
  };
  return html`<form onSubmit=${send}><p>${t("pass.escalate_why")}</p><${Why} first />
    <div class="acts end"><${Button} onClick=${done}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("act.escalate")}<//></div></form>`;
}

/** Ask to whom a conversation goes, and why; `mine` says that this person holds it. */
export const transfer = (talk, mine) => showDialog(t("pass.title"), (done) => html`<${Transfer} talk=${talk} mine=${mine} done=${done} />`);

/** Ask why it is for the supervisors. */
export const escalate = (talk) => showDialog(t("act.escalate"), (done) => html`<${Escalate} talk=${talk} done=${done} />`);
