//! Secrets at rest: AES-256-GCM under keys that can be changed.
//!
//! # Example
//! ```
//! use wixapp_platform::ExposeSecret as _;
//! use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
//! let ring = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
//! let stored = ring.encrypt("a secret", "instance i-1")?;
//! assert_eq!(ring.decrypt(&stored, "instance i-1")?.expose_secret(), "a secret");
//! # Ok::<(), wixapp_platform::Error>(())
//! ```

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use zeroize::{Zeroize as _, Zeroizing};

use crate::base64url;
use crate::error::{Error, Kind};
use crate::secret::AppSecret;

/// The length of a key, in bytes.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::key_ring::KEY_LEN * 8, 256);
/// ```
pub const KEY_LEN: usize = 32;

const WHAT: &str = "encrypted secret";
const VERSION: &str = "v1";
const MAX_LEN: usize = 64 * 1024;

/// A key of 256 bits and its name. `Debug` shows the name only; the key is wiped from memory when dropped.
///
/// # Example
/// ```
/// use wixapp_platform::key_ring::EncryptionKey;
/// // 32 random bytes as base64, as `openssl rand -base64 32` prints them.
/// let key = EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?;
/// assert_eq!(format!("{key:?}"), "EncryptionKey(\"2026-01\")");
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct EncryptionKey {
    id: String,
    bytes: Zeroizing<[u8; KEY_LEN]>,
}

impl EncryptionKey {
    /// A key by the name that what it encrypts will carry: 1 to 32 characters of `A-Z a-z 0-9 - _`.
    ///
    /// # Errors
    /// [`Error::is_config`] for another name, or for a key whose bytes are all the same: no random one is.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::EncryptionKey;
    /// let bytes = std::array::from_fn(|index| index as u8); // random ones
    /// let key = EncryptionKey::new("2026-01", bytes)?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn new(id: impl Into<String>, mut bytes: [u8; KEY_LEN]) -> Result<Self, Error> {
        let kept = Zeroizing::new(bytes);
        bytes.zeroize();
        let id = id.into();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if !(1..=32).contains(&id.len()) || !id.bytes().all(allowed) {
            return Err(Error::config(
                "the encryption key",
                "its name is not 1 to 32 of A-Z, a-z, 0-9, - and _",
            ));
        }
        if kept.iter().all(|byte| *byte == kept[0]) {
            return Err(Error::config("the encryption key", "its bytes are all the same"));
        }
        Ok(Self { id, bytes: kept })
    }

    /// The same from base64 with padding, as settings hold it.
    ///
    /// # Errors
    /// [`Error::is_config`] when the text is not 32 bytes in base64; else as [`EncryptionKey::new`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::EncryptionKey;
    /// let key = EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?;
    /// assert!(EncryptionKey::from_base64("2026-01", "short").unwrap_err().is_config());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn from_base64(id: impl Into<String>, text: &str) -> Result<Self, Error> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        let bytes = bytes.and_then(|bytes| <[u8; KEY_LEN]>::try_from(bytes.as_slice()).ok());
        let bytes =
            bytes.ok_or_else(|| Error::config("the encryption key", "it is not 32 bytes in base64"))?;
        Self::new(id, bytes)
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({:?})", self.id)
    }
}

/// Encrypts secrets for an app's own store, and reads them again after its keys were changed. Refresh tokens have
/// [`RefreshToken::seal`](crate::oauth::RefreshToken::seal).
///
/// One key encrypts; older ones still decrypt. To change keys, put the new one first, encrypt anew what
/// [`KeyRing::is_current`] denies, then drop the old one. Text that was put into another row, changed by a bit, or made
/// under an unknown key is refused.
///
/// # Example
/// ```
/// use secrecy::ExposeSecret;
/// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
/// # let (old_bytes, new_bytes) = (std::array::from_fn(|i| i as u8), std::array::from_fn(|i| 2 * i as u8));
/// let old = KeyRing::new(EncryptionKey::new("2025", old_bytes)?);
/// let stored = old.encrypt("the refresh token", "instance i-1")?;
///
/// let ring = KeyRing::new(EncryptionKey::new("2026", new_bytes)?).and_old(EncryptionKey::new("2025", old_bytes)?)?;
/// assert!(!ring.is_current(&stored));
/// assert_eq!(ring.decrypt(&stored, "instance i-1")?.expose_secret(), "the refresh token");
/// assert!(ring.decrypt(&stored, "instance i-2").unwrap_err().is_signature());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeyRing {
    current: EncryptionKey,
    old: Vec<EncryptionKey>,
}

impl KeyRing {
    /// A ring that encrypts, and so far decrypts, with `current`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// let ring = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn new(current: EncryptionKey) -> Self {
        Self { current, old: Vec::new() }
    }

    /// Decrypts with `key` too.
    ///
    /// # Errors
    /// [`Error::is_config`] when the ring has a key of that name already.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// let ring = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// let old = EncryptionKey::from_base64("2025-01", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// let ring = ring.and_old(old)?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn and_old(mut self, key: EncryptionKey) -> Result<Self, Error> {
        if self.find(&key.id).is_some() {
            return Err(Error::config("the encryption keys", "two of them have the same name"));
        }
        self.old.push(key);
        Ok(self)
    }

    /// A ring whose keys are made from the app secrets in force, the newest first, each for this `purpose` alone: nothing more
    /// has to be kept for it. What was encrypted is lost when the app secret was changed and the one before is dropped before
    /// it was encrypted anew.
    ///
    /// # Errors
    /// [`Error::is_config`] when there is no secret, or one twice.
    ///
    /// # Example
    /// ```
    /// use secrecy::ExposeSecret as _;
    /// use wixapp_platform::{AppSecret, key_ring::KeyRing};
    /// let (old, new) = (AppSecret::new("the-old-secret-of-the-app")?, AppSecret::new("the-new-secret-of-the-app")?);
    /// let stored = KeyRing::of_app_secrets(&[old.clone()], "networks")?.encrypt("a token", "i-1")?;
    /// let ring = KeyRing::of_app_secrets(&[new, old], "networks")?;
    /// assert_eq!(ring.decrypt(&stored, "i-1")?.expose_secret(), "a token");
    /// assert!(!ring.is_current(&stored));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn of_app_secrets(secrets: &[AppSecret], purpose: &str) -> Result<Self, Error> {
        let mut keys = secrets.iter().map(|secret| {
            // Its name says nothing of it, and is the same wherever the key is made.
            let name = secret.sign("name of a key", purpose);
            EncryptionKey::new(&name[..12], *secret.derive(purpose))
        });
        let current =
            keys.next().ok_or_else(|| Error::config("the encryption keys", "there is no app secret"))??;
        keys.try_fold(Self::new(current), |ring, key| ring.and_old(key?))
    }

    /// `secret` as text for a store: `v1.<key>.<base64url>`. The same secret never gives the same text.
    ///
    /// `context` says whose it is, as an instance's id; it is not stored, and [`KeyRing::decrypt`] wants the same.
    ///
    /// # Errors
    /// [`Error::is_too_large`] above 48 KiB.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// let ring = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// let stored = ring.encrypt("the refresh token", "instance i-1")?;
    /// assert!(stored.starts_with("v1.2026-01."));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn encrypt(&self, secret: &str, context: &str) -> Result<String, Error> {
        if secret.len() > MAX_LEN / 4 * 3 {
            return Err(Error::new(Kind::TooLarge { what: "secret to encrypt", limit: MAX_LEN / 4 * 3 }));
        }
        let mut text = Zeroizing::new(secret.as_bytes().to_vec());
        let failed = |_| Error::new(Kind::Internal { what: "encrypt a secret" });
        let (nonce, tag) = cipher(&self.current)
            .and_then(|cipher| cipher.seal_in_place_separate_tag(aad(&self.current.id, context), &mut text))
            .map_err(failed)?;
        let sealed = [nonce.as_ref().as_slice(), &text, tag.as_ref()].concat();
        Ok(format!("{VERSION}.{}.{}", self.current.id, base64url::encode(sealed)))
    }

    /// The secret behind a text of [`KeyRing::encrypt`].
    ///
    /// # Errors
    /// [`Error::is_malformed`] when it is no such text; [`Error::is_config`] when its key is not in the ring;
    /// [`Error::is_signature`] when it was changed, or made for another `context` or under another key of that name.
    ///
    /// # Example
    /// ```
    /// use secrecy::ExposeSecret as _;
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// let ring = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// let stored = ring.encrypt("the refresh token", "instance i-1")?;
    /// assert_eq!(ring.decrypt(&stored, "instance i-1")?.expose_secret(), "the refresh token");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn decrypt(&self, text: &str, context: &str) -> Result<SecretString, Error> {
        let (id, mut sealed) = split(text)?;
        let key = self.find(id).ok_or_else(|| Error::config(WHAT, "its key is not in the ring"))?;
        let forged = |_| Error::new(Kind::Signature { what: WHAT });
        let nonce = Nonce::try_assume_unique_for_key(&sealed[..NONCE_LEN]).map_err(forged)?;
        let cipher = cipher(key).map_err(forged)?;
        let opened =
            cipher.open_in_place(nonce, aad(id, context), &mut sealed[NONCE_LEN..]).map_err(forged)?;
        let secret = std::str::from_utf8(opened).map_err(|_| Error::malformed(WHAT, "it is not text"))?;
        Ok(SecretString::from(secret.to_owned()))
    }

    /// Whether `text` was made under the ring's current key; if not, encrypt its secret anew.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// let ring = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// let stored = ring.encrypt("the refresh token", "instance i-1")?;
    /// assert!(ring.is_current(&stored) && !ring.is_current("v1.2025-01.AAAA"));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_current(&self, text: &str) -> bool {
        split(text).is_ok_and(|(id, _)| id == self.current.id)
    }

    fn find(&self, id: &str) -> Option<&EncryptionKey> {
        std::iter::once(&self.current).chain(&self.old).find(|key| key.id == id)
    }
}

fn cipher(key: &EncryptionKey) -> Result<RandomizedNonceKey, aws_lc_rs::error::Unspecified> {
    RandomizedNonceKey::new(&AES_256_GCM, key.bytes.as_slice())
}

/// What is authenticated beside the secret: the version, the key's name, and whose it is.
fn aad(id: &str, context: &str) -> Aad<String> {
    Aad::from(format!("{VERSION}.{id}.{context}"))
}

fn split(text: &str) -> Result<(&str, Zeroizing<Vec<u8>>), Error> {
    let no = |why| Error::malformed(WHAT, why);
    if text.len() > 2 * MAX_LEN {
        return Err(Error::new(Kind::TooLarge { what: WHAT, limit: 2 * MAX_LEN }));
    }
    let parts = text.split_once('.').filter(|(version, _)| *version == VERSION);
    let (id, sealed) =
        parts.and_then(|(_, rest)| rest.split_once('.')).ok_or_else(|| no("it is not v1.<key>.<…>"))?;
    let sealed = base64url::decode(sealed).ok_or_else(|| no("it is not base64url"))?;
    if sealed.len() < NONCE_LEN + AES_256_GCM.tag_len() {
        return Err(no("it is too short"));
    }
    Ok((id, Zeroizing::new(sealed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn key(id: &str, seed: u8) -> EncryptionKey {
        EncryptionKey::new(id, std::array::from_fn(|i| seed.wrapping_add(u8::try_from(i).unwrap()))).unwrap()
    }

    fn ring() -> KeyRing {
        KeyRing::new(key("a", 1))
    }

    #[test]
    fn secrets_come_back_and_never_look_the_same() {
        for secret in ["", "x", "OAUTH2.eyJ…ä", &"s".repeat(10_000)] {
            let (one, two) = (ring().encrypt(secret, "i").unwrap(), ring().encrypt(secret, "i").unwrap());
            assert_ne!(one, two);
            assert_eq!(ring().decrypt(&one, "i").unwrap().expose_secret(), secret);
        }
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let text = ring().encrypt("secret", "i").unwrap();
        for at in 0..text.len() {
            for new in ["A", "b", ".", "-"] {
                let changed = format!("{}{new}{}", &text[..at], &text[at + 1..]);
                assert!(changed == text || ring().decrypt(&changed, "i").is_err(), "{changed}");
            }
        }
    }

    #[test]
    fn another_context_another_key_and_another_name_are_refused() {
        let text = ring().encrypt("secret", "i-1").unwrap();
        assert!(ring().decrypt(&text, "i-2").unwrap_err().is_signature());
        assert!(KeyRing::new(key("a", 2)).decrypt(&text, "i-1").unwrap_err().is_signature());
        assert!(KeyRing::new(key("b", 1)).decrypt(&text, "i-1").unwrap_err().is_config());
        let renamed = text.replacen("v1.a.", "v1.b.", 1);
        assert!(KeyRing::new(key("b", 1)).decrypt(&renamed, "i-1").unwrap_err().is_signature());
    }

    #[test]
    fn old_keys_decrypt_and_only_the_current_one_encrypts() {
        let text = ring().encrypt("secret", "i").unwrap();
        let rotated = KeyRing::new(key("b", 2)).and_old(key("a", 1)).unwrap();
        assert_eq!(rotated.decrypt(&text, "i").unwrap().expose_secret(), "secret");
        assert!(!rotated.is_current(&text));
        let anew = rotated.encrypt("secret", "i").unwrap();
        assert!(rotated.is_current(&anew) && ring().decrypt(&anew, "i").unwrap_err().is_config());
        assert!(rotated.and_old(key("b", 3)).unwrap_err().is_config());
    }

    #[test]
    fn rings_of_app_secrets_differ_by_secret_and_purpose() {
        let secret = |text| AppSecret::new(text).unwrap();
        let (one, two) = (secret("0123456789abcdef-1"), secret("0123456789abcdef-2"));
        let ring = KeyRing::of_app_secrets(std::slice::from_ref(&one), "a").unwrap();
        let text = ring.encrypt("secret", "i").unwrap();
        let again = KeyRing::of_app_secrets(&[one.clone(), two.clone()], "a").unwrap();
        assert_eq!(again.decrypt(&text, "i").unwrap().expose_secret(), "secret");
        for other in
            [KeyRing::of_app_secrets(&[two], "a"), KeyRing::of_app_secrets(std::slice::from_ref(&one), "b")]
        {
            assert!(other.unwrap().decrypt(&text, "i").is_err());
        }
        assert!(KeyRing::of_app_secrets(&[], "a").unwrap_err().is_config());
        assert!(KeyRing::of_app_secrets(&[one.clone(), one], "a").unwrap_err().is_config());
    }

    #[rstest::rstest]
    #[case("")]
    #[case("v1")]
    #[case("v1.a")]
    #[case("v1.a.")]
    #[case("v1.a.AAAA")]
    #[case("v2.a.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    #[case("v1.a.????????????????????????????????????????????")]
    fn what_was_not_made_here_is_malformed(#[case] text: &str) {
        assert!(ring().decrypt(text, "i").unwrap_err().is_malformed());
        assert!(!ring().is_current(text));
    }

    #[test]
    fn weak_keys_and_odd_names_are_refused() {
        assert!(EncryptionKey::new("a", [7; KEY_LEN]).unwrap_err().is_config());
        for id in ["", "a.b", "a b", "ä", &"x".repeat(33)] {
            assert!(EncryptionKey::new(id, std::array::from_fn(|i| u8::try_from(i).unwrap())).is_err());
        }
        for text in ["", "c2hvcnQ=", "not base64", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            assert!(EncryptionKey::from_base64("a", text).unwrap_err().is_config());
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", key("a", 200)), "EncryptionKey(\"a\")");
        assert_eq!(format!("{:?}", ring()), "KeyRing { current: EncryptionKey(\"a\"), old: [] }");
    }
}
