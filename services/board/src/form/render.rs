//! Forms as a page shows them. Without scripts they work all the same.

use maud::{Markup, html};

use super::beside::when;
use super::{Ask, Field, Form, Input, form_of};
use crate::page::{Draft, Page};

impl Page<'_> {
    /// What sends a command: a button that sends it at once, or one that opens its form.
    pub(crate) fn act(&self, ask: &Ask) -> Markup {
        let Some(form) = form_of(ask.command) else { return html! {} };
        let title = ask.title.unwrap_or(form.title).r#in(self.language);
        let id = ask.id();
        let draft = self.draft.filter(|draft| draft.form == id);
        if ask.at_once && draft.is_none() {
            return self.at_once(ask, title);
        }
        let look = if ask.primary { "act act--primary" } else { "act" };
        html! {
            details class=(look) id=(id) open[draft.is_some()] {
                summary { (title) }
                @if ask.inline || draft.is_some() {
                    (self.form(ask, &form, title, draft))
                } @else {
                    @let path = ask.path(self.at);
                    div hx-get=(path) hx-trigger="toggle from:'closest details' once" hx-select=".form-page form" hx-swap="innerHTML ignoreTitle:true" {
                        a.utrecht-link href=(path) { (self.say("Open het formulier", "Open the form")) }
                    }
                }
            }
        }
    }

    /// A form that stands open, on a page of its own; it leads back to where it was asked for.
    pub(crate) fn open_form(&self, ask: &Ask) -> Markup {
        let Some(form) = form_of(ask.command) else { return html! {} };
        let id = ask.id();
        let draft = self.draft.filter(|draft| draft.form == id);
        let title = ask.title.unwrap_or(form.title).r#in(self.language);
        html! { div.form-page id=(id) { (self.form(ask, &form, title, draft)) } }
    }

    /// The form with what was written, on a page that has no such form.
    pub(crate) fn written(&self, ask: &Ask, draft: &Draft) -> Markup {
        let Some(form) = form_of(ask.command) else { return html! {} };
        let title = form.title.r#in(self.language);
        html! { div.form-page id=(ask.id()) { h2.utrecht-heading-2 { (title) } (self.form(ask, &form, title, Some(draft))) } }
    }

    fn at_once(&self, ask: &Ask, title: &str) -> Markup {
        let look = if ask.primary { "utrecht-button--primary-action" } else { "utrecht-button--secondary-action" };
        html! {
            form.at-once method="post" action={ "/board/do/" (ask.command.name()) } {
                (self.hidden(ask))
                button class={ "utrecht-button " (look) } type="submit" { (title) }
            }
        }
    }

    /// What every form says of itself: that it is ours, its own key, where to come back to, and its name.
    pub(crate) fn ours(&self, form: &str) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.csrf);
            input type="hidden" name="as" value=(self.reader.principal.user);
            input type="hidden" name="key" value=((self.new_key)());
            input type="hidden" name="back" value=(self.back);
            input type="hidden" name="form" value=(form);
        }
    }

    /// What a form of a command says of itself besides: whom and what it is about.
    pub(crate) fn hidden(&self, ask: &Ask) -> Markup {
        html! {
            (self.ours(&ask.id()))
            @if let Some(person) = ask.person { input type="hidden" name="person" value=(person); }
            @if let Some(subject) = ask.subject { input type="hidden" name="subject" value=(subject); }
            @for (name, value) in &ask.given { input type="hidden" name=(name) value=(value); }
        }
    }

    fn form(&self, ask: &Ask, form: &Form, title: &str, draft: Option<&Draft>) -> Markup {
        let id = ask.id();
        let is_written = draft.is_some();
        let values =
            ask.filled.iter().chain(&ask.given).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let filled = Draft { values, ..Draft::default() };
        let draft = draft.or(Some(&filled));
        let asked = |field: &&Field| !ask.given.iter().any(|(name, _)| *name == field.at) && field.input != Input::Id;
        let asked: Vec<_> = form.fields.iter().filter(asked).filter(|field| self.can_be_chosen(field, draft)).collect();
        let either = asked.iter().filter(|field| field.either).count();
        let needs = |field: &Field| ask.needs.contains(&field.at) || (field.either && either == 1);
        let asked = asked.into_iter().map(|field| Field { required: field.required || needs(field), ..*field });
        let (needed, more): (Vec<Field>, Vec<Field>) = asked.partition(|field| field.required || field.either);
        // A form without required fields shows what it has; a long one shows what is needed, and the rest on request.
        let (first, rest) = if needed.is_empty() { (more, Vec::new()) } else { (needed, more) };
        let wrong = |fields: &[Field]| draft.is_some_and(|draft| fields.iter().any(|field| is_wrong(draft, field)));
        html! {
            form method="post" action={ "/board/do/" (ask.command.name()) } data-written[is_written] {
                (self.hidden(ask))
                (of_no_field(draft, form, ask))
                @if let Some(warning) = ask.warning.or(form.warning) { p.form-warning { (warning.r#in(self.language)) } }
                @for field in &first { (self.field(&id, field, draft)) }
                @if !rest.is_empty() {
                    @if rest.len() <= 3 {
                        @for field in &rest { (self.field(&id, field, draft)) }
                    } @else {
                        details.more open[wrong(&rest)] {
                            summary { (self.say("Meer vastleggen", "Record more")) }
                            @for field in &rest { (self.field(&id, field, draft)) }
                        }
                    }
                }
                @let when = when(ask.command);
                @if !when.is_empty() {
                    details.more open[wrong(when)] {
                        summary { (self.say("Eerder gebeurd?", "Did it happen earlier?")) }
                        @for field in when { (self.field(&id, field, draft)) }
                    }
                }
                div.utrecht-button-group {
                    button.utrecht-button.utrecht-button--primary-action type="submit" {
                        (self.say("Vastleggen", "Record")) span.visually-hidden { ": " (title) }
                    }
                }
            }
        }
    }

    /// What is wrong with a field.
    pub(crate) fn wrong_with(&self, form: &str, field: &Field, draft: Option<&Draft>) -> Markup {
        let _ = self;
        let wrong = wrong_in(draft, field);
        let id = format!("{form}{}-wrong", field.at.replace('/', "-"));
        html! { @if !wrong.is_empty() { p.utrecht-form-field-error-message id=(id) { (wrong.join(" ")) } } }
    }

    pub(crate) fn field(&self, form: &str, field: &Field, draft: Option<&Draft>) -> Markup {
        let id = format!("{form}{}", field.at.replace('/', "-"));
        let label = field.label.r#in(self.language);
        let values: Vec<&str> = draft
            .iter()
            .flat_map(|draft| &draft.values)
            .filter(|(name, _)| name == field.at)
            .map(|(_, value)| value.as_str())
            .collect();
        let wrong = wrong_in(draft, field);
        let about = [(!wrong.is_empty(), "wrong"), (field.hint.is_some(), "hint")];
        let described: Vec<_> =
            about.into_iter().filter(|(is_there, _)| *is_there).map(|(_, what)| format!("{id}-{what}")).collect();
        let about = html! {
            @if let Some(hint) = field.hint {
                p.utrecht-form-field-description id={ (id) "-hint" } { (hint.r#in(self.language)) }
            }
            (self.wrong_with(form, field, draft))
        };
        let described = described.join(" ");
        let wrong = !wrong.is_empty();
        let control = Control { field, id: &id, values: &values, described: &described, wrong, draft };
        let many = matches!(
            field.input,
            Input::Codes(_)
                | Input::Consented
                | Input::Countries
                | Input::Languages
                | Input::Tags
                | Input::Recipients
                | Input::Flag
        );
        html! {
            @if many && field.input != Input::Flag {
                fieldset.form-row aria-describedby=[control.describedby()] {
                    legend.utrecht-form-label { (label) (self.optional(field)) }
                    (about)
                    (self.control(&control))
                }
            } @else if many {
                div.form-row { (self.control(&control)) (about) }
            } @else {
                div.form-row {
                    label.utrecht-form-label for=(id) { (label) (self.optional(field)) }
                    (about)
                    (self.control(&control))
                }
            }
        }
    }

    fn optional(&self, field: &Field) -> Markup {
        html! { @if !field.required && !field.either { span.optional { " (" (self.say("hoeft niet", "optional")) ")" } } }
    }

    fn control(&self, control: &Control<'_>) -> Markup {
        let Control { field, id, .. } = *control;
        let described = control.describedby();
        let wrong = control.wrong.then_some("true");
        let value = control.values.first().copied().unwrap_or_default();
        let line = |kind: &str, extra: &str| {
            html! {
                input.utrecht-textbox id=(id) name=(field.at) type=(kind) value=(value) required[field.required]
                    aria-describedby=[described.clone()] aria-invalid=[wrong] autocomplete="off" placeholder=" "
                    inputmode=[(!extra.is_empty()).then_some(extra)];
            }
        };
        match field.input {
            Input::Line | Input::Birth | Input::Id | Input::Names => line("text", ""),
            Input::Number => line("text", "numeric"),
            Input::Moment => line("datetime-local", ""),
            Input::Day => line("date", ""),
            Input::Time => line("time", ""),
            Input::Text | Input::Sealed => html! {
                @let most = (field.input == Input::Text).then_some("4000");
                textarea.utrecht-textarea id=(id) name=(field.at) rows="3" maxlength=[most] required[field.required]
                    aria-describedby=[described] aria-invalid=[wrong] { (value) }
            },
            Input::Flag => html! {
                label.utrecht-form-label for=(id) {
                    input.utrecht-checkbox.utrecht-checkbox--html-input id=(id) name=(field.at) type="checkbox" value="true"
                        checked[value == "true"] aria-describedby=[described];
                    " " (field.label.r#in(self.language))
                }
            },
            Input::Codes(_)
            | Input::Consented
            | Input::Countries
            | Input::Languages
            | Input::Tags
            | Input::Recipients => self.boxes(control),
            Input::MunicipalityOrNew => {
                let known = self.choices(Input::Municipality, control.draft);
                let is_new = |value: &&str| !value.is_empty() && known.iter().all(|(each, _)| each != value);
                let new = control.values.iter().copied().find(is_new);
                html! {
                    (self.one_of(control, known))
                    // The first of the two that is filled in counts.
                    details.more open[new.is_some()] {
                        summary { (self.say("Staat die er niet bij? Een nieuwe gemeente", "Is it not listed? A new municipality")) }
                        label.utrecht-form-label for={ (id) "-new" } {
                            (self.say("Nieuwe gemeente, zoals rotterdam of den-haag", "New municipality, such as rotterdam or den-haag"))
                        }
                        input.utrecht-textbox id={ (id) "-new" } name=(field.at) type="text" value=(new.unwrap_or_default()) autocomplete="off";
                    }
                }
            }
            Input::Code(_)
            | Input::Among(_)
            | Input::TrueFalse
            | Input::Country
            | Input::Abroad
            | Input::Language
            | Input::OwnKind
            | Input::Organisation
            | Input::OrganisationOf(_)
            | Input::CareAbroad
            | Input::Municipality
            | Input::Offering
            | Input::ConsentRecipient
            | Input::Period
            | Input::Facility => self.one_of(control, self.choices(field.input, control.draft)),
        }
    }

    fn one_of(&self, control: &Control<'_>, choices: Vec<(String, String)>) -> Markup {
        let Control { field, id, .. } = *control;
        let value = control.values.first().copied().unwrap_or_default();
        let only = choices.len() == 1 && field.required;
        html! {
            select.utrecht-select.utrecht-select--html-select id=(id) name=(field.at) required[field.required]
                aria-describedby=[control.describedby()] aria-invalid=[control.wrong.then_some("true")] {
                option value="" { (self.say("Kies …", "Choose …")) }
                @for (choice, name) in choices {
                    option value=(choice) selected[choice == value || only] { (name) }
                }
            }
        }
    }

    fn boxes(&self, control: &Control<'_>) -> Markup {
        let Control { field, id, values, .. } = *control;
        html! {
            div.choices {
                @for (number, (choice, name)) in self.choices(field.input, control.draft).into_iter().enumerate() {
                    label for={ (id) "-" (number) } {
                        input.utrecht-checkbox.utrecht-checkbox--html-input id={ (id) "-" (number) } name=(field.at)
                            type="checkbox" value=(choice) checked[values.contains(&choice.as_str())];
                        " " (name)
                    }
                }
            }
        }
    }
}

struct Control<'a> {
    field: &'a Field,
    draft: Option<&'a Draft>,
    id: &'a str,
    values: &'a [&'a str],
    described: &'a str,
    wrong: bool,
}

impl Control<'_> {
    fn describedby(&self) -> Option<String> {
        (!self.described.is_empty()).then(|| self.described.to_owned())
    }
}

/// Whether what is wrong at a pointer is wrong with a field, or with a part of its value.
fn belongs(pointer: &str, field: &str) -> bool {
    pointer.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is said to be wrong with a field.
fn wrong_in<'d>(draft: Option<&'d Draft>, field: &Field) -> Vec<&'d str> {
    let problems = draft.into_iter().flat_map(|draft| &draft.problems);
    problems.filter(|(at, _)| belongs(at, field.at)).map(|(_, said)| said.as_str()).collect()
}

fn is_wrong(draft: &Draft, field: &Field) -> bool {
    draft.problems.iter().any(|(at, _)| belongs(at, field.at))
}

/// What is wrong with what the form does not ask for, such as what the page gave.
fn of_no_field(draft: Option<&Draft>, form: &Form, ask: &Ask) -> Markup {
    let is_asked = |at: &str| {
        let given = |field: &&Field| ask.given.iter().any(|(name, _)| *name == field.at);
        form.fields.iter().chain(when(ask.command)).any(|field| belongs(at, field.at) && !given(&field))
    };
    let problems = draft.iter().flat_map(|draft| &draft.problems);
    let wrong: Vec<_> = problems.filter(|(at, _)| !is_asked(at)).map(|(_, said)| said.as_str()).collect();
    html! { @if !wrong.is_empty() { p.utrecht-form-field-error-message { (wrong.join(" ")) } } }
}
