//! The report as reviewed, and that nothing of a remark is taken for markup.

use super::*;
use crate::plot::tests::years;

fn remarks() -> BTreeMap<String, String> {
    let remark = "More people came by way of <b>Utrecht</b> & \"others\".\n\nThe winter was cold.";
    BTreeMap::from([("unique_persons".to_owned(), remark.to_owned())])
}

fn others() -> Vec<Beside> {
    let row = |period: &str, place: &str, count| BesideRow {
        period: period.to_owned(),
        place: Some(place.to_owned()),
        categories: vec!["noise & \"more\"".to_owned()],
        count,
    };
    vec![Beside {
        id: "police-nuisance".to_owned(),
        name: "Nuisance by <persons> of no fixed abode".to_owned(),
        publisher: "Police".to_owned(),
        unit: "reports".to_owned(),
        counts: "Every report of the kind.".to_owned(),
        gaps: Some("Who is meant is not known.".to_owned()),
        published_at: Some("https://example.org/?a=1&b=2".to_owned()),
        cuts: vec!["kind".to_owned()],
        rows: vec![
            row("2025-02", "utrecht", None),
            row("2025-01", "rotterdam", Some(1_240)),
            row("2025-02", "rotterdam", Some(0)),
        ],
    }]
}

#[test]
fn figures_of_others_stand_apart_and_are_text() {
    let page = report(&years(), &BTreeMap::new(), &others(), Language::English);
    let (own, beside) = page.split_once("<section id=\"others\">").unwrap();
    assert!(!own.contains("1\u{202f}240") && !own.contains("Police"));
    assert!(beside.contains("Nuisance by &lt;persons&gt;") && beside.contains("?a=1&amp;b=2"));
    let rows: Vec<&str> = beside.split("<tbody>").nth(1).unwrap().split("<tr>").skip(1).collect();
    assert!(rows[0].contains("2025-01") && rows[0].ends_with("<td></td></tr>\n"), "{rows:?}");
    assert!(rows[1].contains("2025-02") && rows[1].contains("<td>0</td><td class=\"hidden\">"), "{rows:?}");
}

#[test]
fn the_report_is_as_reviewed_in_both_languages() {
    insta::assert_snapshot!("report_nl", report(&years(), &remarks(), &others(), Language::Dutch));
    insta::assert_snapshot!("report_en", report(&years(), &remarks(), &others(), Language::English));
}

#[test]
fn a_remark_is_text_and_stands_with_its_indicator() {
    let page = report(&years(), &remarks(), &others(), Language::English);
    assert!(page.contains(
        "<p>More people came by way of &lt;b&gt;Utrecht&lt;/b&gt; &amp; &quot;others&quot;.</p><p>The winter"
    ));
    assert_eq!(page.matches("class=\"remark\"").count(), 1);
}

#[test]
fn the_report_needs_nothing_from_elsewhere() {
    let page = report(&years(), &remarks(), &others(), Language::Dutch);
    for forbidden in ["<script", "href=", "src=", "url(", "@import", " style="] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
}

#[test]
fn without_a_release_the_report_says_so() {
    assert!(report(&[], &BTreeMap::new(), &[], Language::English).contains("There is no release yet."));
}
