//! A mail as it is sent: RFC 5322 and MIME, with a head that only we write.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;

use super::Language;
use super::address::Address;
use super::text::Text;

/// A mail, ready to be sent.
pub(super) struct Mail {
    #[cfg(feature = "email")]
    pub(super) from: Address,
    #[cfg(feature = "email")]
    pub(super) to: Address,
    /// The same for the same notice, whenever it is sent.
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
}

/// The part of a `Message-ID` before the `@`: one for each instance and key, and nothing can be read off it.
pub(super) fn id(instance_id: &InstanceId, key: &str) -> String {
    hex::encode(&Sha256::digest(format!("{instance_id}\n{key}"))[..16])
}

/// Puts a mail together.
pub(super) fn build(
    from: &Address,
    to: &Address,
    id: String,
    language: Language,
    text: &Text,
    at: Timestamp,
) -> Mail {
    let boundary = format!("part-{id}");
    let from_line = match from.name() {
        Some(name) => format!("{} <{}>", encoded(name), from.spec()),
        None => from.spec(),
    };
    let mut mail = String::new();
    for (name, value) in [
        ("From", from_line.as_str()),
        ("To", &to.spec()),
        ("Subject", &encoded(&text.subject)),
        ("Date", &at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
        ("Message-ID", &format!("<{id}@{}>", from.domain())),
        // Nobody's holiday answer should come back (RFC 3834).
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", language.as_str()),
        ("MIME-Version", "1.0"),
        ("Content-Type", &format!("multipart/alternative; boundary=\"{boundary}\"")),
    ] {
        mail.push_str(&format!("{name}: {value}\r\n"));
    }
    for (kind, body) in [("plain", &text.plain), ("html", &text.html)] {
        mail.push_str(&format!(
            "\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            lines(&STANDARD.encode(body.replace('\n', "\r\n")))
        ));
    }
    mail.push_str(&format!("\r\n--{boundary}--\r\n"));
    Mail {
        #[cfg(feature = "email")]
        from: from.clone(),
        #[cfg(feature = "email")]
        to: to.clone(),
        id,
        bytes: mail.into_bytes(),
    }
}

/// Text for the head of a mail: encoded unless it is plain letters (RFC 2047), so that no sign in it has a meaning there.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    if text.len() <= 60 && text.bytes().all(plain) && text.trim() == text && !text.is_empty() {
        return text.to_owned();
    }
    let (mut words, mut word) = (Vec::new(), String::new());
    for character in text.chars().map(|character| if character.is_control() { ' ' } else { character }) {
        // 45 bytes are 60 characters of base64: an encoded word may have 75 in all.
        if word.len() + character.len_utf8() > 45 {
            words.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    words.push(word);
    let encode = |word: &String| format!("=?utf-8?B?{}?=", STANDARD.encode(word));
    words.iter().map(encode).collect::<Vec<_>>().join("\r\n ")
}

/// In lines of 76 characters.
fn lines(base64: &str) -> String {
    let lines = base64.as_bytes().chunks(76);
    lines.map(|line| format!("{}\r\n", std::str::from_utf8(line).expect("base64 is text"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build_one(name: &str, subject: &str) -> String {
        let text =
            Text { subject: subject.to_owned(), plain: "Grüße\n".to_owned(), html: "<p>x</p>".to_owned() };
        let from = Address::with_name(&format!("{name} <hello@my-app.example>")).unwrap();
        let at = "2027-03-01T10:00:00Z".parse().unwrap();
        let id = id(&"site-1".parse().unwrap(), "low_credits:x");
        let mail = build(&from, &"owner@example.com".parse().unwrap(), id, Language::De, &text, at);
        String::from_utf8(mail.bytes).unwrap()
    }

    #[test]
    fn a_mail_has_a_head_two_forms_and_an_end() {
        let mail = build_one("My App", "Hello");
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let expected = "From: My App <hello@my-app.example>\r\nTo: owner@example.com\r\nSubject: Hello\r\n\
            Date: Mon, 01 Mar 2027 10:00:00 +0000\r\nMessage-ID: <5f0e@my-app.example>\r\nAuto-Submitted: auto-generated\r\n\
            Content-Language: de\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/alternative; boundary=\"part-5f0e\"";
        let id = id(&"site-1".parse().unwrap(), "low_credits:x");
        assert_eq!(head, expected.replace("5f0e", &id));
        assert!(body.contains("Content-Type: text/plain; charset=utf-8") && body.contains("text/html"));
        assert!(body.contains(&STANDARD.encode("Grüße\r\n")));
        assert!(body.ends_with(&format!("--part-{id}--\r\n")));
        assert!(mail.lines().all(|line| line.len() <= 90), "{mail}");
    }

    #[test]
    fn nothing_in_a_subject_or_a_name_gets_into_the_head() {
        let odd = [
            "x\r\nBcc: evil@example.com",
            "x\nBcc: evil@example.com",
            "x\r\n\r\n<html>",
            "\u{2028}Bcc: x",
            "x\0y",
            "=?utf-8?B?DQpCY2M6?=",
            "Zahlungsübersicht für Straße und Größe und noch vieles andere mehr 🎉🎉🎉🎉🎉🎉🎉🎉",
            "",
            " x ",
            "a, b <c@d>",
        ];
        for subject in odd {
            let mail = build_one("My, App: \"x\"", subject);
            let (head, _) = mail.split_once("\r\n\r\n").unwrap();
            let names: Vec<_> = head
                .split("\r\n")
                .filter(|line| !line.starts_with(' '))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            assert_eq!(
                names,
                [
                    "From",
                    "To",
                    "Subject",
                    "Date",
                    "Message-ID",
                    "Auto-Submitted",
                    "Content-Language",
                    "MIME-Version",
                    "Content-Type"
                ],
                "{subject:?}"
            );
            assert!(head.is_ascii() && !head.contains("evil"), "{head}");
            assert!(head.lines().all(|line| line.len() <= 90), "{head}");
        }
    }

    #[test]
    fn the_same_notice_has_the_same_id_and_another_another() {
        let id = |instance: &str, key: &str| super::id(&instance.parse().unwrap(), key);
        assert_eq!(id("site-1", "a"), id("site-1", "a"));
        assert_ne!(id("site-1", "a"), id("site-2", "a"));
        assert_ne!(id("site-1", "a"), id("site-1", "b"));
    }
}
