import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import { carry, parameters } from "./typescript/carry.js";
import type { paths } from "./client/schema.js";

type Document = { paths: Record<string, Record<string, { operationId?: string }>> };

// A call names its path and method; what they are called is in the document alone.
const document = JSON.parse(readFileSync("client/openapi.json", "utf8")) as Document;
const places = new Map<string | undefined, [method: string, path: string]>();
for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, { operationId }] of Object.entries(operations)) {
    places.set(operationId, [method, path]);
  }
}

await carry({
  async call(of, baseUrl) {
    const [method, path] = places.get(of.operation) ?? [];
    // What stands in a case is known at run time alone.
    const { data, error, response } = await createClient<any>({ baseUrl }).request(method as "get", path as string, {
      params: {
        path: parameters(of, "path"),
        query: parameters(of, "query"),
        header: parameters(of, "header"),
      },
      body: of.body,
      parseAs: of.media === "application/octet-stream" ? "text" : "json",
    });
    return response.ok ? data : error;
  },
  imports: `import type { operations } from "./client/schema.js";`,
  type: ({ operation, side, status }) =>
    side === "request"
      ? `NonNullable<operations["${operation}"]["requestBody"]>["content"]["application/json"]`
      : `operations["${operation}"]["responses"][${status}]["content"]["application/json"]`,
});
