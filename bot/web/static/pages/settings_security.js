// 密钥与安全: one's own logins, machines' keys, and who did what from where.
import { html, useEffect, useState } from "../lib/view.js";
import { del, get, post } from "../lib/api.js";
import { clockTime, dayWord } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { can, shopOf } from "../lib/session.js";
import { Button, Chip, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { Copyable } from "../ui/copy.js";
import { attempt, confirmFirst } from "../ui/floating.js";
import { RolePicker, shopWord } from "./settings_people.js";

function Sessions() {
  const { data, problem, reload } = useLoad(() => get("/me/sessions"), []);
  const end = (session) => attempt(async () => {
    await del(`/me/sessions/${session.id}`);
    reload();
  });
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  return html`<section class="card"><h3>${t("security.sessions")}</h3><p class="muted">${t("security.sessions_why")}</p>
    ${!data ? html`<${Loading} />` : html`<ul class="neighbours">${data.map((s) => html`<li key=${s.id}><span><strong>${s.place || "–"}</strong> ${s.here && html`<${Chip} tone="ok">${t("security.here")}<//>`} <span class="meta">${t("security.since", { at: `${dayWord(s.created_at)} ${clockTime(s.created_at)}` })} · ${t("security.seen", { at: `${dayWord(s.seen_at)} ${clockTime(s.seen_at)}` })}</span></span>
      ${!s.here && html`<${Button} kind="small" onClick=${() => end(s)}>${t("security.end")}<//>`}</li>`)}</ul>`}</section>`;
}

function Tokens() {
  const { data, problem, reload } = useLoad(() => get("/tokens"), []);
  const [made, setMade] = useState(null);
  const add = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { name, role, shop } = Object.fromEntries(new FormData(form));
    attempt(async () => {
      setMade(await post("/tokens", { name, role, shops: [shop] }));
      form.reset();
      reload();
    });
  };
  const remove = (token) => confirmFirst(t("tokens.remove"), t("tokens.remove_why", { name: token.name }), t("act.delete"), () => attempt(async () => {
    await del(`/tokens/${encodeURIComponent(token.name)}`);
    reload();
  }));
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  return html`<section class="card"><h3>${t("tokens.title")}</h3><p class="muted">${t("tokens.why")}</p>
    ${data?.length > 0 && html`<ul class="neighbours">${data.map((k) => html`<li key=${k.name}><span><strong>${k.name}</strong> <span class="meta">${t(`role.${k.role}`)} · ${k.shops.map(shopWord).join(t("word.comma"))} · ${dayWord(k.created_at)}</span></span><${Button} kind="quiet small" onClick=${() => remove(k)}>${t("act.delete")}<//></li>`)}</ul>`}
    ${made && html`<div class="notice warn"><p><strong>${t("tokens.once")}</strong></p><${Copyable} value=${made.value} label=${made.name} /></div>`}
    <form class="stacked" onSubmit=${add}><div class="two"><${Field} label=${t("tokens.name")}><input name="name" required maxlength="40" autocomplete="off" /><//><${RolePicker} /></div><div class="acts end"><${Button} type="submit">${t("tokens.add")}<//></div></form></section>`;
}

const KINDS = ["", "login_failed", "refused", "taken_over", "released", "resent", "ledger_exported", "rule_changed", "entry_saved", "person_changed", "team_changed", "secret_rotated", "token_added"];

const Act = ({ act }) => html`<tr><td class="name"><time>${dayWord(act.at)} ${clockTime(act.at)}</time></td><td class="name">${act.who_name || act.who || t("audit.nobody")}</td><td>${tOr(`audit.${act.what}`, act.what)}</td>
  <td class="words">${[shopOf(act.shop)?.name || (act.shop === "*" ? "" : act.shop), act.ref].filter(Boolean).join(" · ")}</td><td>${act.place || "–"}</td></tr>`;

function Audit() {
  const [what, setWhat] = useState("");
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = async (after) => {
    try {
      const answer = await get("/audit", { what, after, limit: 50 });
      setList((old) => (after ? { ...answer, items: [...old.items, ...answer.items] } : answer));
      setProblem(null);
    } catch (wrong) {
      setProblem(wrong);
    }
  };
  useEffect(() => {
    load();
  }, [what]);
  return html`<section class="card"><div class="pair"><h3>${t("audit.title")}</h3><select class="picker" aria-label=${t("audit.what")} value=${what} onChange=${(e) => setWhat(e.currentTarget.value)}>${KINDS.map((k) => html`<option key=${k} value=${k}>${k ? t(`audit.${k}`) : t("audit.all")}</option>`)}</select></div>
    <p class="muted">${t("audit.why")}</p>${problem && html`<${Failed} problem=${problem} retry=${() => load()} />`}
    ${!list ? !problem && html`<${Loading} />` : list.items.length === 0 ? html`<p class="muted">${t("audit.empty")}</p>` : html`<div class="scroll"><table class="stack"><thead><tr><th>${t("alarm.at")}</th><th>${t("audit.who")}</th><th>${t("audit.what")}</th><th>${t("audit.on")}</th><th>${t("audit.place")}</th></tr></thead><tbody>${list.items.map((act) => html`<${Act} key=${act.id} act=${act} />`)}</tbody></table></div>`}
    ${list?.next && html`<div class="acts middle"><${Button} onClick=${() => load(list.next)}>${t("act.more")}<//></div>`}</section>`;
}

export const Security = () => html`<${Sessions} />${can("people") && html`<${Tokens} /><${Audit} />`}`;
