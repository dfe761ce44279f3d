// `npm ci` fails when the lock lacks an optional platform package, and then macOS and Windows users get no native binary.
// That happens when a registry serves a parent newer than its platform packages. URLs would tie the lock to one registry.
import { readFileSync } from 'node:fs';

const file = process.argv[2] ?? new URL('../package-lock.json', import.meta.url);
const packages = JSON.parse(readFileSync(file, 'utf8')).packages;
const present = new Set(Object.keys(packages).map((key) => key.split('node_modules/').pop()));
const problems = [];

for (const [key, entry] of Object.entries(packages)) {
  const isWorkspaceLink = entry.link === true;
  if (entry.resolved !== undefined && !isWorkspaceLink) problems.push(`${key}: has a resolved URL`);
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!present.has(name)) problems.push(`${key} ${entry.version}: lacks ${name}@${range}`);
  }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
