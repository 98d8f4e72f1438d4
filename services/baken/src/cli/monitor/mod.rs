//! `baken monitor`: figures over counts, from files that anybody can make. No data folder and no service is touched.

mod estimate;
mod sheet;
mod source;
mod table;

use clap::{Args, Subcommand, ValueEnum};
use monitor::definitions::code_book;

use super::Failure;

#[derive(Debug, Subcommand)]
pub enum Monitor {
    Estimate(estimate::Estimate),
    Definitions(Definitions),
    Source(source::SourceFile),
}

/// Prints what each figure of the monitor counts, as a code book in Markdown
#[derive(Debug, Args)]
pub struct Definitions {
    /// Dutch or English.
    #[arg(long, value_enum, default_value = "nl")]
    language: Language,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    Nl,
    En,
}

impl Monitor {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Estimate(estimate) => estimate.run(),
            Self::Source(source) => source.run(),
            Self::Definitions(definitions) => {
                definitions.print();
                Ok(())
            }
        }
    }
}

impl Definitions {
    fn print(self) {
        let language = match self.language {
            Language::Nl => monitor::definitions::Language::Dutch,
            Language::En => monitor::definitions::Language::English,
        };
        print!("{}", code_book(language));
    }
}
