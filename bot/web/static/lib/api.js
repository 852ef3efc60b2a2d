// Every call to the server passes here: language, repeat-safe ids, problems in words.
import { correct } from "./clock.js";
import { lang, t } from "./i18n.js";

const BASE = "/api/v1";
const SAFE = new Set(["GET", "HEAD"]);
let whenLoggedOut = () => {};

/** Say what happens when the server no longer knows this browser. */
export const onLoggedOut = (act) => (whenLoggedOut = act);

/** What went wrong, in the server's own sentences; `status` 0 means the server was not reached. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || String(status));
    this.status = status;
    this.title = body.title || "";
    this.detail = body.detail || "";
    this.pointer = body.pointer || "";
    this.body = body;
  }
}

/** A random id. crypto.randomUUID is missing on plain-http addresses, getRandomValues is not. */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function address(path, query) {
  const pairs = Object.entries(query || {}).filter(([, v]) => v !== undefined && v !== null && v !== "");
  return BASE + path + (pairs.length ? `?${new URLSearchParams(pairs)}` : "");
}

/** One address under /api/v1, for links and downloads. */
export const apiUrl = address;

async function reach(url, options) {
  try {
    return (SAFE.has(options.method) && (await window.asked(url))) || (await fetch(url, options));
  } catch {
    return null;
  }
}

/** As `fetch`, telling while a body goes up how much of it has (0–1); null where the server was not reached. */
const sending = (url, options, sent) => new Promise((answer) => {
  const request = new XMLHttpRequest();
  request.open(options.method, url);
  for (const [name, value] of Object.entries(options.headers)) request.setRequestHeader(name, value);
  request.upload.onprogress = (event) => event.lengthComputable && sent(event.loaded / event.total);
  request.onload = () => answer(new Response(request.response, { status: request.status, headers: { "Content-Type": request.getResponseHeader("Content-Type") || "" } }));
  request.onerror = () => answer(null);
  request.send(options.body);
});

async function call(method, path, { query, body, raw, headers, sent } = {}) {
  const options = { method, headers: { Accept: "application/json", "Accept-Language": lang.value, ...headers }, credentials: "same-origin" };
  if (!SAFE.has(method)) options.headers["Idempotency-Key"] = newId();
  if (raw !== undefined) options.body = raw;
  else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const url = address(path, query);
  // A lost answer is asked for once more: the Idempotency-Key makes the repeat do nothing twice.
  const ask = () => (sent ? sending(url, options, sent) : reach(url, options));
  const answer = (await ask()) || (await ask());
  if (!answer) throw new Problem(0, { title: t("problem.unreachable"), detail: t("problem.unreachable_detail") });
  return read(answer);
}

async function read(answer) {
  const data = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
  if (answer.ok) {
    // An answer about one shop tells that shop's time, which may be a simulated one; the page goes by the server's.
    if (data && typeof data.now === "string" && !data.shop) correct(data.now);
    return data;
  }
  if (answer.status === 401) whenLoggedOut();
  throw new Problem(answer.status, data || { title: t("problem.unexpected", { status: answer.status }) });
}

export const get = (path, query) => call("GET", path, { query });
export const post = (path, body = {}, more = {}) => call("POST", path, { body, ...more });
export const put = (path, body) => call("PUT", path, { body });
export const patch = (path, body) => call("PATCH", path, { body });
export const del = (path, query) => call("DELETE", path, { query });
