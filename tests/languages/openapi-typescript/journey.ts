import createClient from "openapi-fetch";
import type { paths } from "./client/schema.js";
import { type Connect, journey } from "./typescript/journey.js";

export const connect = ((baseUrl, token) => {
  const client = createClient<paths>({ baseUrl });
  client.use({
    async onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${await token()}`);
    },
  });
  const users = "/partner/external/v3/um/customers/{customerId}/tenants/{tenantId}/users";
  return {
    listCustomers: (query) =>
      client.POST("/partner/external/v3/general/customers/batch", { params: { query }, body: {} }),
    listBackupJobs: (id) => client.GET("/partner/customers/{id}/jobs", { params: { path: { id } } }),
    listUsers: (path, query) => client.POST(`${users}/batch`, { params: { path, query }, body: {} }),
    updateUserGeneral: (path, body) => client.PUT(`${users}/{userId}/general-information`, { params: { path }, body }),
    getUser: (path) => client.GET(`${users}/{userId}`, { params: { path } }),
    listSiteOverviews: (body) => client.POST("/insights/sites/overview", { body }),
    exportSitePermissions: (query) => client.GET("/insights/sites/permission/export", { params: { query } }),
    getExportJobStatus: (jobId) => client.GET("/insights/job/{jobId}/exportstatus", { params: { path: { jobId } } }),
    downloadExportJobFile: (jobId) =>
      client.GET("/insights/job/{jobId}/exportfile", { params: { path: { jobId } }, parseAs: "arrayBuffer" }),
  };
}) satisfies Connect;

await journey(connect);
