import type { Settings, Wiring } from "@lateen/cli/pipeline";
import { asReleaseError, type Clock, createDeadlines, parseRetryAfter } from "@lateen/kernel";
import { Agent, request } from "undici";
import { hooksOf, type ServiceFleet, wireFleet } from "../run/fleets.ts";
import { workThrough } from "../run/work-through.ts";
import type { Database } from "../store/database.ts";
import { claimMessage, delayMessage, endMessage, type Message } from "../store/outbox.ts";
import { readRollout } from "../store/read.ts";
import { decideDelivery, type DeliveryAnswer } from "./decide-delivery.ts";
import { messageBody } from "./message-body.ts";
import { signatureHeaders } from "./sign.ts";
import { lookupFor, vetAddress } from "./vet-address.ts";

export interface DeliveryPorts {
  readonly database: Database;
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Webhook = NonNullable<Settings["config"]["service"]>["webhooks"][number];

/** Milliseconds between two looks for messages. */
const lookMs = 500;

/** Milliseconds for one try, and the time after which another service may try: longer, so that two never do at once. */
const tryMs = 10_000;
const leaseMs = 15_000;

/** Messages that are delivered at the same time, of one webhook one: a receiver that does not answer delays only its own. */
const most = 20;

/** Delivers messages until the signal, each at least once. It never throws. */
export async function runDeliveries(ports: DeliveryPorts): Promise<void> {
  const { database, fleets, clock, signal } = ports;
  const names = Object.entries(fleets)
    .filter(([, { settings }]) => hooksOf(settings).length > 0)
    .map(([name]) => name);
  if (names.length === 0) return;
  await workThrough<Message>({
    async claim(underWay) {
      const message = await claimMessage(database, names, leaseMs, underWay);
      return message === undefined ? [] : [message];
    },
    carryOut: (message) => deliver(message, ports),
    most,
    lookMs,
    clock,
    signal,
  });
}

async function deliver(message: Message, ports: DeliveryPorts): Promise<void> {
  const { database, fleets } = ports;
  const fleet = fleets[message.fleet];
  const hook = fleet?.settings.config.service?.webhooks.find(({ name }) => name === message.hook);
  if (fleet === undefined || hook === undefined)
    return endMessage(database, message.id, "the webhook is no longer configured");
  const answer = await send(message, hook, fleet, ports).catch((thrown: unknown): DeliveryAnswer => ({
    status: undefined,
    retryAfterMs: undefined,
    // The address may be a secret, and errors of sockets and parsers repeat it.
    error: asReleaseError(thrown).code,
  }));
  const decision = decideDelivery(answer, message.tries);
  if (decision.kind === "again") return delayMessage(database, message.id, decision.delayMs, decision.error);
  return endMessage(database, message.id, decision.kind === "done" ? undefined : decision.error);
}

async function send(
  message: Message,
  hook: Webhook,
  fleet: ServiceFleet,
  { database, env, clock, signal }: DeliveryPorts,
): Promise<DeliveryAnswer> {
  const wiring: Wiring = wireFleet(fleet, { journal: undefined, env, report: () => undefined });
  const url = vetAddress(typeof hook.url === "string" ? hook.url : wiring.secretOf(hook.url).reveal());
  const body = JSON.stringify(messageBody(await readRollout(database, message.rollout)));
  const signed =
    hook.secret === undefined
      ? {}
      : signatureHeaders(
          `msg_${message.rollout}_${message.id}`,
          clock.now(),
          body,
          wiring.secretOf(hook.secret).reveal(),
        );
  const deadlines = createDeadlines(clock, signal);
  deadlines.start(tryMs);
  const agent = new Agent({ connect: { lookup: lookupFor(url) }, maxResponseSize: 65_536 });
  try {
    const response = await request(url, {
      dispatcher: agent,
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "lateen", ...signed },
      body,
      signal: deadlines.signal,
    });
    await response.body.dump();
    const header = response.headers["retry-after"];
    const retryAfterMs = parseRetryAfter(typeof header === "string" ? header : undefined, clock.now());
    return { status: response.statusCode, retryAfterMs };
  } finally {
    deadlines.stop();
    await agent.destroy();
  }
}
