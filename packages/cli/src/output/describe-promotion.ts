import type { PromotionEvent } from "@lateen/promote";
import type { RegistryEvent } from "@lateen/registry";
import { type Describers, detail, info, short, shortDigest, step, warning } from "./text/line.ts";
import { inSeconds } from "./text/times.ts";

export const describePromotion: Describers<PromotionEvent> = {
  "promotion-planned": (event) => step(`tags: ${event.move} to move, ${event.create} to create, ${event.keep} stay`),
  "content-copied": (event) => info(`copied ${shortDigest(event.digest)} from ${event.source} to ${event.repository}`),
  "rollback-taken-up": (event) => info(event.why),
  "promotion-prepared": (event) => detail(`everything is ready for ${short(event.commit)}`),
  "ledger-appended": (event) => info(`ledger: entry ${event.position} promotes ${short(event.commit)}`),
  "ledger-lost": (event) => warning(`ledger: ${short(event.winner)} was first; planning again`),
  "ledger-moved-on": (event) => warning(`ledger: moved on to ${short(event.commit)}`),
  "tag-written": (event) => step(`${event.repository}:${event.tag} → ${shortDigest(event.digest)}`),
  "tag-settled": (event) => step(`${event.repository}:${event.tag} is ${shortDigest(event.digest)}`),
  "tag-lagging": (event) => detail(`${event.repository}:${event.tag} still shows ${shortDigest(event.seen)}`),
  "tag-foreign": (event) =>
    warning(`${event.repository}:${event.tag} was moved by another writer to ${shortDigest(event.seen)}`),
};

export const describeRegistry: Describers<RegistryEvent> = {
  "tag-moved": (event) =>
    info(`${event.repository}:${event.tag}: ${shortDigest(event.before)} → ${shortDigest(event.after)}`),
  "tag-lagged": (event) => detail(`${event.repository}:${event.tag} still shows ${shortDigest(event.seen)}`),
  "blob-copied": (event) => detail(`${event.repository}: blob ${shortDigest(event.digest)} ${event.how}`),
  "manifest-copied": (event) => detail(`${event.repository}: manifest ${shortDigest(event.digest)} copied`),
  "registry-waited": (event) => info(`${event.host} asks for a pause of ${inSeconds(event.ms)}: ${event.reason}`),
  "registry-warned": (event) => warning(`${event.host}: ${event.text}`),
};
