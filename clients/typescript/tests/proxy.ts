/** Between client and service: loses answers, as a network does. */

import { createServer, connect, type AddressInfo } from "node:net";

export interface Proxy extends AsyncDisposable {
  url: string;
  /** How many of the next answers don't arrive. */
  lose: number;
}

export async function proxyTo(serviceUrl: string): Promise<Proxy> {
  const { hostname, port } = new URL(serviceUrl);
  const server = createServer((client) => {
    const service = connect(Number(port), hostname);
    client.pipe(service);
    service.on("data", (answer) => {
      if (proxy.lose > 0) {
        proxy.lose -= 1;
        client.destroy();
      } else client.write(answer);
    });
    for (const end of [client, service]) {
      end.on("error", () => undefined);
      end.on("close", () => (client.destroy(), service.destroy()));
    }
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: 0,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
  return proxy;
}
