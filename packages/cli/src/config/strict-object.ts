import { z } from "zod";

type Fields = Readonly<Record<string, () => z.ZodType>>;

/** A mapping that has no other keys than `fields`, of which only those that are there are built. */
export function strictObjectOf<F extends Fields>(
  fields: F,
  isThere: (name: keyof F & string) => boolean,
): z.ZodObject<{ [Name in keyof F]: ReturnType<F[Name]> }, z.core.$strict> {
  const missing = z.undefined().optional();
  const shape = Object.entries(fields).map(([name, build]) => [name, isThere(name) ? build() : missing] as const);
  return z.strictObject(Object.fromEntries(shape)) as never;
}
