// A file on its way into the FAQ: how much of it has gone up, and how far the server is with it.
import { html } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";

const LOOK_EVERY_MS = 400;

/** Ask again and again how far an import is until `act` ends; gives what it gives. */
export async function watched(shop, act, tell) {
  const timer = setInterval(() => get(`/shops/${shop}/import/progress`).then((now) => now.stage && tell(now), () => {}), LOOK_EVERY_MS);
  try {
    return await act();
  } finally {
    clearInterval(timer);
    tell(null);
  }
}

/** Send a file for its preview; `columns` corrects what is guessed. `tell` hears {stage, percent}. */
export const sendFile = (shop, file, columns, tell) => watched(shop, () => post(`/shops/${shop}/import/preview`, undefined, {
  raw: file, query: columns && { columns: JSON.stringify(columns) }, headers: { "Content-Type": "application/octet-stream", "X-Filename": encodeURIComponent(file.name) },
  sent: (share) => share < 1 && tell({ stage: "sending", percent: Math.floor(100 * share) }),
}), tell);

export const Progress = ({ progress }) => html`<label class="progress"><span role="status">${t(`import.stage.${progress.stage}`)}</span><progress max="100" value=${progress.percent}></progress><span class="meta">${number(progress.percent)}%</span></label>`;
