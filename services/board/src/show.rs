//! Small pieces that many pages show: a time, a code by its label, who somebody is.

use care_path::PersonId;
use care_path::codes::{Code, Phase};
use care_path::ids::{FacilityId, Municipality, OrgId};
use care_path::time::{DateTime, PartialDate, clock};
use care_path::views::{IdentityView, NotedView, SeenView};
use chrono::{Datelike, NaiveDate, Timelike};
use maud::{Markup, html};

use crate::page::Page;
use crate::words::{Language, country, language};

const DAYS: [(&str, &str); 7] =
    [("ma", "Mon"), ("di", "Tue"), ("wo", "Wed"), ("do", "Thu"), ("vr", "Fri"), ("za", "Sat"), ("zo", "Sun")];
const MONTHS: [(&str, &str); 12] = [
    ("jan", "Jan"),
    ("feb", "Feb"),
    ("mrt", "Mar"),
    ("apr", "Apr"),
    ("mei", "May"),
    ("jun", "Jun"),
    ("jul", "Jul"),
    ("aug", "Aug"),
    ("sep", "Sep"),
    ("okt", "Oct"),
    ("nov", "Nov"),
    ("dec", "Dec"),
];

/// The day on the calendar of the Netherlands: `zo 29 nov`, with the year where it is another than now.
pub(crate) fn day(date: NaiveDate, now: DateTime, language: Language) -> String {
    let said = |(dutch, english): (&'static str, &'static str)| language.say(dutch, english);
    let weekday = DAYS.get(date.weekday().num_days_from_monday() as usize).copied().map_or("", said);
    let month = MONTHS.get(date.month0() as usize).copied().map_or("", said);
    let year = if date.year() == clock(now).year() { String::new() } else { format!(" {}", date.year()) };
    format!("{weekday} {} {month}{year}", date.day())
}

impl Page<'_> {
    /// Day and time in Amsterdam.
    pub(crate) fn time(&self, at: DateTime) -> Markup {
        html! { time datetime=(at.to_rfc3339()) { (self.time_text(at)) } }
    }

    pub(crate) fn time_text(&self, at: DateTime) -> String {
        let local = clock(at);
        format!("{} {:02}:{:02}", day(local.date(), self.now, self.language), local.hour(), local.minute())
    }

    /// How long ago, or how long until: `3 uur`, `2 dagen`.
    pub(crate) fn span(&self, from: DateTime, to: DateTime) -> String {
        let minutes = to.signed_duration_since(from).num_minutes().abs();
        let (count, one, many) = match minutes {
            0..=90 => (minutes, ("minuut", "minute"), ("minuten", "minutes")),
            91..=2_879 => ((minutes + 30) / 60, ("uur", "hour"), ("uur", "hours")),
            _ => (minutes / 1_440, ("dag", "day"), ("dagen", "days")),
        };
        let (dutch, english) = if count == 1 { one } else { many };
        format!("{count} {}", self.say(dutch, english))
    }

    /// When something is due, and whether that has passed.
    pub(crate) fn due(&self, at: DateTime) -> Markup {
        let late = at < self.now;
        let span = self.span(at, self.now);
        let words = match (late, self.language) {
            (true, Language::Dutch) => format!("{span} te laat"),
            (true, Language::English) => format!("{span} late"),
            (false, Language::Dutch) => format!("binnen {span}"),
            (false, Language::English) => format!("within {span}"),
        };
        html! {
            span class={ "tag " (if late { "tag--alarm" } else { "tag--calm" }) } { (words) }
            " " span.due { (self.time(at)) }
        }
    }

    /// A code by its label.
    pub(crate) fn code<C: Code>(&self, code: C) -> String {
        self.label(C::LIST, code.code())
    }

    pub(crate) fn codes<C: Code>(&self, codes: &[C]) -> String {
        codes.iter().map(|code| self.code(*code)).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn organisation(&self, id: &OrgId) -> String {
        self.names.organisation(id).unwrap_or_else(|| id.to_string())
    }

    pub(crate) fn facility(&self, id: &FacilityId) -> String {
        self.names.facility(id).unwrap_or_else(|| id.to_string())
    }

    pub(crate) fn country(&self, code: &str) -> String {
        country(code, self.language)
    }

    pub(crate) fn language_name(&self, tag: &str) -> String {
        language(tag, self.language)
    }

    /// What to call somebody: the name, the alias, or what little is known.
    pub(crate) fn who(&self, identity: Option<&IdentityView>, person: PersonId) -> String {
        let named = identity.and_then(|known| match (&known.name, &known.alias) {
            (Some(name), Some(alias)) => Some(format!("{} ({})", name.as_str(), alias.as_str())),
            (Some(name), None) => Some(name.as_str().to_owned()),
            (None, Some(alias)) => Some(alias.as_str().to_owned()),
            (None, None) => None,
        });
        named.unwrap_or_else(|| {
            let short = person.number();
            let about = identity.map(|known| self.roughly(known)).unwrap_or_default();
            let unknown = self.say("Naam onbekend", "Name not known");
            if about.is_empty() { format!("{unknown} · {short}") } else { format!("{unknown}, {about} · {short}") }
        })
    }

    /// Sex, age and country, as far as they are known.
    pub(crate) fn roughly(&self, known: &IdentityView) -> String {
        let mut parts = Vec::new();
        parts.extend(known.sex.map(|sex| self.code(sex)));
        match (known.birth_date, known.approximate_age) {
            (Some(born), _) => parts.push(format!("* {}", self.born(born))),
            (None, Some(age)) => parts.push(format!("± {} {}", age.years(), self.say("jaar", "years"))),
            (None, None) => {}
        }
        let countries = known.countries.iter().flatten().map(|each| self.country(each.as_str()));
        parts.extend(countries);
        parts.join(", ")
    }

    /// A date of birth as far as it is known: `14 feb 1976`, `feb 1976`, `1976`.
    pub(crate) fn born(&self, date: PartialDate) -> String {
        let name =
            |month: u32| MONTHS.get(month.saturating_sub(1) as usize).map(|(dutch, english)| self.say(dutch, english));
        let day = date.day().map(|day| day.to_string());
        let month = date.month().and_then(name).map(str::to_owned);
        day.into_iter().chain(month).chain([date.year().to_string()]).collect::<Vec<_>>().join(" ")
    }

    /// `2e keer`, `2nd time`.
    pub(crate) fn which_time(&self, number: u32) -> String {
        let ending = match (number % 10, number % 100) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            _ => "th",
        };
        match self.language {
            Language::Dutch => format!("{number}e keer"),
            Language::English => format!("{number}{ending} time"),
        }
    }

    /// A link to somebody's page.
    pub(crate) fn person_link(&self, identity: Option<&IdentityView>, person: PersonId) -> Markup {
        let identity = identity.or_else(|| self.known.get(&person));
        html! { a.utrecht-link href={ "/board/persons/" (person) } { (self.who(identity, person)) } }
    }

    pub(crate) fn phase_tag(&self, phase: Phase) -> Markup {
        let look = match phase {
            Phase::OutOfSight => "tag--alarm",
            Phase::DroppedOut => "tag--warn",
            Phase::Signalled
            | Phase::InContact
            | Phase::Sheltered
            | Phase::Referred
            | Phase::InCare
            | Phase::Returning
            | Phase::Returned
            | Phase::Closed => "tag--calm",
        };
        html! { span class={ "tag " (look) } { (self.code(phase)) } }
    }

    /// That somebody is vulnerable.
    pub(crate) fn vulnerable(&self) -> Markup {
        html! { span.tag.tag--alarm { (self.say("kwetsbaar", "vulnerable")) } }
    }

    /// When it happened, when it was recorded where that is later, and by whom.
    pub(crate) fn noted(&self, noted: &NotedView) -> Markup {
        let late = noted.recorded_at.signed_duration_since(noted.occurred_at).num_minutes() > 30;
        html! {
            span.noted {
                (self.time(noted.occurred_at))
                @if noted.occurred_precision != care_path::codes::Precision::Instant {
                    " (" (self.code(noted.occurred_precision)) ")"
                }
                @if late {
                    " · " (self.say("vastgelegd", "recorded")) " " (self.time(noted.recorded_at))
                }
                @if let Some(by) = &noted.recorded_by { " · " (self.organisation(by)) }
            }
        }
    }

    /// Where somebody was last seen.
    pub(crate) fn seen(&self, seen: &SeenView) -> Markup {
        html! {
            @if let Some(kind) = seen.location_type { (self.code(kind)) " · " }
            @if let Some(location) = &seen.location { (location.as_str()) " · " }
            (self.noted(&seen.noted))
        }
    }
}

/// A municipality as it is written: `Den Haag` for `den-haag`.
pub(crate) fn municipality(id: &Municipality) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    id.as_str().split('-').map(capital).collect::<Vec<_>>().join(" ")
}

/// A line of a list of facts, where there is something to tell.
pub(crate) fn fact(label: &str, value: Option<impl Into<String>>) -> Markup {
    html! { @if let Some(value) = value { dt { (label) } dd { (value.into()) } } }
}

#[cfg(test)]
mod tests {
    use care_path::time::DateTime;
    use maud::html;

    use crate::testing::on_a_page;

    #[test]
    fn a_time_is_shown_as_the_clock_in_amsterdam_shows_it_and_whatever_a_log_holds_can_be_shown() {
        let shown = |at: &str| on_a_page(|page| page.time(at.parse().unwrap()));
        assert!(shown("2026-07-01T21:30:00Z").contains(">wo 1 jul 23:30<"), "{}", shown("2026-07-01T21:30:00Z"));
        assert!(shown("2026-12-31T23:30:00Z").contains(">vr 1 jan 2027 00:30<"), "{}", shown("2026-12-31T23:30:00Z"));
        for at in [DateTime::MAX_UTC, DateTime::MIN_UTC] {
            assert!(!on_a_page(|page| html! { (page.time(at)) (page.due(at)) }).is_empty());
        }
    }
}
