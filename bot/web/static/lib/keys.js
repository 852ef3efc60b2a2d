// Keys outside text fields. A page lays its own over the ones that hold everywhere.
import { useLayoutEffect, useRef } from "./view.js";
import { composing } from "./ime.js";

const layers = [];
let prefix = null;
let prefixEnds = 0;

const inText = (el) => el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === "INPUT" && !/^(checkbox|radio|button|submit|range)$/.test(el.type)));

export const keysOff = {
  get value() {
    return readSetting("mh.keys_off");
  },
  set value(off) {
    writeSetting("mh.keys_off", off);
  },
};

/** Whether only Ctrl+Enter sends: a personal setting of this browser. */
export const ctrlSends = {
  get value() {
    return readSetting("mh.ctrl_sends");
  },
  set value(on) {
    writeSetting("mh.ctrl_sends", on);
  },
};

function readSetting(name) {
  try {
    return localStorage.getItem(name) === "1";
  } catch {
    return false;
  }
}

function writeSetting(name, on) {
  try {
    localStorage.setItem(name, on ? "1" : "0");
  } catch {
    // Without storage the choice is not kept.
  }
}

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "Escape" && (inText(event.target) || document.querySelector("dialog[open]") || keysOff.value)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = prefix && Date.now() < prefixEnds ? `${prefix} ${key}` : key;
  prefix = null;
  for (const layer of [...layers].reverse()) {
    const act = layer.current[name];
    if (act && act(event) !== false) {
      event.preventDefault();
      return;
    }
  }
  if (key === "g") {
    prefix = "g";
    prefixEnds = Date.now() + 1200;
  }
});

/** While the component lives, these keys act: {j: fn, "g i": fn}. A function that gives false lets the key pass on. */
export function useKeys(keys) {
  const layer = useRef(keys);
  layer.current = keys;
  // Before it is painted: who sees a key named may press it.
  useLayoutEffect(() => {
    layers.push(layer);
    return () => layers.splice(layers.indexOf(layer), 1);
  }, []);
}
