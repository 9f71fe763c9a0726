import { config } from "zod";

/**
 * Has zod interpret schemas and not compile them, from the first one that is built after the call on.
 *
 * A command reads most things once, which is not worth the compiling: 3 ms of `lateen gate` (measured November 2026).
 */
export function interpretSchemas(): void {
  config({ jitless: true });
}
