//! Bodies of requests: JSON of a known shape, packed or not, or a problem that says what is wrong.

use std::io::Read;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;

use crate::{State, error::Error};

/// A JSON body.
pub(crate) struct Body<T>(pub T);

/// How large a packed body may become, in bytes: the largest plain body of any route. A few kilobytes of gzip
/// could otherwise ask for a gigabyte of memory.
const UNPACKED_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// No honest JSON shrinks to less than a hundredth.
const RATIO_MAX: u64 = 100;

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &State) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnsupportedMediaType);
        }
        let packed = is_packed(request.headers())?;
        let mut bytes = bytes(request, state).await?;
        if packed {
            bytes = unpack(&bytes)?.into();
        }
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

/// Whether the body is gzip. Other codings are not known here.
fn is_packed(headers: &HeaderMap) -> Result<bool, Error> {
    let coding = headers.get(header::CONTENT_ENCODING).map(|coding| coding.to_str());
    match coding {
        None => Ok(false),
        Some(Ok(coding)) if coding.eq_ignore_ascii_case("identity") => Ok(false),
        Some(Ok(coding)) if coding.eq_ignore_ascii_case("gzip") => Ok(true),
        Some(_) => Err(Error::UnsupportedMediaType),
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, Error> {
    let length = u64::try_from(packed.len()).unwrap_or(u64::MAX);
    let most = length.saturating_mul(RATIO_MAX).min(UNPACKED_BYTES_MAX);
    let mut plain = Vec::new();
    let read = GzDecoder::new(packed).take(most + 1).read_to_end(&mut plain);
    match read {
        Ok(read) if u64::try_from(read).is_ok_and(|read| read <= most) => Ok(plain),
        Ok(_) => Err(Error::TooLarge),
        Err(_) => Err(Error::BadRequest("gzip")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn pack(plain: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(plain).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn a_packed_body_is_read_and_a_bomb_is_not() {
        let plain: Vec<u8> = (0..20_000u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(unpack(&pack(&plain)).unwrap(), plain);
        assert!(matches!(unpack(&pack(&vec![b' '; 40_000_000])), Err(Error::TooLarge)));
    }

    #[test]
    fn a_body_that_broke_off_is_refused() {
        let packed = pack(b"{\"proto\":1}");
        assert!(matches!(unpack(&packed[..packed.len() - 3]), Err(Error::BadRequest("gzip"))));
        assert!(matches!(unpack(b"{}"), Err(Error::BadRequest("gzip"))));
        assert!(unpack(b"").is_err());
    }

    #[test]
    fn only_gzip_is_known() {
        let headers = |coding: &str| {
            HeaderMap::from_iter([(header::CONTENT_ENCODING, coding.parse().unwrap())])
        };
        assert!(is_packed(&headers("GZIP")).unwrap());
        assert!(!is_packed(&headers("identity")).unwrap());
        assert!(!is_packed(&HeaderMap::new()).unwrap());
        assert!(is_packed(&headers("br")).is_err());
        assert!(is_packed(&headers("gzip, gzip")).is_err());
    }
}
