// npm run chaos [-- --seconds N --seed S --sessions N]: faults on everything. -- --docker: on real containers.
// npm run chaos -- mutants [name …]: plants bugs that must be found.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { countEvents } from './database.mjs';
import { DockerContainers, whyNoDocker } from './docker-containers.mjs';
import { listMutants, runMutants } from './mutants.mjs';
import { run } from './run.mjs';

/** A full run lasts until it has reached this, so that a quiet one does not pass for a proof. */
const wanted = { kills: 100, cuts: 500, events: 5_000 };
const fullRunSeconds = { least: 120, most: 900 };
const dockerStrikes = 22;
const dockerSecondsMax = 240;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    sessions: { type: 'string' },
    docker: { type: 'boolean', default: false },
  },
});
const isMutants = positionals[0] === 'mutants';
const seconds = values.seconds === undefined ? null : Number(values.seconds);
const isWrong =
  (seconds !== null && !(seconds >= 1)) ||
  (values.sessions !== undefined && !(Number(values.sessions) >= 1)) ||
  (positionals.length > 0 && (!isMutants || values.docker || seconds !== null));
if (isWrong) {
  console.error(
    'Usage: npm run chaos -- [[--docker] [--seconds N] | mutants [name …]] [--sessions N] [--seed S]',
  );
  process.exit(2);
}
const seed = values.seed ?? String(randomInt(1_000_000_000));
const sessions = values.sessions === undefined ? undefined : Number(values.sessions);
const begunAt = performance.now();
const checkAlone = values.docker ? checkInDocker : checkProduct;
const isGood = await (isMutants ? checkMutants() : checkAlone());
console.log(`seed ${seed}, ${Math.round((performance.now() - begunAt) / 1_000)} s`);
process.exit(isGood ? 0 : 1);

async function checkMutants() {
  const named = positionals.slice(1);
  const missed = await runMutants(named.length > 0 ? named : listMutants(), { seed, sessions });
  console.log(missed.length === 0 ? 'every planted bug was caught' : `not caught: ${missed.join(', ')}`);
  return missed.length === 0;
}

async function checkProduct() {
  announce(seconds === null ? 'a full run' : `${seconds} s`, sessions ?? 5);
  const isOver = seconds === null ? isLoudEnough : (now) => now.seconds >= seconds;
  const { counts, violations, folder } = await run({ isOver, seed, sessions: sessions ?? 5 });
  report(counts, violations, folder);
  return violations.length === 0 && (seconds !== null || missing(counts, wanted).length === 0);
}

/** The same against sessions in real containers, which the engine kills and restarts in the middle of turns. */
async function checkInDocker() {
  const why = await whyNoDocker();
  if (why !== null) {
    console.log(`!! Chaos against real containers was NOT run: ${why}`);
    return process.env.REQUIRE_ALL_SUITES !== '1';
  }
  announce(`${dockerStrikes} kills and restarts by the engine`, sessions ?? 2);
  const { counts, violations, folder } = await run({
    isOver: (now) => strikes(now.counts) >= dockerStrikes || now.seconds >= (seconds ?? dockerSecondsMax),
    seed,
    sessions: sessions ?? 2,
    makeContainers: (options) => DockerContainers.create(options),
    serverShare: 0.1,
    isMidTurn: true,
  });
  report(counts, violations, folder);
  const isEnough = strikes(counts) >= dockerStrikes;
  if (!isEnough)
    console.log(`Too quiet: ${strikes(counts)} kills and restarts, and ${dockerStrikes} are wanted.`);
  return violations.length === 0 && isEnough;
}

function announce(length, sessionCount) {
  console.log(`chaos: ${length}, ${sessionCount} sessions, seed ${seed}`);
}

/** Asked again and again while the run goes on. */
async function isLoudEnough(now) {
  if (now.seconds < fullRunSeconds.least) return false;
  if (now.seconds >= fullRunSeconds.most) return true;
  const { events, ...others } = wanted;
  if (shortOf(now.counts, others).length > 0) return false;
  return (await countEvents(now.databasePath)) >= events;
}

function reachedBy(counts) {
  const { cuts, droppedAnswers, cutAtPrompt, cutAtAck, cutAtEntries } = counts;
  return {
    kills: counts.serverKills + counts.agentKills,
    cuts: cuts + droppedAnswers + cutAtPrompt + cutAtAck + cutAtEntries,
    events: counts.events,
  };
}

function shortOf(counts, least) {
  const reached = reachedBy(counts);
  return Object.keys(least).filter((name) => reached[name] < least[name]);
}

function missing(counts, least) {
  const short = shortOf(counts, least);
  for (const name of short)
    console.log(`Too quiet: ${reachedBy(counts)[name]} ${name}, and a full run needs ${least[name]}.`);
  return short;
}

function strikes({ dockerKills, dockerRestarts }) {
  return dockerKills + dockerRestarts;
}

function report(counts, violations, folder) {
  for (const [name, count] of Object.entries(counts)) {
    console.log(`${name.padEnd(16)}${String(count).padStart(8)}`);
  }
  for (const violation of violations.slice(0, 20)) console.log(JSON.stringify(violation, null, 2));
  if (violations.length > 20) console.log(`… and ${violations.length - 20} more`);
  const of = (kind) => violations.filter((one) => one.kind === kind).length;
  const wrong = violations.length - of('lost') - of('repeated') - of('reordered');
  const verdict = `${of('lost')} lost, ${of('repeated')} repeated, ${of('reordered')} reordered`;
  console.log(wrong > 0 ? `${verdict}, ${wrong} otherwise wrong` : verdict);
  if (violations.length > 0) console.log(`Everything is kept in ${folder}`);
}
