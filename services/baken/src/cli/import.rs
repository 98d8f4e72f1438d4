//! `baken import`: a shelter's own export, through a batch, into a running service or a data folder of the demo.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{DataFolder, Failure, data};
use crate::demo;
use crate::dev_issuer::DevIssuer;
use crate::edge::Limits;
use crate::import::{Brought, IdKey, ImportError, ImportTarget, Mapping, Plan, Table, bring, plan};
use crate::sources::{Clock as _, RandomIds, SystemClock};
use crate::startup::{EdgeParts, Service, listen};
use crate::telemetry::{self, Format};

#[derive(Debug, Args)]
pub struct Import {
    /// The export: CSV.
    file: PathBuf,
    /// Which columns say what: see `seeds/import/opvang.toml`.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Sends nothing: lists everything that is wrong, and says what would be sent.
    #[arg(long)]
    dry_run: bool,
    /// A running service.
    #[arg(long, value_name = "URL", requires = "token_file")]
    url: Option<String>,
    /// A file that holds the token of who sends.
    #[arg(long, value_name = "FILE", requires = "url")]
    token_file: Option<PathBuf>,
    /// Instead of a running service: a user of the demo world, into the data folder.
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    user: Option<String>,
    #[command(flatten)]
    folder: DataFolder,
}

impl Import {
    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Text, "warn");
        let mapping = Mapping::read(&self.mapping)?;
        let table = Table::read(&self.file, &mapping)?;
        let key = if self.dry_run { IdKey::to_look() } else { IdKey::open_or_create(&mapping.key_file)? };
        let plan = plan(table, &mapping, &key, SystemClock.now());
        for finding in &plan.findings {
            println!("{finding}");
        }
        if plan.rows.is_empty() && plan.unread == 0 {
            return Err("the file has no rows: nothing was sent".into());
        }
        if self.dry_run {
            plan.told.iter().for_each(|finding| println!("{finding}"));
            print!("{}", plan.notes);
            println!("{}", would_send(&plan));
            let refused = plan.tally().refused;
            return if plan.findings.is_empty() {
                Ok(())
            } else {
                Err(format!("{refused} rows would be refused").into())
            };
        }
        let (target, _service) = self.target().await?;
        let progress = progress(plan.lines().count());
        let brought = bring(&target, plan, &key, &progress).await?;
        tell(&brought);
        match brought.rows.refused {
            0 => Ok(()),
            refused => Err(format!("{refused} rows were refused, in whole or in part").into()),
        }
    }

    /// The running service; or one that runs as long as this does.
    async fn target(&self) -> Result<(ImportTarget, Option<Service>), Failure> {
        if let (Some(url), Some(file)) = (&self.url, &self.token_file) {
            let token = std::fs::read_to_string(file)?.trim().to_owned();
            if token.is_empty() {
                return Err(ImportError::Token("its file is empty").into());
            }
            return Ok((ImportTarget::new(url, token), None));
        }
        let name = self.user.as_deref().ok_or("say where to: --url and --token-file, or --user of the demo world")?;
        let users = demo::users()?;
        let user = users.iter().find(|user| user.principal.user.as_str() == name);
        let user = user.ok_or("no such user of the demo world; `baken token --list` names them")?;
        let service = data::start(&self.folder.data, demo::settings()?).await?;
        let issuer = DevIssuer::open_or_create(&self.folder.data)?;
        let issuers = vec![issuer.issuer_config()?];
        let edge = EdgeParts { issuers, limits: Limits::unlimited(), introspection: false, ..EdgeParts::default() };
        let listening = listen(&service, ([127, 0, 0, 1], 0).into(), edge)?;
        let token = issuer.token_for(&user.principal, &SystemClock, &RandomIds)?;
        let url = format!("http://{}", listening.address);
        drop(tokio::spawn(listening.server));
        Ok((ImportTarget::new(&url, token), Some(service)))
    }
}

fn would_send(plan: &Plan) -> String {
    let mut commands = BTreeMap::<_, usize>::new();
    for line in plan.lines() {
        *commands.entry(line.command.name()).or_default() += 1;
    }
    let commands: Vec<_> = commands.into_iter().map(|(command, number)| format!("{number} {command}")).collect();
    let (problems, lines) = (plan.findings.len(), plan.lines().count());
    let told = format!("{problems} problems; {}; {} cells not taken", plan.tally(), plan.notes.cells());
    format!("{told}\n{lines} lines would be sent: {}", commands.join(", "))
}

fn tell(brought: &Brought) {
    let Brought { rows, recorded, known, refused, told, notes } = brought;
    for refused in refused {
        for finding in &refused.findings {
            println!("{finding} [{} {}]", refused.status, refused.code);
        }
    }
    for finding in told {
        println!("{finding}");
    }
    print!("{notes}");
    println!("{rows}; {} cells not taken", notes.cells());
    println!("{recorded} lines recorded, {known} recorded before, {} refused", refused.len());
}

/// A progress bar on standard error; where that is no terminal, nothing is drawn.
fn progress(lines: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} lines, {per_sec}, {eta} left");
    ProgressBar::new(lines as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
