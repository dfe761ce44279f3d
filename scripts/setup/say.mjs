/** One line while something long runs: rewritten in place on a terminal, repeated now and then elsewhere. */
export function startProgress(text) {
  const isTerminal = process.stdout.isTTY;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  if (!isTerminal) console.log(`${text} …`);
  const timer = setInterval(
    () =>
      isTerminal
        ? process.stdout.write(`\r${text} … ${seconds()} s`)
        : console.log(`${text} … ${seconds()} s`),
    isTerminal ? 1_000 : 15_000,
  );
  return {
    done(note = '') {
      clearInterval(timer);
      const line = `${text}: ${note || 'done'} (${seconds()} s)`;
      console.log(isTerminal ? `\r${line}\u001b[K` : line);
    },
    fail() {
      clearInterval(timer);
      if (isTerminal) console.log('');
    },
  };
}

/** Ends the program with one sentence that says what is wrong and what to do. */
export function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}
