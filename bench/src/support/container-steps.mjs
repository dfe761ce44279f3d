import { median } from './figures.mjs';

/** What main-server says of the starts of containers: `all` has the steps of each of them. */
export function toStepsNote(name, all) {
  const names = [...new Set(all.flatMap((steps) => steps.map((step) => step.name)))];
  const times = names.map((step) => {
    const tookMs = all.map((steps) => steps.find((one) => one.name === step)?.tookMs ?? 0);
    return `${step} ${Math.round(median(tookMs))} ms`;
  });
  return `Where the time goes with ${name}, p50 of each step as main-server tells it: ${times.join(', ')}.`;
}
