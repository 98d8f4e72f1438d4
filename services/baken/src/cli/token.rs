//! `baken token`: a token of the development issuer, on standard output and nothing else.

use std::path::PathBuf;

use clap::Args;

use super::{DataFolder, Failure};
use crate::dev_issuer::DevIssuer;
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
        let issuer = DevIssuer::open(&self.folder.data)?;
        println!("{}", issuer.token_for(&user.principal, &SystemClock, &RandomIds)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(data: PathBuf, user: Option<&str>) -> Result<(), Failure> {
        let user = user.map(str::to_owned);
        Token { list: user.is_none(), user, users: None, folder: DataFolder { data } }.run()
    }

    #[test]
    fn without_a_demo_no_token_is_made_and_nothing_else_either() {
        let folder = tempfile::tempdir().unwrap();
        for data in [folder.path().to_owned(), folder.path().join("new")] {
            let refused = token(data.clone(), Some("police-rotterdam")).unwrap_err().to_string();
            let expected = format!("there is no demo in {0}: start `baken demo --data {0}` first", data.display());
            assert_eq!(refused, expected);
            token(data, None).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        DevIssuer::open_or_create(folder.path()).unwrap();
        token(folder.path().to_owned(), Some("police-rotterdam")).unwrap();
    }
}
