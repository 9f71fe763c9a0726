// Retags many images of one registry at once, as `registry.ts` measures it: HOST COUNT TAG.
import { parseImageRef, systemClock } from "../../packages/kernel/src/index.ts";
import { openRegistries, retag } from "../../packages/registry/src/index.ts";

const [, , host = "", count = "0", tag = ""] = process.argv;
const registries = openRegistries({ env: process.env });
const verdicts = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) => {
    const source = parseImageRef(`${host}/acme/image-${index}:${tag}`);
    return retag({ source, targets: ["latest"] }, { registries, clock: systemClock });
  }),
);
if (verdicts.some((verdict) => verdict.kind !== "go")) throw new Error("not every tag was moved");
