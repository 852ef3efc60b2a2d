// What can be done to what is open now: a page lays its acts here, finding lists them first.
import { signal, useEffect } from "./view.js";

/** [{word, icon, act}]; empty where nothing is open. */
export const openActs = signal([]);

/** While the component lives these are the acts; `inputs` say when they are others. */
export function useActs(acts, inputs) {
  useEffect(() => {
    openActs.value = acts.filter(Boolean);
    return () => (openActs.value = []);
  }, inputs);
}
