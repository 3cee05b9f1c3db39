//! Every open question of every ticket, the oldest first, and what was decided lately.

use domain::{Id, Timestamp, flag::Flag, ticket::Ticket};
use leptos::prelude::*;

use super::{flags, looks};
use crate::{
    device::device,
    locale::text,
    pages::shell::DeskShell,
    route::Route,
    ui::{Card, Empty, Icon, TabItem, Tabs, Tone},
};

/// How many decided questions are shown.
const DECIDED_MAX: usize = 50;

/// A question and whose it is.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    ticket: Id<Ticket>,
    flag: Flag,
}

impl Asked {
    fn at(&self) -> Timestamp {
        self.flag.settled.as_ref().map_or(self.flag.at, |settled| settled.at)
    }
}

/// The page.
#[component]
pub fn Decisions() -> impl IntoView {
    let device = device();
    let group = RwSignal::new("open".to_owned());
    let all = Memo::new(move |_| {
        let of = |ticket: &Ticket| {
            let id = ticket.id;
            let asked = move |flag: &Flag| Asked { ticket: id, flag: flag.clone() };
            ticket.flags.iter().map(asked).collect::<Vec<_>>()
        };
        let mut all: Vec<Asked> =
            device.held::<Ticket>().iter().flat_map(|ticket| of(ticket)).collect();
        all.sort_by_key(Asked::at);
        all
    });
    let open = Memo::new(move |_| {
        all.with(|all| {
            all.iter().filter(|it| it.flag.settled.is_none()).cloned().collect::<Vec<Asked>>()
        })
    });
    let decided = Memo::new(move |_| {
        all.with(|all| {
            let settled = all.iter().rev().filter(|it| it.flag.settled.is_some());
            settled.take(DECIDED_MAX).cloned().collect::<Vec<Asked>>()
        })
    });
    let items = Signal::derive(move || {
        let count = u32::try_from(open.with(Vec::len)).unwrap_or(u32::MAX);
        vec![
            TabItem::new("open", text().watch.open).count(count).tone(Tone::Danger),
            TabItem::new("decided", text().watch.decided),
        ]
    });
    let is_open = Memo::new(move |_| group.with(|group| group == "open"));
    let questions = move || {
        view! {
            <Show
                when=move || !open.with(Vec::is_empty)
                fallback=|| view! { <Empty icon=Icon::CheckCircle text=move || text().watch.none_open/> }
            >
                <div class="stack">
                    <For
                        each=move || open.get()
                        key=|asked| (asked.ticket, asked.flag.id)
                        children=move |Asked { ticket, flag }: Asked| {
                            flags::question(ticket, flag, Some(heading(ticket)))
                        }
                    />
                </div>
            </Show>
        }
    };
    let answers = move || {
        view! {
            <Show
                when=move || !decided.with(Vec::is_empty)
                fallback=|| view! { <Empty icon=Icon::Flag text=move || text().watch.none_decided/> }
            >
                <div class="stack">
                    <For
                        each=move || decided.get()
                        key=|asked| (asked.ticket, asked.flag.id)
                        children=move |Asked { ticket, flag }: Asked| {
                            view! {
                                <Card>
                                    {heading(ticket)}
                                    <ul class="list">{move || flags::settled(&flag)}</ul>
                                </Card>
                            }
                        }
                    />
                </div>
            </Show>
        }
    };
    view! {
        <DeskShell title=move || text().watch.decisions>
            <Tabs label=move || text().watch.decisions value=group items/>
            {move || if is_open.get() { questions().into_any() } else { answers().into_any() }}
        </DeskShell>
    }
}

/// Whose ticket it is, with the way there.
fn heading(id: Id<Ticket>) -> AnyView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let line = move || {
        let ticket = ticket.get()?;
        let number = ticket.spoken_number().to_owned();
        Some(view! {
            <p class="row">
                <a class="link num" href=Route::DeskTicket(id).href() data-name="open-ticket">{number}</a>
                <strong>{ticket.contact.label()}</strong>
                <span class="muted">{ticket.title.clone()}</span>
                {looks::status_tag(&ticket)}
            </p>
        })
    };
    view! { {line} }.into_any()
}
