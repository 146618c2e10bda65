//! Reading keys in PEM form.

use aws_lc_rs::rsa::PublicKey;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaParameters};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;

const PUBLIC_KEY: &str = "the webhook public key";
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// An RSA public key of 2048 to 8192 bits, ready to verify RS256 and nothing else.
pub(super) fn parse_public(pem: &str) -> Result<ParsedPublicKey, Error> {
    let refuse = |why| Error::config(PUBLIC_KEY, why);
    let block = Block::parse(pem).ok_or_else(|| refuse("it is not one PEM block"))?;
    match block.label.as_str() {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => {}
        "CERTIFICATE" => return Err(refuse("it is a certificate, not a public key")),
        label if label.ends_with("PRIVATE KEY") => return Err(refuse("it is a private key")),
        _ => return Err(refuse("it is not a public key")),
    }
    let key = PublicKey::from_der(&block.der).map_err(|_| refuse("it is not an RSA key"))?;
    let bits = RsaParameters::public_modulus_len(key.as_ref()).map_err(|_| refuse("it is not an RSA key"))?;
    let accepted =
        RSA_PKCS1_2048_8192_SHA256.min_modulus_len()..=RSA_PKCS1_2048_8192_SHA256.max_modulus_len();
    if !accepted.contains(&bits) {
        return Err(refuse("its length is not between 2048 and 8192 bits"));
    }
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref())
        .map_err(|_| refuse("it is not an RSA key"))
}

/// One PEM block: its label and the bytes inside.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) der: Vec<u8>,
}

impl Block {
    /// Reads text that is exactly one PEM block with white space around it at most.
    ///
    /// Line ends may also be written as the two characters `\n`: that is how a PEM survives most `.env` files.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.replace("\\r", "").replace("\\n", "\n");
        let (label, rest) = text.trim().strip_prefix(BEGIN)?.split_once(DASHES)?;
        let (body, end) = rest.split_once(END)?;
        if end.strip_suffix(DASHES)? != label {
            return None;
        }
        let body: String = body.split_ascii_whitespace().collect();
        Some(Self { label: label.to_owned(), der: STANDARD.decode(body).ok()? })
    }
}

/// `der` as a PEM block with lines of 64 characters.
pub(super) fn to_pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut pem = format!("{BEGIN}{label}{DASHES}\n");
    for line in body.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        pem.push('\n');
    }
    pem + END + label + DASHES + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::WebhookSigner;

    #[test]
    fn a_written_block_reads_back() {
        let block = Block::parse(&to_pem("PUBLIC KEY", &[7; 100])).unwrap();
        assert_eq!((block.label.as_str(), block.der), ("PUBLIC KEY", vec![7; 100]));
    }

    #[test]
    fn line_ends_written_as_backslash_n_are_understood() {
        let pem = WebhookSigner::generate().unwrap().public_key_pem().replace('\n', "\\n");
        assert!(parse_public(&pem).is_ok());
    }

    #[rstest::rstest]
    #[case::empty("")]
    #[case::no_end("-----BEGIN PUBLIC KEY-----\nAAAA\n")]
    #[case::other_end("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    #[case::text_around("key: -----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    #[case::not_base64("-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----")]
    #[case::not_rsa("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    #[case::certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    #[case::elliptic_curve(
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdqe77JcygvUF3k/yTpvhPLcZobe2\n\
         m3l4n/9qKzPNqRFTmw3VbWVeGVv4i3aRwjHH3YBNiAYPpAyXpUpNRGiZog==\n-----END PUBLIC KEY-----"
    )]
    fn text_that_is_no_rsa_public_key_is_refused(#[case] pem: &str) {
        assert!(parse_public(pem).unwrap_err().is_config());
    }

    #[test]
    fn a_private_key_is_named_as_such_and_not_quoted() {
        let pem = WebhookSigner::generate().unwrap().to_pkcs8_pem().unwrap();
        let error = parse_public(&pem).unwrap_err();
        assert!(error.to_string().contains("private key"));
        assert!(!format!("{error:?}").contains("MII"));
    }
}
