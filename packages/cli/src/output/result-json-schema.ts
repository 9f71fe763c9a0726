import { z } from "zod";
import { resultSchema } from "./result-schema.ts";

/** JSON Schema of the result document, in draft 7. It forbids no field: more may be added in any version. */
export function resultJsonSchema(): object {
  return { ...z.toJSONSchema(resultSchema, { io: "input", target: "draft-7" }), title: "lateen result document" };
}
