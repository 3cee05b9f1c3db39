//! Importing over HTTP: who may, and which form.

use axum::{
    Json,
    extract::{Path, Query, Request, State as Shared},
    http::header,
    response::{IntoResponse, Response},
};
use domain::user::Role;
use serde::Deserialize;

use crate::{
    State,
    body::bytes,
    error::Error,
    import::{self, Kind},
    session::Actor,
};

/// What the address says about the file.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// `1` for a trial that changes nothing.
    #[serde(default)]
    dry: String,
}

/// `POST /api/v1/import/{kind}`
pub(crate) async fn import(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, Error> {
    let kind: Option<Kind> = match kind.as_str() {
        "auto" => None,
        word => Some(word.parse().map_err(|_| Error::NotFound)?),
    };
    let office = actor.user.is_any(&[Role::Coordinator, Role::Supervisor]);
    let parts = kind == Some(Kind::Parts) && actor.user.is_any(&[Role::Keeper]);
    if !office && !parts {
        return Err(Error::Forbidden);
    }
    let bytes = bytes(request, &state).await?;
    let dry = matches!(asked.dry.as_str(), "1" | "true");
    // A file that is no form is a report too: it says why, as it says it of a line.
    let report = import::run(&state.store, actor.user.id, kind, bytes.to_vec(), dry).await?;
    Ok(Json(report).into_response())
}

/// `GET /api/v1/import/template/{kind}`, with `.csv` at the end.
pub(crate) async fn template(_: Actor, Path(kind): Path<String>) -> Result<Response, Error> {
    let word = kind.strip_suffix(".csv").ok_or(Error::NotFound)?;
    let kind: Kind = word.parse().map_err(|_| Error::NotFound)?;
    let disposition = format!("attachment; filename=\"{word}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, import::template(kind)).into_response())
}
