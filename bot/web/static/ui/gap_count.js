// How many groups of unanswered questions wait in one's shops: asked for a little after the page itself, and on news of them.
import { signal, useEffect } from "../lib/view.js";
import { get } from "../lib/api.js";
import { calmly, useFeed } from "../lib/feed.js";
import { can } from "../lib/session.js";

const FIRST_MS = 2_000;
const AT_MOST_EVERY_MS = 3_000;
const waiting = signal(0);

const look = calmly(async () => {
  const found = await get("/gaps/open").catch(() => null);
  if (found) waiting.value = found.open;
}, AT_MOST_EVERY_MS);

export const openGaps = () => waiting.value;

/** Keep the number while the frame stands. */
export function useOpenGaps() {
  const mine = can("faq");
  useEffect(() => {
    const first = mine ? setTimeout(look, FIRST_MS) : 0;
    return () => clearTimeout(first);
  }, [mine]);
  useFeed((events) => mine && events.some((e) => e.kind === "gap" || e.kind === "resync") && look(), [mine]);
}
