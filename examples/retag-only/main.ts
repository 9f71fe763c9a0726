import { moveTags } from "./move-tags.ts";

const [source = "", ...targets] = process.argv.slice(2);
console.log(await moveTags(source, targets, process.env));
