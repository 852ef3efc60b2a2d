// Drafts, one a conversation: kept in this browser at once, and on the server for the next one. Nothing is sent.
import { put } from "../lib/api.js";
import { can } from "../lib/session.js";

const DRAFTS = "mh.drafts";
const DRAFTS_KEPT = 100;
const SERVER_AFTER_MS = 1000;
const timers = new Map();

function drafts() {
  try {
    return JSON.parse(localStorage.getItem(DRAFTS) || "{}");
  } catch {
    return {};
  }
}

/** The draft of a conversation: {mode, reply: {text, origin, suggestion, entry, phrase}, note: {text}}. Where this
 * browser has none, the one the server keeps. */
export function readDraft(id, server) {
  const kept = drafts()[id] || (server && { mode: server.mode, [server.mode]: { text: server.text } });
  return { mode: kept?.mode === "note" ? "note" : "reply", reply: { text: "", origin: "typed", ...kept?.reply }, note: { text: "", ...kept?.note } };
}

/** Keep a draft; an empty one is forgotten, and of many the oldest go first. */
export function keepDraft(id, draft) {
  const kept = drafts();
  delete kept[id];
  if (draft.reply.text || draft.note.text) kept[id] = draft;
  const ids = Object.keys(kept);
  ids.slice(0, Math.max(0, ids.length - DRAFTS_KEPT)).forEach((old) => delete kept[old]);
  try {
    localStorage.setItem(DRAFTS, JSON.stringify(kept));
  } catch {
    // Without storage a draft lasts as long as the page shows it.
  }
  if (can("desk")) keepOnServer(id, draft);
}

// The server keeps no origin, so words the machine proposed stay here: elsewhere they would pass for typed ones.
function keepOnServer(id, draft) {
  const text = draft.mode === "note" ? draft.note.text : draft.reply.origin === "typed" ? draft.reply.text : "";
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => put(`/conversations/${encodeURIComponent(id)}/draft`, { text, mode: draft.mode }).catch(() => {}), SERVER_AFTER_MS));
}
