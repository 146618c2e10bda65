//! Headers that prove nothing: every one must be refused.

use jiff::SignedDuration;
use proptest::prelude::*;
use wixapp_core::clock::Timestamp;
use wixapp_stripe::signature::{TOLERANCE_S, sign};
use wixapp_stripe::{WebhookSecret, WebhookVerifier};

const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;

fn now() -> Timestamp {
    "2027-03-01T10:00:00Z".parse().unwrap()
}

fn secret(tail: &str) -> WebhookSecret {
    WebhookSecret::new(format!("whsec_0123456789abcdef{tail}")).unwrap()
}

fn verifier() -> WebhookVerifier {
    WebhookVerifier::new(vec![secret("a"), secret("b")]).unwrap()
}

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

/// Timestamp and signature of a good header.
fn good() -> (String, String) {
    let header = sign(&secret("a"), BODY, now());
    let (t, v1) = header.split_once(",v1=").unwrap();
    (t.trim_start_matches("t=").to_owned(), v1.to_owned())
}

/// Headers for [`BODY`] at [`now`], each with what is wrong.
fn forged() -> Vec<(String, String)> {
    let (t, v1) = good();
    let header = format!("t={t},v1={v1}");
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, header: String| all.push((what.to_owned(), header));

    for length in [0, 1, 2, 3, 8, 12, 13, 16, 17, 40, header.len() - 2, header.len() - 1] {
        add("cut off", header[..length].to_owned());
    }
    for at in [0, 1, 15, 31, 32, 47, 62, 63] {
        let mut flipped = v1.clone().into_bytes();
        flipped[at] = if flipped[at] == b'0' { b'1' } else { b'0' };
        add("one digit changed", format!("t={t},v1={}", String::from_utf8(flipped).unwrap()));
    }
    let seconds: i64 = t.parse().unwrap();
    for other in [seconds + 1, seconds - 1, seconds + 10_000, 0] {
        add("another time than was signed", format!("t={other},v1={v1}"));
    }
    for odd in [
        "",
        " ",
        "+1",
        "-1",
        "1e9",
        "0x10",
        "1.5",
        "٣",
        "NaN",
        "99999999999999999999",
        &format!(" {t}"),
        &format!("{t} "),
    ] {
        add("a time that is no number", format!("t={odd},v1={v1}"));
    }
    add("a zero before the time", format!("t=0{t},v1={v1}"));
    for old in [TOLERANCE_S + 1, TOLERANCE_S + 60, 86_400, 86_400 * 365] {
        add("signed long ago", sign(&secret("a"), BODY, after(-old)));
        add("signed ahead", sign(&secret("a"), BODY, after(old)));
    }
    for tail in ["A", "", "ab", "c"] {
        add("another secret", sign(&secret(tail), BODY, now()));
    }
    for body in [
        &b""[..],
        b"{}",
        br#"{"id":"evt_2","type":"invoice.paid"}"#,
        b" {\"id\":\"evt_1\",\"type\":\"invoice.paid\"}",
    ] {
        add("another body", sign(&secret("a"), body, now()));
    }
    add("no v1", format!("t={t}"));
    add("v0 only", format!("t={t},v0={v1}"));
    add("v2 only", format!("t={t},v2={v1}"));
    add("an empty v1", format!("t={t},v1="));
    add("no time", format!("v1={v1}"));
    add("two times, the good one first", format!("t={t},t={seconds},v1={v1}"));
    add("two times, the good one last", format!("t=1,t={t},v1={v1}"));
    add("the time twice", format!("t={t},t={t},v1={v1}"));
    add("names in capitals", format!("T={t},V1={v1}"));
    add("digits in capitals", format!("t={t},v1={}", v1.to_uppercase()));
    add("a space before the name", format!("t={t}, v1={v1}"));
    add("a space after the name", format!("t={t},v1 ={v1}"));
    add("a space in the value", format!("t={t},v1= {v1}"));
    add("semicolons", format!("t={t};v1={v1}"));
    add("colons", format!("t:{t},v1:{v1}"));
    add("the signature in base64", format!("t={t},v1=K1mdbX3v3vXJtYp2QfWbFvTt0y4mVYqjvJ1i2w8XxEo="));
    add("two signatures in one", format!("t={t},v1={v1}{v1}"));
    add("a signature of half the length", format!("t={t},v1={}", &v1[..32]));
    add("quoted", format!("t={t},v1=\"{v1}\""));
    add("sha256= as other services write it", format!("t={t},v1=sha256={v1}"));
    add("two headers in one", format!("t={t},v0={v1},t=1,v1={v1}"));
    add("only the hash", v1.clone());
    add(
        "a good signature behind eight bad ones",
        format!("t={t},{}v1={v1}", format!("v1={},", "0".repeat(64)).repeat(8)),
    );
    add("a header of a megabyte", format!("t={t},{}v1={v1}", "x=y,".repeat(250_000)));
    add("all zero", format!("t={t},v1={}", "0".repeat(64)));
    add("a line end", format!("t={t},v1={v1}\n"));
    add("NUL", format!("t={t},v1={v1}\0"));
    all
}

#[test]
fn no_forged_header_is_accepted() {
    let forged = forged();
    assert!(forged.len() >= 60, "{}", forged.len());
    for (what, header) in forged {
        let refused = verifier().verify(&header, BODY, now());
        let short: String = header.chars().take(200).collect();
        assert!(refused.is_err_and(|error| error.is_signature()), "{what}: {short}");
    }
}

#[test]
fn a_good_header_does_not_vouch_for_another_body() {
    let header = sign(&secret("a"), BODY, now());
    for at in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[at] ^= 1;
        assert!(verifier().verify(&header, &body, now()).unwrap_err().is_signature());
        assert!(verifier().verify(&header, &BODY[..at], now()).unwrap_err().is_signature());
    }
    assert!(verifier().verify(&header, &[BODY, b" "].concat(), now()).unwrap_err().is_signature());
}

#[test]
fn a_header_is_good_for_five_minutes_and_no_longer() {
    let header = sign(&secret("a"), BODY, now());
    for seconds in [-TOLERANCE_S, -1, 0, 1, TOLERANCE_S] {
        assert!(verifier().verify(&header, BODY, after(seconds)).is_ok(), "{seconds}");
    }
    for seconds in [-TOLERANCE_S - 1, TOLERANCE_S + 1, 86_400] {
        assert!(verifier().verify(&header, BODY, after(seconds)).is_err(), "{seconds}");
    }
}

#[test]
fn while_a_secret_is_rolled_either_one_counts_and_so_does_either_signature() {
    let (t, v1) = good();
    let other = sign(&secret("b"), BODY, now());
    let (_, other) = other.split_once(",v1=").unwrap();
    for header in [
        format!("t={t},v1={other}"),
        format!("t={t},v1={},v1={v1}", "0".repeat(64)),
        format!(
            "t={t},v1={v1},v1={},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39",
            "0".repeat(64)
        ),
        format!("v1={v1},t={t}"),
    ] {
        assert!(verifier().verify(&header, BODY, now()).is_ok(), "{header}");
    }
    let only = WebhookVerifier::new(vec![secret("a")]).unwrap();
    assert!(only.verify(&format!("t={t},v1={other}"), BODY, now()).unwrap_err().is_signature());
}

#[test]
fn the_known_answer_of_the_scheme() {
    // printf '1803895200.{}' | openssl dgst -sha256 -hmac whsec_0123456789abcdefa
    let at: Timestamp = Timestamp::from_second(1_803_895_200).unwrap();
    assert_eq!(
        sign(&secret("a"), b"{}", at),
        "t=1803895200,v1=612e5eafad24c45db0916f95876c71ea8471150d558ab84b5b66a52de433f527"
    );
}

#[test]
fn without_a_secret_there_is_no_verifier() {
    assert!(WebhookVerifier::new(Vec::new()).unwrap_err().is_config());
}

proptest! {
    #[test]
    fn no_text_is_a_signature_by_chance(header in ".{0,200}", body in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(verifier().verify(&header, &body, now()).is_err());
    }
}
