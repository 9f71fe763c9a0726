/** `node:module` and `undici` in a browser, where the pages decide and send nothing. */
export function createRequire(): (name: string) => never {
  return (name) => {
    throw new Error(`${name} is not in a browser`);
  };
}
