//! Forging: instance tokens and JWTs with any content and any signature.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA512,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

/// An instance token with a genuine signature over whatever `payload` holds.
pub(crate) fn instance_token(payload: impl AsRef<[u8]>, secret: &str) -> String {
    let payload = encode(payload);
    format!("{}.{payload}", encode(hmac_sha256(secret.as_bytes(), payload.as_bytes())))
}

/// An RSA key pair with its public key in PEM and DER form.
pub(crate) struct RsaKey {
    pub(crate) pair: KeyPair,
    pub(crate) pem: String,
    pub(crate) der: Vec<u8>,
}

impl RsaKey {
    fn generate() -> Self {
        use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
        use aws_lc_rs::signature::KeyPair as _;
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let der = der.as_ref().to_vec();
        let body = base64::engine::general_purpose::STANDARD.encode(&der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
        Self { pair, pem, der }
    }
}

/// The app's own key, the one the verifier trusts.
pub(crate) fn app_key() -> &'static RsaKey {
    static KEY: OnceLock<RsaKey> = OnceLock::new();
    KEY.get_or_init(RsaKey::generate)
}

/// Another app's key: just as real, but not ours.
pub(crate) fn other_key() -> &'static RsaKey {
    static KEY: OnceLock<RsaKey> = OnceLock::new();
    KEY.get_or_init(RsaKey::generate)
}

/// How a JWT gets its signature, independent of what its header says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signing<'a> {
    Nothing,
    Rs256(&'a KeyPair),
    Rs384(&'a KeyPair),
    Rs512(&'a KeyPair),
    Ps256(&'a KeyPair),
    Ps512(&'a KeyPair),
    Es256,
    Hs256(&'a [u8]),
}

impl Signing<'_> {
    fn sign(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Rs256(pair) => rsa(pair, &RSA_PKCS1_SHA256, message),
            Self::Rs384(pair) => rsa(pair, &RSA_PKCS1_SHA384, message),
            Self::Rs512(pair) => rsa(pair, &RSA_PKCS1_SHA512, message),
            Self::Ps256(pair) => rsa(pair, &RSA_PSS_SHA256, message),
            Self::Ps512(pair) => rsa(pair, &RSA_PSS_SHA512, message),
            Self::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
                pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
            }
            Self::Hs256(key) => hmac_sha256(key, message),
        }
    }
}

fn rsa(pair: &KeyPair, padding: &'static dyn signature::RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

/// A compact JWT with any header and claims, as text that need not even be JSON.
pub(crate) fn jwt(header: &str, claims: &str, signing: Signing<'_>) -> String {
    let text = format!("{}.{}", encode(header), encode(claims));
    let signature = encode(signing.sign(text.as_bytes()));
    format!("{text}.{signature}")
}

/// A JWT whose signature is genuine, RS256 under the app's key.
pub(crate) fn genuine(header: &Value, claims: &str) -> String {
    jwt(&header.to_string(), claims, Signing::Rs256(&app_key().pair))
}
