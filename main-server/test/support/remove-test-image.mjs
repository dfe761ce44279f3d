import Docker from 'dockerode';

/** After all suites with Docker, so that each finds what the one before has built. */
// oxlint-disable-next-line import/no-default-export -- jest takes a teardown by its default export
export default async function removeTestImage() {
  const image = new Docker().getImage('codex-webapp/provider-test');
  await image.remove({ force: true }).catch((error) => {
    // Without an engine nothing was built.
    if (error.statusCode !== 404 && error.code === undefined) throw error;
  });
}
