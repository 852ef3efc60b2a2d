// Drafts, one a conversation and mode. They outlive the page; nothing of them is sent until a person sends it.
const NAME = "mh.drafts";
const MOST = 100;

function all() {
  try {
    return JSON.parse(localStorage.getItem(NAME) || "{}");
  } catch {
    return {};
  }
}

/** The draft of a conversation: {mode, reply: {text, origin, suggestion, entry}, note: {text}}. */
export function readDraft(id) {
  const kept = all()[id];
  return { mode: kept?.mode === "note" ? "note" : "reply", reply: { text: "", origin: "typed", ...kept?.reply }, note: { text: "", ...kept?.note } };
}

/** Keep a draft; an empty one is forgotten, and of many the oldest go first. */
export function keepDraft(id, draft) {
  const kept = all();
  delete kept[id];
  if (draft.reply.text || draft.note.text) kept[id] = draft;
  const ids = Object.keys(kept);
  ids.slice(0, Math.max(0, ids.length - MOST)).forEach((old) => delete kept[old]);
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // Without storage a draft lasts as long as the page shows it.
  }
}
