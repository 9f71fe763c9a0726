import { createHttp, createSender, type Http } from "@lateen/kernel";
import type { createFakeClock } from "@lateen/kernel/testing";

type FakeClock = ReturnType<typeof createFakeClock>;

const sender = createSender(() => import("undici"));

/**
 * Real requests under a virtual clock: its time does not move during each, and the body is read whole before it continues.
 *
 * @param onSend - Called once a request holds the clock.
 */
export function httpUnder(clock: FakeClock, onSend: () => void = () => undefined): Http {
  return createHttp({
    send: (url, init) =>
      clock.during(async () => {
        onSend();
        const response = await sender(url, init);
        const parts: Uint8Array[] = [];
        const reader = response.body?.getReader();
        for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read())
          parts.push(part.value);
        return { status: response.status, headers: response.headers, body: ReadableStream.from(parts) };
      }),
  });
}
