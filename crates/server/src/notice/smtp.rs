//! Sending over SMTP.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use super::mail::Mail;
use super::post::Refused;
use crate::config::{ConfigError, NoticesConfig, SmtpSecurity};

/// How long one mail may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A way to an SMTP server.
#[derive(Clone)]
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    server: String,
}

impl Smtp {
    pub(super) fn new(config: &NoticesConfig) -> Result<Self, ConfigError> {
        let host = config.smtp_host.clone().unwrap_or_default();
        let refused = |_| {
            ConfigError::new("notices.smtp_host (WIXAPP_SMTP_HOST): TLS to it cannot be set up").with_hint(
                "name a host, not an address; the machine needs its root certificates (ca-certificates)",
            )
        };
        let parameters = || TlsParameters::new(host.clone()).map_err(refused);
        let tls = match config.smtp_security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
            SmtpSecurity::Starttls => Tls::Required(parameters()?),
            SmtpSecurity::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone())
            .port(config.smtp_port)
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let (Some(user), Some(password)) = (&config.smtp_user, &config.smtp_password) {
            builder =
                builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), server: format!("{host}:{}", config.smtp_port) })
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    pub(super) async fn probe(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("{} did not answer as a mail server", self.server)),
            Err(error) => Err(describe(&error)),
        }
    }

    pub(super) async fn send(&self, mail: Mail) -> Result<(), Refused> {
        let parse = |spec: String| {
            spec.parse().map_err(|_| Refused { why: "the address is not taken".to_owned(), for_good: true })
        };
        let (from, to) = (parse(mail.from.spec())?, parse(mail.to.spec())?);
        let envelope = Envelope::new(Some(from), vec![to])
            .map_err(|_| Refused { why: "the address is not taken".to_owned(), for_good: true })?;
        match self.transport.send_raw(&envelope, &mail.bytes).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Refused { why: describe(&error), for_good: error.is_permanent() }),
        }
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).finish_non_exhaustive()
    }
}

/// What went wrong, without the server's own words: they repeat the address.
fn describe(error: &lettre::transport::smtp::Error) -> String {
    let what = match error.status() {
        Some(code) => return format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server did not answer in time",
        None if error.is_tls() => "TLS to the mail server failed",
        None if error.is_client() => {
            "the mail could not be handed over: the server offers no way to log in that is known"
        }
        None => "the mail server could not be reached",
    };
    what.to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::config::Config;
    use crate::notice::text::Text;
    use crate::notice::{Language, mail};

    /// A mail server for one conversation, which answers the recipient with `answer`; gives what it was told.
    async fn server(answer: &'static str) -> (u16, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let told = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let (mut lines, mut told, mut in_data) = (BufReader::new(read).lines(), String::new(), false);
            write.write_all(b"220 mail.example ready\r\n").await.unwrap();
            while let Some(line) = lines.next_line().await.unwrap() {
                told.push_str(&line);
                told.push('\n');
                let reply = match line.split([' ', ':']).next().unwrap() {
                    "." => {
                        in_data = false;
                        "250 taken"
                    }
                    _ if in_data => continue,
                    "RCPT" => answer,
                    "DATA" => {
                        in_data = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 good",
                };
                // Whoever was refused may be gone.
                let _ = write.write_all(format!("{reply}\r\n").as_bytes()).await;
                if reply.starts_with("221") {
                    break;
                }
            }
            told
        });
        (port, told)
    }

    async fn send(answer: &'static str) -> (Result<(), Refused>, String) {
        let (port, told) = server(answer).await;
        let config = Config::from_text(&format!(
            "[wix]\napp_id = 'app'\napp_secret = '0123456789abcdef'\n[notices]\nfrom = 'App <app@app.example>'\n\
             smtp_host = '127.0.0.1'\nsmtp_port = {port}\nsmtp_security = 'none'"
        ))
        .unwrap();
        let smtp = Smtp::new(&config.notices).unwrap();
        let text = Text { subject: "S".to_owned(), plain: "P\n".to_owned(), html: "<p>H</p>\n".to_owned() };
        let (from, to) = ("app@app.example".parse().unwrap(), "owner@example.com".parse().unwrap());
        let at = "2027-03-01T10:00:00Z".parse().unwrap();
        let sent = smtp.send(mail::build(&from, &to, "id-1".to_owned(), Language::En, &text, at)).await;
        drop(smtp);
        (sent, told.await.unwrap())
    }

    #[tokio::test]
    async fn a_mail_reaches_the_server_as_it_was_written() {
        let (sent, told) = send("250 good").await;
        assert_eq!(sent, Ok(()));
        assert!(
            told.contains("MAIL FROM:<app@app.example>") && told.contains("RCPT TO:<owner@example.com>"),
            "{told}"
        );
        assert!(
            told.contains("\nMessage-ID: <id-1@app.example>\n")
                && told.contains("--part-id-1--\n")
                && told.contains("\n.\n"),
            "{told}"
        );
    }

    #[tokio::test]
    async fn what_a_server_refuses_for_good_is_told_from_what_may_work_later_and_names_nobody() {
        for (answer, for_good) in [
            ("550 5.1.1 <owner@example.com>: no such user", true),
            ("451 4.7.1 <owner@example.com>: try later", false),
        ] {
            let (sent, _) = send(answer).await;
            let refused = sent.unwrap_err();
            assert_eq!(refused.for_good, for_good);
            assert_eq!(refused.why, format!("the mail server answered {}", &answer[..3]));
        }
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let config = Config::from_text(&format!(
            "[wix]\napp_id = 'app'\napp_secret = '0123456789abcdef'\n[notices]\nfrom = 'app@app.example'\n\
             smtp_host = '127.0.0.1'\nsmtp_port = {gone}\nsmtp_security = 'none'"
        ))
        .unwrap();
        let why = Smtp::new(&config.notices).unwrap().probe().await.unwrap_err();
        assert_eq!(why, "the mail server could not be reached");
    }
}
