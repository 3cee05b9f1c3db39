//! Bodies of requests: JSON of a known shape, or a problem that says what is wrong.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use serde::de::DeserializeOwned;

use crate::{State, error::Error};

/// A JSON body.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &State) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnsupportedMediaType);
        }
        let bytes = bytes(request, state).await?;
        let read = serde_json::from_slice(&bytes);
        // The message names the place and the shape, and may quote a short value of the sender's own.
        read.map(Self).map_err(|error| Error::UnreadableJson(error.to_string()))
    }
}

/// The whole body, if it is not larger than the route allows.
///
/// # Errors
/// [`Error::TooLarge`], or [`Error::BadRequest`] for a body that broke off.
pub(crate) async fn bytes(request: Request, state: &State) -> Result<Bytes, Error> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        use axum::response::IntoResponse;
        match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            _ => Error::BadRequest("body"),
        }
    })
}
