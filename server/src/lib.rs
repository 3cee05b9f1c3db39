//! The server: what is shared by everyone. Every route stands in the table below.

pub mod accounts;
pub mod ageing;
mod attention;
pub mod backup;
pub mod blobs;
mod body;
pub mod check;
pub mod clearing;
pub mod clock;
pub mod code;
pub mod config;
pub mod demo;
mod devices;
mod doomed;
mod enrolment;
pub mod error;
mod guard;
mod history;
pub mod import;
mod live;
pub mod lock;
pub mod openapi;
mod seal;
pub mod serve;
pub mod session;
pub mod setup;
mod site;
pub mod store;
mod sync;
mod unsent;
mod upload;
mod verify;

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware,
    routing::{MethodRouter, delete, get, post, put},
};
use domain::wire::REQUEST_BYTES_MAX;
use tokio::sync::watch;

pub use blobs::Blobs;
pub use config::Config;
pub use error::Error;
pub use store::Store;

/// What every handler may use.
#[derive(Clone)]
pub struct State {
    pub store: Store,
    pub config: Arc<Config>,
    pub blobs: Blobs,
    throttle: Arc<session::Throttle>,
    doomed: Arc<doomed::Doomed>,
    pulse: Arc<guard::Pulse>,
    /// Turns true when the server stops; open streams end then.
    closing: Arc<watch::Sender<bool>>,
}

impl State {
    /// The data in this folder, made or migrated where needed.
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub fn open(data: &Path) -> Result<Self, Error> {
        Ok(Self::new(Store::open(data)?, Config::default()))
    }

    /// Empty data that goes away with the last clone. For tests and trials.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn temporary() -> Result<Self, Error> {
        Ok(Self::new(Store::temporary()?, Config::default()))
    }

    /// This data, served like this.
    pub fn new(store: Store, config: Config) -> Self {
        let (closing, _) = watch::channel(false);
        let folder = config.blobs.clone().map(Blobs::at);
        let blobs = folder.unwrap_or_else(|| Blobs::beside(store.place()));
        Self {
            store,
            config: Arc::new(config),
            blobs,
            throttle: Arc::default(),
            doomed: Arc::default(),
            pulse: Arc::default(),
            closing: Arc::new(closing),
        }
    }

    /// Lets open streams end, so that the server can stop.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
}

/// One line of the table of routes.
struct Route {
    method: Method,
    path: &'static str,
    /// The largest body it takes.
    bytes_max: usize,
    handler: MethodRouter<State>,
}

/// A body of a few fields.
const SMALL: usize = 64 * 1024;

/// Every route of the interface. Everything else is the app.
fn table() -> Vec<Route> {
    let route =
        |method: Method, path, bytes_max, handler| Route { method, path, bytes_max, handler };
    let (get_, post_, put_, delete_) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let file = import::BYTES_MAX;
    vec![
        route(get_.clone(), "/healthz", 0, get(guard::health)),
        route(get_.clone(), "/api/openapi.json", 0, get(openapi::show)),
        route(get_.clone(), "/api/v1/hello", 0, get(session::hello)),
        route(post_.clone(), "/api/v1/session", SMALL, post(session::sign_in)),
        route(get_.clone(), "/api/v1/session", 0, get(session::show)),
        route(delete_.clone(), "/api/v1/session", SMALL, delete(session::sign_out)),
        route(post_.clone(), "/api/v1/session/password", SMALL, post(session::change_password)),
        route(post_.clone(), "/api/v1/replicas", SMALL, post(session::register)),
        route(post_.clone(), "/api/v1/sync", REQUEST_BYTES_MAX, post(sync::sync)),
        route(get_.clone(), live::PATH, 0, get(live::live)),
        route(post_.clone(), "/api/v1/import/{kind}", file, post(upload::import)),
        route(get_.clone(), "/api/v1/import/template/{kind}", 0, get(upload::template)),
        route(get_.clone(), "/api/v1/attention", 0, get(attention::list)),
        route(get_.clone(), "/api/v1/devices", 0, get(devices::list)),
        route(get_.clone(), "/api/v1/tickets/{ticket}/journal", 0, get(history::list)),
        route(post_.clone(), "/api/v1/devices/{replica}/revoke", SMALL, post(devices::revoke)),
        route(post_.clone(), "/api/v1/unsent", unsent::BYTES_MAX, post(unsent::carry_in)),
        route(get_.clone(), "/api/v1/blobs/{sha256}", 0, get(blobs::get)),
        route(put_.clone(), "/api/v1/blobs/{sha256}", blobs::PIECE_BYTES_MAX, put(blobs::put)),
        route(get_.clone(), "/api/v1/seal", 0, get(verify::key)),
        route(get_.clone(), "/api/v1/verify", 0, get(verify::verify)),
        route(get_.clone(), verify::PATH, 0, get(verify::page)),
        route(get_, "/api/v1/accounts", 0, get(accounts::list)),
        route(post_.clone(), "/api/v1/accounts", SMALL, post(accounts::create)),
        route(put_, "/api/v1/accounts/{user}/password", SMALL, put(accounts::reset_password)),
        route(post_.clone(), "/api/v1/enrolments", SMALL, post(enrolment::make)),
        route(delete_, "/api/v1/enrolments/{user}", SMALL, delete(enrolment::revoke)),
        route(post_.clone(), "/api/v1/enrol/look", SMALL, post(enrolment::look)),
        route(post_.clone(), "/api/v1/enrol", SMALL, post(enrolment::enrol)),
        route(post_, "/api/v1/setup", SMALL, post(setup::claim)),
    ]
}

/// The method and path of every route.
pub fn routes() -> Vec<(String, &'static str)> {
    table().into_iter().map(|route| (route.method.to_string(), route.path)).collect()
}

/// The whole server as one service.
pub fn app(state: State) -> Router {
    let mut router = Router::new();
    for Route { path, bytes_max, handler, .. } in table() {
        router = router.route(path, handler.layer(DefaultBodyLimit::max(bytes_max)));
    }
    router
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .fallback(site::show)
        .layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .with_state(state)
}
