// The one door to the vendored view libraries.
import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";
import "./fields.js";

export { cloneElement, h, render } from "../vendor/preact.js";
export { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.js";
export { computed, signal } from "../vendor/signals.js";

export const html = htm.bind(h);

/** Join class names, leaving out what is false. */
export const cls = (...names) => names.filter(Boolean).join(" ");
