import { carry, parameters } from "./typescript/carry.js";
import { createClient, createConfig } from "./client/client/index.js";
import * as sdk from "./client/sdk.gen.js";

type Call = (options: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

await carry({
  async call(of, baseUrl) {
    const call = (sdk as unknown as Record<string, Call>)[of.operation];
    const { data, error, response } = await call!({
      client: createClient(createConfig({ baseUrl })),
      path: parameters(of, "path"),
      query: parameters(of, "query"),
      body: of.body,
    });
    return !response.ok ? error : data instanceof Blob ? data.text() : data;
  },
  imports: `import type * as types from "./client/types.gen.js";`,
  type({ operation, side, status }) {
    const name = operation.charAt(0).toUpperCase() + operation.slice(1);
    return side === "request"
      ? `types.${name}Data["body"]`
      : `types.${name}${status < 300 ? "Responses" : "Errors"}[${status}]`;
  },
});
