//! The words of the mails, in each language, as plain text and as simple HTML.

use wixapp_core::clock::Timestamp;

use super::Language;
use super::decide::Content;

/// The words of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

/// What stands around the words of every mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// The app's name.
    pub(super) app: &'a str,
    /// Where the owner finds the app.
    pub(super) dashboard: &'a str,
}

/// Writes a mail.
pub(super) fn write(content: &Content, language: Language, frame: Frame<'_>) -> Text {
    let app = frame.app;
    let (subject, mut paragraphs) = match language {
        Language::En => english(content, app),
        Language::De => german(content, app),
    };
    let (open, off) = match language {
        Language::En => (
            "Open your dashboard",
            format!(
                "You get this mail because notices are switched on in {app}. To switch them off, open {app} in your \
                 dashboard and choose Settings, Notices."
            ),
        ),
        Language::De => (
            "Dashboard öffnen",
            format!(
                "Sie erhalten diese E-Mail, weil Benachrichtigungen in {app} eingeschaltet sind. Zum Ausschalten öffnen \
                 Sie {app} in Ihrem Dashboard und wählen Einstellungen, Benachrichtigungen."
            ),
        ),
    };
    let mut html = String::new();
    for paragraph in &paragraphs {
        html.push_str(&format!("<p>{}</p>\n", escape(paragraph)));
    }
    html.push_str(&format!("<p><a href=\"{}\">{open}</a></p>\n", escape(frame.dashboard)));
    html.push_str(&format!("<p style=\"color:#666;font-size:12px\">{}</p>\n", escape(&off)));
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body style=\"font-family:sans-serif\">\n{html}</body></html>\n",
        language.as_str(),
        escape(&subject)
    );
    paragraphs.push(format!("{open}: {}", frame.dashboard));
    paragraphs.push(format!("--\n{off}"));
    Text { subject, plain: format!("{}\n", paragraphs.join("\n\n")), html }
}

fn english(content: &Content, app: &str) -> (String, Vec<String>) {
    match content {
        Content::LowCredits { available, next_at } => (
            format!("{app}: {} credits left", number(*available, ",")),
            vec![
                format!("Your site has {} credits left in {app}.", number(*available, ",")),
                match next_at {
                    Some(at) => format!("The next ones come on {}. A higher plan brings more at once.", date(*at)),
                    None => "A plan brings new credits every cycle.".to_owned(),
                },
            ],
        ),
        Content::BillingIssue { plan } => (
            format!("{app}: a payment failed"),
            vec![
                format!("The payment for your {plan} plan did not go through."),
                "You can go on working. New credits come once the payment is made; please check your way of paying."
                    .to_owned(),
            ],
        ),
        Content::PlanChanged { from, to } => (
            format!("{app}: you are on {to} now"),
            vec![format!("Your site's plan in {app} changed from {from} to {to}.")],
        ),
        Content::CreditsGranted { amount, available } => (
            format!("{app}: {} new credits", number(*amount, ",")),
            vec![format!(
                "Your site got {} credits in {app}. It has {} now.",
                number(*amount, ","),
                number(*available, ",")
            )],
        ),
    }
}

fn german(content: &Content, app: &str) -> (String, Vec<String>) {
    match content {
        Content::LowCredits { available, next_at } => (
            format!("{app}: noch {} Credits", number(*available, ".")),
            vec![
                format!("Ihre Website hat in {app} noch {} Credits.", number(*available, ".")),
                match next_at {
                    Some(at) => {
                        format!("Die nächsten kommen am {}. Ein höherer Tarif bringt sofort mehr.", datum(*at))
                    }
                    None => "Ein Tarif bringt in jedem Zeitraum neue Credits.".to_owned(),
                },
            ],
        ),
        Content::BillingIssue { plan } => (
            format!("{app}: eine Zahlung ist fehlgeschlagen"),
            vec![
                format!("Die Zahlung für Ihren Tarif {plan} ist fehlgeschlagen."),
                "Sie können weiterarbeiten. Neue Credits kommen, sobald die Zahlung eingeht; bitte prüfen Sie Ihre \
                 Zahlungsweise."
                    .to_owned(),
            ],
        ),
        Content::PlanChanged { from, to } => (
            format!("{app}: Ihr Tarif ist jetzt {to}"),
            vec![format!("Der Tarif Ihrer Website in {app} hat von {from} zu {to} gewechselt.")],
        ),
        Content::CreditsGranted { amount, available } => (
            format!("{app}: {} neue Credits", number(*amount, ".")),
            vec![format!(
                "Ihre Website hat in {app} {} Credits erhalten. Sie hat jetzt {}.",
                number(*amount, "."),
                number(*available, ".")
            )],
        ),
    }
}

/// With a sign between the thousands.
fn number(number: i64, sign: &str) -> String {
    let digits = number.unsigned_abs().to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).expect("digits are text"))
        .collect();
    format!("{}{}", if number < 0 { "-" } else { "" }, groups.join(sign))
}

fn date(at: Timestamp) -> String {
    at.strftime("%B %-d, %Y").to_string()
}

fn datum(at: Timestamp) -> String {
    at.strftime("%-d.%-m.%Y").to_string()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame<'_> = Frame { app: "Greeter", dashboard: "https://manage.wix.com/?a=1&b=2" };

    fn all() -> Vec<Content> {
        let next_at = Some("2027-03-31T10:00:00Z".parse().unwrap());
        vec![
            Content::LowCredits { available: 12, next_at },
            Content::LowCredits { available: 0, next_at: None },
            Content::BillingIssue { plan: "Pro".to_owned() },
            Content::PlanChanged { from: "Free".to_owned(), to: "Pro".to_owned() },
            Content::CreditsGranted { amount: 25_000, available: 1_234_567 },
        ]
    }

    #[test]
    fn every_mail_is_written_in_every_language_with_its_names_and_numbers() {
        let subjects = |language| -> Vec<String> {
            all().iter().map(|content| write(content, language, FRAME).subject).collect()
        };
        let en = [
            "12 credits left",
            "0 credits left",
            "a payment failed",
            "you are on Pro now",
            "25,000 new credits",
        ];
        let de = [
            "noch 12 Credits",
            "noch 0 Credits",
            "eine Zahlung ist fehlgeschlagen",
            "Ihr Tarif ist jetzt Pro",
            "25.000 neue Credits",
        ];
        assert_eq!(subjects(Language::En), en.map(|text| format!("Greeter: {text}")));
        assert_eq!(subjects(Language::De), de.map(|text| format!("Greeter: {text}")));
        let text = |n: usize, language| write(&all()[n], language, FRAME).plain;
        assert!(text(0, Language::En).contains("on March 31, 2027."));
        assert!(text(0, Language::De).contains("am 31.3.2027."));
        assert!(text(3, Language::De).contains("von Free zu Pro"));
        assert!(text(4, Language::En).contains("It has 1,234,567 now."));
    }

    #[test]
    fn every_mail_says_how_to_switch_it_off_and_says_the_same_in_both_forms() {
        for language in Language::ALL {
            for content in all() {
                let text = write(&content, language, FRAME);
                let off = if language == Language::En { "To switch them off" } else { "Zum Ausschalten" };
                for form in [&text.plain, &text.html] {
                    assert!(form.contains(off) && form.contains("Greeter"), "{form}");
                    assert!(!form.contains("{}") && !form.contains("  "), "{form}");
                }
                assert!(text.plain.contains("https://manage.wix.com/?a=1&b=2"));
                assert!(text.html.contains("href=\"https://manage.wix.com/?a=1&amp;b=2\""));
                assert!(text.html.contains(&format!("<html lang=\"{}\">", language.as_str())));
            }
        }
    }

    #[test]
    fn a_name_cannot_become_part_of_the_page() {
        let content =
            Content::PlanChanged { from: "<b>".to_owned(), to: "\"><script>alert(1)</script>".to_owned() };
        for language in Language::ALL {
            let html = write(&content, language, Frame { app: "A & <i>B", ..FRAME }).html;
            assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<i>"), "{html}");
        }
    }
}
