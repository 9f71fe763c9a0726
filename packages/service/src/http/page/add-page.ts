import type { Api } from "../ports.ts";
import { pageHtml } from "./html.ts";
import { pageScript } from "./script.ts";
import { pageStyle } from "./style.ts";

/** Nothing from elsewhere is loaded, no text becomes markup (the script only sets text), and no other site can frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Serves the page; it holds nothing that is not in the package, and talks to this service alone. */
export function addPage(app: Api): void {
  app.get("/", (context) => {
    context.header("content-security-policy", policy);
    context.header("referrer-policy", "no-referrer");
    return context.html(pageHtml);
  });
  app.get("/page.js", (context) => {
    context.header("content-type", "text/javascript; charset=utf-8");
    return context.body(pageScript);
  });
  app.get("/page.css", (context) => {
    context.header("content-type", "text/css; charset=utf-8");
    return context.body(pageStyle);
  });
}
