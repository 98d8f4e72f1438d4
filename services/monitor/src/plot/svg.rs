//! Drawing: shapes and texts on a page of fixed width.

use std::fmt::Write as _;

/// Units across; a plot is printed as wide as its column.
pub const WIDTH: f64 = 640.0;
pub const INK: &str = "#1a1a1a";
pub const QUIET: &str = "#595959";
pub const LINE: &str = "#c4c4c4";
/// Dark, middle and light: they differ in grey as well.
pub const DARK: &str = "#14466b";
pub const MIDDLE: &str = "#5b9bc8";
pub const LIGHT: &str = "#cfe3f1";

/// Where a text begins or ends.
#[derive(Debug, Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A plot under way.
pub struct Svg {
    body: String,
    height: f64,
}

/// Text that is safe in XML and HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Not allowed in XML.
            control if control.is_control() && !matches!(control, '\n' | '\t') => {}
            other => safe.push(other),
        }
    }
    safe
}

/// A number as it is read: thousands apart.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

impl Svg {
    pub fn new(height: f64) -> Self {
        Self { body: String::new(), height }
    }

    pub fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        let _ = write!(
            self.body,
            "<rect class=\"mp-{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\" \
             stroke=\"{INK}\" stroke-width=\"0.5\"/>"
        );
    }

    pub fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str, width: f64) {
        let _ = write!(
            self.body,
            "<line class=\"mp-{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{stroke}\" \
             stroke-width=\"{width}\"/>"
        );
    }

    pub fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(
            self.body,
            "<polyline class=\"mp-{class}\" points=\"{}\" fill=\"none\" stroke=\"{DARK}\" stroke-width=\"2\" \
             stroke-linejoin=\"round\"/>",
            points.join(" ")
        );
    }

    pub fn dot(&mut self, class: &str, (x, y): (f64, f64)) {
        let _ =
            write!(self.body, "<circle class=\"mp-{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{DARK}\"/>");
    }

    /// The mark of a number that is not shown: a cross.
    pub fn hidden(&mut self, (x, y): (f64, f64)) {
        self.line("hidden", (x - 5.0, y - 5.0), (x + 5.0, y + 5.0), QUIET, 1.5);
        self.line("hidden", (x - 5.0, y + 5.0), (x + 5.0, y - 5.0), QUIET, 1.5);
    }

    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, size: f64, fill: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        let _ = write!(
            self.body,
            "<text class=\"mp-text\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{fill}\">{text}</text>"
        );
    }

    /// The whole, with a heading of its own. The id must be the only one of its page.
    pub fn finish(self, id: &str, language: &str, title: &str, description: &str) -> String {
        let (id, title, description) = (escape(id), escape(title), escape(description));
        let Self { body, height } = self;
        let y = 18;
        format!(
            "<svg class=\"mp-plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" \
             height=\"{height:.0}\" role=\"img\" xml:lang=\"{language}\" lang=\"{language}\" \
             aria-labelledby=\"{id}-title {id}-desc\" font-family=\"sans-serif\"><title id=\"{id}-title\">{title}</title>\
             <desc id=\"{id}-desc\">{description}</desc><text class=\"mp-heading\" x=\"0\" y=\"{y}\" font-size=\"15\" \
             font-weight=\"bold\" fill=\"{INK}\">{title}</text>{body}</svg>\n"
        )
    }
}

/// A round number at or above another, for the end of an axis with four steps.
#[must_use]
pub fn axis_end(most: u64) -> u64 {
    let mut power = 10_u64;
    while power < most && power < u64::MAX / 100 {
        power *= 10;
    }
    let tenth = power / 10;
    [10, 12, 16, 20, 24, 32, 40, 60, 80, 100]
        .into_iter()
        .map(|part| tenth * part / 10)
        .find(|end| *end >= most)
        .unwrap_or(power)
        .max(12)
}
