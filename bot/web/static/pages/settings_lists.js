// 转人工的词: the word lists that signals are heard by. A shop adds words and takes shipped ones away; it is played first.
import { html, useState } from "../lib/view.js";
import { get, patch } from "../lib/api.js";
import { t, tOr } from "../lib/i18n.js";
import { Button, Chip, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";

const lines = (text) => [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
const plain = (word) => word.normalize("NFKC").toLowerCase();

/** `upset.except` → 情绪激动 · 不算数的说法. */
function listWord(name) {
  const [signal, kind] = name.split(".");
  return [tOr(`signal.${signal}`, "") || t(`lists.${signal}`), t(`lists.kind.${kind || "anywhere"}`)].join(" · ");
}

/** The words of a list as they come with the house. */
const shipped = (data, name) => [...data.lists[name].filter((word) => !(data.added[name] || []).some((own) => plain(own) === word)), ...(data.removed[name] || []).map(plain)];

function List({ name, data }) {
  const [added, removed] = [data.added[name] || [], data.removed[name] || []];
  return html`<details class="card"><summary><span>${listWord(name)}</span> ${added.length + removed.length > 0 && html`<${Chip} tone="info">${t("lists.changed", { added: added.length, removed: removed.length })}<//>`}</summary>
    <${Field} label=${t("lists.added")} hint=${t("lists.added_hint")}><textarea name=${`added ${name}`} rows="3">${added.join("\n")}</textarea><//>
    <${Field} label=${t("lists.removed")} hint=${t("lists.removed_hint")}><textarea name=${`removed ${name}`} rows="2">${removed.join("\n")}</textarea><//>
    <p class="meta words">${t("lists.shipped", { words: shipped(data, name).join(t("word.comma")) })}</p></details>`;
}

/** What the form says: `{added, removed}` by list name, lists without a change left out. */
function edits(form, names) {
  const typed = new FormData(form);
  const of = (kind) => Object.fromEntries(names.map((name) => [name, lines(typed.get(`${kind} ${name}`))]).filter(([, words]) => words.length));
  return { added: of("added"), removed: of("removed") };
}

export function Lists({ shop }) {
  const { data, problem, reload } = useLoad(() => get(`/shops/${shop.id}/lists`), [shop.id]);
  const [unknown, setUnknown] = useState("");
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  const names = Object.keys(data.lists);
  const save = (event) => {
    event.preventDefault();
    const lists = edits(event.currentTarget, names);
    const none = Object.entries(lists.removed).flatMap(([name, words]) => words.filter((word) => !shipped(data, name).includes(plain(word))).map((word) => t("lists.not_there", { word, list: listWord(name) })));
    setUnknown(none.join(" "));
    if (none.length) return;
    attempt(async () => {
      const done = await throughGate(shop.id, { lists }, (reason) => patch(`/shops/${shop.id}`, { lists, reason }));
      if (!done) return;
      say(t("settings.saved"), { tone: "ok", key: "saved" });
      reload();
    });
  };
  return html`<p class="muted">${t("lists.why")}</p><form class="stacked" onSubmit=${save}>${names.map((name) => html`<${List} key=${name} name=${name} data=${data} />`)}
    ${unknown && html`<p class="notice danger" role="alert">${unknown}</p>`}
    <div class="acts end"><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form>`;
}
