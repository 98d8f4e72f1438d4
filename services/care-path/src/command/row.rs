//! A row of the catalogue of commands: what is said of a command, and the code that comes from it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::policy::commands::When;

/// What the catalogue says of a command.
#[derive(Debug)]
pub(crate) struct Row {
    pub name: &'static str,
    pub words: &'static [&'static str],
    pub route: Option<Route>,
    pub without_person: Option<WithoutPerson>,
    pub creates: Option<&'static str>,
    pub other_person: Option<OtherPerson>,
    /// In which relation each role may send it.
    pub may: [When; 14],
}

/// Where REST takes a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    /// With the person, and what the command is about, in braces.
    pub path: &'static str,
    /// Under which heading it is documented.
    pub tag: &'static str,
}

/// The method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Post,
    Delete,
}

impl Method {
    /// Its name in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// What a command does that names no person. Others are about a person who is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutPerson {
    /// It opens the path of a new person.
    Opens,
    /// It counts people whom nobody knows.
    Counts,
    /// It is about the directory, and about no person.
    Directory,
    /// It is about figures of many.
    Figures,
}

/// Where a command names another person than the one on whose path it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherPerson {
    /// The other person is its subject.
    Subject,
    /// This field of its body names the other person.
    Field(&'static str),
}

/// Why a command cannot be read from its name, subject and body.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableCommand {
    #[error("the command has a subject that it does not take, or lacks the one that it needs")]
    Subject,
    /// With the place in the body.
    #[error(transparent)]
    Body(#[from] serde_path_to_error::Error<serde_json::Error>),
}

/// Reads the body of a command.
pub(super) fn body_of<C: DeserializeOwned>(body: &Value) -> Result<C, UnreadableCommand> {
    Ok(serde_path_to_error::deserialize(body)?)
}

/// The schema of a type that is read from JSON, without naming the type.
#[cfg(feature = "schema")]
#[derive(Debug, Clone, Copy)]
pub struct BodyType {
    pub name: fn() -> std::borrow::Cow<'static, str>,
    pub schema: fn() -> utoipa::openapi::RefOr<utoipa::openapi::Schema>,
    /// The schemas that it refers to.
    pub schemas: fn(&mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>),
}

#[cfg(feature = "schema")]
impl BodyType {
    /// That of a type.
    #[must_use]
    pub fn of<T: utoipa::ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, schemas: T::schemas }
    }
}

/// A clause that a row may lack.
macro_rules! optional {
    () => {
        None
    };
    ($($value:tt)+) => {
        Some($($value)+)
    };
}

/// Where the other person is named, and who it is.
macro_rules! other_person {
    (place) => {
        None
    };
    (place subject) => {
        Some($crate::command::OtherPerson::Subject)
    };
    (place $field:ident) => {
        Some($crate::command::OtherPerson::Field(stringify!($field)))
    };
    (of $subject:ident $command:ident) => {{
        let _ = ($subject, $command);
        None
    }};
    (of $subject:ident $command:ident subject) => {{
        let _ = $command;
        Some(*$subject)
    }};
    (of $subject:ident $command:ident $field:ident) => {{
        let _ = $subject;
        Some($command.$field)
    }};
}

/// What of a command holds for those who come together with a person; for most nothing does.
macro_rules! companions {
    (takes) => {
        false
    };
    (takes $($clause:tt)+) => {
        true
    };
    (of $type:ty, $command:ident) => {{
        let _ = $command;
        None
    }};
    (of $type:ty, $command:ident, |$pattern:pat_param| $shared:expr) => {{
        let shared: fn(&$type) -> $type = |$pattern| $shared;
        Some(shared($command))
    }};
}

/// What a command is about: what its row says, else its subject.
macro_rules! about {
    ($type:ty, $subject:ident, $command:ident) => {{
        let _ = $command;
        Subject::from(*$subject)
    }};
    ($type:ty, $subject:ident, $command:ident, |$pattern:pat_param| $about:expr) => {{
        let _ = $subject;
        let about: fn(&$type) -> Subject = |$pattern| $about;
        about($command)
    }};
}

/// Declares the commands: an enum of them, an enum of their kinds, and everything that their rows say.
macro_rules! catalogue {
    ($(
        $(#[doc = $words:literal])+
        $command:ident = $name:tt,
        $(at $method:ident $path:literal in $tag:literal,)?
        $(without person $without:ident,)?
        $(creates $creates:literal,)?
        $(other person in $other:ident,)?
        $(about |$pattern:pat_param| $about:expr,)?
        $(companions |$companion:pat_param| $shared:expr,)?
        [$($may:ident),+ $(,)?];
    )+) => {
        /// A command with its subject.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Command {
            $( $(#[doc = $words])+ $command(<$command as Decide>::Subject, $command), )+
        }

        spelt! {
            /// The kind of a command: what the policy's table of commands has a row for.
            pub enum CommandKind {
                $( $command = $name, )+
            }
        }

        impl CommandKind {
            /// Every kind of command there is.
            pub const ALL: &'static [Self] = Self::VALUES;

            pub(crate) fn row(self) -> &'static Row {
                match self {
                    $( Self::$command => const { &Row {
                        name: $name,
                        words: &[$($words),+],
                        route: optional!($(Route { method: Method::$method, path: $path, tag: $tag })?),
                        without_person: optional!($(WithoutPerson::$without)?),
                        creates: optional!($($creates)?),
                        other_person: other_person!(place $($other)?),
                        may: [$($may),+],
                    } }, )+
                }
            }

            /// Whether it takes a subject, or none, as it was named.
            #[must_use]
            pub fn takes(self, subject: Option<Uuid>) -> bool {
                match self {
                    $( Self::$command => <$command as Decide>::Subject::from_id(subject).is_some(), )+
                }
            }

            /// How a case must stand for it.
            #[must_use]
            pub const fn requires(self) -> Requires {
                match self {
                    $( Self::$command => <$command as Decide>::REQUIRES, )+
                }
            }

            /// Whether one call may send it for those too who come together with the person.
            #[must_use]
            pub fn takes_companions(self) -> bool {
                match self {
                    $( Self::$command => companions!(takes $($companion => $shared)?), )+
                }
            }

            /// Reads a command of this kind from its body and the id of its subject.
            ///
            /// # Errors
            /// Where the body or the subject is not what the command takes.
            pub fn read(self, subject: Option<Uuid>, body: &Value) -> Result<Command, UnreadableCommand> {
                match self {
                    $( Self::$command => {
                        let command = body_of(body)?;
                        Ok(Command::$command(SubjectId::from_id(subject).ok_or(UnreadableCommand::Subject)?, command))
                    } )+
                }
            }

            /// The schema of its body.
            #[cfg(feature = "schema")]
            #[must_use]
            pub fn body(self) -> BodyType {
                match self {
                    $( Self::$command => BodyType::of::<$command>(), )+
                }
            }
        }

        impl Command {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> CommandKind {
                match self {
                    $( Self::$command(..) => CommandKind::$command, )+
                }
            }

            /// What on a path it is about.
            #[must_use]
            pub fn subject(&self) -> Subject {
                match self {
                    $( Self::$command(subject, command) => {
                        about!($command, subject, command $(, |$pattern| $about)?)
                    } )+
                }
            }

            /// The command for somebody who comes together with the person: as much of it as holds for both.
            #[must_use]
            pub fn for_companion(&self) -> Option<Self> {
                match self {
                    $( Self::$command(subject, command) => {
                        let shared: Option<$command> =
                            companions!(of $command, command $(, |$companion| $shared)?);
                        shared.map(|shared| Self::$command(*subject, shared))
                    } )+
                }
            }

            /// Whose entry in the directory it is about.
            #[must_use]
            pub fn organisation(&self, directory: &Directory) -> Option<OrgId> {
                match self {
                    $( Self::$command(_, command) => command.organisation(directory), )+
                }
            }

            /// Where it asks for a place.
            #[must_use]
            pub fn asks_for(&self, asking: &Asking<'_>) -> Asked {
                match self {
                    $( Self::$command(_, command) => command.asks_for(asking), )+
                }
            }

            /// The other person whom it names.
            #[must_use]
            pub fn other_person(&self) -> Option<PersonId> {
                match self {
                    $( Self::$command(subject, command) => other_person!(of subject command $($other)?), )+
                }
            }

            /// The command about another entry, where it is about one.
            #[must_use]
            pub fn on_entry(self, entry: EventId) -> Self {
                match self {
                    $( Self::$command(subject, command) => Self::$command(subject.or_entry(entry), command), )+
                }
            }

            /// The command as it is said from the path of its subject's other end.
            pub(super) fn turned(self, named: PersonId) -> Self {
                match self {
                    $( Self::$command(subject, command) => Self::$command(subject.turned(named), command), )+
                }
            }
        }

        impl Decide for Command {
            type Subject = ();

            fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
                $crate::path::privacy::refuse_of_the_erased(self.kind(), path)?;
                match self {
                    $( Self::$command(subject, command) => decide(command, subject, path, at), )+
                }
            }
        }
    };
}
pub(super) use {about, catalogue, companions, optional, other_person};
