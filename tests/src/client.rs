//! Clients of the APIs, as one value for tests that run over all of them.

use avepoint_core::{ApiClient, CallOptions, ClientBuilder, Error, Operation, RetryPolicy, StaticToken};
use serde_json::Value;

/// Makes a client of any of the APIs.
pub trait MakeClient {
    /// # Errors
    /// If there is no client with these settings.
    fn make<C: ApiClient>(&self) -> Result<C, Error>;
}

/// Makes what knows every API, of the list that `cargo xtask generate` writes.
macro_rules! clients {
    ($($name:literal $variant:ident $client:ident;)+) => {
        /// A client of one of the APIs, called by operation name.
        pub enum AnyClient {
            $($variant($client::Client),)+
        }

        /// Every API that has a client.
        pub const APIS: &[&str] = &[$($name),+];

        impl AnyClient {
            /// A client of the API, as somebody makes it.
            ///
            /// # Errors
            /// As the maker's.
            ///
            /// # Panics
            /// For an API that has no client.
            pub fn made(api: &str, maker: &impl MakeClient) -> Result<Self, Error> {
                match api {
                    $($name => maker.make::<$client::Client>().map(Self::$variant),)+
                    other => panic!("there is no client of {other}"),
                }
            }

            /// The same client with other options.
            #[must_use]
            pub fn with_options(&self, options: CallOptions) -> Self {
                match self {
                    $(Self::$variant(client) => Self::$variant(client.with_options(options)),)+
                }
            }

            /// The options of its calls.
            pub fn options(&self) -> &CallOptions {
                match self {
                    $(Self::$variant(client) => client.session().options(),)+
                }
            }

            /// Runs an operation by its name, and gives the answer as it came.
            ///
            /// # Errors
            /// As the client's own `dynamic::call`.
            pub async fn call_by_name(&self, operation: &str, parameters: Value) -> Result<Value, Error> {
                match self {
                    $(Self::$variant(client) => $client::dynamic::call(client, operation, parameters).await,)+
                }
            }

            /// Runs an operation by its name, and gives what the type of its answer has read, written anew.
            ///
            /// # Errors
            /// As [`call_by_name`](Self::call_by_name).
            pub async fn call(&self, operation: &str, parameters: Value) -> Result<Value, Error> {
                let typed = self.with_options(typed(self.options()));
                typed.call_by_name(operation, parameters).await
            }
        }

        /// The operations of an API.
        ///
        /// # Panics
        /// For an API that has no client.
        pub fn operations(api: &str) -> &'static [&'static Operation] {
            match api {
                $($name => $client::operations::ALL,)+
                other => panic!("there is no client of {other}"),
            }
        }

        /// The members of an API that hold secrets.
        ///
        /// # Panics
        /// For an API that has no client.
        pub fn secrets(api: &str) -> &'static [&'static str] {
            match api {
                $($name => <$client::Client as ApiClient>::SECRETS,)+
                other => panic!("there is no client of {other}"),
            }
        }
    };
}

include!("apis.rs");

impl AnyClient {
    /// A client of the API at this address. It sends every call once.
    ///
    /// # Panics
    /// For an API that has no client.
    pub fn new(api: &str, base_url: &str) -> Self {
        Self::made(api, &At(base_url)).expect("a client")
    }
}

/// The options with which a call by name gives what the type of its answer has read, written anew.
#[must_use]
pub fn typed(options: &CallOptions) -> CallOptions {
    options.clone().verbatim_codes(true).typed_by_name()
}

/// At an address.
struct At<'a>(&'a str);

impl MakeClient for At<'_> {
    fn make<C: ApiClient>(&self) -> Result<C, Error> {
        Ok(client_of(ClientBuilder::default(), self.0))
    }
}

/// A client of one of the APIs at this address, with its types. It sends every call once.
///
/// # Panics
/// For an address that no token may be sent to.
pub fn client_of<C: ApiClient>(builder: ClientBuilder<C>, base_url: &str) -> C {
    builder
        .base_url(base_url)
        .credential(StaticToken::new("a-token"))
        .options(CallOptions::default().retry(RetryPolicy::none()))
        .build()
        .expect("a client")
}
