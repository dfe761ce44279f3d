interface Placed {
  readonly id: string;
  readonly place: number;
}

/**
 * What changes when a prompt goes before another one, or to the end. The same places are given out anew, so that only
 * prompts between the old place and the new one change. Null when `beforeId` is not in the queue.
 */
export function moveInQueue<T extends Placed>(
  queue: readonly T[],
  id: string,
  beforeId: string | null,
): readonly T[] | null {
  const moved = queue.find((prompt) => prompt.id === id);
  if (!moved || beforeId === id) return [];
  const others = queue.filter((prompt) => prompt.id !== id);
  const index = beforeId === null ? others.length : others.findIndex((prompt) => prompt.id === beforeId);
  if (index < 0) return null;
  const places = queue.map(({ place }) => place).sort((a, b) => a - b);
  return others
    .toSpliced(index, 0, moved)
    .map((prompt, at) => ({ ...prompt, place: places[at] ?? prompt.place }))
    .filter((prompt) => queue.find(({ id: known }) => known === prompt.id)?.place !== prompt.place);
}
