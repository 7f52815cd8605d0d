import { isAxiosError } from "axios";
import * as client from "./client/index.js";
import { type Case, carry } from "./typescript/carry.js";
import { apiOf, argumentOf, typeOf } from "./typescript/openapi-generator.js";

await carry({
  async call(of, baseUrl) {
    const api = new (apiOf(client, of))(new client.Configuration({ basePath: baseUrl }));
    const answer = await api[of.operation]!(argumentOf(methodOf(of), of, of.body)).catch((error: unknown) =>
      isAxiosError(error) && error.response ? error.response : Promise.reject(error),
    );
    return (answer as { data: unknown }).data;
  },
  imports: `import type * as client from "./client/index.js";`,
  type: (of) => typeOf(client, methodOf(of), of, `["data"]`),
});

function methodOf(of: Case): Function {
  return apiOf(client, of).prototype[of.operation];
}
