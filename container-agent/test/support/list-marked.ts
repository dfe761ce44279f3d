import { readdirSync, readFileSync } from 'node:fs';

/** The living processes that were started for a turn, whoever their parent is by now. */
export function listMarked(turnId: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(
      (pid) =>
        Number.isInteger(pid) && readText(`/proc/${pid}/environ`).includes(`CODEX_WEBAPP_TURN=${turnId}\0`),
    )
    .filter((pid) => !readText(`/proc/${pid}/stat`).includes(') Z '));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Gone meanwhile.
  }
}
