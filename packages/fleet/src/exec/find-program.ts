/**
 * Path of a program as execvp(3) would find it, or undefined: one with a slash is relative to `cwd`, any other is looked up in
 * `PATH`. It is not run.
 */
export async function findProgram(
  program: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const [{ access, constants, stat }, { resolve }] = await Promise.all([
    import("node:fs/promises"),
    import("node:path"),
  ]);
  const folders = program.includes("/") ? [cwd] : (env["PATH"] ?? "").split(":").map((folder) => folder || ".");
  for (const folder of folders) {
    const path = resolve(cwd, folder, program);
    const isProgram = await Promise.all([access(path, constants.X_OK), stat(path)]).then(
      ([, about]) => about.isFile(),
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}
