//! Exports: a job that writes a report, and the report's file.

use avepoint_core::{
    ApiClient, ByteStream, CallOptions, Code, Error, ExportApi, ExportOptions, OpenEnum, Response, Session,
};

use crate::generated::client::{Client, builder};
use crate::generated::operations;
use crate::types::{ExportJobId, GoogleDriveId};

/// The handle of an export job of Insights.
pub type ExportJob = avepoint_core::ExportJob<Client>;

/// One of the jobs into which an export was split.
pub type ExportPart<I> = avepoint_core::ExportPart<Client, Vec<I>>;

impl Client {
    /// The handle of an export job that was started before, in another process perhaps.
    ///
    /// ```no_run
    /// # async fn run(client: &avepoint_insights::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = client.export_job("169".parse()?);
    /// job.download_to("permissions.zip").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn export_job(&self, id: ExportJobId) -> ExportJob {
        ExportJob::from_id(self.clone(), id)
    }
}

impl ExportApi for Client {
    type Id = ExportJobId;

    fn session(&self) -> &Session {
        self.session()
    }

    async fn status(&self, id: &ExportJobId, options: CallOptions) -> Result<Option<Code>, Error> {
        let client = self.with_options(options);
        let answer = client.get_export_job_status().job_id(id).send().await?.into_inner();
        Ok(answer.job_status.map(|status| status.code()))
    }

    async fn file(&self, id: &ExportJobId, options: CallOptions) -> Result<Response<ByteStream>, Error> {
        self.with_options(options)
            .download_export_job_file()
            .job_id(id)
            .send()
            .await
    }
}

macro_rules! exports {
    ($($builder:ident: $operation:ident),* $(,)?) => { $(
        impl builder::$builder {
            /// Starts the export, as soon as fewer than five jobs of this client run. See [`ExportJob`] for what
            /// follows.
            ///
            /// # Errors
            /// That of the call; one of kind `Export` where the server started no job, and of kind `Timeout` where five
            /// others have run for too long. A start whose response was lost is not repeated: the job may run, and so it may
            /// where the future is dropped before it is done; nobody has its id then.
            pub async fn start(self) -> Result<ExportJob, Error> {
                self.start_with(ExportOptions::default()).await
            }

            /// As [`start`](Self::start), with options.
            ///
            /// # Errors
            /// As [`start`](Self::start).
            pub async fn start_with(self, options: ExportOptions) -> Result<ExportJob, Error> {
                let session = self.call.session();
                let client = Client::from_session(session.clone());
                ExportJob::start(client, &operations::$operation, options, |options| async {
                    let call = self.call.clone().in_session(&session.with_options(options));
                    let answer = builder::$builder { call }.send().await?;
                    Ok(answer.into_inner().job_id)
                })
                .await
            }
        }
    )* };
}

exports! {
    ExportSitePermissions: EXPORT_SITE_PERMISSIONS,
    ExportObjectActivities: EXPORT_OBJECT_ACTIVITIES,
    ExportGoogleObjectActivities: EXPORT_GOOGLE_OBJECT_ACTIVITIES,
    ExportUserPermissions: EXPORT_USER_PERMISSIONS,
    ExportGoogleUserPermissions: EXPORT_GOOGLE_USER_PERMISSIONS,
    ExportUserActivities: EXPORT_USER_ACTIVITIES,
    ExportGoogleUserActivities: EXPORT_GOOGLE_USER_ACTIVITIES,
    ExportGroupPermissions: EXPORT_GROUP_PERMISSIONS,
    ExportGoogleGroupPermissions: EXPORT_GOOGLE_GROUP_PERMISSIONS,
    ExportSharingLinks: EXPORT_SHARING_LINKS,
    ExportGoogleSharingLinks: EXPORT_GOOGLE_SHARING_LINKS,
    ExportGoogleDrivePermissions: EXPORT_GOOGLE_DRIVE_PERMISSIONS,
}

/// Those that take a list which may be too long for one job.
macro_rules! split_exports {
    ($($builder:ident: $list:ident ($name:literal) of $item:ty),* $(,)?) => { $(
        impl builder::$builder {
            #[doc = concat!("Starts as many exports as `", stringify!($list), "` takes, 100 entries each,")]
            /// and waits for all of them. A dry run of the whole list is refused; those of the parts are the requests. If the
            /// future is dropped, the jobs that were started go on.
            ///
            /// # Errors
            /// One for a list that cannot be read. What goes wrong with one part is that part's result.
            pub async fn export_all(self, options: ExportOptions) -> Result<Vec<ExportPart<$item>>, Error> {
                let list: Vec<$item> = self.call.entries($name)?;
                let parts = avepoint_core::parts(&list);
                Ok(avepoint_core::export_all(parts, |part| self.clone().$list(part).start_with(options.clone())).await)
            }
        }
    )* };
}

split_exports! {
    ExportSitePermissions: site_urls ("siteUrls") of String,
    ExportUserPermissions: site_urls ("siteUrls") of String,
    ExportGroupPermissions: site_urls ("siteUrls") of String,
    ExportGoogleDrivePermissions: drive_ids ("driveIds") of GoogleDriveId,
}
