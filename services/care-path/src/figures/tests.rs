use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BadSource, Figures, FiguresRefusal, ImportSource, NoPeriod, ReleasePeriod, RemarkOnFigures, SmallNumbers,
    SourceDefinition, SourceFault, SourceFigures, SourcePeriod, WithdrawSource,
};
use crate::actor::{Actor, Area};
use crate::command::{Context, Decide, Refusal};
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::event::Event;
use crate::ids::PersonId;
use crate::path::CarePath;
use crate::path::testing::{evening, norms, principal, rotterdam};
use crate::time::Occurred;

#[test]
fn a_period_is_a_year_or_a_quarter_and_is_written_as_it_is_read() {
    for text in ["2000", "2026", "2099", "2026-Q1", "2026-Q4"] {
        assert_eq!(text.parse::<ReleasePeriod>().map(|period| period.to_string()), Ok(text.to_owned()));
    }
    for text in
        ["", "26", "1999", "2100", "+2026", "2026-Q0", "2026-Q5", "2026-Q", "2026-q1", "2026-01", "2026-Q11", "٢٠٢٦"]
    {
        assert_eq!(text.parse::<ReleasePeriod>(), Err(NoPeriod), "{text}");
    }
}

#[test]
fn a_source_tells_of_a_year_a_quarter_a_month_or_a_day() {
    for (text, first, last) in [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2099-12", "2099-12-01", "2099-12-31"),
    ] {
        let period: SourcePeriod = text.parse().unwrap();
        assert_eq!(
            (period.first_day().to_string(), period.last_day().to_string()),
            (first.to_owned(), last.to_owned())
        );
        assert_eq!(period.to_string(), text);
    }
    for text in [
        "",
        "24",
        "1999",
        "2100",
        "2024-",
        "2024-00",
        "2024-13",
        "2024-02-30",
        "2024-2",
        "2024-Q5",
        "2024-Q01",
        "2024-02-",
        "२०२४",
    ] {
        assert!(text.parse::<SourcePeriod>().is_err(), "{text}");
    }
}

fn definition(cuts: &Value, published: bool) -> SourceDefinition {
    let both = json!({"nl": "Meldingen", "en": "Reports"});
    let at = published.then_some("https://example.org/figures");
    let definition =
        json!({"name": both, "publisher": "Politie", "unit": both, "counts": both, "cuts": cuts, "published_at": at});
    serde_json::from_value(definition).unwrap()
}

fn cut(codes: &[&str]) -> Value {
    let both = json!({"nl": "Soort", "en": "Kind"});
    let categories: Vec<_> = codes.iter().map(|code| json!({"code": code, "name": both})).collect();
    json!([{"name": both, "categories": categories}])
}

fn figures(rows: &[(&str, Option<&str>, &[&str], u32)]) -> SourceFigures {
    let row = |(period, municipality, categories, count): &(&str, Option<&str>, &[&str], u32)| json!({"period": period, "municipality": municipality, "categories": categories, "count": count});
    serde_json::from_value(rows.iter().map(row).collect()).unwrap()
}

fn checked(figures: &SourceFigures, definition: &SourceDefinition) -> Result<(), (Option<usize>, BadSource)> {
    let today = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    figures.check(definition, today).map_err(|SourceFault { figure, why }| (figure, why))
}

#[test]
fn figures_of_which_one_could_be_subtracted_from_another_are_refused() {
    let plain = definition(&json!([]), false);
    let told = |rows: &[(&str, Option<&str>, &[&str], u32)]| checked(&figures(rows), &plain);
    assert_eq!(told(&[("2025", None, &[], 3), ("2024", None, &[], 4)]), Ok(()));
    assert_eq!(told(&[("2025", None, &[], 3), ("2025", None, &[], 3)]), Err((Some(1), BadSource::Twice)));
    let overlapping = Err((Some(1), BadSource::Overlapping));
    assert_eq!(told(&[("2025-Q1", None, &[], 3), ("2025", None, &[], 9)]), overlapping);
    assert_eq!(told(&[("2025-03-31", None, &[], 3), ("2025-Q2", None, &[], 9)]), Ok(()));
    assert_eq!(told(&[("2025-04-01", None, &[], 3), ("2025-Q2", None, &[], 9)]), overlapping);
    let both = [("2025", Some("utrecht"), &[] as &[&str], 3), ("2025", None, &[], 9)];
    assert_eq!(told(&both), Err((Some(1), BadSource::Municipality)));
    assert_eq!(told(&[("2026-Q2", None, &[], 3)]), Ok(()), "its last day is today");
    assert_eq!(told(&[("2026", None, &[], 3)]), Err((Some(0), BadSource::NotOver)));
}

#[test]
fn a_category_that_is_the_sum_of_the_others_is_refused_unless_it_is_public_anyway() {
    let cuts = cut(&["a", "b", "all"]);
    let with_total = figures(&[
        ("2025", None, &["a"], 3),
        ("2025", None, &["b"], 40),
        ("2025", None, &["all"], 43),
        ("2024", None, &["a"], 10),
        ("2024", None, &["b"], 2),
        ("2024", None, &["all"], 12),
    ]);
    assert_eq!(checked(&with_total, &definition(&cuts, false)), Err((None, BadSource::Total)));
    assert_eq!(checked(&with_total, &definition(&cuts, true)), Ok(()));
    let by_chance = figures(&[("2025", None, &["a"], 1), ("2025", None, &["b"], 2), ("2025", None, &["all"], 3)]);
    assert_eq!(checked(&by_chance, &definition(&cuts, false)), Ok(()));
}

#[test]
fn categories_are_those_of_the_definition() {
    let of = |cuts: &Value, codes: &[&str]| checked(&figures(&[("2025", None, codes, 3)]), &definition(cuts, false));
    assert_eq!(of(&cut(&["a"]), &["a"]), Ok(()));
    assert_eq!(of(&cut(&["a"]), &["b"]), Err((Some(0), BadSource::UnknownCategory)));
    assert_eq!(of(&cut(&["a"]), &[]), Err((Some(0), BadSource::Categories)));
    assert_eq!(of(&cut(&["a", "a"]), &["a"]), Err((None, BadSource::CategoryTwice)));
    assert_eq!(of(&cut(&[]), &[]), Err((None, BadSource::Cuts)));
    let three: Vec<Value> = (0..3).flat_map(|_| cut(&["a"]).as_array().cloned().unwrap()).collect();
    assert_eq!(of(&json!(three), &["a", "a", "a"]), Err((None, BadSource::Cuts)));
    let many: Vec<String> = (0..101).map(|code| code.to_string()).collect();
    assert_eq!(of(&cut(&many.iter().map(String::as_str).collect::<Vec<_>>()), &["1"]), Err((None, BadSource::Cuts)));
}

fn decided<C: Decide<Subject = ()>>(command: C, figures: &Figures, area: Area) -> Result<Vec<Event>, Refusal> {
    let (by, now, norms) = (principal("monitor", Actor::MonitorAnalyst { area }), evening(0), norms());
    let context = Context {
        now,
        occurred: Occurred::instant(now),
        by: &by,
        person_id: PersonId(Uuid::nil()),
        members: &[],
        id: Uuid::nil(),
        directory: &Directory::default(),
        figures,
        is_full: false,
        deadlines: &Deadlines::default(),
        norms: &norms,
        nobody: false,
    };
    command.decide((), &CarePath::default(), &context)
}

fn after(events: Vec<Event>, mut figures: Figures) -> Figures {
    for event in events {
        let Event::Figures(event) = event else { panic!("it is about figures") };
        figures.apply(event);
    }
    figures
}

fn import(published: bool, count: u32) -> ImportSource {
    let figures = figures(&[("2024", None, &[], count), ("2023", None, &[], 0), ("2022", None, &[], 48)]);
    let small = Some(SmallNumbers { threshold: 9, base: 5 });
    ImportSource { source: "deaths".parse().unwrap(), definition: definition(&json!([]), published), figures, small }
}

#[test]
fn small_numbers_of_a_source_are_not_kept_unless_they_are_public_anyway() {
    let counts = |published, count| {
        let events = decided(import(published, count), &Figures::default(), Area::National).unwrap();
        let figures = after(events, Figures::default());
        let (_, _, imported) = figures.shown_sources().next().unwrap();
        imported.figures.iter().map(|figure| figure.count).collect::<Vec<_>>()
    };
    assert_eq!(counts(false, 9), [None, Some(0), Some(50)]);
    assert_eq!(counts(false, 10), [Some(10), Some(0), Some(50)]);
    assert_eq!(counts(false, u32::MAX)[0], Some(u32::MAX / 5 * 5));
    assert_eq!(counts(true, 9), [Some(9), Some(0), Some(48)]);
}

#[test]
fn a_source_is_replaced_by_its_next_import_and_gone_once_it_is_withdrawn() {
    let send =
        |figures: Figures, count| after(decided(import(true, count), &figures, Area::National).unwrap(), figures);
    let withdraw = || WithdrawSource { source: "deaths".parse().unwrap() };
    let figures = send(send(Figures::default(), 3), 4);
    let (_, imports, imported) = figures.shown_sources().next().unwrap();
    assert_eq!((imports, imported.figures[0].count), (2, Some(4)));
    let figures = after(decided(withdraw(), &figures, Area::National).unwrap(), figures);
    assert_eq!(figures.shown_sources().count(), 0);
    assert_eq!(decided(withdraw(), &figures, Area::National), Err(FiguresRefusal::UnknownSource.into()));
    assert_eq!(send(figures, 5).shown_sources().next().unwrap().1, 3);
}

#[test]
fn figures_are_remarked_on_once_they_are_released_and_a_remark_can_be_taken_back() {
    let remark = |text: Option<&str>| RemarkOnFigures {
        period: "2024".parse().unwrap(),
        indicator: "unique_persons".parse().unwrap(),
        nl: text.map(|text| text.parse().unwrap()),
        en: None,
    };
    let none = Figures::default();
    assert_eq!(decided(remark(Some("Kou")), &none, Area::National), Err(FiguresRefusal::NotReleased.into()));
    let released = serde_json::from_value(json!({"period": "2024", "tables": "{}"})).unwrap();
    let released = after(vec![super::FiguresEvent::FiguresReleased(released).into()], none);
    let remarked = after(decided(remark(Some("Kou")), &released, Area::National).unwrap(), released);
    assert_eq!(remarked.remarks.len(), 1);
    let taken_back = after(decided(remark(None), &remarked, Area::National).unwrap(), remarked);
    assert!(taken_back.remarks.is_empty());
}

#[test]
fn figures_are_the_national_analysts_to_show() {
    let region = Area::Region(rotterdam());
    let none = Figures::default();
    assert_eq!(decided(import(true, 3), &none, region.clone()), Err(Refusal::NotYours));
    let withdraw = WithdrawSource { source: "deaths".parse().unwrap() };
    assert_eq!(decided(withdraw, &none, region), Err(Refusal::NotYours));
}
