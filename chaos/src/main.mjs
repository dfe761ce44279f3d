// npm run chaos [-- --seconds N --seed S --sessions N]
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { run } from './run.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '240' },
    seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
    sessions: { type: 'string', default: '4' },
  },
});
const seconds = Number(values.seconds);
const sessions = Number(values.sessions);
if (!(seconds >= 1) || !(sessions >= 1)) {
  console.error('--seconds and --sessions are numbers of 1 or more.');
  process.exit(2);
}

/** What a full run has to reach, so that a quiet one does not pass for a proof. */
const fullRunSeconds = 240;
const least = { kills: 100, cuts: 500, events: 5_000 };

console.log(`chaos: ${seconds} s, ${sessions} sessions, seed ${values.seed}`);
const { counts, violations, folder } = await run({ seconds, seed: values.seed, sessions });
for (const [name, count] of Object.entries(counts))
  console.log(`${name.padEnd(16)}${String(count).padStart(8)}`);
const reached = {
  kills: counts.serverKills + counts.agentKills,
  cuts: counts.cuts + counts.droppedAnswers,
  events: counts.events,
};
const missed =
  seconds < fullRunSeconds ? [] : Object.keys(least).filter((name) => reached[name] < least[name]);
for (const name of missed)
  console.log(`Too quiet: ${reached[name]} ${name}, and a full run needs ${least[name]}.`);
for (const violation of violations.slice(0, 20)) console.log(JSON.stringify(violation, null, 2));
if (violations.length > 20) console.log(`… and ${violations.length - 20} more`);
const of = (kind) => violations.filter((one) => one.kind === kind).length;
const other = violations.length - of('lost') - of('repeated') - of('reordered');
console.log(
  `${of('lost')} lost, ${of('repeated')} repeated, ${of('reordered')} reordered${other > 0 ? `, ${other} otherwise wrong` : ''}`,
);
console.log(`seed ${values.seed}${violations.length > 0 ? `; everything is kept in ${folder}` : ''}`);
process.exit(violations.length === 0 && missed.length === 0 ? 0 : 1);
