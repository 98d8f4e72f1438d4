//! Forms: what a command asks for, said once. [`catalogue`] lists the fields of each command; [`Page::act`] shows them and
//! [`read`] makes the command's body of what was sent.

mod beside;
mod catalogue;
mod choices;
mod directory;
mod read;
mod render;
mod rights;

use care_path::PersonId;
use care_path::codes::OrgKind;
use care_path::command::CommandKind;
use uuid::Uuid;

pub use catalogue::form_of;
pub use read::{birth, put, read};
pub(crate) use rights::QUESTIONS;

use crate::words::Said;

/// What is asked for in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Line,
    /// Several lines.
    Text,
    /// A sealed document, pasted: long, and no word of it is read here.
    Sealed,
    /// A whole number.
    Number,
    /// A box to tick.
    Flag,
    /// Yes, no, or nothing.
    TrueFalse,
    /// One code of a list.
    Code(&'static str),
    /// Any codes of a list.
    Codes(&'static str),
    /// The classes of data that a consent may name.
    Consented,
    /// The kind of a place: those that the reader's own organisation has, where it has any.
    OwnKind,
    /// One of a few.
    Among(&'static [(&'static str, Said)]),
    /// A day and time in Amsterdam.
    Moment,
    Day,
    /// A time of day.
    Time,
    /// A date of birth as far as it is known.
    Birth,
    Country,
    /// A country to return to: any but the Netherlands.
    Abroad,
    Countries,
    Language,
    /// The languages that somebody speaks.
    Languages,
    /// Languages, by their tags alone.
    Tags,
    /// Names with commas between them.
    Names,
    /// An organisation of the directory: those of the reader's municipality first.
    Organisation,
    /// One of these kinds.
    OrganisationOf(&'static [OrgKind]),
    /// A care provider that takes part, in the country that the form names; it is asked for where there is one.
    CareAbroad,
    /// A municipality that somebody of the directory is in.
    Municipality,
    /// The same, or a new one.
    MunicipalityOrNew,
    /// One that offers something, with what that is.
    Offering,
    /// Whom a lookout goes to.
    Recipients,
    /// Whom a consent is given for: a country.
    ConsentRecipient,
    /// A place of the reader's own organisation.
    Facility,
    /// A year or quarter of the last three years, the newest first.
    Period,
    /// An id that the page knows: a person, a user.
    Id,
}

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Where its value goes in the command's body: a JSON pointer. `0` in it is the first item of a list.
    pub at: &'static str,
    pub label: Said,
    pub input: Input,
    pub required: bool,
    /// This one or another is needed: they stand with what is required.
    pub either: bool,
    pub hint: Option<Said>,
}

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub title: Said,
    pub fields: &'static [Field],
    /// What whoever opens it is to know before they send it.
    pub warning: Option<Said>,
}

/// A form as a page puts it: for which command, about whom, and what the page knows already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub command: CommandKind,
    pub person: Option<PersonId>,
    pub subject: Option<Uuid>,
    /// Fields that the page fills in: they are not asked for.
    pub given: Vec<(&'static str, String)>,
    /// What stands in its fields until somebody changes it.
    pub filled: Vec<(&'static str, String)>,
    /// Fields that are needed here, though the command may do without.
    pub needs: Vec<&'static str>,
    /// What it is called here, where that is not the command's own title.
    pub title: Option<Said>,
    /// The form is part of the page, and is not fetched when it is opened.
    pub inline: bool,
    /// One tap sends it: nothing is asked.
    pub at_once: bool,
    /// What whoever opens its form here is to know before they send it.
    pub warning: Option<Said>,
    pub primary: bool,
}

impl Ask {
    #[must_use]
    pub fn of(command: CommandKind) -> Self {
        Self {
            command,
            person: None,
            subject: None,
            given: Vec::new(),
            filled: Vec::new(),
            needs: Vec::new(),
            title: None,
            inline: false,
            at_once: false,
            warning: None,
            primary: false,
        }
    }

    #[must_use]
    pub fn about(self, person: PersonId) -> Self {
        Self { person: Some(person), ..self }
    }

    #[must_use]
    pub fn subject(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }

    #[must_use]
    pub fn given(mut self, at: &'static str, value: impl Into<String>) -> Self {
        self.given.push((at, value.into()));
        self
    }

    #[must_use]
    pub fn filled(mut self, at: &'static str, value: impl Into<String>) -> Self {
        self.filled.push((at, value.into()));
        self
    }

    #[must_use]
    pub fn needs(mut self, at: &'static str) -> Self {
        self.needs.push(at);
        self
    }

    #[must_use]
    pub fn titled(self, dutch: &'static str, english: &'static str) -> Self {
        Self { title: Some(Said(dutch, english)), ..self }
    }

    #[must_use]
    pub fn warned(self, dutch: &'static str, english: &'static str) -> Self {
        Self { warning: Some(Said(dutch, english)), ..self }
    }

    #[must_use]
    pub fn at_once(self) -> Self {
        Self { at_once: true, ..self }
    }

    #[must_use]
    pub fn inline(self) -> Self {
        Self { inline: true, ..self }
    }

    #[must_use]
    pub fn primary(self) -> Self {
        Self { primary: true, ..self }
    }

    /// Where the form is, on a page of its own. It names ids and codes alone.
    #[must_use]
    pub fn path(&self, back: &str) -> String {
        let person = self.person.map(|person| format!("person={person}&")).unwrap_or_default();
        let subject = self.subject.map(|subject| format!("subject={subject}&")).unwrap_or_default();
        let pairs = self.given.iter().map(|(name, value)| format!("{}={}&", escaped(name), escaped(value)));
        let given = pairs.collect::<Vec<_>>().concat();
        format!("/board/form/{}?{person}{subject}{given}back={}", self.command.name(), escaped(back))
    }

    /// The name of the form on its page.
    #[must_use]
    pub fn id(&self) -> String {
        let person = self.person.map(|person| format!("-{person}")).unwrap_or_default();
        let subject = self.subject.map(|subject| format!("-{subject}")).unwrap_or_default();
        let given = self.given.iter().map(|(_, value)| format!("-{value}")).collect::<Vec<_>>().concat();
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
        format!("do-{}{person}{subject}{given}", self.command.name()).chars().map(plain).collect()
    }
}

/// As a part of a query (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect::<Vec<_>>().concat()
}
