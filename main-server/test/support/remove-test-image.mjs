import Docker from 'dockerode';

/** After all suites with Docker, so that each finds what the one before has built. What another run uses stays. */
// oxlint-disable-next-line import/no-default-export -- jest takes a teardown by its default export
export default async function removeTestImage() {
  const docker = new Docker();
  const filters = { reference: ['codex-webapp/provider-test'] };
  // Without an engine nothing was built.
  const images = await docker.listImages({ filters }).catch(() => []);
  for (const name of images.flatMap(({ RepoTags }) => RepoTags ?? []))
    await docker
      .getImage(name)
      .remove()
      .catch((error) => {
        if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
      });
}
