//! What can go wrong, and what a client is told about it: a status, a code, never a cause.

use std::fmt;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Refusal;
use serde::Serialize;

/// A no of the server. Travels as `application/problem+json`; the app turns its code into words.
#[derive(Clone, Debug)]
pub enum Error {
    /// The request contradicts itself; says how, for the programmer at the other end.
    BadRequest(&'static str),
    /// The body is not the JSON that is expected here.
    UnreadableJson(String),
    /// Nobody is signed in, or no longer.
    SessionExpired,
    /// The session was ended from outside, or the person has left.
    SessionRevoked,
    WrongPassword,
    /// A one-time code that opens nothing: `code_unknown`, `code_used`, `code_revoked` or `code_expired`.
    BadCode(&'static str),
    TooManyAttempts {
        retry_seconds: u64,
    },
    Forbidden,
    /// An envelope that names somebody else as who did it.
    ForgedActor,
    /// A replica of somebody else.
    ForeignReplica,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    UnsupportedMediaType,
    Conflict(&'static str),
    /// What was sent is not what it is called. It was thrown away; send it again.
    DigestDiffers,
    /// The rules say no, outside of a verdict.
    Refused(Refusal),
    /// The request took longer than anybody waits.
    TookTooLong,
    /// The disk is full, the database is busy, the server is stopping. Trying again may help.
    Unavailable(String),
    /// Our bug, or a world we did not expect.
    Internal(String),
}

/// The body of an error answer (RFC 9457).
#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

impl Error {
    /// A failure that is nobody's fault but ours; the cause is logged and not sent.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The status and the machine-readable code.
    pub fn code(&self) -> (StatusCode, String) {
        let (status, code) = match self {
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            Self::UnreadableJson(_) => (StatusCode::BAD_REQUEST, "unreadable_json"),
            Self::SessionExpired => (StatusCode::UNAUTHORIZED, "session_expired"),
            Self::SessionRevoked => (StatusCode::UNAUTHORIZED, "session_revoked"),
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong_password"),
            Self::BadCode(code) => (StatusCode::FORBIDDEN, *code),
            Self::TooManyAttempts { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::ForgedActor => (StatusCode::FORBIDDEN, "forged_actor"),
            Self::ForeignReplica => (StatusCode::FORBIDDEN, "foreign_replica"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::DigestDiffers => (StatusCode::UNPROCESSABLE_ENTITY, "digest_differs"),
            Self::Refused(refusal) => return (refused(*refusal), name(*refusal)),
            Self::TookTooLong => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        (status, code.to_owned())
    }

    fn title(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "The request cannot be understood.",
            Self::UnreadableJson(_) => "The body is not the JSON that is expected here.",
            Self::SessionExpired => "Please sign in again.",
            Self::SessionRevoked => "This session was ended.",
            Self::WrongPassword => "Login or password is wrong.",
            Self::BadCode(_) => "This code does not open anything.",
            Self::TooManyAttempts { .. } => "Too many attempts; wait a little.",
            Self::Forbidden => "This is not for this person or from this page.",
            Self::ForgedActor => "An entry names somebody else as its author.",
            Self::ForeignReplica => "This replica belongs to somebody else.",
            Self::NotFound => "There is nothing here.",
            Self::MethodNotAllowed => "This address does not understand the method.",
            Self::TooLarge => "The body is too large.",
            Self::UnsupportedMediaType => "The body has the wrong content type.",
            Self::Conflict(_) => "It already exists.",
            Self::DigestDiffers => "What arrived does not hash to its name.",
            Self::Refused(_) => "The rules do not allow it.",
            Self::TookTooLong | Self::Unavailable(_) => "The server cannot answer just now.",
            Self::Internal(_) => "The server made a mistake.",
        }
    }

    fn detail(&self) -> Option<&str> {
        match self {
            Self::BadRequest(detail) | Self::Conflict(detail) => Some(detail),
            Self::UnreadableJson(detail) => Some(detail),
            _ => None,
        }
    }
}

fn refused(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NotYourRole | Refusal::NotYours | Refusal::NotActive => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::AlreadyExists => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A refusal as it travels: its snake_case name.
fn name(refusal: Refusal) -> String {
    match serde_json::to_value(refusal) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "refused".into(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => {
                write!(f, "{} ({cause})", self.title())
            }
            Self::Refused(refusal) => write!(f, "{} ({})", self.title(), name(*refusal)),
            _ => match self.detail() {
                Some(detail) => write!(f, "{} ({detail})", self.title()),
                None => f.write_str(self.title()),
            },
        }
    }
}

impl std::error::Error for Error {}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) | Self::Unavailable(cause) = &self {
            tracing::error!(%cause, "a request failed");
        }
        let (status, code) = self.code();
        let problem = Problem {
            r#type: format!("/problems/{code}"),
            title: self.title(),
            status: status.as_u16(),
            code,
            detail: self.detail(),
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Self::TooManyAttempts { retry_seconds } = self {
            headers.insert(header::RETRY_AFTER, retry_seconds.into());
        }
        if matches!(self, Self::Unavailable(_) | Self::TookTooLong) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
