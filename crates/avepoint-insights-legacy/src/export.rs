//! Exports: a job that writes a report, and the report's file. Those of permissions and those of activities have
//! addresses of their own, and numbers that may be the same.

// Every operation of this API is.
#![allow(deprecated)]

use avepoint_core::{
    ApiClient, ByteStream, CallOptions, Code, Error, ExportApi, ExportOptions, ExportPart, List, OpenEnum, Response,
    Session,
};

use crate::generated::client::{Client, builder};
use crate::generated::operations;
use crate::types::{
    ExportGroupPermissionsRequest, ExportJobId, ExportSitePermissionsRequest, ExportUserPermissionsRequest,
};

/// The handle of an export of permissions or of sharing links.
pub type ExportJob = avepoint_core::ExportJob<PermissionExports>;

/// The handle of an export of activities.
pub type ActivityExportJob = avepoint_core::ExportJob<ActivityExports>;

/// One of the jobs into which an export was split; its input is the body of the request that started it.
pub type PermissionExportPart<R> = ExportPart<PermissionExports, R>;

/// The calls about exports of permissions and of sharing links.
#[derive(Clone, Debug)]
pub struct PermissionExports(Client);

/// The calls about exports of activities.
#[derive(Clone, Debug)]
pub struct ActivityExports(Client);

impl Client {
    /// The handle of an export of permissions or of sharing links that was started before, in another process perhaps.
    ///
    /// ```no_run
    /// # async fn run(client: &avepoint_insights_legacy::Client) -> Result<(), avepoint_insights_legacy::Error> {
    /// client.export_job(169).download_to("permissions.zip").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn export_job(&self, id: impl Into<ExportJobId>) -> ExportJob {
        ExportJob::from_id(PermissionExports(self.clone()), id.into())
    }

    /// The handle of an export of activities that was started before, in another process perhaps.
    pub fn activity_export_job(&self, id: impl Into<ExportJobId>) -> ActivityExportJob {
        ActivityExportJob::from_id(ActivityExports(self.clone()), id.into())
    }
}

macro_rules! apis {
    ($($api:ident: $status:ident, $file:ident;)*) => { $(
        impl ExportApi for $api {
            type Id = ExportJobId;

            fn session(&self) -> &Session {
                self.0.session()
            }

            async fn status(&self, id: &ExportJobId, options: CallOptions) -> Result<Option<Code>, Error> {
                let answer = self.0.with_options(options).$status().id(id.clone()).send().await?.into_inner();
                Ok(answer.status.map(|status| status.code()))
            }

            async fn file(&self, id: &ExportJobId, options: CallOptions) -> Result<Response<ByteStream>, Error> {
                self.0.with_options(options).$file().id(id.clone()).send().await
            }
        }
    )* };
}

apis! {
    PermissionExports: get_export_job, download_export_job_file;
    ActivityExports: get_activity_export_job, download_activity_export_job_file;
}

macro_rules! exports {
    ($($builder:ident: $operation:ident, $api:ident;)*) => { $(
        impl builder::$builder {
            /// Starts the export, as soon as fewer than five jobs of this client run. See
            /// [`ExportJob`](avepoint_core::ExportJob) for what follows.
            ///
            /// # Errors
            /// That of the call; one of kind `Export` where the server started no job, and of kind `Timeout` where five
            /// others have run for too long. A start whose response was lost is not repeated: the job may run, and so it may
            /// where the future is dropped before it is done; nobody has its id then.
            pub async fn start(self) -> Result<avepoint_core::ExportJob<$api>, Error> {
                self.start_with(ExportOptions::default()).await
            }

            /// As [`start`](Self::start), with options.
            ///
            /// # Errors
            /// As [`start`](Self::start).
            pub async fn start_with(self, options: ExportOptions) -> Result<avepoint_core::ExportJob<$api>, Error> {
                let session = self.call.session();
                let api = $api(Client::from_session(session.clone()));
                avepoint_core::ExportJob::start(api, &operations::$operation, options, |options| async {
                    let call = self.call.clone().in_session(&session.with_options(options));
                    let answer = builder::$builder { call }.send().await?;
                    Ok(answer.into_inner().id)
                })
                .await
            }
        }
    )* };
}

exports! {
    ExportSitePermissions: EXPORT_SITE_PERMISSIONS, PermissionExports;
    ExportUserPermissions: EXPORT_USER_PERMISSIONS, PermissionExports;
    ExportGroupPermissions: EXPORT_GROUP_PERMISSIONS, PermissionExports;
    ExportSharingLinks: EXPORT_SHARING_LINKS, PermissionExports;
    ExportActivities: EXPORT_ACTIVITIES, ActivityExports;
}

/// Those that take lists which may be too long for one job: each part of the first with each of the second.
macro_rules! split_exports {
    ($($builder:ident: $request:ident, $($list:ident),+;)*) => { $(
        impl builder::$builder {
            /// Starts as many exports as these lists take:
            #[doc = concat!($("`", stringify!($list), "`, ",)+ "100 entries each,")]
            /// and waits for all of them. Two long lists make a job for each pair of their parts. A dry run of the whole is
            /// refused; those of the parts are the requests. If the future is dropped, the jobs that were started go on.
            ///
            /// # Errors
            /// One for a body that is not complete. What goes wrong with one part is that part's result.
            pub async fn export_all(
                self,
                options: ExportOptions,
            ) -> Result<Vec<PermissionExportPart<$request>>, Error> {
                let mut parts: Vec<$request> = vec![self.call.typed_body()?];
                $( parts = parts.into_iter().flat_map(|part| split(part, |request| &mut request.$list)).collect(); )+
                Ok(avepoint_core::export_all(parts, |part| self.clone().body(part).start_with(options.clone())).await)
            }
        }
    )* };
}

split_exports! {
    ExportSitePermissions: ExportSitePermissionsRequest, site_urls;
    ExportUserPermissions: ExportUserPermissionsRequest, emails, site_urls;
    ExportGroupPermissions: ExportGroupPermissionsRequest, emails, site_urls;
}

/// A request for each part of one of its lists; one that is left out stays so.
fn split<R: Clone, T: Clone>(request: R, list: impl Fn(&mut R) -> &mut List<T>) -> Vec<R> {
    let mut request = request;
    if list(&mut request).is_empty() {
        return vec![request];
    }
    let parts = avepoint_core::parts(list(&mut request));
    let with = |part: Vec<T>| {
        let mut request = request.clone();
        *list(&mut request) = part.into();
        request
    };
    parts.into_iter().map(with).collect()
}
