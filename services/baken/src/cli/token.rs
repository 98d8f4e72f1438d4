//! `baken token`: a token of the development issuer, on standard output and nothing else.

use std::path::PathBuf;

use clap::Args;

use super::{DataFolder, Failure};
use crate::dev_issuer::DevIssuer;
use crate::owner_only::make_folder;
use crate::sources::{RandomIds, SystemClock};

#[derive(Debug, Args)]
pub struct Token {
    /// A user of the demo world.
    #[arg(required_unless_present = "list")]
    user: Option<String>,
    /// Prints the users that there are.
    #[arg(long)]
    list: bool,
    /// Other users than those of the demo world, such as `baken simulate --ndjson` describes.
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    #[command(flatten)]
    folder: DataFolder,
}

impl Token {
    pub fn run(self) -> Result<(), Failure> {
        let users = match &self.users {
            Some(file) => crate::demo::users_of(&std::fs::read_to_string(file)?)?,
            None => crate::demo::users()?,
        };
        let Some(name) = self.user.filter(|_| !self.list) else {
            for user in users {
                println!("{}", user.principal.user);
            }
            return Ok(());
        };
        let user = users.iter().find(|user| user.principal.user.as_str() == name);
        let user = user.ok_or("no such user of the demo world; `baken token --list` names them")?;
        make_folder(&self.folder.data)?;
        let issuer = DevIssuer::open_or_create(&self.folder.data)?;
        println!("{}", issuer.token_for(&user.principal, &SystemClock, &RandomIds)?);
        Ok(())
    }
}
