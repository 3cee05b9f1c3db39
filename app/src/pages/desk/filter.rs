//! What the board and the table can be narrowed down to, and the views a person saves.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Id, Timestamp,
    model::Model,
    search::{Names, Wanted},
    team::Team,
    ticket::{Channel, Priority},
    user::User,
};
use leptos::prelude::*;

use super::{
    actions::{engineer_choices, engineers},
    columns::Alert,
    dispatch::open_visit,
};
use crate::{
    device::{Device, Narrowed, SavedView, device},
    locale::{text, words},
    search::Line,
    ui::{
        Button, ButtonKind, CheckRow, Chip, Choice, Dialog, Drawer, Field, Icon, IconButton,
        Select, toast_undo,
    },
};

/// Whose name and team goes with a person's id; made once for a whole list.
pub(super) struct Crew {
    people: BTreeMap<Id<User>, Member>,
    me: Id<User>,
}

struct Member {
    name: String,
    names: Arc<Names>,
    team: Option<Id<Team>>,
    /// Whether they can be sent.
    able: bool,
}

impl Crew {
    /// Everybody this device knows (tracked).
    pub(super) fn of(device: Device) -> Self {
        let member = |user: User| {
            let names = Arc::new(Names::default().name(&user.name));
            let able = user.can_be_sent();
            (user.id, Member { name: user.name, names, team: user.team, able })
        };
        let people = device.all::<User>().into_iter().map(member).collect();
        Self { people, me: device.me().id }
    }

    pub(super) fn name(&self, id: Id<User>) -> String {
        self.people.get(&id).map(|it| it.name.clone()).unwrap_or_default()
    }
}

/// What a filter asks about a ticket.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct About {
    pub(super) alerts: Vec<Alert>,
    pub(super) priority: Option<Priority>,
    pub(super) engineer: Option<Id<User>>,
    line: Line,
    /// What its engineer is called.
    names: Option<Arc<Names>>,
    team: Option<Id<Team>>,
    mine: bool,
}

impl About {
    pub(super) fn of(line: &Line, now: Timestamp, crew: &Crew) -> Self {
        let ticket = &*line.ticket;
        let engineer = open_visit(ticket).map(|visit| visit.engineer);
        let triage = ticket.triage.as_ref();
        let member = engineer.and_then(|id| crew.people.get(&id));
        let mut alerts = Alert::of(ticket, now);
        if member.is_some_and(|member| !member.able) {
            alerts.push(Alert::Gone);
        }
        Self {
            alerts,
            priority: triage.map(|triage| triage.priority),
            engineer,
            line: line.clone(),
            names: member.map(|member| member.names.clone()),
            team: triage.and_then(|triage| triage.team).or(member.and_then(|member| member.team)),
            mine: ticket.registered_by == crew.me
                || triage.is_some_and(|triage| triage.by == crew.me)
                || ticket.visits.iter().any(|visit| visit.dispatched_by == crew.me),
        }
    }

    /// Whether the customer's machine is with us.
    pub(super) fn is_kept(&self) -> bool {
        self.line.ticket.machine_with_us().is_some()
    }
}

/// A filter, read once for a whole list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sieve {
    words: Wanted,
    alert: Option<Alert>,
    priority: Option<Priority>,
    engineer: Option<Id<User>>,
    team: Option<Id<Team>>,
    channel: Option<Channel>,
    region: String,
    model: String,
    mine: bool,
    kept: bool,
}

impl Sieve {
    pub(super) fn new(narrowed: &Narrowed, search: &str) -> Self {
        Self {
            words: Wanted::new(search),
            alert: Alert::from_word(&narrowed.alert),
            priority: words::from_code(&narrowed.priority),
            engineer: narrowed.engineer.parse().ok(),
            team: narrowed.team.parse().ok(),
            channel: words::from_code(&narrowed.channel),
            region: narrowed.region.clone(),
            model: narrowed.model.clone(),
            mine: narrowed.mine,
            kept: narrowed.kept,
        }
    }

    pub(super) fn keeps(&self, about: &About) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, is: Option<&T>) -> bool {
            wanted.is_none() || wanted == is
        }
        let ticket = &*about.line.ticket;
        self.alert.is_none_or(|alert| about.alerts.contains(&alert))
            && fits(self.priority.as_ref(), about.priority.as_ref())
            && fits(self.engineer.as_ref(), about.engineer.as_ref())
            && fits(self.team.as_ref(), about.team.as_ref())
            && self.channel.is_none_or(|channel| channel == ticket.channel)
            && ticket.contact.address.contains(&self.region)
            && (self.model.is_empty() || ticket.machine.model == self.model)
            && (!self.mine || about.mine)
            && (!self.kept || about.is_kept())
            && self.finds(about)
    }

    /// Whether the search finds the ticket, by its own names or its engineer's.
    fn finds(&self, about: &About) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let own = about.line.names();
        match &about.names {
            Some(names) => self.words.fits(&[own, names]),
            None => self.words.fits(&[own]),
        }
    }
}

/// The filters of a page.
#[derive(Clone, Copy)]
pub(super) struct Filter {
    pub(super) search: RwSignal<String>,
    pub(super) narrowed: RwSignal<Narrowed>,
    drawer: RwSignal<bool>,
    naming: RwSignal<bool>,
}

impl Filter {
    pub(super) fn new() -> Self {
        Self {
            search: RwSignal::new(String::new()),
            narrowed: RwSignal::new(Narrowed::default()),
            drawer: RwSignal::new(false),
            naming: RwSignal::new(false),
        }
    }

    /// The filter as it stands (tracked).
    pub(super) fn sieve(self) -> Sieve {
        self.search.with(|search| self.narrowed.with(|narrowed| Sieve::new(narrowed, search)))
    }

    /// Presses one filter of a kind: a second press lets go of it.
    pub(super) fn toggle(self, field: fn(&mut Narrowed) -> &mut String, word: String) {
        self.narrowed.update(|narrowed| {
            let field = field(narrowed);
            *field = if *field == word { String::new() } else { word };
        });
    }

    /// A chip that presses one filter.
    pub(super) fn chip(
        self,
        field: fn(&mut Narrowed) -> &mut String,
        word: String,
        title: Signal<String>,
        count: Option<u32>,
    ) -> AnyView {
        let own = word.clone();
        let pressed = Signal::derive(move || {
            self.narrowed.with(|narrowed| *field(&mut narrowed.clone()) == own)
        });
        let press = move || self.toggle(field, word.clone());
        view! { <Chip text=title count pressed on_press=press/> }.into_any()
    }
}

/// The `kept` machines, so many of them, the saved views, the filters that are on but have no chip of their own, and
/// the ways to more.
pub(super) fn bar(filter: Filter, kept: Memo<usize>) -> AnyView {
    let device = device();
    let views = Memo::new(move |_| device.arranged(|arranged| arranged.views.clone()));
    let saved = move |SavedView { name, narrowed }: SavedView| {
        let (own, taken) = (narrowed.clone(), narrowed.clone());
        let gone = SavedView { name: name.clone(), narrowed };
        let label = (text().board.forget_view)(&name);
        let pressed = Signal::derive(move || filter.narrowed.with(|now| *now == own));
        let take = move || {
            let taken = taken.clone();
            filter.narrowed.update(|now| {
                *now = if *now == taken { Narrowed::default() } else { taken };
            });
        };
        let forget = move || {
            let place = views.with_untracked(|views| {
                views.iter().position(|view| view.name == gone.name).unwrap_or(views.len())
            });
            device.arrange(|arranged| arranged.views.retain(|view| view.name != gone.name));
            let said = untrack(|| (text().board.view_forgotten)(&gone.name));
            let gone = gone.clone();
            toast_undo(said, untrack(|| text().board.undo), move || {
                device.arrange(|arranged| {
                    // What was saved under its name since stays.
                    if arranged.views.iter().all(|view| view.name != gone.name) {
                        let place = place.min(arranged.views.len());
                        arranged.views.insert(place, gone.clone());
                    }
                });
            });
        };
        view! {
            <span class="saved-view">
                <Chip text=name pressed on_press=take/>
                <IconButton icon=Icon::Close label on_press=forget/>
            </span>
        }
    };
    let on = Memo::new(move |_| {
        filter.narrowed.with(|narrowed| {
            let (board, words) = (&text().board, &text().words);
            let channel: Option<Channel> = words::from_code(&narrowed.channel);
            let team: Option<Id<Team>> = narrowed.team.parse().ok();
            let team = team.and_then(|id| device.find(id)).map(|team| team.name);
            let mut on: Vec<(&'static str, String)> = Vec::new();
            on.extend(team.map(|team| ("team", team)));
            on.extend(channel.map(|channel| ("channel", words.channel(channel).to_owned())));
            for (word, value) in [("region", &narrowed.region), ("model", &narrowed.model)] {
                if !value.is_empty() {
                    on.push((word, value.clone()));
                }
            }
            if narrowed.mine {
                on.push(("mine", board.mine.to_owned()));
            }
            on
        })
    });
    let off = move |word: &'static str| {
        filter.narrowed.update(|narrowed| match word {
            "team" => narrowed.team.clear(),
            "channel" => narrowed.channel.clear(),
            "region" => narrowed.region.clear(),
            "model" => narrowed.model.clear(),
            _ => narrowed.mine = false,
        });
    };
    let active = move || {
        on.get()
            .into_iter()
            .map(|(word, label)| {
                view! { <Chip text=label pressed=true on_press=move || off(word)/> }
            })
            .collect_view()
    };
    let narrowed = Memo::new(move |_| {
        filter.narrowed.with(|now| *now != Narrowed::default())
            && device.arranged(|it| {
                filter.narrowed.with(|now| it.views.iter().all(|view| view.narrowed != *now))
            })
    });
    let is_kept = Memo::new(move |_| filter.narrowed.with(|it| it.kept));
    view! {
        <Show when=move || kept.get() != 0 || is_kept.get()>
            <Chip
                text=move || text().custody.tag
                count=Signal::derive(move || u32::try_from(kept.get()).ok())
                pressed=is_kept
                on_press=move || filter.narrowed.update(|it| it.kept = !it.kept)
            />
        </Show>
        {move || views.get().into_iter().map(saved).collect_view()}
        {active}
        <Button
            text=move || text().board.filter
            icon=Icon::Filter
            kind=ButtonKind::Quiet
            name="filter"
            on_press=move || filter.drawer.set(true)
        />
        <Show when=move || narrowed.get()>
            <Button
                text=move || text().board.save_view
                icon=Icon::Star
                kind=ButtonKind::Quiet
                name="save-view"
                on_press=move || filter.naming.set(true)
            />
            <Button
                text=move || text().board.clear_filters
                icon=Icon::Close
                kind=ButtonKind::Quiet
                name="clear-filters"
                on_press=move || filter.narrowed.set(Narrowed::default())
            />
        </Show>
        {drawer(filter)}
        {naming(filter)}
    }
    .into_any()
}

/// A select that follows one filter, and changes it.
fn select(
    filter: Filter,
    field: fn(&mut Narrowed) -> &mut String,
    label: fn() -> &'static str,
    options: Signal<Vec<Choice>>,
    id: &'static str,
) -> AnyView {
    let value = RwSignal::new(String::new());
    Effect::new(move |_| {
        let now = filter.narrowed.with(|narrowed| field(&mut narrowed.clone()).clone());
        if value.get_untracked() != now {
            value.set(now);
        }
    });
    let pick = move |picked: String| filter.narrowed.update(|narrowed| *field(narrowed) = picked);
    view! {
        <Select label value options empty=move || text().board.any on_pick=pick id/>
    }
    .into_any()
}

fn drawer(filter: Filter) -> impl IntoView {
    let device = device();
    let content = move || {
        let people = Signal::derive(move || engineer_choices(device));
        let teams = Signal::derive(move || {
            let choice = |team: Team| Choice::new(team.id.to_string(), team.name);
            device.all::<Team>().into_iter().map(choice).collect::<Vec<_>>()
        });
        let channels = Signal::derive(|| {
            let choice = |it: &Channel| Choice::new(words::code(it), text().words.channel(*it));
            words::ALL_CHANNELS.iter().map(choice).collect::<Vec<_>>()
        });
        let regions = Signal::derive(move || {
            let regions: BTreeSet<String> =
                engineers(device).into_iter().flat_map(|user| user.regions).collect();
            regions.into_iter().map(|it| Choice::new(it.clone(), it)).collect::<Vec<_>>()
        });
        let models = Signal::derive(move || {
            let models: BTreeSet<String> =
                device.all::<Model>().into_iter().map(|model| model.code).collect();
            models.into_iter().map(|it| Choice::new(it.clone(), it)).collect::<Vec<_>>()
        });
        let mine = RwSignal::new(filter.narrowed.with_untracked(|narrowed| narrowed.mine));
        let only_mine = move |mine: bool| filter.narrowed.update(|it| it.mine = mine);
        view! {
            <div class="form">
                <CheckRow label=move || text().board.mine checked=mine on_toggle=only_mine id="filter-mine"/>
                {select(filter, |it| &mut it.engineer, || text().desk.engineer, people, "filter-engineer")}
                {select(filter, |it| &mut it.team, || text().desk.team, teams, "filter-team")}
                {select(filter, |it| &mut it.region, || text().board.region, regions, "filter-region")}
                {select(filter, |it| &mut it.model, || text().desk.model, models, "filter-model")}
                {select(filter, |it| &mut it.channel, || text().desk.channel, channels, "filter-channel")}
                <div class="dialog__bar">
                    <Button
                        text=move || text().board.clear_filters
                        name="reset-filters"
                        on_press=move || {
                            mine.set(false);
                            filter.narrowed.set(Narrowed::default());
                        }
                    />
                    <Button
                        text=move || text().board.done
                        kind=ButtonKind::Primary
                        name="filters-done"
                        on_press=move || filter.drawer.set(false)
                    />
                </div>
            </div>
        }
    };
    view! {
        <Drawer open=filter.drawer title=move || text().board.filter close=move || text().desk.close_panel>
            {content()}
        </Drawer>
    }
}

/// The dialog that gives the filters a name.
fn naming(filter: Filter) -> impl IntoView {
    let name = RwSignal::new(String::new());
    Effect::new(move |_| {
        if filter.naming.get() {
            name.set(String::new());
        }
    });
    let why_not = Signal::derive(move || {
        name.with(|name| name.trim().is_empty()).then(|| text().board.view_unnamed.to_owned())
    });
    let save = move || {
        let (name, narrowed) = (name.get_untracked(), filter.narrowed.get_untracked());
        let name = name.trim().to_owned();
        if name.is_empty() {
            return;
        }
        device().arrange(|arranged| {
            arranged.views.retain(|view| view.name != name);
            arranged.views.push(SavedView { name, narrowed });
        });
        filter.naming.set(false);
    };
    view! {
        <Dialog
            open=filter.naming
            title=move || text().board.save_view
            close=move || text().desk.close_panel
        >
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <Field
                    label=move || text().board.view_name
                    value=name
                    hint=move || text().board.view_hint
                    required=true
                    max_length=40
                    id="view-name"
                />
                <div class="dialog__bar">
                    <Button
                        text=move || text().desk.back
                        on_press=move || filter.naming.set(false)
                    />
                    <Button
                        text=move || text().desk.save
                        kind=ButtonKind::Primary
                        why_not
                        name="keep-view"
                        on_press=save
                    />
                </div>
            </form>
        </Dialog>
    }
}
