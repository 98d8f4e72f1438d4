//! The access log on the board, for privacy officers.

use access_log::{Action, Outcome, Surface};

use board::Said;
use board::pages::{self, AccessFilters, AccessLog, AccessRow, StandsOut};
use care_path::PersonId;
use care_path::policy::rules::{AccessLogOf, access_log_of};
use care_path::time::{DateTime, local};
use chrono::{Days, NaiveDate, NaiveTime};
use maud::Markup;

use super::place::AccessesPlace;
use super::show::Viewed;
use crate::app::{AccessFilter, AccessView, Cursor, PageRequest, PatternView, Period};
use crate::edge::problem::Problem;

/// As many records as a page shows.
const SHOWN: usize = 50;

impl Viewed<'_> {
    /// What stands out, and the records.
    pub async fn accesses(&self, place: &AccessesPlace) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if access_log_of(reader.actor.role()) != AccessLogOf::Everybody {
            return Err(Problem::NotFound);
        }
        let patterns = baken.access_patterns(reader, Period::default()).await?;
        let stands_out: Vec<_> = patterns.items.into_iter().map(stands_out).collect();
        let filter = filter(&place.filters);
        let filters = AccessFilters { wrong: filter.is_none(), ..place.filters.clone() };
        let (rows, next) = match filter {
            None => (Vec::new(), None),
            Some(filter) => {
                let request = PageRequest::new(Some(SHOWN), place.after.clone().map(Cursor)).unwrap_or_default();
                let found = baken.accesses(reader, &filter, &request).await?;
                let next = found.next().map(|cursor| address(&filters, &cursor.0));
                (found.into_nodes().into_iter().map(row).collect(), next)
            }
        };
        let log = AccessLog { stands_out: &stands_out, rows: &rows, filters: &filters, next: next.as_deref() };
        Ok(self.with_page(self.at, |page| pages::access_log(page, &log)))
    }
}

/// The filter that was typed; `None` where it is none.
fn filter(typed: &AccessFilters) -> Option<AccessFilter> {
    let said = |text: &str| !text.is_empty();
    let of = [&typed.user, &typed.organisation, &typed.person].into_iter().filter(|text| said(text)).count();
    let period = Period {
        from: if said(&typed.from) { Some(begins(typed.from.parse().ok()?)?) } else { None },
        until: if said(&typed.until) {
            Some(begins(typed.until.parse::<NaiveDate>().ok()?.checked_add_days(Days::new(1))?)?)
        } else {
            None
        },
    };
    let is_period = period.from.zip(period.until).is_none_or(|(from, until)| from < until);
    let filter = AccessFilter {
        person: if said(&typed.person) { Some(PersonId(typed.person.parse().ok()?)) } else { None },
        user: if said(&typed.user) { Some(typed.user.parse().ok()?) } else { None },
        organisation: if said(&typed.organisation) { Some(typed.organisation.parse().ok()?) } else { None },
        period,
    };
    (of <= 1 && is_period).then_some(filter)
}

/// When a day begins in Amsterdam.
fn begins(day: NaiveDate) -> Option<DateTime> {
    local(day, NaiveTime::MIN)
}

/// The address of the page after a cursor. All that was typed is by now of a plain alphabet.
fn address(filters: &AccessFilters, after: &str) -> String {
    let AccessFilters { user, organisation, person, from, until, .. } = filters;
    format!(
        "/board/access-log?user={user}&organisation={organisation}&person={person}&from={from}&until={until}&after={after}"
    )
}

fn stands_out(view: PatternView) -> StandsOut {
    let kind = serde_json::to_value(view.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    StandsOut {
        kind: kind.unwrap_or_default(),
        user: view.user,
        role: view.role,
        organisation: view.organisation,
        first_at: view.first_at,
        last_at: view.last_at,
        count: view.count,
        persons: view.person_ids,
    }
}

fn row(view: AccessView) -> AccessRow {
    AccessRow {
        at: view.at,
        user: view.user,
        role: view.role,
        organisation: view.organisation,
        did: (did(view.action), by_way_of(view.surface)),
        operation: Some(view.operation).filter(|_| view.surface != Surface::Board),
        hidden: view.outcome == Outcome::Hidden,
        persons: view.persons.into_iter().map(|each| (each.person_id, each.relation, each.categories)).collect(),
    }
}

fn did(action: Action) -> Said {
    match action {
        Action::Read => Said("Gelezen", "Read"),
        Action::Search => Said("Gezocht", "Searched"),
        Action::Deliver => Said("Bericht gekregen", "Was told"),
        Action::Export => Said("Bestand meegenomen", "Took away a file"),
        Action::Review => Said("Dit logboek gelezen", "Read this log"),
    }
}

fn by_way_of(surface: Surface) -> Said {
    match surface {
        Surface::Board => Said("op het bord", "on the board"),
        Surface::Rest | Surface::Graphql => Said("met een ander systeem", "with another system"),
        Surface::Stream => Said("terwijl het gebeurde", "as it happened"),
        Surface::Webhook => Said("als bericht aan een ander systeem", "as a message to another system"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(user: &str, person: &str, from: &str, until: &str) -> AccessFilters {
        AccessFilters {
            user: user.to_owned(),
            person: person.to_owned(),
            from: from.to_owned(),
            until: until.to_owned(),
            ..AccessFilters::default()
        }
    }

    #[test]
    fn a_filter_is_of_one_thing_and_of_whole_days_in_amsterdam() {
        let found = filter(&typed("anna", "", "2026-11-29", "2026-11-29")).unwrap();
        assert_eq!(found.period.from, Some("2026-11-28T23:00:00Z".parse().unwrap()));
        assert_eq!(found.period.until, Some("2026-11-29T23:00:00Z".parse().unwrap()));
        for wrong in [
            typed("anna", "0199a3f2-0000-7000-8000-000000000001", "", ""),
            typed("", "somebody", "", ""),
            typed("Anna!", "", "", ""),
            typed("", "", "2026-11-30", "2026-11-29"),
            typed("", "", "yesterday", ""),
        ] {
            assert_eq!(filter(&wrong), None, "{wrong:?}");
        }
        assert!(filter(&AccessFilters::default()).is_some());
    }

    #[test]
    fn each_pattern_has_words() {
        use access_log::PatternKind as K;
        for kind in
            [K::WithoutRelation, K::RepeatedBreakGlass, K::IdsTried, K::ManyPersons, K::SearchedAgain, K::OutsideHours]
        {
            let name = serde_json::to_value(kind).unwrap();
            assert!(pages::pattern(name.as_str().unwrap()).is_some(), "{name}");
        }
    }
}
