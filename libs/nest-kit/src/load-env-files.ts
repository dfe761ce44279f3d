/**
 * Reads `.env` files, those that exist, into the environment. What is set already stays: the shell's word counts, then
 * that of the first file.
 */
export function loadEnvFiles(files: readonly URL[]): void {
  for (const file of files) {
    try {
      process.loadEnvFile(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
