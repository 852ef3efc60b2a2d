// Who may log in, what they may do, and machines' keys.
import { html, useState } from "../lib/view.js";
import { del, get, patch, post } from "../lib/api.js";
import { dayWord } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { me, shopOf, shops } from "../lib/session.js";
import { Button, Chip, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { attempt, confirmFirst, say, showDialog } from "../ui/floating.js";

const ROLES = ["agent", "operator", "supervisor", "admin"];

const shopWord = (id) => (id === "*" ? t("filter.all_shops") : shopOf(id)?.name || id);
const RolePicker = () => html`<${Field} label=${t("people.role")}><select name="role">${ROLES.map((r) => html`<option key=${r} value=${r}>${t(`role.${r}`)}</option>`)}</select><//>
  <${Field} label=${t("word.shop")}><select name="shop"><option value="*">${t("filter.all_shops")}</option>${shops.value.map((s) => html`<option key=${s.id} value=${s.id}>${s.name}</option>`)}</select><//>`;

/** Send a small form's values; the form is emptied when it worked. */
const sending = (act) => (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  attempt(async () => {
    await act(Object.fromEntries(new FormData(form)));
    form.reset();
  });
};

function resetPassword(person) {
  showDialog(t("people.new_password_for", { name: person.name }), (done) => html`<form onSubmit=${sending(async ({ password }) => {
    await patch(`/users/${person.id}`, { password });
    say(t("people.password_set"), { tone: "ok" });
    done();
  })}><${Field} label=${t("people.password")} hint=${t("start.password_hint")}><input name="password" type="password" autocomplete="new-password" minlength="8" required /><//>
    <div class="acts end"><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form>`);
}

function Person({ person, reload }) {
  const disable = () => attempt(async () => {
    await patch(`/users/${person.id}`, { disabled: !person.disabled });
    reload();
  });
  return html`<tr><td><strong>${person.name}</strong> ${person.disabled && html`<${Chip} tone="danger">${t("people.disabled")}<//>`}</td>
    <td><span class="chips">${person.roles.map((r) => html`<${Chip} key=${r.role + r.shop}>${t(`role.${r.role}`)} · ${shopWord(r.shop)}<//>`)}</span></td>
    <td><div class="acts"><${Button} kind="small" onClick=${() => resetPassword(person)}>${t("people.reset")}<//>${person.id !== me.value.id && html`<${Button} kind="small" onClick=${disable}>${t(person.disabled ? "people.enable" : "people.disable")}<//>`}</div></td></tr>`;
}

function Users() {
  const { data, problem, reload } = useLoad(() => get("/users"), []);
  const add = sending(async ({ name, password, role, shop }) => {
    await post("/users", { name, password, roles: [{ role, shop }] });
    say(t("people.added", { name }), { tone: "ok" });
    reload();
  });
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  return html`<div class="scroll"><table class="stack"><thead><tr><th>${t("people.name")}</th><th>${t("people.roles")}</th><th><span class="unseen">${t("word.acts")}</span></th></tr></thead><tbody>${data.map((p) => html`<${Person} key=${p.id} person=${p} reload=${reload} />`)}</tbody></table></div>
    <form class="card" onSubmit=${add}><h3>${t("people.add")}</h3><div class="two"><${Field} label=${t("people.name")}><input name="name" required maxlength="40" autocomplete="off" /><//><${Field} label=${t("people.password")} hint=${t("start.password_hint")}><input name="password" type="password" minlength="8" required autocomplete="new-password" /><//><${RolePicker} /></div>
      <div class="acts end"><${Button} kind="primary" type="submit">${t("people.add")}<//></div></form>`;
}

function Tokens() {
  const { data, problem, reload } = useLoad(() => get("/tokens"), []);
  const [made, setMade] = useState(null);
  const add = sending(async ({ name, role, shop }) => {
    setMade(await post("/tokens", { name, role, shops: [shop] }));
    reload();
  });
  const remove = (token) => confirmFirst(t("tokens.remove"), t("tokens.remove_why", { name: token.name }), t("act.delete"), () => attempt(async () => {
    await del(`/tokens/${encodeURIComponent(token.name)}`);
    reload();
  }));
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  return html`<section class="card"><h3>${t("tokens.title")}</h3><p class="muted">${t("tokens.why")}</p>
    ${data?.length > 0 && html`<ul class="neighbours">${data.map((k) => html`<li key=${k.name}><span><strong>${k.name}</strong> <span class="meta">${t(`role.${k.role}`)} · ${k.shops.map(shopWord).join(t("word.comma"))} · ${dayWord(k.created_at)}</span></span><${Button} kind="quiet small" onClick=${() => remove(k)}>${t("act.delete")}<//></li>`)}</ul>`}
    ${made && html`<div class="notice warn"><p><strong>${t("tokens.once")}</strong></p><p class="secret"><input readonly value=${made.value} aria-label=${made.name} onFocus=${(e) => e.currentTarget.select()} /></p></div>`}
    <form class="stacked" onSubmit=${add}><div class="two"><${Field} label=${t("tokens.name")}><input name="name" required maxlength="40" autocomplete="off" /><//><${RolePicker} /></div><div class="acts end"><${Button} type="submit">${t("tokens.add")}<//></div></form></section>`;
}

export const People = () => html`<${Users} /><${Tokens} />`;
