import {
  type ImageRef,
  isReleaseError,
  isTag,
  parseDuration,
  parseImageRef,
  parseSlug,
  type Slug,
} from "@lateen/kernel";
import { z } from "zod";

/** Source of a secret: an environment variable or a file; never the secret itself. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** A number of tenants, or a share of the fleet such as `25%`. */
export type Share = number | `${number}%`;

/** Builds a schema when it is first used: a command needs few of them, and all together take 7 ms (measured November 2026). */
export function lazily<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}

/** Text that a parser of the kernel turns into a value that cannot be wrong; its complaint becomes the problem's text. */
function parsed<T>(parse: (text: string) => T, about: string): z.ZodType<T, string> {
  return z.string({ error: about }).transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      const { message: what } = error as Error;
      const message = isReleaseError(error) && error.fix !== undefined ? `${what}: ${error.fix}` : what;
      context.issues.push({ code: "custom", message, input: text });
      return z.NEVER;
    }
  });
}

/** One line of text that is not blank. */
export const words: () => z.ZodType<string, string> = lazily(() =>
  z
    .string({ error: (issue) => (issue.input === undefined ? "is missing" : "must be text; put it in quotes") })
    .refine((text) => text.trim() !== "", { error: "must not be empty" })
    // eslint-disable-next-line no-control-regex
    .refine((text) => !/[\u0000-\u001f]/.test(text), { error: "must be one line without control characters" }),
);

/** `90s`, `5m`, `1h30m`. */
export const duration: () => z.ZodType<number, string> = lazily(() =>
  parsed(parseDuration, "must be a duration with a unit, such as 90s, 5m or 1h30m"),
);

export const flag: () => z.ZodType<boolean, boolean> = lazily(() => z.boolean({ error: "must be true or false" }));

export const slug: () => z.ZodType<Slug, string> = lazily(() => parsed(parseSlug, "must be the name of a tenant"));

/** A whole number from `least`, to `most` if that is given. */
export function count(least: number, most?: number): z.ZodType<number, number> {
  const about = `must be a whole number${most === undefined ? `, ${least} or more` : ` from ${least} to ${most}`}`;
  const from = z.int({ error: about }).min(least, { error: about });
  return most === undefined ? from : from.max(most, { error: about });
}

/** The pattern of a template does not include the bounds of its number. */
function isPercent(text: string): boolean {
  const percent = Number.parseFloat(text);
  return percent >= 0 && percent <= 100;
}

/** A count or a percentage. */
export function share(least: number): z.ZodType<Share, Share> {
  const about = `must be a whole number, ${least} or more, or a percentage such as "25%"`;
  const percent = z.templateLiteral([z.number(), "%"]).refine(isPercent, { error: about });
  return z.union([z.int().min(least, { error: about }), percent], { error: about }) as z.ZodType<Share, Share>;
}

/** A repository of images, `host/path`, without tag and digest. */
export const imageRepository: () => z.ZodType<ImageRef, string> = lazily(() =>
  parsed((text) => {
    const ref = parseImageRef(text);
    if (ref.host === undefined) throw new Error(`"${text}" names no registry: write host/repository`);
    if (ref.tag !== undefined || ref.digest !== undefined)
      throw new Error("must be a repository without tag and digest");
    return ref;
  }, "must be an image repository, host/repository"),
);

export const tag: () => z.ZodType<string, string> = lazily(() =>
  words().refine(isTag, {
    error: "is not a tag: 1 to 128 of A-Z a-z 0-9 _ . -",
  }),
);

/** A template of tags with `{sha}`, `{sha7}` or `{sha12}`. */
export const candidate: () => z.ZodType<string, string> = lazily(() =>
  words().refine((text) => /\{sha(?:7|12)?\}/.test(text) && isTag(text.replaceAll(/\{sha(?:7|12)?\}/g, "0")), {
    error: "must make a tag with {sha}, {sha7} or {sha12} in it, such as staging-{sha7} (no dollar sign)",
  }),
);

/** An http or https address without user, password, query and fragment; a slash at its end is dropped. */
export const address: () => z.ZodType<string, string> = lazily(() =>
  parsed((text) => {
    if (!URL.canParse(text)) throw new Error("must be an address such as https://git.example.com");
    const url = new URL(text);
    if (url.protocol !== "https:" && url.protocol !== "http:")
      throw new Error("must begin with https:// (or http:// on loopback)");
    if (url.username !== "" || url.password !== "")
      throw new Error("must not hold user and password; use token: { env: NAME }");
    if (url.search !== "" || url.hash !== "") throw new Error("must not have a query or a fragment");
    return (url.origin + url.pathname).replace(/\/+$/, "");
  }, "must be an address such as https://git.example.com"),
);

/** Placeholders are not those of a shell, which would leave the dollar sign in the address. */
const withoutDollar = "must be written without the dollar sign: {slug}, not ${slug}";

/** The address of `/buildinfo`, with `{slug}` where the tenant's name goes. */
export const tenantAddress: () => z.ZodType<string, string> = lazily(() =>
  parsed((text) => {
    const sample = text.replaceAll("{slug}", "slug");
    if (text.includes("${")) throw new Error(withoutDollar);
    if (!text.includes("{slug}") || /[{}]/.test(sample))
      throw new Error("must hold {slug}, such as https://{slug}.example.com/buildinfo");
    if (!URL.canParse(sample) || !/^https?:$/.test(new URL(sample).protocol))
      throw new Error("must be an https address with {slug} in it");
    if (new URL(sample).username !== "") throw new Error("must not hold user and password");
    return text;
  }, "must be an address with {slug} in it"),
);

/** The address that a check asks, with or without placeholders. */
export const checkAddress: () => z.ZodType<string, string> = lazily(() =>
  parsed((text) => {
    const sample = text.replaceAll(/\{\w+\}/g, "x");
    if (text.includes("${")) throw new Error(withoutDollar);
    if (!URL.canParse(sample) || !/^https?:$/.test(new URL(sample).protocol))
      throw new Error("must be an https address, such as https://{slug}.example.com/healthz");
    if (new URL(sample).username !== "")
      throw new Error("must not hold user and password; use headers: { NAME: { env: NAME } }");
    return text;
  }, "must be an address such as https://{slug}.example.com/healthz"),
);

/** What to write instead of a secret. */
export const secretAdvice = "a secret is never written down here: use { env: NAME } or { file: PATH }";

/** Tokens that would pass for names: GitHub, npm, AWS access keys, and 40 hex digits as Gitea makes them. */
const tokenLike = /^(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|npm_\w{30,}|(?:AKIA|ASIA)[0-9A-Z]{16}|[0-9a-f]{40})$/;

/** The name of an environment variable; a token in its place is refused, and not repeated. */
export const variable: () => z.ZodType<string, string> = lazily(() =>
  z
    .string({ error: "must be the name of a variable" })
    .regex(/^[A-Za-z_]\w*$/, "must be the name of a variable")
    .refine((text) => !tokenLike.test(text), { error: `must be the name of a variable, not a token: ${secretAdvice}` }),
);

/** `{ env: NAME }` or `{ file: PATH }`. */
export const secretSource: () => z.ZodType<SecretSource, SecretSource> = lazily(
  () =>
    z
      .strictObject(
        {
          env: variable().optional(),
          file: words().optional(),
        },
        { error: (issue) => (issue.code === "unrecognized_keys" ? undefined : secretAdvice) },
      )
      .refine((source) => (source.env === undefined) !== (source.file === undefined), {
        error: secretAdvice,
      }) as unknown as z.ZodType<SecretSource, SecretSource>,
);

/** At least one of `item`. */
export function someOf<T, I>(item: z.ZodType<T, I>, what: string): z.ZodType<T[], I[]> {
  return z.array(item, { error: `must be a list of ${what}` }).min(1, { error: `must name at least one of ${what}` });
}

export function listOf<T, I>(item: z.ZodType<T, I>, what: string): z.ZodType<T[], I[]> {
  return z.array(item, { error: `must be a list of ${what}` });
}
