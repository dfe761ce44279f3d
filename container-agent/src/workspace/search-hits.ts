import type { SearchHit } from '@codex-webapp/contracts';

/** Of `rg --files --null`: the paths whose name, or a folder on the way, holds the text. */
export function parseNameHits(output: string, q: string): readonly SearchHit[] {
  const isSame = q === q.toLowerCase();
  const fold = (text: string): string => (isSame ? text.toLowerCase() : text);
  const paths = output.split('\0').slice(0, -1).map(withoutDot);
  return paths.filter((path) => fold(path).includes(q)).map((path) => ({ path, line: null, text: null }));
}

/** Of `rg --null --line-number --no-heading`: `path NUL line:text` on a line. What was cut has no end of line. */
export function parseContentHits(output: string): readonly SearchHit[] {
  return output
    .split('\n')
    .slice(0, -1)
    .flatMap((record) => {
      const [, path, line, text] = /^([^\0]+)\0(\d+):(.*)$/s.exec(record) ?? [];
      if (path === undefined || line === undefined || text === undefined) return [];
      return [{ path: withoutDot(path), line: Number(line), text: text.replace(/\r$/, '') }];
    });
}

function withoutDot(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}
