//! What is in a text: its links and tags, and how long a network says it is.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// A link or a tag, with its place in the bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A web address.
    Link(Range<usize>),
    /// A tag, `#` included.
    Tag(Range<usize>),
}

impl Mark {
    pub(crate) fn range(&self) -> Range<usize> {
        match self {
            Self::Link(range) | Self::Tag(range) => range.clone(),
        }
    }
}

/// The links and tags of a text, in their order.
pub(crate) fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let at_word = text[..at].chars().next_back().is_none_or(|sign| !sign.is_alphanumeric());
        let (link, tag) = (link(rest).filter(|_| at_word), tag(rest).filter(|_| at_word));
        found.extend(link.map(|length| Mark::Link(at..at + length)));
        found.extend(tag.map(|length| Mark::Tag(at..at + length)));
        at += link.or(tag).or_else(|| rest.chars().next().map(char::len_utf8)).unwrap_or(1);
    }
    found
}

/// How long the link is that `text` begins with.
fn link(text: &str) -> Option<usize> {
    let lower = text.get(..8.min(text.floor_char_boundary(8)))?.to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme))?.len();
    let end = text.find(|sign: char| sign.is_whitespace() || "<>\"“”".contains(sign)).unwrap_or(text.len());
    // What ends a sentence is no part of the address; a bracket is when it was opened in it.
    let mut address = &text[..end];
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '…']);
        let open = shorter.matches('(').count();
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if shorter.matches(')').count() > open => inner,
            _ => shorter,
        };
        if shorter.len() == address.len() {
            break;
        }
        address = shorter;
    }
    let host = address.get(scheme..)?.split(['/', '?', '#', ':']).next()?;
    host.contains('.').then_some(address.len())
}

/// How long the tag is that `text` begins with.
fn tag(text: &str) -> Option<usize> {
    let body = text.strip_prefix('#')?;
    let end = body.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(body.len());
    // A number alone is no tag on any of the networks.
    body[..end].chars().any(char::is_alphabetic).then_some(1 + end)
}

/// The length as people count it: one for each sign they see.
pub(crate) fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

/// The length as Mastodon counts it: every link has 23 signs, and of `@name@server` only the name counts.
pub(crate) fn mastodon_length(text: &str) -> usize {
    const LINK: usize = 23;
    let mut length = 0;
    let mut from = 0;
    for mark in marks(text) {
        if let Mark::Link(range) = mark {
            length += graphemes(&without_servers(&text[from..range.start])) + LINK;
            from = range.end;
        }
    }
    length + graphemes(&without_servers(&text[from..]))
}

/// A text in the form in which two of Mastodon's are compared: without white space, and of `@name@server` only the name.
pub(crate) fn mastodon_signs(text: &str) -> String {
    without_servers(text).split_whitespace().collect()
}

/// What people read of a piece of HTML.
pub(crate) fn readable(html: &str) -> String {
    let without_tag = |piece| str::split_once(piece, '>').map_or(piece, |(_, text)| text);
    let text: String = html.split('<').map(without_tag).collect();
    let names =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    names.into_iter().fold(text, |text, (name, sign)| text.replace(name, sign))
}

/// The text with every `@name@server` cut to `@name`.
fn without_servers(text: &str) -> String {
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, mention) = rest.split_at(at);
        out.push_str(before);
        let name = 1 + mention[1..].find(|sign| !is_name(sign)).unwrap_or(mention.len() - 1);
        out.push_str(&mention[..name]);
        rest = &mention[name..];
        let starts_word = !before.ends_with(|sign: char| sign.is_alphanumeric());
        if let Some(server) = rest.strip_prefix('@').filter(|_| starts_word && name > 1) {
            let is_host = |sign: char| sign.is_ascii_alphanumeric() || ".-".contains(sign);
            let end = server.find(|sign| !is_host(sign)).unwrap_or(server.len());
            if server[..end].trim_end_matches('.').contains('.') {
                rest = &server[server[..end].trim_end_matches('.').len()..];
            }
        }
        if rest.starts_with('@') && name == 1 {
            // A sign that names nobody.
            out.push('@');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        marks(text).iter().map(|mark| &text[mark.range()]).collect()
    }

    #[test]
    fn links_and_tags_are_found_where_they_begin_and_end() {
        for (text, marks) in [
            ("", vec![]),
            ("no link, no tag: http:// # #1 a#b x://y.z", vec![]),
            ("see https://wix.com.", vec!["https://wix.com"]),
            ("(https://wix.com/a_(b))!", vec!["https://wix.com/a_(b)"]),
            ("HTTPS://WIX.COM/?q=1#part, next", vec!["HTTPS://WIX.COM/?q=1#part"]),
            ("ä #Größe_2 #日本語。#x", vec!["#Größe_2", "#日本語", "#x"]),
            ("https://localhost/ and http://a.b:80/ö", vec!["http://a.b:80/ö"]),
            ("🥖#a https://x.y", vec!["#a", "https://x.y"]),
            ("\"https://x.y/\"…", vec!["https://x.y/"]),
        ] {
            assert_eq!(found(text), marks, "{text}");
        }
    }

    #[test]
    fn signs_are_counted_as_people_see_them() {
        assert_eq!(graphemes("👩‍👩‍👧 e\u{301}"), 3);
    }

    #[test]
    fn mastodon_counts_links_as_23_and_names_without_their_server() {
        for (text, length) in [
            ("", 0),
            ("hello", 5),
            ("https://a.b", 23),
            ("x https://example.com/a/very/long/address/indeed?with=queries y", 27),
            ("hi @joe@mastodon.social!", 8),
            ("hi @joe!", 8),
            ("mail joe@example.com", 20),
            ("@ @@ @a@ @a@b", 13),
            ("@a@b.c.", 3),
            ("é@x@ö", 5),
        ] {
            assert_eq!(mastodon_length(text), length, "{text}");
        }
    }

    #[test]
    fn what_mastodon_makes_of_a_text_is_known_again() {
        let text = "Tom & \"Jerry\" <3\n\n@joe@social.example: https://a.example/x\n#brot";
        let html = "<p>Tom &amp; &quot;Jerry&quot; &lt;3</p><p><span class=\"h-card\"><a href=\"https://social.example/@joe\">\
                    @<span>joe</span></a></span>: <a href=\"https://a.example/x\"><span class=\"invisible\">https://</span>\
                    <span>a.example/x</span></a><br /><a href=\"/tags/brot\">#<span>brot</span></a></p>";
        assert_eq!(mastodon_signs(&readable(html)), mastodon_signs(text));
        assert_ne!(mastodon_signs(&readable(html)), mastodon_signs("Tom & Jerry"));
        assert_eq!(readable("&amp;lt;b&gt;"), "&lt;b>");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_a_panic(text in "[ @#a-cÄ.:/()🥖1-3h-t\u{301}]{0,60}") {
            let found = marks(&text);
            proptest::prop_assert!(found.windows(2).all(|pair| pair[0].range().end <= pair[1].range().start));
            proptest::prop_assert!(mastodon_length(&text) <= graphemes(&text) + 23 * found.len() + 60);
        }
    }
}
