// The rule of input methods, in one place: while one composes, no key does anything of ours.

/** Whether an input method is composing. Some send key code 229 without isComposing, Safari ends composing before
 * the Enter that confirms it arrives, so that Enter still carries 229. */
export const composing = (event) => event.isComposing || event.keyCode === 229;

/** What this key press sends: "keep" (send), "next" (send, open the next), "release" (send, back to the bot), or null.
 * `withCtrl`: plain Enter makes a line and Ctrl/⌘+Enter sends. */
export function sendKey(event, withCtrl) {
  if (event.key !== "Enter" || composing(event)) return null;
  if (event.altKey) return event.shiftKey ? "release" : "next";
  if (event.shiftKey) return null;
  return !withCtrl || event.ctrlKey || event.metaKey ? "keep" : null;
}

/** Chinese keyboards send these where a slash was meant; only at the start of a line do they open the menu. */
const SLASHES = new Set(["/", "／", "、", "\\"]);

/** The text after a slash at the start of the line the caret is in, or null. */
export function slashQuery(text, caret) {
  const start = text.lastIndexOf("\n", caret - 1) + 1;
  if (!SLASHES.has(text[start])) return null;
  const query = text.slice(start + 1, caret);
  return query.length <= 20 && !/\s/.test(query) ? { start, query } : null;
}
