import type { Duplex } from 'node:stream';

/**
 * Makes one connection of two. Piping alone leaves the other half open when one side ends, and the server then waits
 * for it at shutdown: so the end of one side ends the other and destroys it once it has written everything.
 */
export function joinSockets(
  a: Duplex,
  b: Duplex,
  { idleMs, onData }: { readonly idleMs: number; readonly onData?: (chunk: Buffer) => void },
): void {
  const idle = setTimeout(() => end(), idleMs).unref();
  const end = (): void => {
    clearTimeout(idle);
    a.destroy();
    b.destroy();
  };
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('data', (chunk: Buffer) => {
      idle.refresh();
      onData?.(chunk);
    });
    from.once('end', () => destroySoon(to));
    from.once('close', end);
    from.on('error', end);
    from.pipe(to);
  }
}

function destroySoon(stream: Duplex): void {
  stream.once('finish', () => stream.destroy());
  stream.end();
}
