// What a person has put into a field stays there until the field is given something else.
//
// A field without a listener of its own is read when its form is sent. The view library sets a field's value at every
// render, also where the value it is given has not changed: news from the feed would then empty a half filled form.
import { options } from "../vendor/preact.js";

const FIELDS = new Set(["input", "select", "textarea"]);
const GIVEN = Symbol("what the field was given last");
const heard = (props) => props.onInput || props.onChange || props.onClick || props.readonly;
const told = (props) => (props.type === "checkbox" || props.type === "radio" ? "checked" : "value");

/** The field takes what it is given where that is new, and then tells who asked for the element. */
function keep(name, given, ref) {
  return (element) => {
    if (element && element[GIVEN] !== given) {
      element[GIVEN] = given;
      element[name] = given ?? "";
    }
    if (typeof ref === "function") ref(element);
    else if (ref) ref.current = element;
  };
}

const before = options.vnode;
options.vnode = (vnode) => {
  const { type, props } = vnode;
  if (FIELDS.has(type) && !heard(props)) {
    const name = told(props);
    if (props[name] !== undefined) {
      vnode.ref = keep(name, props[name], vnode.ref);
      delete props[name];
    }
  }
  before?.(vnode);
};
