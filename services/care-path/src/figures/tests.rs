use super::{NoPeriod, ReleasePeriod};

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
