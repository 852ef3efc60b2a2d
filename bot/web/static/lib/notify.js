// Calling a person who does not look at the page: one notification of the system for all deadlines, and a vibration.
import { signal } from "./view.js";
import { go } from "./router.js";

const TAG = "deadline";
const VIBRATE_MS = [200, 100, 200];
const ICON = new URL("../icons/mark-192.png", import.meta.url).href;

// Plain-http addresses have neither; some phones notify through a worker only.
const able = window.isSecureContext && "Notification" in window && "serviceWorker" in navigator;

/** "no" (not in this browser, or not at this address), "default" (not asked yet), "granted", "denied". */
export const permission = signal(able ? Notification.permission : "no");

if (able) navigator.serviceWorker.addEventListener("message", ({ data }) => data?.open && go(data.open));

let worker = null;
async function workerReady() {
  worker ||= navigator.serviceWorker.register("/sw.js");
  await worker;
  return navigator.serviceWorker.ready;
}

/** Ask to be allowed to notify. Browsers want that on a click only. */
export async function askToNotify() {
  permission.value = await Notification.requestPermission();
  if (permission.value === "granted") await workerReady();
}

/** Vibrate shortly, where the device can and the person has touched the page. */
export const vibrate = () => navigator.userActivation?.hasBeenActive && navigator.vibrate?.(VIBRATE_MS);

/** Show or change the one notification while nobody looks at the page; `fresh` calls anew, else only its words change. */
export async function notify(title, url, fresh) {
  if (permission.value !== "granted" || document.hasFocus()) return;
  const place = await workerReady();
  if (!fresh && !(await place.getNotifications({ tag: TAG })).length) return;
  await place.showNotification(title, { tag: TAG, icon: ICON, data: { url }, ...(fresh ? { renotify: true, vibrate: VIBRATE_MS } : { silent: true }) });
}

/** Take the notification away: nothing is near any more. */
export async function stopNotifying() {
  if (permission.value !== "granted" || !worker) return;
  const place = await workerReady();
  (await place.getNotifications({ tag: TAG })).forEach((one) => one.close());
}
