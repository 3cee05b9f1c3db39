//! Accepting connections: slow or greedy clients are cut off, and a stop lets answers finish.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::{ServiceExt, service_fn};

use crate::{State, ageing, app, clearing, error::Error, session::Peer};

/// How long a client may take to send its headers.
const HEADERS: Duration = Duration::from_secs(10);
/// How large all headers of a request may be together.
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// How long answers in progress may take once the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stop` is done, then lets open answers finish.
///
/// # Errors
/// Never once it listens; a failing connection is only its own.
pub async fn serve(
    state: State,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let router = app(state.clone());
    let ageing = tokio::spawn(ageing::keep(state.store.clone()));
    let clearing = tokio::spawn(clearing::keep(state.store.clone()));
    let blobs = state.blobs.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = blobs.sweep() {
            tracing::warn!(%error, "what is left of old photos could not be looked through");
        }
    });
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, or the client was gone already: breathe, go on.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Small answers must not wait for more.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let peer = Peer(Some(address.ip()));
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            let router = router.clone();
            async move {
                Ok::<_, Infallible>(
                    router.oneshot(request).await.unwrap_or_else(|never| match never {}),
                )
            }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_buf_size(HEADER_BYTES_MAX);
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // Broken lines are daily life.
            let _ = connection.await;
        });
    }
    ageing.abort();
    clearing.abort();
    drop(listener);
    state.close();
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were cut off");
    }
    Ok(())
}
