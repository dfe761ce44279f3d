import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resultsFolder, root } from './support/paths.mjs';

const readmePath = path.join(root, 'bench/README.md');
const place = /(<!-- result: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** Puts each result's table where README.md has a place for it. False when `isCheck` and the tables were others. */
export function writeReport({ isCheck }) {
  const before = readFileSync(readmePath, 'utf8');
  const after = before.replaceAll(place, (_all, begin, name, end) => `${begin}\n${toTable(name)}\n${end}`);
  if (before === after) return true;
  if (isCheck) {
    console.error('bench/README.md does not say what bench/results says. Run `npm run bench -- report`.');
    return false;
  }
  writeFileSync(readmePath, after);
  return true;
}

function toTable(name) {
  const file = path.join(resultsFolder, `${name}.json`);
  if (!existsSync(file)) return `Not measured yet: \`npm run bench -- ${name}\`.\n`;
  const { figures, notes, n, commit, date, load, machine, fixedWorkMs } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const rows = figures.map((line) => [
    line.name,
    `${line.value} ${line.unit}`.trim(),
    toAim(line),
    toVerdict(line),
  ]);
  const table = align([['Figure', 'Value', 'Aim', 'Met'], ...rows]);
  const { cores, processor, memoryGiB, node, kernel } = machine;
  // Results from before it was measured do not have it.
  const speed = fixedWorkMs === undefined ? '' : `; the fixed work takes ${fixedWorkMs} ms`;
  const origin =
    `${n}. Commit ${commit}, ${date.slice(0, 10)}; ${cores} cores (${processor}), ${memoryGiB} GiB, ` +
    `Node ${node}, Linux ${kernel}${speed}; load ${load.before} before, ${load.after} after.`;
  return `${[table, origin, ...notes].join('\n\n')}\n`;
}

function toAim({ aim, unit }) {
  if (aim === null) return '';
  return aim.max === undefined ? `≥ ${aim.min} ${unit}`.trim() : `≤ ${aim.max} ${unit}`.trim();
}

function toVerdict({ isMet }) {
  if (isMet === null) return '';
  return isMet ? 'yes' : '**no**';
}

/** As prettier writes tables. */
function align(rows) {
  const widths = rows[0].map((_cell, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
