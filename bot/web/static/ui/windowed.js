// A long list of rows of one height: only those in sight exist, so ten thousand scroll like ten.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/view.js";

const SPARE = 6;
/** The next rows are fetched this long before the last ones come into sight. */
const AHEAD = 20;

/** `row(item)` draws one row of an item with an `id`; `onEnd` is called before the last rows come into sight; `at` is kept
 * in sight. `goal` is a ref: the place of the row that takes the focus as soon as it exists. */
export function Windowed({ items, height, row, onEnd, at, goal, label, ...rest }) {
  const box = useRef(null);
  const drawn = useRef(null);
  const [view, setView] = useState({ top: 0, tall: 800 });
  const look = () => {
    const { scrollTop, clientHeight } = box.current;
    setView((old) => (Math.abs(old.top - scrollTop) < height && old.tall === clientHeight ? old : { top: scrollTop, tall: clientHeight }));
  };
  useLayoutEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (at === undefined || at < 0) return;
    const { scrollTop, clientHeight } = box.current;
    if (at * height < scrollTop) box.current.scrollTop = at * height;
    else if ((at + 1) * height > scrollTop + clientHeight) box.current.scrollTop = (at + 1) * height - clientHeight;
    look();
  }, [at]);
  const first = Math.max(0, Math.floor(view.top / height) - SPARE);
  const last = Math.min(items.length, Math.ceil((view.top + view.tall) / height) + SPARE);
  useLayoutEffect(() => {
    const there = goal && goal.current !== null && drawn.current.children[goal.current - first];
    if (!there) return;
    goal.current = null;
    there.firstElementChild.focus({ preventScroll: true });
  });
  useEffect(() => {
    if (onEnd && items.length && last + AHEAD >= items.length) onEnd();
  }, [last, items.length]);
  return html`<div class="windowed" ref=${box} onScroll=${look} role="list" aria-label=${label} ...${rest}>
    <div role="presentation" style=${{ height: `${items.length * height}px` }}>
      <div role="presentation" ref=${drawn} style=${{ transform: `translateY(${first * height}px)` }}>${items.slice(first, last).map((item) => html`<div role="listitem" key=${item.id}>${row(item)}</div>`)}</div>
    </div></div>`;
}
