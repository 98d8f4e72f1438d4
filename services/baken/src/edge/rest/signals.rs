//! `/v1/signals` and `/v1/turn-aways`: where a path may begin, without anybody being known.

use care_path::path::intake::TurnAway;
use care_path::path::signal::ReportSignal;

use super::macros::writes;

writes! { "Signals";
    /// Reports a signal about somebody
    ///
    /// It opens a provisional person: an alias is enough, or nothing at all. With `person_id` it is added to the path of
    /// a person who is known.
    report_signal: post "/v1/signals" => ReportSignal;

    /// Records that somebody was turned away
    ///
    /// With `person_id` on that person's path; without it people are counted whom nobody knows.
    turn_away: post "/v1/turn-aways" => TurnAway;
}
