// Every link from a document to a file of the repository, and to a heading in a document, leads somewhere.
// Addresses of the network are not looked at: whether somebody else's server answers is no fault of a change.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
/** Not in a fresh clone, so nothing may point there either. */
const generated =
  /(^|\/)(node_modules|dist|var|coverage|test-results|playwright-report|\.next|\.git|\.build-[^/]+)(\/|$)/;

const documents = documentsBelow('');
const problems = documents.flatMap((document) => problemsOf(document));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`The links of ${documents.length} documents resolve.`);

function documentsBelow(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const below = path.posix.join(folder, entry.name);
    if (generated.test(below)) return [];
    if (entry.isDirectory()) return documentsBelow(below);
    return entry.name.endsWith('.md') ? [below] : [];
  });
}

function problemsOf(document) {
  const lines = proseOf(readFileSync(path.join(root, document), 'utf8')).split('\n');
  return lines.flatMap((line, index) =>
    targetsOf(line).flatMap((target) => {
      const problem = problemOf(document, target);
      return problem === null ? [] : [`${document}:${index + 1}: ${target} ${problem}`];
    }),
  );
}

/** Without code, which may hold anything; line numbers stay. */
function proseOf(text) {
  return text
    .replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, ''))
    .replace(/`[^`\n]*`/g, '');
}

function targetsOf(line) {
  const patterns = [
    /\]\(\s*<?([^()\s>]+)/g,
    /^\s{0,3}\[[^\]]+\]:\s*(\S+)/g,
    /\s(?:src|srcset|href)="([^"\s]+)/g,
  ];
  return patterns.flatMap((pattern) => [...line.matchAll(pattern)].map((match) => match[1]));
}

/** Null for a link that leads somewhere. */
function problemOf(document, target) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  const [file, fragment] = decodeURI(target).split('#');
  const below =
    file === '' ? document : path.posix.normalize(path.posix.join(path.posix.dirname(document), file));
  if (below.startsWith('..') || file.startsWith('/')) return 'leaves the repository';
  if (generated.test(below)) return 'is not in a fresh clone';
  if (!existsSync(path.join(root, below))) return 'does not exist';
  if (!fragment || !below.endsWith('.md')) return null;
  return anchorsOf(below).has(fragment) ? null : 'has no such heading';
}

/** As GitHub names them. */
function anchorsOf(document) {
  const text = readFileSync(path.join(root, document), 'utf8');
  const headings = [...text.matchAll(/^#{1,6}\s+(.+?)\s*$/gm)].map((match) => match[1]);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
