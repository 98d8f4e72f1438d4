//! Facts: what can be told of an event, or of what follows from events, piece by piece.
//!
//! A fact carries its label where its event is defined: its name, the category and the depth at which the policy's table
//! finds it, and the class that it is sealed in. Its value cannot be read but through a [`Reader`], which is asked first
//! whether it may show it. So no view can give a field another depth than the table does.

use serde::Serialize;

use crate::codes::DataClass;
use crate::policy::{Address, Category, Depth};
use crate::private::{Class, Private};
use crate::stamp::Stamp;

/// Where the policy's table finds a fact, and how it lies in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub name: &'static str,
    pub category: Category,
    pub depth: Depth,
    /// The class that it is sealed in; `None` where it is stored in clear, or derived.
    pub sealed: Option<DataClass>,
}

/// What the facts of one thing have in common: who recorded it, and to whom it is addressed.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// `None` where several recordings make it.
    pub stamp: Option<&'a Stamp>,
    pub address: Address<'a>,
}

impl<'a> Origin<'a> {
    /// A part of the case, as one event told it.
    #[must_use]
    pub fn recorded(stamp: &'a Stamp) -> Self {
        Self { stamp: Some(stamp), address: Address::Case }
    }

    /// What several recordings make.
    #[must_use]
    pub fn derived() -> Self {
        Self { stamp: None, address: Address::Case }
    }

    /// The same, as a part of something that is addressed to somebody.
    #[must_use]
    pub fn addressed(self, address: Address<'a>) -> Self {
        Self { address, ..self }
    }
}

/// Who is asked whether a fact may be shown.
pub trait Reader {
    /// Whether a fact with this label and origin is shown.
    fn shows(&self, label: &Label, origin: &Origin<'_>) -> bool;

    /// Is told of what it was shown: whoever keeps count of disclosures does it here.
    fn was_shown(&self, _label: &Label) {}
}

/// One thing that can be told.
#[derive(Clone, Copy)]
pub struct Fact<'a, T> {
    label: Label,
    origin: Origin<'a>,
    value: Option<T>,
}

impl<'a, T> Fact<'a, T> {
    /// A fact with its label.
    pub(crate) fn new(label: Label, origin: Origin<'a>, value: Option<T>) -> Self {
        Self { label, origin, value }
    }

    /// Where the policy finds it.
    #[must_use]
    pub fn label(&self) -> Label {
        self.label
    }

    /// Who recorded it, and to whom it is addressed.
    #[must_use]
    pub fn origin(&self) -> Origin<'a> {
        self.origin
    }

    /// The same value under another label, for readers to whom a rule gives it so.
    pub(crate) fn at(self, label: Label) -> Self {
        Self { label, ..self }
    }

    /// The value, if the reader may see it and it is known.
    pub fn shown_to(self, reader: &impl Reader) -> Option<T> {
        let value = if reader.shows(&self.label, &self.origin) { self.value } else { None };
        if value.is_some() {
            reader.was_shown(&self.label);
        }
        value
    }
}

/// The facts of one thing: an event, or a part of the path that events made.
pub struct Facts<'a, E: ?Sized> {
    pub(crate) of: &'a E,
    pub(crate) origin: Origin<'a>,
}

impl<E: ?Sized> Clone for Facts<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: ?Sized> Copy for Facts<'_, E> {}

impl<'a> Origin<'a> {
    /// The facts of something of this origin.
    pub(crate) fn of<E: ?Sized>(self, of: &'a E) -> Facts<'a, E> {
        Facts { of, origin: self }
    }
}

impl<'a> Origin<'a> {
    /// Tells the facts of something of this origin.
    pub(crate) fn tell<E: Describe>(self, of: &'a E, visitor: &mut impl Visitor<'a>) {
        E::describe(self.of(of), visitor);
    }
}

/// Goes through the facts of something.
pub trait Visitor<'a> {
    fn fact<T: Serialize>(&mut self, fact: Fact<'a, T>);
}

/// What has facts.
pub trait Describe {
    /// Shows each of them to a visitor, in the order in which they are told.
    fn describe<'a>(facts: Facts<'a, Self>, visitor: &mut impl Visitor<'a>);
}

impl<T: Describe> Describe for Box<T> {
    fn describe<'a>(facts: Facts<'a, Self>, visitor: &mut impl Visitor<'a>) {
        T::describe(facts.origin.of(facts.of), visitor);
    }
}

/// What is told of something that may be missing.
impl<T: Describe> Describe for Option<T> {
    fn describe<'a>(facts: Facts<'a, Self>, visitor: &mut impl Visitor<'a>) {
        if let Some(of) = facts.of {
            T::describe(facts.origin.of(of), visitor);
        }
    }
}

/// How a value lies in the log: in which class it is sealed, and what is known of it.
pub(crate) type Lies<T> = (Option<DataClass>, Option<T>);

/// A value that is stored in clear.
pub(crate) fn clear<T>(value: T) -> Lies<T> {
    (None, Some(value))
}

/// One that is stored in clear and may be missing.
pub(crate) fn maybe<T>(value: Option<T>) -> Lies<T> {
    (None, value)
}

/// A describing value, which may be erased.
pub(crate) fn sealed<T, C: Class>(value: &Private<T, C>) -> Lies<&T> {
    (Some(C::CLASS), value.get())
}

/// One that may be missing as well.
#[allow(clippy::ref_option)] // the tables of facts name fields as they are
pub(crate) fn maybe_sealed<T, C: Class>(value: &Option<Private<T, C>>) -> Lies<&T> {
    (Some(C::CLASS), value.as_ref().and_then(Private::get))
}

/// A part of what is sealed as one, or what follows from it.
pub(crate) fn part<'v, W, T, C: Class>(whole: &'v Private<W, C>, part: impl FnOnce(&'v W) -> Option<T>) -> Lies<T> {
    (Some(C::CLASS), whole.get().and_then(part))
}

/// A list that has something in it.
pub(crate) fn some<T>(list: &Vec<T>) -> Option<&Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The labels of what can be told of a part of the path as a whole: rows of the policy's table.
pub trait Labels {
    /// The name of the part.
    const PART: &'static str;

    /// Each label, in the order in which they are told.
    fn labels() -> Vec<Label>;
}

/// The contents of events, and in the same line what can be told of each field: how it lies in the log, and the category
/// and the depth at which the policy's table finds it.
///
/// | a field is | when it is stored |
/// |---|---|
/// | `clear T` | in clear |
/// | `maybe T` | in clear, and may be missing |
/// | `sealed(T, Class)`, `maybe sealed(T, Class)` | sealed in a data class |
/// | `..T` | as a part with facts of its own |
/// | `only T` | and is told by facts that follow from it: `= name: type as "name" => category, depth: value;` |
///
/// What events hold is read where paths are folded and decided, and elsewhere as facts alone.
macro_rules! events {
    ($( $(#[$meta:meta])* pub struct $name:ident $(as $it:ident)? { $($body:tt)* } )+) => {$(
        $crate::fact::events!(@of [$(#[$meta])*] $name [$($it)? it] [] [] $($body)*);
    )+};

    (@of [$($meta:tt)*] $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]) => {
        $($meta)*
        #[serde_with::skip_serializing_none]
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($fields)*
        }

        $crate::fact::facts! { $name as $it { $($facts)* } }
    };

    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        = $method:ident: is $type:ty as $label:tt => $category:expr, $depth:ident: $lies:expr; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* ]
            [$($facts)* $method: is $type = $label in $category, $depth: $lies;]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        = $method:ident: $type:ty as $label:tt => $category:expr, $depth:ident: $lies:expr; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* ]
            [$($facts)* $method: $type = $label in $category, $depth: $lies;]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: ..$type:ty; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: $type,]
            [$($facts)* ..&$it.$field;]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: only $type:ty; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: $type,]
            [$($facts)* ]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: maybe sealed($type:ty, $class:ty) as $label:tt => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: Option<$crate::private::Private<$type, $class>>,]
            [$($facts)* $field: $type = $label in $category, $depth: maybe_sealed(&$it.$field);]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: maybe sealed($type:ty, $class:ty) => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: Option<$crate::private::Private<$type, $class>>,]
            [$($facts)* $field: $type = (stringify!($field)) in $category, $depth: maybe_sealed(&$it.$field);]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: sealed($type:ty, $class:ty) as $label:tt => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: $crate::private::Private<$type, $class>,]
            [$($facts)* $field: $type = $label in $category, $depth: sealed(&$it.$field);]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: sealed($type:ty, $class:ty) => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: $crate::private::Private<$type, $class>,]
            [$($facts)* $field: $type = (stringify!($field)) in $category, $depth: sealed(&$it.$field);]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: maybe $type:ty as $label:tt => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: Option<$type>,]
            [$($facts)* $field: $type = $label in $category, $depth: maybe($it.$field.as_ref());]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: maybe $type:ty => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: Option<$type>,]
            [$($facts)* $field: $type = (stringify!($field)) in $category, $depth: maybe($it.$field.as_ref());]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: clear $type:ty as $label:tt => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: $type,]
            [$($facts)* $field: $type = $label in $category, $depth: clear(&$it.$field);]
            $($rest)*);
    };
    (@of $meta:tt $name:ident [$it:ident $($_:ident)?] [$($fields:tt)*] [$($facts:tt)*]
        $(#[$field_meta:meta])* $field:ident: clear $type:ty => $category:expr, $depth:ident; $($rest:tt)*) => {
        $crate::fact::events!(@of $meta $name [$it]
            [$($fields)* $(#[$field_meta])* pub(in crate::path) $field: $type,]
            [$($facts)* $field: $type = (stringify!($field)) in $category, $depth: clear(&$it.$field);]
            $($rest)*);
    };
}
pub(crate) use events;

/// The events of a part of the path, closed: each is told by its own facts.
macro_rules! part_events {
    ($(#[$meta:meta])* pub enum $part:ident { $( $kind:ident($of:ty) ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(tag = "type", content = "data", rename_all = "snake_case")]
        pub enum $part {
            $( $kind($of), )+
        }

        impl $part {
            pub(crate) fn describe<'a>(
                &'a self,
                origin: $crate::fact::Origin<'a>,
                visitor: &mut impl $crate::fact::Visitor<'a>,
            ) {
                match self {
                    $( Self::$kind(event) => origin.tell(event, visitor), )+
                }
            }
        }
    };
}
pub(crate) use part_events;

/// Says what can be told of a part of the path as a whole, and lists the labels of it under a name.
macro_rules! derived_facts {
    ($of:ty as $it:ident, $part:literal {
        $( $method:ident: is $type:ty = $name:literal in $category:ident, $depth:ident: $lies:expr; )+
    }) => {
        $crate::fact::facts! { $of as $it { $( $method: is $type = $name in $category, $depth: $lies; )+ } }

        impl $crate::fact::Labels for $of {
            const PART: &'static str = $part;

            fn labels() -> Vec<$crate::fact::Label> {
                vec![$( $crate::fact::Label {
                    name: $name,
                    category: $crate::policy::Category::$category,
                    depth: $crate::policy::Depth::$depth,
                    sealed: None,
                } ),+]
            }
        }
    };
}
pub(crate) use derived_facts;

/// Says what can be told of a type: each fact by its method, its type, its name, its category and depth, and its value.
///
/// `..` tells the facts of a part. After `is`, the value is computed and not borrowed.
macro_rules! facts {
    ($of:ty as $it:ident { $($rest:tt)* }) => {
        impl<'a> $crate::fact::Facts<'a, $of> {
            $crate::fact::facts!(@methods 'a $it $($rest)*);
        }

        impl $crate::fact::Describe for $of {
            #[allow(unused_variables)] // what has no facts has nothing to tell
            fn describe<'a>(facts: $crate::fact::Facts<'a, Self>, visitor: &mut impl $crate::fact::Visitor<'a>) {
                $crate::fact::facts!(@describe facts visitor $it $($rest)*);
            }
        }
    };

    (@methods $a:lifetime $it:ident) => {};
    (@methods $a:lifetime $it:ident ..$part:expr; $($rest:tt)*) => {
        $crate::fact::facts!(@methods $a $it $($rest)*);
    };
    (@methods $a:lifetime $it:ident
        $method:ident: is $type:ty = $name:tt in $category:expr, $depth:ident: $lies:expr; $($rest:tt)*) => {
        pub(crate) fn $method(self) -> $crate::fact::Fact<$a, $type> {
            $crate::fact::facts!(@fact self $it $name, $category, $depth, $lies)
        }
        $crate::fact::facts!(@methods $a $it $($rest)*);
    };
    (@methods $a:lifetime $it:ident
        $method:ident: $type:ty = $name:tt in $category:expr, $depth:ident: $lies:expr; $($rest:tt)*) => {
        pub(crate) fn $method(self) -> $crate::fact::Fact<$a, &$a $type> {
            $crate::fact::facts!(@fact self $it $name, $category, $depth, $lies)
        }
        $crate::fact::facts!(@methods $a $it $($rest)*);
    };
    (@fact $facts:ident $it:ident $name:tt, $category:expr, $depth:ident, $lies:expr) => {{
        let $it = $facts.of;
        let (sealed, value) = {
            #[allow(unused_imports)]
            use $crate::fact::{clear, maybe, maybe_sealed, part, sealed, some};
            $lies
        };
        let (category, depth) = {
            #[allow(unused_imports)]
            use $crate::policy::Category::*;
            ($category, $crate::policy::Depth::$depth)
        };
        $crate::fact::Fact::new($crate::fact::Label { name: $name, category, depth, sealed }, $facts.origin, value)
    }};

    (@describe $facts:ident $visitor:ident $it:ident) => {};
    (@describe $facts:ident $visitor:ident $it:ident ..$part:expr; $($rest:tt)*) => {
        {
            let $it = $facts.of;
            $crate::fact::Describe::describe($facts.origin.of($part), $visitor);
        }
        $crate::fact::facts!(@describe $facts $visitor $it $($rest)*);
    };
    (@describe $facts:ident $visitor:ident $it:ident
        $method:ident: is $type:ty = $name:tt in $category:expr, $depth:ident: $lies:expr; $($rest:tt)*) => {
        $visitor.fact($facts.$method());
        $crate::fact::facts!(@describe $facts $visitor $it $($rest)*);
    };
    (@describe $facts:ident $visitor:ident $it:ident
        $method:ident: $type:ty = $name:tt in $category:expr, $depth:ident: $lies:expr; $($rest:tt)*) => {
        $visitor.fact($facts.$method());
        $crate::fact::facts!(@describe $facts $visitor $it $($rest)*);
    };
}
pub(crate) use facts;
