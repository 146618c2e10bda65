//! A form: what Stripe's API takes. Nested names are written with brackets, `metadata[plan]`.

use reqwest::Url;

/// Names and values in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    pub(super) fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.pairs.push((name.into(), value.into()));
        self
    }

    pub(super) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// As it is sent, `application/x-www-form-urlencoded`.
    pub(super) fn encode(&self) -> String {
        let mut url = Url::parse("form:").expect("a scheme alone is a URL");
        url.query_pairs_mut().extend_pairs(&self.pairs);
        url.query().unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_form_is_escaped() {
        let form = Form::default().set("a[b][0]", "x&y=z +ä").maybe("none", None);
        assert_eq!(form.encode(), "a%5Bb%5D%5B0%5D=x%26y%3Dz+%2B%C3%A4");
    }
}
