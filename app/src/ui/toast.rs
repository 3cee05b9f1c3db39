//! Short messages over the page, for results one cannot see otherwise.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{Icon, Tone};

const SHOWN_MS: u64 = 2_400;
const UNDO_MS: u64 = 5_000;
const DANGER_MS: u64 = 6_000;
const SETTLED_MS: u64 = 100;

#[derive(Clone)]
struct Line {
    id: u32,
    tone: Tone,
    text: String,
    undo: Option<(String, Undo)>,
}

/// Outlives the row, the dialog or the page in which it was offered.
type Undo = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone, Copy)]
struct Lines {
    shown: RwSignal<Vec<Line>>,
    /// What screen readers say: when they are free, and at once.
    polite: RwSignal<String>,
    urgent: RwSignal<String>,
    next: StoredValue<u32>,
    home: NodeRef<html::Div>,
    frame: NodeRef<html::Div>,
}

// Work that ends long after its page is gone still has something to say, so the list is not kept
// in a context: there is one page, and one list.
thread_local! {
    static LINES: Cell<Option<Lines>> = const { Cell::new(None) };
}

/// Makes room for toasts. Called once, by the outermost component.
pub fn provide_toasts() {
    LINES.set(Some(Lines {
        shown: RwSignal::new(Vec::new()),
        polite: RwSignal::default(),
        urgent: RwSignal::default(),
        next: StoredValue::new(0),
        home: NodeRef::new(),
        frame: NodeRef::new(),
    }));
}

/// Says `text` for a moment.
pub fn toast(tone: Tone, text: impl Into<String>) {
    let long = if tone == Tone::Danger { DANGER_MS } else { SHOWN_MS };
    show(tone, text.into(), None, long);
}

/// Says `text` and offers to take it back for five seconds.
pub fn toast_undo(
    text: impl Into<String>,
    undo: impl Into<String>,
    on_undo: impl Fn() + Send + Sync + 'static,
) {
    show(Tone::Neutral, text.into(), Some((undo.into(), Arc::new(on_undo))), UNDO_MS);
}

fn show(tone: Tone, text: String, undo: Option<(String, Undo)>, long_ms: u64) {
    let Some(lines) = LINES.get() else { return };
    let id = lines.next.get_value();
    lines.next.set_value(id.wrapping_add(1));
    settle();
    let said = if tone == Tone::Danger { lines.urgent } else { lines.polite };
    let words = text.clone();
    // Readers tell what changes in a region they know already: a dialog that closes with these words gives it back first.
    set_timeout(move || said.set(words), Duration::from_millis(SETTLED_MS));
    lines.shown.update(|shown| {
        shown.retain(|line| line.text != text);
        shown.push(Line { id, tone, text, undo });
    });
    set_timeout(move || lines.hide(id), Duration::from_millis(long_ms));
}

impl Lines {
    fn move_to(self, place: &web_sys::Node) {
        if let Some(home) = self.home.get_untracked() {
            // A place that takes no children is none; the toasts then stay where they are.
            let _moved = place.append_child(&home);
            self.raise();
        }
    }

    /// Shows the frame while there is something in it, above whatever it stands in. Moving it has hidden it.
    fn raise(self) {
        let any = self.shown.with_untracked(|shown| !shown.is_empty());
        let Some(frame) = self.frame.get_untracked().filter(|_| any) else { return };
        // Lifting makes the browser work the whole page out at once. Browsers without popovers know no such state.
        if frame.matches(":popover-open") != Ok(false) {
            return;
        }
        let lift = Reflect::get(&frame, &JsValue::from_str("showPopover"));
        if let Some(lift) = lift.ok().and_then(|lift| lift.dyn_into::<Function>().ok()) {
            // Fails only where the page is being torn down.
            let _lifted = lift.call0(&frame);
        }
    }

    fn hide(self, id: u32) {
        self.shown.update(|shown| shown.retain(|line| line.id != id));
        // The same words, said again later, are news again.
        if self.shown.with_untracked(Vec::is_empty) {
            self.polite.update(String::clear);
            self.urgent.update(String::clear);
        }
    }
}

/// Where toasts appear. Once per app.
#[component]
pub fn Toasts() -> impl IntoView {
    let lines = LINES.get()?;
    Effect::new(move |_| {
        lines.shown.track();
        lines.raise();
    });
    // Readers announce what changes in a region they know. The frame is not there until it is shown, so what is said
    // has regions of its own.
    Some(view! {
        <div class="toasts-home" node_ref=lines.home>
            <p class="sr toasts__said" role="status">{lines.polite}</p>
            <p class="sr toasts__said" role="alert">{lines.urgent}</p>
            <div class="toasts" popover="manual" node_ref=lines.frame>
                <For each=move || lines.shown.get() key=|line| line.id let:line>
                    {line_view(line)}
                </For>
            </div>
        </div>
    })
}

/// Brings the toasts into a dialog that has just opened: what is outside of it can be neither heard nor pressed.
pub(super) fn settle_in(dialog: &web_sys::HtmlDialogElement) {
    if let Some(lines) = LINES.get() {
        lines.move_to(dialog);
    }
}

/// Brings the toasts back from a dialog that is gone: into the one below it, else onto the page.
pub(super) fn settle() {
    let Some(lines) = LINES.get() else { return };
    let parent = lines.home.get_untracked().and_then(|home| home.parent_element());
    let open = |it: &web_sys::Element| it.is_connected() && it.matches("dialog:modal") == Ok(true);
    if parent.is_some_and(|it| it.tag_name() != "DIALOG" || open(&it)) {
        return;
    }
    let below = document().query_selector_all("dialog:modal").ok();
    let below = below.and_then(|all| all.get(all.length().checked_sub(1)?));
    if let Some(place) = below.or_else(|| document().body().map(JsCast::unchecked_into)) {
        lines.move_to(&place);
    }
}

fn line_view(Line { id, tone, text, undo }: Line) -> impl IntoView {
    let icon = match tone {
        Tone::Success => Some(Icon::CheckCircle),
        Tone::Warning | Tone::Danger => Some(Icon::Alert),
        Tone::Info | Tone::Primary => Some(Icon::Info),
        Tone::Neutral | Tone::Violet => None,
    };
    view! {
        <div class="toast">
            {icon.map(Icon::svg)}
            <span>{text}</span>
            {undo
                .map(|(undo, on_undo)| {
                    view! {
                        <button
                            class="toast__undo"
                            type="button"
                            on:click=move |_| {
                                if let Some(lines) = LINES.get() {
                                    lines.hide(id);
                                }
                                on_undo();
                            }
                        >
                            {undo}
                        </button>
                    }
                })}
        </div>
    }
}
