//! Teams and service points: added and renamed.

use domain::{
    Command, Id,
    team::{Command as Deed, Team},
    user::User,
    values::LINE_CHARS_MAX,
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::text,
    ui::{Button, ButtonKind, Cell, CellGroup, Dialog, Field, Icon, Tone, toast},
};

/// The list with its dialog.
#[component]
pub fn Teams(
    /// Turns true where somebody came to add one.
    add: RwSignal<bool>,
) -> impl IntoView {
    let device = device();
    let open = RwSignal::new(false);
    let editing = RwSignal::new(None::<Id<Team>>);
    let known = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let region = RwSignal::new(String::new());
    let start = move |team: Option<Team>| {
        known.set(team.is_some());
        editing.set(Some(team.as_ref().map_or_else(|| device.new_id(), |team| team.id)));
        name.set(team.as_ref().map(|team| team.name.clone()).unwrap_or_default());
        region.set(team.map(|team| team.region).unwrap_or_default());
        open.set(true);
    };
    Effect::new(move |_| {
        if add.get() {
            add.set(false);
            start(None);
        }
    });
    let list = move || {
        let mut teams = device.all::<Team>();
        teams.sort_by(|one, other| one.name.cmp(&other.name));
        if teams.is_empty() {
            return view! { <p class="muted">{text().office.people.no_teams}</p> }.into_any();
        }
        let people = device.all::<User>();
        let cell = |team: Team| {
            let members =
                people.iter().filter(|user| user.active && user.team == Some(team.id)).count();
            let (label, hint) = (team.name.clone(), team.region.clone());
            view! {
                <Cell
                    label
                    hint
                    value=(text().office.people.members)(members)
                    icon=Icon::Users
                    name="edit-team"
                    on_press=move || start(Some(team.clone()))
                />
            }
        };
        let cells = teams.into_iter().map(cell).collect_view();
        view! { <CellGroup>{cells}</CellGroup> }.into_any()
    };
    let command = move || {
        let id = editing.get()?;
        let team = Team { id, name: name.get().trim().into(), region: region.get().trim().into() };
        Some(Command::Team(id, Deed::Save { team }))
    };
    let why_not = Signal::derive(move || {
        let refusal = device.would(&command()?).err()?;
        Some(text().words.refusal(refusal).to_owned())
    });
    let save = move || {
        if let Some(command) = command() {
            device.press_then(command, move || {
                open.set(false);
                toast(Tone::Success, text().office.saved);
            });
        }
    };
    let title = move || {
        let words = &text().office.people;
        if known.get() { words.edit_team } else { words.add_team }
    };
    view! {
        {list}
        <div class="row">
            <Button
                text=move || text().office.people.add_team
                icon=Icon::Add
                name="new-team"
                on_press=move || start(None)
            />
        </div>
        <Dialog open title close=move || text().office.close>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    if why_not.get_untracked().is_none() {
                        save();
                    }
                }
            >
                <Field
                    label=move || text().office.people.team_name
                    value=name
                    required=true
                    max_length=LINE_CHARS_MAX
                    id="team-name"
                />
                <Field
                    label=move || text().office.people.team_region
                    value=region
                    max_length=LINE_CHARS_MAX
                    id="team-region"
                />
                <div class="dialog__bar">
                    <Button text=move || text().office.cancel on_press=move || open.set(false)/>
                    <Button
                        text=move || text().office.save
                        kind=ButtonKind::Primary
                        name="save-team"
                        why_not
                        submit=true
                    />
                </div>
            </form>
        </Dialog>
    }
}
