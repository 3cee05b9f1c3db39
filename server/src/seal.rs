//! The key by which this server countersigns sheets: made once, kept in the database, in every backup of it.

use domain::copy::{Checked, PublicKey, Sealer, Statement, from_base64, to_base64};
use p256::ecdsa::{
    Signature, SigningKey,
    signature::{Signer, Verifier},
};
use sha2::{Digest, Sha256};

use crate::{error::Error, store::hex};

/// The key pair. P-256, because every browser can check it by itself.
#[derive(Clone)]
pub(crate) struct SealKey {
    signing: SigningKey,
    id: String,
}

/// A new secret, as it is kept.
///
/// # Errors
/// Where the system has no random numbers.
pub(crate) fn new_secret() -> Result<String, Error> {
    loop {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        // Nearly every number is a key.
        if SigningKey::from_slice(&bytes).is_ok() {
            return Ok(to_base64(&bytes));
        }
    }
}

impl SealKey {
    /// The key of a secret.
    ///
    /// # Errors
    /// Where it is none.
    pub(crate) fn of(secret: &str) -> Result<Self, Error> {
        let unreadable = || Error::internal("the key for countersignatures cannot be read");
        let bytes = from_base64(secret).ok_or_else(unreadable)?;
        let signing = SigningKey::from_slice(&bytes).map_err(|_| unreadable())?;
        let id = hex(&Sha256::digest(point(&signing))[..4]);
        Ok(Self { signing, id })
    }

    /// What anybody may have.
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey { id: self.id.clone(), point: to_base64(&point(&self.signing)) }
    }

    /// Whether the countersignature of a statement is ours.
    pub(crate) fn check(&self, statement: &Statement) -> Checked {
        let (Some(seal), Some(text)) = (&statement.seal, statement.sealed_text()) else {
            return Checked::Nothing;
        };
        if seal.key != self.id {
            return Checked::UnknownKey;
        }
        let bytes = from_base64(&seal.signature).unwrap_or_default();
        let right = Signature::from_slice(&bytes).is_ok_and(|signature| {
            self.signing.verifying_key().verify(text.as_bytes(), &signature).is_ok()
        });
        if right { Checked::Right } else { Checked::Wrong }
    }
}

fn point(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

impl Sealer for SealKey {
    fn key(&self) -> &str {
        &self.id
    }

    fn sign(&self, text: &str) -> String {
        let signature: Signature = self.signing.sign(text.as_bytes());
        to_base64(&signature.to_bytes())
    }
}
