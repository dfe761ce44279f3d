// npm run chaos [-- --seconds N --seed S --sessions N]; npm run chaos -- mutants [name …] plants bugs that must be found.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { listMutants, runMutants } from './mutants.mjs';
import { run } from './run.mjs';

/** What a full run has to reach, so that a quiet one does not pass for a proof. */
const fullRunSeconds = 240;
const least = { kills: 100, cuts: 500, events: 5_000 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, sessions: { type: 'string' } },
});
const isMutants = positionals[0] === 'mutants';
const seconds = Number(values.seconds ?? (isMutants ? 20 : fullRunSeconds));
const sessions = Number(values.sessions ?? 4);
const seed = values.seed ?? (isMutants ? '1' : String(randomInt(1_000_000_000)));
if (!(seconds >= 1) || !(sessions >= 1) || (positionals.length > 0 && !isMutants)) {
  console.error('Usage: npm run chaos -- [mutants [name …]] [--seconds N] [--sessions N] [--seed S]');
  process.exit(2);
}

console.log(`chaos${isMutants ? ' mutants' : ''}: ${seconds} s, ${sessions} sessions, seed ${seed}`);
process.exit((await (isMutants ? checkMutants(positionals.slice(1)) : checkProduct())) ? 0 : 1);

async function checkMutants(named) {
  const missed = await runMutants(named.length > 0 ? named : listMutants(), { seconds, seed, sessions });
  console.log(missed.length === 0 ? 'every planted bug was caught' : `not caught: ${missed.join(', ')}`);
  console.log(`seed ${seed}`);
  return missed.length === 0;
}

async function checkProduct() {
  const { counts, violations, folder } = await run({ seconds, seed, sessions });
  for (const [name, count] of Object.entries(counts)) {
    console.log(`${name.padEnd(16)}${String(count).padStart(8)}`);
  }
  const isLoud = checkNoise(counts);
  for (const violation of violations.slice(0, 20)) console.log(JSON.stringify(violation, null, 2));
  if (violations.length > 20) console.log(`… and ${violations.length - 20} more`);
  const of = (kind) => violations.filter((one) => one.kind === kind).length;
  const wrong = violations.length - of('lost') - of('repeated') - of('reordered');
  const verdict = `${of('lost')} lost, ${of('repeated')} repeated, ${of('reordered')} reordered`;
  console.log(wrong > 0 ? `${verdict}, ${wrong} otherwise wrong` : verdict);
  console.log(violations.length > 0 ? `seed ${seed}; everything is kept in ${folder}` : `seed ${seed}`);
  return violations.length === 0 && isLoud;
}

function checkNoise(counts) {
  if (seconds < fullRunSeconds) return true;
  const reached = {
    kills: counts.serverKills + counts.agentKills,
    cuts: counts.cuts + counts.droppedAnswers,
    events: counts.events,
  };
  const missed = Object.keys(least).filter((name) => reached[name] < least[name]);
  for (const name of missed) {
    console.log(`Too quiet: ${reached[name]} ${name}, and a full run needs ${least[name]}.`);
  }
  return missed.length === 0;
}
