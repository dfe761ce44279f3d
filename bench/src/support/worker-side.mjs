/** Answers what `Worker.ask` asks, one after the other. Ends with the process that asked. */
export function serve(verbs) {
  let work = Promise.resolve();
  process.on('message', ({ verb, input }) => {
    work = work
      .then(() => verbs[verb](input))
      .then(
        (answer) => process.send({ answer }),
        (error) => process.send({ problem: error.stack }),
      );
  });
  process.on('disconnect', () => process.exit());
}
