import { createService, type Service, type ServiceOptions } from "../src/service.ts";
import { createClient, type TestClient } from "./world.ts";

/** A service without a port, and who speaks to it. */
export type Served = TestClient & { readonly service: Service };

/** Services of a test file; those that a test leaves open are closed by `closeAll`. */
export function openServices(usual: () => ServiceOptions) {
  const open: Service[] = [];
  return {
    async serve(options: Partial<ServiceOptions> = {}): Promise<Served> {
      const service = await createService({ ...usual(), ...options });
      open.push(service);
      return { ...createClient((path, init) => service.fetch(new Request(`http://service${path}`, init))), service };
    },
    async close(service: Service): Promise<void> {
      open.splice(open.indexOf(service), 1);
      await service.close();
    },
    closeAll: () => Promise.all(open.splice(0).map((service) => service.close())),
  };
}
