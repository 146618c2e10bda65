//! `token`: make, check and look into instance tokens.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::InstanceId;
use wixapp_core::clock::{Clock, SystemClock, Timestamp};
use wixapp_platform::instance_token::{self, InstanceClaims};
use wixapp_platform::{AppSecret, InstanceTokenVerifier};

use super::secret;
use crate::failure::Failure;
use crate::output;

/// Wix's tokens live four hours (wix-protocol §1).
const LIFETIME: SignedDuration = SignedDuration::from_hours(4);

/// More than any token; what is longer on standard input is none.
const LONGEST: u64 = 64 * 1024;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Make a token, as Wix would
    Sign(Sign),
    /// Check a token's signature and dates
    Verify(Verify),
    /// Show what a token says, without checking it
    Inspect(Inspect),
}

pub(super) fn sign_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} token sign --instance site-1 --secret-file secret.txt
  {program} token sign --instance site-1 --visitor --at 2026-01-31T12:00:00Z --json"
    )
}

pub(super) fn verify_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} token verify \"$TOKEN\" --secret-file secret.txt
  {program} token verify - --json < token.txt"
    )
}

pub(super) fn inspect_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} token inspect \"$TOKEN\"
  {program} token sign --instance site-1 | {program} token inspect -"
    )
}

#[derive(clap::Args)]
struct Secret {
    /// The app's secret [env: WIXAPP_APP_SECRET]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "secret_file")]
    secret: Option<String>,
    /// A file that holds it [env: WIXAPP_APP_SECRET_FILE]
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct Sign {
    #[command(flatten)]
    secret: Secret,
    /// The instance
    #[arg(long, value_name = "ID")]
    instance: InstanceId,
    /// The site
    #[arg(long, value_name = "ID")]
    site: Option<String>,
    /// For a visitor of the site instead of its owner
    #[arg(long)]
    visitor: bool,
    /// When it was signed, for example 2026-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Verify {
    /// The token, or - to read it from standard input
    // A token is base64url, so one in 64 begins with a hyphen.
    #[arg(allow_hyphen_values = true)]
    token: String,
    #[command(flatten)]
    secret: Secret,
    /// Check as if it were this time [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Inspect {
    /// The token, or - to read it from standard input
    #[arg(allow_hyphen_values = true)]
    token: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Sign(args) => sign(args),
        Command::Verify(args) => verify(args),
        Command::Inspect(args) => inspect(args),
    }
}

impl Secret {
    fn read(self) -> Result<AppSecret, Failure> {
        secret::read("secret", self.secret, self.secret_file.as_deref())
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "a time looks like 2026-01-31T12:00:00Z".to_owned())
}

/// The token itself, or what standard input holds.
fn token(given: String) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.trim().to_owned());
    }
    let mut text = String::new();
    std::io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(|error| {
        Failure::user("standard input cannot be read")
            .because(&error)
            .hint("`-` reads the token from standard input, as text")
    })?;
    Ok(text.trim().to_owned())
}

fn sign(args: Sign) -> Result<ExitCode, Failure> {
    let secret = args.secret.read()?;
    let at = args.at.unwrap_or_else(|| SystemClock.now());
    let mut claims = InstanceClaims::owner(args.instance, at);
    claims.expiration_date = at.checked_add(LIFETIME).ok();
    claims.meta_site_id = args.site;
    if args.visitor {
        claims.permissions = None;
        claims.aid = Some("visitor".to_owned());
    }
    let token = instance_token::sign(&claims, &secret);
    if args.json {
        output::json(&json!({ "token": token, "claims": claims }))?;
    } else {
        output::line(&token)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(args: Verify) -> Result<ExitCode, Failure> {
    let verifier = InstanceTokenVerifier::new(vec![args.secret.read()?]);
    let now = args.at.unwrap_or_else(|| SystemClock.now());
    match verifier.verify(&token(args.token)?, now) {
        Ok(claims) if args.json => output::json(&json!({ "valid": true, "claims": claims }))?,
        Ok(claims) => output::line(&format!("The token holds.\n{}", describe(&claims)))?,
        Err(error) if args.json => {
            output::json(&json!({ "valid": false, "reason": error.to_string() }))?;
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(refused(&error)),
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(error: &wixapp_platform::Error) -> Failure {
    let hint = if error.is_signature() {
        "the secret is another app's, or the token was changed: from here the two look the same"
    } else if error.is_expired() {
        "Wix gives a new one whenever the page is loaded; --at checks as of another time"
    } else {
        "an instance token is `<signature>.<payload>`; `token inspect` shows what one says"
    };
    Failure::user(error.to_string()).hint(hint)
}

fn inspect(args: Inspect) -> Result<ExitCode, Failure> {
    let malformed = |error: wixapp_platform::Error| {
        Failure::user(error.to_string())
            .hint("an instance token is `<signature>.<payload>`: two parts with one dot")
    };
    let token = instance_token::inspect(&token(args.token)?).map_err(malformed)?;
    if args.json {
        // All of it, also what this version has no name for.
        output::json(&json!({ "verified": false, "claims": token.payload }))?;
    } else {
        let claims = token.claims().map_err(malformed)?;
        output::line(&format!("Not checked: anybody can write this.\n{}", describe(&claims)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(claims: &InstanceClaims) -> String {
    let who = match (claims.is_visitor(), claims.is_owner()) {
        (true, _) => "a visitor of the site",
        (false, true) => "the owner of the site",
        (false, false) => "somebody who is not the owner",
    };
    let ends = claims.expiration_date.map_or_else(|| "no end".to_owned(), |at| at.to_string());
    format!(
        "  instance  {}\n  for       {who}\n  signed    {}\n  ends      {ends}",
        claims.instance_id, claims.sign_date
    )
}
