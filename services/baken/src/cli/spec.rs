//! `baken spec`: writes everything in `api-spec/`. What it writes is checked in, and CI fails where it differs.

use std::path::PathBuf;

use clap::Args;

use super::Failure;

#[derive(Debug, Args)]
pub struct Spec {
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "api-spec")]
    to: PathBuf,
}

impl Spec {
    pub fn run(self) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.to)?;
        let mut openapi = crate::edge::openapi::document().to_pretty_json()?;
        openapi.push('\n');
        let mut events = serde_json::to_string_pretty(&care_path::event::events_schema()?)?;
        events.push('\n');
        let files = [
            ("openapi.json", openapi),
            ("schema.graphql", crate::edge::graphql::sdl()),
            ("events.schema.json", events),
            ("policy.csv", care_path::sight::csv()?),
        ];
        for (name, content) in files {
            let file = self.to.join(name);
            std::fs::write(&file, content)?;
            println!("{}", file.display());
        }
        Ok(())
    }
}
