// Writing to the buyer, or a note to colleagues. The note field looks different, so that nothing internal goes out.
import { cls, html, useEffect, useLayoutEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { composing, sendKey, slashQuery } from "../lib/ime.js";
import { ctrlSends, useKeys } from "../lib/keys.js";
import { shopOf } from "../lib/session.js";
import { Button, Chip, Icon, useLoad } from "../ui/parts.js";
import { say, sayProblem, showDialog } from "../ui/floating.js";
import { noteTyping } from "../ui/presence.js";
import { Checked, useCheck } from "./inbox_check.js";
import { act, begin, open, openNext, reply, step } from "./inbox_desk.js";
import { keepDraft, readDraft } from "./inbox_draft.js";
import { PhraseMenu, findPhrases, usePhrases } from "./inbox_phrases.js";

const UNFILLED = /\{[^{}\n]{1,20}\}/g;

/** What became of today's drafts in this shop. */
function Tally({ shop, of }) {
  const { data } = useLoad(() => get(`/shops/${shop}/suggestions`), [shop, of]);
  return data && html`<span class="meta">${t("suggest.tally", data)}</span>`;
}

const Suggested = ({ shop, suggestion, onSend, onEdit, onReject }) => html`<div class="proposal" role="group" aria-label=${t("suggest.title")}>
  <p><${Chip} tone="bot" icon="bot">${t("suggest.title")}<//> <span class="meta">${[suggestion.entry?.question, t("why.sureness", { n: Math.round(suggestion.sureness) }), t("suggest.why")].filter(Boolean).join(" · ")}</span></p>
  <p class="words">${suggestion.text}</p>
  <div class="acts"><${Button} onClick=${onSend} hint="Alt 1">${t("suggest.send")}<//><${Button} onClick=${onEdit} hint="Alt 2">${t("suggest.edit")}<//>
    <${Button} kind="quiet" onClick=${onReject} hint="Alt 3">${t("suggest.reject")}<//><span class="grow"></span><${Tally} shop=${shop} of=${suggestion.id} /></div></div>`;

/** Texts to choose from by one key: follow-ups, or what entries near the question would say, each with its sureness. */
const Choices = ({ title, list, onPick }) => html`<div class="proposal" role="group" aria-label=${title}>
  <p class="meta">${title}</p>
  ${list.map((f, i) => html`<button type="button" class="follow" key=${f.text} onClick=${() => onPick(f)}><kbd>Alt ${i + 1}</kbd><span>${f.question && html`<strong>${f.question}</strong> `}${f.text}${f.missing?.length > 0 && html` <${Chip} tone="warn">${t("desk.phrase_missing", { names: f.missing.join(t("word.comma")) })}<//>`}</span>${f.sureness !== undefined && html`<${Chip}>${t("why.sureness", { n: Math.round(f.sureness) })}<//>`}</button>`)}</div>`;

// A colleague has answered meanwhile: what they said is read before anything more is sent.
function askFirst(said, sendAnyway) {
  showDialog(t("desk.answered_title"), (done) => html`<p>${t("desk.answered_why")}</p>
    <ul>${said.map((line) => html`<li key=${line.id}><strong>${line.by?.name || t("sender.agent")}</strong> ${line.text}</li>`)}</ul>
    <div class="acts end"><${Button} onClick=${done}>${t("act.cancel")}<//><${Button} kind="primary" onClick=${() => { done(); sendAnyway(); }}>${t("desk.send_anyway")}<//></div>`);
}

/** The keys of the composer that need Alt, wherever the focus is but in another field; physical keys, since Alt changes
 * letters on some keyboards. They act as soon as the composer is drawn. */
function useAltKeys(field, acts) {
  const latest = useRef(acts);
  latest.current = acts;
  useLayoutEffect(() => {
    const press = (event) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || composing(event)) return;
      if (event.target.closest("dialog") || (event.target !== field.current && event.target.closest("input, textarea, select"))) return;
      const digit = /^Digit([1-3])$/.exec(event.code);
      if (digit) latest.current.take(Number(digit[1]) - 1);
      else if (event.code === "KeyN") latest.current.turnMode();
      else if (event.code === "KeyJ") step(1);
      else if (event.code === "KeyK") step(-1);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** The channel of a conversation whose platform counts no reply sent through us, and what helps there, loaded only then. */
function useElsewhere(talk) {
  const channel = shopOf(talk.shop)?.channels.find((c) => c.key === talk.channel && c.api_sent_counts === "no");
  const [help, setHelp] = useState(null);
  useEffect(() => {
    if (channel) import("./inbox_elsewhere.js").then(setHelp);
  }, [Boolean(channel)]);
  return channel && { channel, Notice: help?.Elsewhere, takeAlong: async (text) => (await import("./inbox_elsewhere.js")).takeAlong(talk, channel, text) };
}

export function Composer({ talk, suggestion, followUps, recommended, lines, kept: server, seen }) {
  const [draft, setDraftState] = useState(() => readDraft(talk.id, server));
  const [busy, setBusy] = useState(false);
  const [slash, setSlash] = useState(null);
  const [at, setAt] = useState(0);
  const field = useRef(null);
  const note = draft.mode === "note";
  const text = draft[draft.mode].text;
  const found = useCheck(talk, note || slash ? "" : text, draft.reply.origin);
  // Fields the server knows are filled in what goes out; those it does not know stand in the way.
  const outgoing = found && !note ? found.text : text;
  // How far the conversation was read when these words were begun.
  const begun = useRef(null);
  const phrases = usePhrases(talk, slash ? slash.query : null);
  const unfilled = note ? [] : [...outgoing.matchAll(UNFILLED)].map((m) => m[0]);

  const setDraft = (change) => setDraftState((old) => {
    const now = { ...old, ...change };
    keepDraft(talk.id, now);
    return now;
  });
  const write = (value, more = {}) => {
    begun.current = value ? begun.current ?? seen : null;
    setDraft({ [draft.mode]: note ? { text: value } : value ? { ...draft.reply, ...more, text: value } : { text: "", origin: "typed" } });
  };
  const put = (value, more) => {
    begun.current ??= seen;
    setDraft({ mode: "reply", reply: { text: value, ...more } });
    setSlash(null);
    field.current?.focus();
  };
  useLayoutEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(200, field.current.scrollHeight)}px`;
  }, [text, draft.mode]);
  useEffect(() => {
    // Whoever is in a field already, such as the one of labels, stays there.
    if (matchMedia("(hover: hover)").matches && !document.activeElement?.closest("input, textarea, select, dialog")) field.current?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    if (begin.value?.conversation !== talk.id) return;
    const { text: first } = begin.value;
    begin.value = null;
    put(first + draft.reply.text, { origin: "typed" });
  }, [begin.value]);

  const app = useElsewhere(talk);
  const deliver = async (body) => {
    if (app) return app.takeAlong(body.text);
    setBusy(true);
    const answer = await reply(talk.id, body);
    setBusy(false);
    return answer;
  };
  // The question outlives the drawing it was asked from: what is sent then is the draft as it is then.
  const latest = useRef(null);
  const latestPick = useRef(null);
  const send = async (how, asked) => {
    if (!text.trim() || busy) return;
    if (unfilled.length) {
      say(t("composer.unfilled", { names: unfilled.join(" ") }), { tone: "danger", key: "unfilled" });
      return;
    }
    const kept = draft;
    const { origin, suggestion: used, entry, phrase } = draft.reply;
    const body = { text: outgoing, origin, suggestion: used, entry, phrase, seen: asked ? undefined : begun.current ?? undefined, then: how === "release" ? "release" : "keep" };
    write("");
    const done = note ? await act(talk.id, "note", { text }) : await deliver(body);
    if (!done || done.said) {
      setDraft(kept);
      begun.current = done ? open.value?.seen : body.seen;
    }
    if (done?.said) askFirst(done.said, () => latest.current(how, true));
    else if (done && how === "next") openNext();
  };
  latest.current = send;
  const pick = (phrase) => {
    const value = phrase.text;
    const before = text.slice(0, slash.start);
    const after = text.slice(slash.start + 1 + slash.query.length);
    put(before + value + after, { origin: "quick_phrase", [phrase.kind === "entry" ? "entry" : "phrase"]: phrase.id });
  };
  latestPick.current = pick;
  const useDraft = () => deliver({ text: suggestion.text, origin: "suggested", suggestion: suggestion.id, then: "keep" });
  const editDraft = () => put(text ? `${text}\n${suggestion.text}` : suggestion.text, { origin: "suggested", suggestion: suggestion.id });
  const rejectDraft = () => act(talk.id, "suggestion", { id: suggestion.id, act: "reject" });
  const follow = (f) => f && put(f.text, { origin: "suggested", entry: f.entry });
  const following = !suggestion && !note && !text ? (talk.owed && followUps.length ? followUps : recommended) : [];
  const nearby = following === recommended;
  const take = (n) => (suggestion && !note ? [useDraft, editDraft, rejectDraft][n]() : follow(following[n]));
  const turnMode = () => setDraft({ mode: note ? "reply" : "note" });
  const mode = (name) => () => {
    setDraft({ mode: name });
    field.current.focus();
  };
  useKeys({ r: mode("reply"), n: mode("note") });
  useAltKeys(field, { take, turnMode });

  // Keys typed fast are ahead of the answer: the choice then is the best of what was typed, once it is known.
  const choose = () => {
    if (phrases.query === slash.query) return phrases.list[at] && pick(phrases.list[at]);
    const asked = text;
    return findPhrases(talk, slash.query).then(([best]) => best && field.current?.value === asked && latestPick.current(best), sayProblem);
  };
  const menuKey = (event) => {
    if (!slash) return false;
    const shown = Math.max(1, phrases.list?.length || 0);
    const settled = phrases.query === slash.query;
    if (event.key === "ArrowDown") setAt((at + 1) % shown);
    else if (event.key === "ArrowUp") setAt((at + shown - 1) % shown);
    else if (event.key === "Escape") setSlash(null);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && !(settled && !phrases.list.length)) choose();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const onKeyDown = (event) => {
    if (composing(event) || menuKey(event)) return;
    const how = sendKey(event, ctrlSends.value);
    if (how) {
      event.preventDefault();
      send(how);
    } else if (event.key === "Escape") field.current.blur();
    else if (event.key === "ArrowUp" && !text) {
      const mine = lines.filter((l) => l.sender === "agent" && l.kind === "text" && l.status !== "note").pop();
      if (mine) put(mine.text, { origin: "typed" });
    }
  };
  const onInput = (event) => {
    noteTyping();
    const { value, selectionStart } = event.currentTarget;
    write(value);
    const query = note ? null : slashQuery(value, selectionStart);
    setSlash(query);
    setAt(0);
  };
  return html`<div class=${cls("composer", note && "note")}>
    ${suggestion && !note && html`<${Suggested} shop=${talk.shop} suggestion=${suggestion} onSend=${useDraft} onEdit=${editDraft} onReject=${rejectDraft} />`}
    ${following.length > 0 && html`<${Choices} title=${t(nearby ? "recommend.title" : "follow.title")} list=${following} onPick=${follow} />`}
    ${slash && html`<${PhraseMenu} list=${phrases.list} at=${at} onPick=${pick} />`}
    <div class="modes" role="group" aria-label=${t("composer.mode")}>
      <button type="button" aria-pressed=${!note} onClick=${mode("reply")}>${t("composer.reply")}</button>
      <button type="button" aria-pressed=${note} onClick=${mode("note")}>${t("composer.note")}</button>
      ${draft.reply.origin !== "typed" && text && !note && html`<${Chip}>${t(`origin.${draft.reply.origin}`)}<//>`}</div>
    <textarea ref=${field} rows="2" value=${text} placeholder=${note ? t("composer.note_hint") : t("composer.reply_hint")} aria-label=${note ? t("composer.note") : t("composer.reply")}
      aria-autocomplete=${note ? undefined : "list"} aria-controls=${slash && phrases.list?.length ? "phrases" : undefined} aria-activedescendant=${slash && phrases.list?.length ? `phrase-${at}` : undefined}
      onInput=${onInput} onKeyDown=${onKeyDown} onBlur=${() => setSlash(null)} maxlength="4000"></textarea>
    ${!note && app?.Notice && html`<${app.Notice} channel=${app.channel} talk=${talk} />`}
    ${!note && html`<${Checked} found=${found} unfilled=${unfilled} />`}
    <div class="acts end"><span class="meta grow">${note ? t("composer.note_tip") : t("composer.tip")}</span>
      ${!note && !app && talk.owed && talk.state !== "agent" && html`<${Button} busy=${busy} disabled=${!text.trim()} onClick=${() => send("release")} hint="Alt ⇧ ⏎">${t("act.send_release")}<//>`}
      <${Button} kind=${note ? "noted" : "primary"} busy=${busy} disabled=${!text.trim()} onClick=${() => send("keep")}>${note ? t("act.add_note") : app ? t("elsewhere.copy") : t("act.send")}<//></div>
  </div>`;
}
