//! `baken import`: a shelter's own export, through a batch, into a running service or a data folder of the demo.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{DataFolder, Failure, data};
use crate::demo;
use crate::dev_issuer::DevIssuer;
use crate::edge::Limits;
use crate::import::{IdKey, ImportError, Mapping, Plan, Sent, Table, Target, plan, send};
use crate::sources::{RandomIds, SystemClock};
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
        let plan = plan(table, &mapping, &key);
        for finding in &plan.findings {
            println!("{finding}");
        }
        if self.dry_run {
            println!("{}", would_send(&plan));
            return if plan.findings.is_empty() { Ok(()) } else { Err("some rows would not be sent".into()) };
        }
        let left_out = plan.findings.len();
        let (target, _service) = self.target().await?;
        let progress = progress(plan.lines.len());
        let sent = send(&target, &Arc::new(plan.lines), &progress).await?;
        tell(&sent);
        match (sent.refused.len(), left_out) {
            (0, 0) => Ok(()),
            (refused, left_out) => {
                Err(format!("{refused} lines were refused, and {left_out} problems kept rows from being sent").into())
            }
        }
    }

    /// The running service; or one that runs as long as this does.
    async fn target(&self) -> Result<(Target, Option<Service>), Failure> {
        if let (Some(url), Some(file)) = (&self.url, &self.token_file) {
            let token = std::fs::read_to_string(file)?.trim().to_owned();
            if token.is_empty() {
                return Err(ImportError::Token("its file is empty").into());
            }
            return Ok((Target { url: url.clone(), token }, None));
        }
        let name = self.user.as_deref().ok_or("say where to: --url and --token-file, or --user of the demo world")?;
        let users = demo::users()?;
        let user = users.iter().find(|user| user.principal.user.as_str() == name);
        let user = user.ok_or("no such user of the demo world; `baken token --list` names them")?;
        let service = data::start(&self.folder.data, demo::settings()?).await?;
        let issuer = DevIssuer::open_or_create(&self.folder.data)?;
        let issuers = vec![issuer.issuer_config()?];
        let edge = EdgeParts { issuers, limits: Limits::unlimited(), introspection: false, operator_token: None };
        let listening = listen(&service, ([127, 0, 0, 1], 0).into(), edge)?;
        let token = issuer.token_for(&user.principal, &SystemClock, &RandomIds)?;
        let url = format!("http://{}", listening.address);
        drop(tokio::spawn(listening.server));
        Ok((Target { url, token }, Some(service)))
    }
}

fn would_send(plan: &Plan) -> String {
    let mut commands = BTreeMap::<_, usize>::new();
    for line in &plan.lines {
        *commands.entry(line.command.name()).or_default() += 1;
    }
    let commands: Vec<_> = commands.into_iter().map(|(command, number)| format!("{number} {command}")).collect();
    let (problems, rows, lines) = (plan.findings.len(), plan.rows, plan.lines.len());
    format!("{problems} problems; {rows} rows would be sent as {lines} lines: {}", commands.join(", "))
}

fn tell(sent: &Sent) {
    for refused in &sent.refused {
        for finding in &refused.findings {
            println!("{finding} [{} {}]", refused.status, refused.code);
        }
    }
    let Sent { recorded, known, refused } = sent;
    println!("{recorded} lines recorded, {known} recorded before, {} refused", refused.len());
}

/// A progress bar on standard error; where that is no terminal, nothing is drawn.
fn progress(lines: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} lines, {per_sec}, {eta} left");
    ProgressBar::new(lines as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
