//! The few pages that the platform writes itself.

/// A page of plain text with the platform's own look.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:16px/1.5 sans-serif;color:#162d3d;max-width:36rem;margin:3rem auto;padding:0 1rem}}\
         h1{{font-size:1.5rem;line-height:1.3}}a{{color:#1a56c4}}\
         button{{font:inherit;color:#fff;background:#116dff;border:0;border-radius:18px;padding:.5rem 1.5rem}}\
         </style><main>{body}</main></html>"
    )
}

/// Text that a browser shows as it is, between tags and in attributes.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_shown_and_not_run() {
        assert_eq!(escape("<b a='1' c=\"2\">&"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;");
    }
}
