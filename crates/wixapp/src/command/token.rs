//! `token`: make, check and look into instance tokens.

use std::process::ExitCode;

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::InstanceId;
use wixapp_core::clock::{Clock, SystemClock, Timestamp};
use wixapp_platform::instance_token::{self, InstanceClaims};
use wixapp_platform::{AppSecret, InstanceTokenVerifier};

use crate::failure::Failure;
use crate::output;

/// Wix's tokens live four hours (wix-protocol §1).
const LIFETIME: SignedDuration = SignedDuration::from_hours(4);

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Make a token, as Wix would
    #[command(after_help = "Example:\n  app token sign --instance site-1 --secret 0123456789abcdef")]
    Sign(Sign),
    /// Check a token's signature and dates
    #[command(after_help = "Example:\n  app token verify \"$TOKEN\" --secret 0123456789abcdef --json")]
    Verify(Verify),
    /// Show what a token says, without checking it
    Inspect(Inspect),
}

#[derive(clap::Args)]
pub(super) struct Secret {
    /// The app's secret
    #[arg(long, env = "WIXAPP_APP_SECRET", hide_env_values = true)]
    secret: String,
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
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Verify {
    /// The token
    token: String,
    #[command(flatten)]
    secret: Secret,
    /// Check as if it were this time [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Inspect {
    /// The token
    token: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Sign(args) => sign(args),
        Command::Verify(args) => verify(args),
        Command::Inspect(args) => inspect(&args),
    }
}

impl Secret {
    fn read(self) -> Result<AppSecret, Failure> {
        AppSecret::new(self.secret).map_err(|error| {
            Failure::user(format!("--secret: {error}"))
                .hint("use the app secret key from Wix's developer centre, at least 16 characters")
        })
    }
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
    match verifier.verify(args.token.trim(), now) {
        Ok(claims) if args.json => output::json(&json!({ "valid": true, "claims": claims }))?,
        Ok(claims) => output::line(&format!("The token holds.\n{}", describe(&claims)))?,
        Err(error) if args.json => {
            output::json(&json!({ "valid": false, "reason": error.to_string() }))?;
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => {
            return Err(Failure::user(error.to_string()).hint(
                "`token inspect` shows what it says; a wrong secret and a changed token look the same",
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn inspect(args: &Inspect) -> Result<ExitCode, Failure> {
    let token = instance_token::inspect(args.token.trim()).map_err(|error| {
        Failure::user(error.to_string())
            .hint("an instance token is `<signature>.<payload>`: two parts with one dot")
    })?;
    let claims = token.claims().map_err(|error| Failure::user(error.to_string()))?;
    if args.json {
        output::json(&json!({ "verified": false, "claims": claims }))?;
    } else {
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
