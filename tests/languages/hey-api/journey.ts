import { createClient, createConfig } from "./client/client/index.js";
import * as sdk from "./client/sdk.gen.js";
import { type Connect, journey } from "./typescript/journey.js";

export const connect = ((baseUrl, token) => {
  const client = createClient(createConfig({ baseUrl, auth: token }));
  return {
    listCustomers: (query) => sdk.elementsV3ListCustomers({ client, query, body: {} }),
    listBackupJobs: (id) => sdk.elementsLegacyListBackupJobs({ client, path: { id } }),
    listUsers: (path, query) => sdk.elementsV3ListUsers({ client, path, query, body: {} }),
    updateUserGeneral: (path, body) => sdk.elementsV3UpdateUserGeneral({ client, path, body }),
    getUser: (path) => sdk.elementsV3GetUser({ client, path }),
    listSiteOverviews: (body) => sdk.insightsListSiteOverviews({ client, body }),
    exportSitePermissions: (query) => sdk.insightsExportSitePermissions({ client, query }),
    getExportJobStatus: (jobId) => sdk.insightsGetExportJobStatus({ client, path: { jobId } }),
    downloadExportJobFile: async (jobId) => {
      const { data, error, response } = await sdk.insightsDownloadExportJobFile({ client, path: { jobId } });
      return { data: await data?.arrayBuffer(), error, response };
    },
  };
}) satisfies Connect;

await journey(connect);
