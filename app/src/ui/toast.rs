//! Short messages over the page, for results one cannot see otherwise.

use std::cell::Cell;
use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{Icon, Tone};

const SHOWN_MS: u64 = 2_400;
const UNDO_MS: u64 = 5_000;
const DANGER_MS: u64 = 6_000;

#[derive(Clone)]
struct Line {
    id: u32,
    tone: Tone,
    text: String,
    undo: Option<(String, Callback<()>)>,
}

#[derive(Clone, Copy)]
struct Lines {
    shown: RwSignal<Vec<Line>>,
    /// What screen readers say: when they are free, and at once.
    polite: RwSignal<String>,
    urgent: RwSignal<String>,
    next: StoredValue<u32>,
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
    let on_undo = Callback::new(move |()| on_undo());
    show(Tone::Neutral, text.into(), Some((undo.into(), on_undo)), UNDO_MS);
}

fn show(tone: Tone, text: String, undo: Option<(String, Callback<()>)>, long_ms: u64) {
    let Some(lines) = LINES.get() else { return };
    let id = lines.next.get_value();
    lines.next.set_value(id.wrapping_add(1));
    let said = if tone == Tone::Danger { lines.urgent } else { lines.polite };
    said.set(text.clone());
    lines.shown.update(|shown| {
        shown.retain(|line| line.text != text);
        shown.push(Line { id, tone, text, undo });
    });
    set_timeout(move || lines.hide(id), Duration::from_millis(long_ms));
}

impl Lines {
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
    let frame = NodeRef::<html::Div>::new();
    let lines = LINES.get();
    Effect::new(move |_| {
        let any = lines.is_some_and(|lines| lines.shown.with(|shown| !shown.is_empty()));
        if let (true, Some(frame)) = (any, frame.get()) {
            raise(&frame);
        }
    });
    let list = move || lines.map(|lines| lines.shown.get()).unwrap_or_default();
    // Readers announce what changes in a region they know. The frame is not there until it is shown, and is shown anew
    // above each dialog, so what is said has regions of its own.
    view! {
        <p class="sr toasts__said" role="status">{move || lines.map(|lines| lines.polite.get())}</p>
        <p class="sr toasts__said" role="alert">{move || lines.map(|lines| lines.urgent.get())}</p>
        <div class="toasts" popover="manual" node_ref=frame>
            <For each=list key=|line| line.id let:line>
                {line_view(line)}
            </For>
        </div>
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
                                on_undo.run(());
                            }
                        >
                            {undo}
                        </button>
                    }
                })}
        </div>
    }
}

/// Lifts the frame above an open dialog. Browsers without popovers show it under the dialog.
fn raise(frame: &web_sys::HtmlDivElement) {
    // Lifting makes the browser work the whole page out at once: only where something may lie over the frame.
    let lifted = frame.matches(":popover-open") == Ok(true);
    if lifted && matches!(document().query_selector("dialog[open]"), Ok(None)) {
        return;
    }
    for method in ["hidePopover", "showPopover"] {
        let method = Reflect::get(frame, &JsValue::from_str(method));
        if let Some(method) = method.ok().and_then(|method| method.dyn_into::<Function>().ok()) {
            // Hiding what is not shown throws, and that is fine.
            let _called = method.call0(frame);
        }
    }
}
