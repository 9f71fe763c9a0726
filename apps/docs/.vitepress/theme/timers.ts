// The part of `node:timers/promises` that the clock of the kernel imports, for the page that decides in the browser.

/** Resolves after `ms` milliseconds, unless the signal aborts. */
export function setTimeout(ms: number, value: undefined, options?: { readonly signal?: AbortSignal }): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = globalThis.setTimeout(resolve, ms, value);
    options?.signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(options.signal?.reason as Error);
    });
  });
}
