// Who may log in, and what they may do.
import { html } from "../lib/view.js";
import { get, patch, post } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { me, shopOf, shops } from "../lib/session.js";
import { Button, Chip, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { attempt, say, showDialog } from "../ui/floating.js";

const ROLES = ["agent", "operator", "supervisor", "admin"];

export const shopWord = (id) => (id === "*" ? t("filter.all_shops") : shopOf(id)?.name || id);
export const RolePicker = () => html`<${Field} label=${t("people.role")}><select name="role">${ROLES.map((r) => html`<option key=${r} value=${r}>${t(`role.${r}`)}</option>`)}</select><//>
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

export const People = () => html`<${Users} />`;
