//! Making the instances that the load then uses.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use clap::Args;

use crate::balance;
use crate::connection::Connection;
use crate::identity::{self, Event, Secrets};
use crate::load;
use crate::request::Requests;
use crate::tally::Figures;

/// How many instances, and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct InstallArgs {
    /// The server's address.
    #[arg(long)]
    address: SocketAddr,
    /// The number of the first instance.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// How many.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
    #[command(flatten)]
    secrets: Secrets,
}

/// Installs the app in every instance, and waits until each has its credits.
pub(crate) async fn run(args: &InstallArgs) -> Result<Figures> {
    let instances: Vec<_> = (args.first..args.first + args.instances).map(identity::instance).collect();
    let events: Vec<_> = instances.iter().cloned().map(Event::installed).collect();
    let requests = Requests::webhooks(&args.secrets, &events)?;
    let figures = load::run_all(args.address, 16, requests).await?;
    ensure!(figures.errors == 0, "an install was refused: {:?}", figures.first_error);
    let mut connection = Connection::open(args.address).await?;
    for instance in &instances {
        let token = args.secrets.token(instance)?;
        balance::wait(&mut connection, &token, |balance| balance.available > 0).await?;
    }
    Ok(figures)
}
