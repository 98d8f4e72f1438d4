//! `baken demo`: the service on an embedded log, with the demo world and Marek's case, and a call to try for each role.

use std::net::SocketAddr;

use clap::Args;

use super::{DataFolder, Failure, data, welcome};
use crate::demo;
use crate::dev_issuer::{DevIssuer, Profile};
use crate::edge::Limits;
use crate::sources::{Clock, SystemClock};
use crate::startup::{EdgeParts, listen};
use crate::telemetry::{self, Format};

#[derive(Debug, Args)]
pub struct Demo {
    /// The port on the loopback address; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    folder: DataFolder,
    /// Lets everything wait for somebody, and does nothing by itself.
    #[arg(long)]
    no_watch: bool,
    /// What is traced on standard error.
    #[arg(long, default_value = "warn", env = "BAKEN_TELEMETRY__FILTER")]
    trace: String,
    /// Lifts the rate limits, for load tests.
    #[arg(long, env = "BAKEN_DEMO_UNLIMITED", hide = true, value_parser = clap::builder::FalseyValueParser::new(), action = clap::ArgAction::SetTrue)]
    unlimited: bool,
}

impl Demo {
    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Json, &self.trace);
        let bind = SocketAddr::from(([127, 0, 0, 1], self.port));
        DevIssuer::allowed(Profile::Development, bind.ip())?;
        let folder = &self.folder.data;
        let mut service = data::start(folder, demo::settings()?).await?;
        let issuer = DevIssuer::open_or_create(folder)?;
        let loaded = demo::load(&service.baken, SystemClock.now()).await?;
        // Not before: the story is told in arrears, and what it tells of as done must not be found missing meanwhile.
        if !self.no_watch {
            service.watch();
        }
        let limits = if self.unlimited { Limits::unlimited() } else { Limits::default() };
        let edge =
            EdgeParts { issuers: vec![issuer.issuer_config()?], limits, introspection: true, operator_token: None };
        let listening = listen(&service, bind, edge)?;
        let url = format!("http://{}", listening.address);
        std::fs::write(data::address_file(folder), &url)?;
        print!("{}", welcome::text(&url, folder, &loaded)?);
        listening.server.await?;
        Ok(())
    }
}
