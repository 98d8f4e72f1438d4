//! The report as reviewed, and that nothing of a remark is taken for markup.

use super::*;
use crate::plot::tests::years;

fn remarks() -> BTreeMap<String, String> {
    let remark = "More people came by way of <b>Utrecht</b> & \"others\".\n\nThe winter was cold.";
    BTreeMap::from([("unique_persons".to_owned(), remark.to_owned())])
}

#[test]
fn the_report_is_as_reviewed_in_both_languages() {
    insta::assert_snapshot!("report_nl", report(&years(), &remarks(), Language::Dutch));
    insta::assert_snapshot!("report_en", report(&years(), &remarks(), Language::English));
}

#[test]
fn a_remark_is_text_and_stands_with_its_indicator() {
    let page = report(&years(), &remarks(), Language::English);
    assert!(page.contains(
        "<p>More people came by way of &lt;b&gt;Utrecht&lt;/b&gt; &amp; &quot;others&quot;.</p><p>The winter"
    ));
    assert_eq!(page.matches("class=\"remark\"").count(), 1);
}

#[test]
fn the_report_needs_nothing_from_elsewhere() {
    let page = report(&years(), &remarks(), Language::Dutch);
    for forbidden in ["<script", "href=", "src=", "url(", "@import", " style="] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
}

#[test]
fn without_a_release_the_report_says_so() {
    assert!(report(&[], &BTreeMap::new(), Language::English).contains("There is no release yet."));
}
