//! The care path drawn as a line of time: phases, beds, care, the times out of sight, and what happened, at both of its times. It
//! prints, and a screen reader is told what it shows; the same stands below it in words.

use care_path::codes::Phase;
use care_path::time::{DateTime, local_date, minutes_after};
use care_path::views::{CaseFileView, PhaseView, TimelineEntryView};
use maud::{Markup, html};

use crate::page::Page;
use crate::show::day;
use crate::words::happened;

const WIDTH: i64 = 960;
const LEFT: i64 = 120;
const LANE: i64 = 34;
const TOP: i64 = 24;
/// An entry that was recorded so much later than it happened is drawn at both times.
const LATE_MINUTES: i64 = 6 * 60;

struct Bar {
    from: DateTime,
    until: Option<DateTime>,
    name: String,
    class: &'static str,
}

struct Lane {
    name: &'static str,
    bars: Vec<Bar>,
}

/// Time on the line.
struct Scale {
    from: DateTime,
    minutes: i64,
}

impl Scale {
    fn x(&self, at: DateTime) -> i64 {
        let since = at.signed_duration_since(self.from).num_minutes().clamp(0, self.minutes);
        LEFT + since * (WIDTH - LEFT - 10) / self.minutes
    }
}

/// The figure; nothing where nothing is known of the path.
pub(crate) fn care_path_line(
    page: &Page<'_>,
    file: &CaseFileView,
    phases: &[PhaseView],
    timeline: &[TimelineEntryView],
) -> Markup {
    let all = std::iter::once(phase_lane(page, phases)).chain(lanes(page, file));
    let lanes: Vec<_> = all.filter(|lane| !lane.bars.is_empty()).collect();
    let counted: Vec<_> = timeline.iter().filter(|entry| entry.retracted_by.is_none()).collect();
    let starts = lanes.iter().flat_map(|lane| &lane.bars).map(|bar| bar.from);
    let Some(first) = starts.chain(counted.iter().map(|entry| entry.noted.occurred_at)).min() else { return html! {} };
    let scale = Scale { from: first, minutes: page.now.signed_duration_since(first).num_minutes().max(60) };
    let rows = i64::try_from(lanes.len()).unwrap_or_default();
    let height = TOP + (rows + 1) * LANE + 20;
    let title = page.say("Het zorgpad", "The care path");
    html! {
        figure.path-figure {
            figcaption { (title) }
            div.path-scroll tabindex="0" role="region" aria-label=(title) {
                svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby="line-title line-told" {
                    title id="line-title" { (title) }
                    desc id="line-told" { (described(page, &lanes, counted.len())) }
                    (days(page, &scale, height))
                    @for (row, lane) in (0_i64..).zip(&lanes) {
                        @let y = TOP + row * LANE;
                        text class="path-label" x="0" y=(y + 16) { (lane.name) }
                        @for bar in &lane.bars {
                            @let (x, end) = (scale.x(bar.from), scale.x(bar.until.unwrap_or(page.now)));
                            rect class=(bar.class) x=(x) y=(y + 4) width=((end - x).max(4)) height="18" {
                                title { (bar.name) }
                            }
                            // What does not fit into its bar is told by the title, and in words.
                            @if fits(&bar.name, end - x) {
                                text class="path-text" x=(x + 4) y=(y + 17) aria-hidden="true" { (bar.name) }
                            }
                        }
                    }
                    @let y = TOP + rows * LANE;
                    text class="path-label" x="0" y=(y + 16) { (page.say("gebeurd", "happened")) }
                    @for entry in &counted {
                        @let (happens, told) = (scale.x(entry.noted.occurred_at), scale.x(entry.noted.recorded_at));
                        @let name = format!(
                            "{} · {}", happened(entry.r#type).r#in(page.language), page.time_text(entry.noted.occurred_at));
                        @if told - happens > 3 && is_late(entry) {
                            line class="path-late" x1=(happens) y1=(y + 12) x2=(told) y2=(y + 24) {}
                            rect class="path-recorded" x=(told - 1) y=(y + 20) width="3" height="8" {}
                        }
                        circle class="path-event" cx=(happens) cy=(y + 12) r="5" { title { (name) } }
                    }
                }
            }
            p.path-legend {
                (page.say(
                    "Elke punt is iets wat gebeurde. Een lijn naar rechts loopt naar het moment waarop het later is vastgelegd.",
                    "Each dot is something that happened. A line to the right leads to when it was recorded later.",
                ))
            }
        }
    }
}

/// Whether a name fits into a bar, by the width of a letter.
fn fits(name: &str, width: i64) -> bool {
    const LETTER: i64 = 7;
    i64::try_from(name.chars().count()).is_ok_and(|letters| letters * LETTER + 8 < width)
}

/// The phases, one after the other.
fn phase_lane(page: &Page<'_>, phases: &[PhaseView]) -> Lane {
    let ends = phases.iter().skip(1).map(|next| Some(next.from)).chain([None]);
    let bars = phases.iter().zip(ends).map(|(each, until)| Bar {
        from: each.from,
        until,
        name: page.code(each.phase),
        class: match each.phase {
            Phase::OutOfSight => "path-phase--out_of_sight",
            Phase::Closed | Phase::DroppedOut => "path-phase--closed",
            Phase::Signalled
            | Phase::InContact
            | Phase::Sheltered
            | Phase::Referred
            | Phase::InCare
            | Phase::Returning
            | Phase::Returned => "path-phase",
        },
    });
    Lane { name: page.say("fase", "phase"), bars: bars.collect() }
}

fn is_late(entry: &TimelineEntryView) -> bool {
    entry.noted.recorded_at.signed_duration_since(entry.noted.occurred_at).num_minutes() > LATE_MINUTES
}

fn lanes(page: &Page<'_>, file: &CaseFileView) -> Vec<Lane> {
    let presence = file.presence.as_ref();
    let stays = presence.and_then(|presence| presence.stays.as_ref()).into_iter().flatten();
    let stays = stays.map(|stay| Bar {
        class: "path-stay",
        from: stay.from,
        until: stay.released_at,
        name: format!("{} · {}", page.code(stay.kind), page.organisation(&stay.organisation)),
    });
    let gaps = presence.and_then(|presence| presence.episodes.as_ref()).into_iter().flatten();
    let gaps = gaps.map(|gap| Bar {
        class: "path-gap",
        from: gap.began_at,
        until: gap.ended_at,
        name: page.say("Uit beeld", "Out of sight").to_owned(),
    });
    let care = file.referrals.iter().flatten().map(|referral| {
        let is_over = referral.state.is_some_and(|state| !state.is_open());
        Bar {
            class: "path-care",
            from: referral.noted.occurred_at,
            until: referral.changed_at.filter(|_| is_over),
            name: format!("{} · {}", page.code(referral.offering), page.organisation(&referral.to)),
        }
    });
    let lookouts = file.lookouts.iter().flatten().map(|lookout| Bar {
        class: "path-lookout",
        from: lookout.noted.occurred_at,
        until: (lookout.state != Some(care_path::codes::LookoutState::Open))
            .then_some(lookout.expires_at.min(page.now)),
        name: page.say("Uitkijken", "Lookout").to_owned(),
    });
    let handovers = file.r#return.iter().flat_map(|going_back| going_back.handovers.iter().flatten());
    let handovers = handovers.map(|handover| Bar {
        class: "path-return",
        from: handover.noted.occurred_at,
        until: handover.arrived_at,
        name: page.country(handover.country.as_str()),
    });
    let lane = |dutch, english, bars| Lane { name: page.say(dutch, english), bars };
    vec![
        lane("bed", "bed", stays.collect()),
        lane("zorg", "care", care.collect()),
        lane("uit beeld", "out of sight", gaps.collect()),
        lane("uitkijken", "lookout", lookouts.collect()),
        lane("terugkeer", "return", handovers.collect()),
    ]
}

/// What the picture shows, in a sentence for each lane.
fn described(page: &Page<'_>, lanes: &[Lane], entries: usize) -> String {
    let mut sentences: Vec<_> = lanes
        .iter()
        .map(|lane| {
            let bars = lane.bars.iter().map(|bar| {
                let until = bar.until.map_or_else(|| page.say("nu", "now").to_owned(), |until| page.time_text(until));
                format!("{} {} – {until}", bar.name, page.time_text(bar.from))
            });
            format!("{}: {}.", lane.name, bars.collect::<Vec<_>>().join("; "))
        })
        .collect();
    sentences.push(format!("{entries} {}", page.say("gebeurtenissen vastgelegd.", "things recorded.")));
    sentences.join(" ")
}

/// Up to eight days or so along the top.
fn days(page: &Page<'_>, scale: &Scale, height: i64) -> Markup {
    const MOST: i64 = 7;
    let step = (scale.minutes / MOST).max(1);
    html! {
        @for number in 0..MOST {
            @let at = |number: i64| minutes_after(scale.from, number * step);
            @let (x, today) = (scale.x(at(number)), local_date(at(number)));
            // A path of a day names the day once.
            @if number == 0 || local_date(at(number - 1)) != today {
                line class="path-tick" x1=(x) y1="14" x2=(x) y2=(height) {}
                text class="path-date" x=(x) y="11" { (day(today, page.now, page.language)) }
            }
        }
    }
}
