import * as client from "./client/index.js";
import { type Case, carry } from "./typescript/carry.js";
import { apiOf, argumentOf, typeOf } from "./typescript/openapi-generator.js";

const models = client as unknown as Record<string, (value: unknown) => unknown>;

await carry({
  async call(of, baseUrl) {
    const api = new (apiOf(client, of))(new client.Configuration({ basePath: baseUrl }));
    const request = requestOf(of);
    const body = through("FromJSON", /(\w+)ToJSON\b/.exec(String(request))?.[1], of.body);
    const raw = api[`${of.operation}Raw`]!;
    let answer: unknown;
    try {
      const came = (await raw.call(api, argumentOf(request, of, body))) as client.ApiResponse<unknown>;
      // The service answers a request with nothing.
      answer = of.side === "answer" ? await came.value() : undefined;
    } catch (error) {
      if (!(error instanceof client.ResponseError)) {
        throw error;
      }
      return error.response.json();
    }
    if (answer instanceof Blob) {
      return answer.text();
    }
    return through("ToJSON", /(\w+)FromJSON\b/.exec(String(raw))?.[1], answer);
  },
  imports: `import type * as client from "./client/index.js";`,
  type: (of) => typeOf(client, requestOf(of), of, ""),
});

function requestOf(of: Case): Function {
  return apiOf(client, of).prototype[`${of.operation}RequestOpts`];
}

/** The value as the model that the client makes of JSON, or writes as JSON. */
function through(direction: "FromJSON" | "ToJSON", model: string | undefined, value: unknown): unknown {
  return model ? models[model + direction]!(value) : value;
}
