//! Hands on the calendar: what is carried, where it would lie, and the three ways to put it down.
//!
//! The mouse carries a block or a card; the keyboard does the same with Enter and the arrows. Both end in
//! [`Calendar::drop_at`], and where something speaks against the place, in the planning dialog.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    Id, Timestamp,
    dispatch::{self, Proposal, STEP_MINUTES},
    ticket::Ticket,
    user::User,
    visit::{Appointment, Visit},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    super::{
        actions::engineers,
        dispatch::{Plan, carry_out, deed, open_visit, told},
        proposals::{self, Weighing},
    },
    timetable::{DAY, Timetable},
};
use crate::{
    device::Device,
    locale::{self, text},
    ui::{Tone, into_sight, toast},
};

/// How far the mouse moves before a press becomes a drag, in pixels.
const DRAG_PIXELS: f64 = 5.0;
/// How near to the edge the list of engineers begins to move, and by how much.
const EDGE_PIXELS: f64 = 44.0;
const EDGE_STEP: f64 = 18.0;
/// A card under a resting mouse keeps its place for so long.
const REST: Duration = Duration::from_secs(6);

/// Which hand carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    Mouse,
    Keys,
}

/// What is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) ticket: Id<Ticket>,
    pub(super) minutes: i64,
    pub(super) hand: Hand,
    /// How far from its beginning the mouse took hold of it, in minutes.
    grip: i64,
}

/// A place on the calendar: the keyboard's cursor, and where a drop would lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) engineer: Id<User>,
    /// In a week, the midnight of the day.
    pub(super) at: Timestamp,
}

/// A press of the mouse that may become a drag.
#[derive(Clone, Copy, Debug)]
struct Press {
    ticket: Id<Ticket>,
    minutes: i64,
    grip: i64,
    x: f64,
    y: f64,
}

/// The calendar's state. A handle: copying it costs nothing.
#[derive(Clone, Copy)]
pub(super) struct Calendar {
    pub(super) device: Device,
    pub(super) table: Memo<Timetable>,
    pub(super) carried: RwSignal<Option<Carried>>,
    pub(super) spot: RwSignal<Option<Spot>>,
    /// The ticket whose details are shown.
    pub(super) picked: RwSignal<Option<Id<Ticket>>>,
    pub(super) plan: RwSignal<Option<Plan>>,
    /// What is said to those who do not see it.
    pub(super) said: RwSignal<String>,
    /// Whether the mouse is over something that must not move.
    pub(super) resting: RwSignal<bool>,
    pub(super) grid: NodeRef<leptos::html::Div>,
    pub(super) ghost: NodeRef<leptos::html::Div>,
    press: StoredValue<Option<Press>>,
    /// Whether the click that is about to come only ends a drag.
    dragged: StoredValue<bool>,
    /// When the mouse was last seen to move over such a thing.
    rests: StoredValue<Timestamp>,
}

impl Calendar {
    pub(super) fn new(
        device: Device,
        table: Memo<Timetable>,
        carried: RwSignal<Option<Carried>>,
        resting: RwSignal<bool>,
    ) -> Self {
        Self {
            device,
            table,
            carried,
            resting,
            spot: RwSignal::new(None),
            picked: RwSignal::new(None),
            plan: RwSignal::new(None),
            said: RwSignal::default(),
            grid: NodeRef::new(),
            ghost: NodeRef::new(),
            press: StoredValue::new(None),
            dragged: StoredValue::new(false),
            rests: StoredValue::new(Timestamp::default()),
        }
    }

    /// What speaks for and against each engineer, for what is carried or looked at.
    pub(super) fn fits(self) -> Memo<BTreeMap<Id<User>, (usize, Proposal)>> {
        Memo::new(move |_| {
            let carried = self.carried.get().map(|it| (it.ticket, it.minutes));
            let looked = self.picked.get().map(|ticket| (ticket, dispatch::VISIT_MINUTES));
            let Some((ticket, minutes)) = carried.or(looked) else { return BTreeMap::new() };
            untrack(|| {
                let Some(weighing) = Weighing::of(self.device, ticket) else {
                    return BTreeMap::new();
                };
                let on = self.table.with(|table| table.days.first);
                let (people, diary) = (engineers(self.device), proposals::diary(self.device));
                let proposals = weighing.proposals(&people, &diary, on, minutes);
                let placed = proposals.into_iter().enumerate();
                placed.map(|(place, proposal)| (proposal.engineer, (place, proposal))).collect()
            })
        })
    }

    /// Opens the details, unless the click only ended a drag.
    pub(super) fn look(self, ticket: Id<Ticket>) {
        if !self.dragged.get_value() {
            self.picked.set(Some(ticket));
        }
    }

    /// The window that putting it here means.
    pub(super) fn window(self, carried: Carried, spot: Spot) -> (Timestamp, Timestamp) {
        let one = self.table.with_untracked(|table| table.days.one());
        let from = if one {
            spot.at
        } else {
            // A day, and no hour: the first that is free.
            let now = proposals::now(self.device);
            let diary = proposals::diary(self.device);
            let free = diary.free(spot.engineer, carried.ticket, spot.at, carried.minutes, now);
            let of_day = |at: &Timestamp| now.midnight(*at) == spot.at;
            free.filter(of_day).unwrap_or(spot.at.plus_minutes(dispatch::OPENS_MINUTE + 60))
        };
        (from, from.plus_minutes(carried.minutes))
    }

    /// Puts it there: at once where nothing speaks against it, else by way of the dialog.
    fn drop_at(self, carried: Carried, spot: Spot) {
        let device = self.device;
        self.carried.set(None);
        self.resting.set(false);
        let (from, to) = untrack(|| self.window(carried, spot));
        let found = untrack(|| {
            let weighing = Weighing::of(device, carried.ticket)?;
            let engineer = device.find(spot.engineer)?;
            let open = open_visit(&weighing.ticket).cloned();
            let own = open.as_ref().filter(|open| open.engineer == spot.engineer);
            let before = own.and_then(|open| open.appointment.clone());
            if before.as_ref().is_some_and(|before| (before.from, before.to) == (from, to)) {
                return None;
            }
            // The new time is a proposal until somebody has asked the customer.
            let agreed_with = String::new();
            let window = Appointment { from, to, agreed_with };
            let diary = proposals::diary(device);
            let warnings = weighing.warnings(&engineer, Some(&window), &diary);
            let visit = device.new_id::<Visit>();
            let command = deed(&weighing.ticket, visit, spot.engineer, Some(window), String::new());
            let refusal = device.would(&command).err();
            Some((weighing.ticket, command, warnings, refusal))
        });
        let Some((before, command, warnings, refusal)) = found else {
            self.said.set(text().calendar.put_back.into());
            return;
        };
        match refusal {
            None if warnings.is_empty() => {
                self.said.set(untrack(|| told(device, &before, &command)));
                carry_out(device, before, command, || {});
            }
            None | Some(domain::Refusal::ReasonMissing) => {
                self.plan.set(Some(Plan {
                    ticket: carried.ticket,
                    engineer: Some(spot.engineer),
                    from: Some(from),
                    minutes: carried.minutes,
                }));
            }
            Some(refusal) => {
                let why = text().words.refusal(refusal);
                self.said.set(why.into());
                toast(Tone::Danger, why);
            }
        }
    }

    /// Back to where it was.
    pub(super) fn put_back(self) -> bool {
        self.press.set_value(None);
        let carrying = self.carried.with_untracked(Option::is_some);
        if carrying {
            self.carried.set(None);
            self.said.set(text().calendar.put_back.into());
        }
        carrying
    }

    // ---- The mouse

    /// Follows the mouse as long as the page is there.
    pub(super) fn follow_mouse(self) {
        let down = window_event_listener(ev::pointerdown, move |event| self.pressed(&event));
        let moved = window_event_listener(ev::pointermove, move |event| self.moved(&event));
        let up = window_event_listener(ev::pointerup, move |event| self.released(&event));
        let lost = window_event_listener(ev::pointercancel, move |_| {
            self.put_back();
        });
        let keys = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" && self.put_back() {
                // The page's own Escape is heard on the same window, and would close the panel as well.
                event.stop_immediate_propagation();
            }
        });
        on_cleanup(move || {
            for listener in [down, moved, up, lost] {
                listener.remove();
            }
            keys.remove();
        });
    }

    fn pressed(self, event: &ev::PointerEvent) {
        self.dragged.set_value(false);
        // A finger scrolls; it has the dialog. A drag begins with the left button.
        if event.button() != 0 || event.pointer_type() == "touch" {
            return;
        }
        let Some(held) = element(event.target()).and_then(|it| closest(&it, "[data-carry]")) else {
            return;
        };
        let Some(ticket) = held.get_attribute("data-carry").and_then(|id| id.parse().ok()) else {
            return;
        };
        let (x, y) = (event.client_x(), event.client_y());
        let own = self
            .table
            .with_untracked(|table| table.block_of(ticket).map(super::timetable::Block::minutes));
        let minutes = own.unwrap_or(dispatch::VISIT_MINUTES).max(STEP_MINUTES);
        let frame = held.get_bounding_client_rect();
        // Only what lies on the time line has a place where it is held.
        let on_line = own.is_some() && held.closest(".calendar__lane").ok().flatten().is_some();
        let share = if on_line {
            ((x - frame.left()) / frame.width().max(1.0)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let grip = share_of(minutes, share);
        self.press.set_value(Some(Press { ticket, minutes, grip, x, y }));
    }

    fn moved(self, event: &ev::PointerEvent) {
        self.rest(event);
        let (x, y) = (event.client_x(), event.client_y());
        if let Some(press) = self.press.get_value()
            && (x - press.x).hypot(y - press.y) > DRAG_PIXELS
        {
            self.press.set_value(None);
            self.dragged.set_value(true);
            self.spot.set(None);
            let Press { ticket, minutes, grip, .. } = press;
            self.carried.set(Some(Carried { ticket, minutes, hand: Hand::Mouse, grip }));
        }
        let Some(carried) = self.carried.get_untracked().filter(|it| it.hand == Hand::Mouse) else {
            return;
        };
        event.prevent_default();
        if let Some(ghost) = self.ghost.get_untracked() {
            // A drawing that follows the mouse; where the browser refuses, the place in the row still shows.
            let _moved =
                HtmlElement::style(&ghost).set_property("translate", &format!("{x}px {y}px"));
        }
        self.scroll_at_edge(y);
        let spot = self.spot_under(x, y, carried);
        if self.spot.get_untracked() != spot {
            self.spot.set(spot);
        }
    }

    fn released(self, event: &ev::PointerEvent) {
        self.press.set_value(None);
        let Some(carried) = self.carried.get_untracked().filter(|it| it.hand == Hand::Mouse) else {
            return;
        };
        let (x, y) = (event.client_x(), event.client_y());
        match self.spot_under(x, y, carried) {
            Some(spot) => {
                self.spot.set(None);
                self.drop_at(carried, spot);
            }
            None => {
                self.spot.set(None);
                self.put_back();
            }
        }
    }

    /// The place under the mouse, if it is one.
    fn spot_under(self, x: f64, y: f64, carried: Carried) -> Option<Spot> {
        #[expect(clippy::cast_possible_truncation, reason = "a place on the screen in pixels")]
        let under = document().element_from_point(x as f32, y as f32)?;
        let lane = closest(&under, "[data-lane]")?;
        let engineer = lane.get_attribute("data-lane")?.parse().ok()?;
        let frame = lane.get_bounding_client_rect();
        let share = ((x - frame.left()) / frame.width().max(1.0)).clamp(0.0, 0.999);
        let at = self.table.with_untracked(|table| {
            if table.days.one() {
                let minute =
                    table.opens + share_of(table.closes - table.opens, share) - carried.grip;
                let snapped = (minute + STEP_MINUTES / 2).div_euclid(STEP_MINUTES) * STEP_MINUTES;
                let last = (table.closes - STEP_MINUTES).max(table.opens);
                table.days.first.plus_minutes(snapped.clamp(table.opens, last))
            } else {
                table.days.midnight(share_of(table.days.count, share))
            }
        });
        Some(Spot { engineer, at })
    }

    fn scroll_at_edge(self, y: f64) {
        let Some(grid) = self.grid.get_untracked() else { return };
        let frame = grid.get_bounding_client_rect();
        let step = if y < frame.top() + EDGE_PIXELS * 2.0 && y > frame.top() {
            -EDGE_STEP
        } else if y > frame.bottom() - EDGE_PIXELS && y < frame.bottom() {
            EDGE_STEP
        } else {
            return;
        };
        grid.scroll_by_with_x_and_y(0.0, step);
    }

    /// Whatever the mouse is on keeps its place until it moves away or has long been still.
    fn rest(self, event: &ev::PointerEvent) {
        let over = element(event.target()).and_then(|it| closest(&it, "[data-carry]")).is_some();
        if self.resting.get_untracked() != over {
            self.resting.set(over);
        }
        let now = self.device.now();
        // Once a second is often enough to know that the mouse still moves.
        if over && now.0 - self.rests.get_value().0 > 1_000 {
            self.rests.set_value(now);
            set_timeout(
                move || {
                    // The page may be gone by then.
                    if self.rests.try_get_value() == Some(now) {
                        self.resting.set(false);
                    }
                },
                REST,
            );
        }
    }

    // ---- The keyboard

    /// Takes a ticket up with the keyboard; the cursor goes to where it fits best.
    pub(super) fn take_up(self, ticket: Id<Ticket>) {
        let device = self.device;
        let block = self.table.with_untracked(|table| table.block_of(ticket).cloned());
        if block.as_ref().is_some_and(|block| !block.movable) {
            self.said.set(text().calendar.cannot_move.into());
            toast(Tone::Info, text().calendar.cannot_move);
            return;
        }
        let minutes =
            block.as_ref().map_or(dispatch::VISIT_MINUTES, super::timetable::Block::minutes);
        let carried = Carried { ticket, minutes, hand: Hand::Keys, grip: 0 };
        if block.is_none() {
            self.spot.set(self.best_spot(ticket, minutes));
        }
        self.carried.set(Some(carried));
        let who = untrack(|| device.find(ticket)).map(|it| it.contact.label()).unwrap_or_default();
        self.said.set((text().calendar.picked_up)(&who));
        self.focus_grid();
    }

    /// Where the first proposal would go, as far as it is shown.
    fn best_spot(self, ticket: Id<Ticket>, minutes: i64) -> Option<Spot> {
        let device = self.device;
        let first = self.first_spot()?;
        self.table.with_untracked(|table| {
            let weighing = untrack(|| Weighing::of(device, ticket))?;
            let (people, diary) = untrack(|| (engineers(device), proposals::diary(device)));
            let proposals = weighing.proposals(&people, &diary, table.days.first, minutes);
            let shown = |it: &&Proposal| table.rows.iter().any(|row| row.engineer == it.engineer);
            let free = |it: &&Proposal| it.slot.is_some_and(|at| at < table.days.end());
            let mut fitting = proposals.iter().filter(shown);
            let best = fitting.clone().find(free).or_else(|| fitting.next())?;
            let slot = best.slot.filter(|at| *at < table.days.end());
            let at = match (slot, table.days.one()) {
                (Some(at), true) => at,
                (Some(at), false) => proposals::now(device).midnight(at),
                (None, _) => first.at,
            };
            Some(Spot { engineer: best.engineer, at })
        })
    }

    fn focus_grid(self) {
        if let Some(grid) = self.grid.get_untracked() {
            // Where the grid cannot take the focus there is none to lose.
            let _focused = grid.focus();
        }
        show_cursor();
    }

    /// Where the cursor begins: now, in the first row.
    fn first_spot(self) -> Option<Spot> {
        let now = self.device.now();
        self.table.with_untracked(|table| {
            let engineer = table.rows.first()?.engineer;
            let step = STEP_MINUTES * 60_000;
            let at = if table.days.one() {
                let open = table.days.first.plus_minutes(table.opens);
                let close = table.days.first.plus_minutes(table.closes - STEP_MINUTES);
                Timestamp(now.0.div_euclid(step) * step).clamp(open, close)
            } else {
                table.days.first
            };
            Some(Spot { engineer, at })
        })
    }

    /// A key on the grid.
    pub(super) fn key(self, event: &ev::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
            return;
        }
        let Some(spot) = self.spot.get_untracked().or_else(|| self.first_spot()) else { return };
        let key = event.key();
        let (rows, steps) = match key.as_str() {
            "ArrowUp" => (-1, 0),
            "ArrowDown" => (1, 0),
            "PageUp" => (-5, 0),
            "PageDown" => (5, 0),
            "ArrowLeft" => (0, -1),
            "ArrowRight" => (0, 1),
            "Home" => (0, -1_000),
            "End" => (0, 1_000),
            "Enter" | " " => {
                event.prevent_default();
                self.act(&key, spot);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let moved = self.table.with_untracked(|table| step(table, spot, rows, steps));
        self.spot.set(Some(moved));
        if let Some(carried) = self.carried.get_untracked() {
            let (from, to) = untrack(|| self.window(carried, moved));
            let name = untrack(|| self.device.name(moved.engineer));
            self.said.set((text().calendar.over_slot)(&name, &locale::window(from, to)));
        }
        show_cursor();
    }

    /// Opens the planning dialog for what is carried, else for what the cursor is on, else for `card` or what is
    /// looked at.
    pub(super) fn open_plan(self, card: Option<Id<Ticket>>) {
        let at_cursor = || {
            let (grid, focus) = (self.grid.get_untracked()?, document().active_element()?);
            let spot = self.spot.get_untracked().filter(|_| focus.is_same_node(Some(&grid)))?;
            self.ticket_at(spot)
        };
        let carried = self.carried.get_untracked().map(|it| it.ticket);
        let ticket = carried.or_else(at_cursor).or(card).or(self.picked.get_untracked());
        if let Some(ticket) = ticket {
            self.carried.set(None);
            self.plan.set(Some(Plan::of(ticket)));
        }
    }

    fn ticket_at(self, spot: Spot) -> Option<Id<Ticket>> {
        self.table.with_untracked(|table| {
            table.block_at(spot.engineer, spot.at).map(|block| block.ticket)
        })
    }

    fn act(self, key: &str, spot: Spot) {
        let here = self.ticket_at(spot);
        match (key, self.carried.get_untracked(), here) {
            ("Enter" | " ", Some(carried), _) => self.drop_at(carried, spot),
            ("Enter", None, Some(ticket)) => self.take_up(ticket),
            (" ", None, Some(ticket)) => self.picked.set(Some(ticket)),
            _ => {}
        }
    }
}

/// The place so many rows and steps away.
fn step(table: &Timetable, spot: Spot, rows: i64, steps: i64) -> Spot {
    let place = table.rows.iter().position(|row| row.engineer == spot.engineer).unwrap_or_default();
    let last = i64::try_from(table.rows.len()).unwrap_or(1) - 1;
    let place = i64::try_from(place).unwrap_or_default().saturating_add(rows).clamp(0, last.max(0));
    let row = usize::try_from(place).unwrap_or_default();
    let engineer = table.rows.get(row).map_or(spot.engineer, |row| row.engineer);
    let (unit, first, end) = if table.days.one() {
        let first = table.days.first.plus_minutes(table.opens);
        (STEP_MINUTES, first, table.days.first.plus_minutes(table.closes - STEP_MINUTES))
    } else {
        (DAY, table.days.first, table.days.midnight(table.days.count - 1))
    };
    let at = spot.at.plus_minutes(steps * unit).clamp(first, end);
    Spot { engineer, at }
}

fn element(target: Option<web_sys::EventTarget>) -> Option<Element> {
    target?.dyn_into().ok()
}

fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}

/// So much of `whole`, rounded down.
fn share_of(whole: i64, share: f64) -> i64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "minutes of a day"
    )]
    let part = (whole as f64 * share) as i64;
    part
}

/// Brings the cursor into sight once it is drawn.
fn show_cursor() {
    request_animation_frame(|| {
        if let Some(cursor) = document().query_selector(".calendar__cursor").ok().flatten() {
            into_sight(&cursor);
        }
    });
}
