import type { Hono } from "hono";

/** Serves the page; it holds nothing that is not in the package, and talks to this service alone. */
export function addPage(app: Hono): void {
  app.get("/", (context) => context.text("lateen service"));
}
