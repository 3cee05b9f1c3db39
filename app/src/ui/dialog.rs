//! What lies over the page: dialogs, drawers, action sheets. Native dialogs keep the focus, close
//! on Escape and on the phone's back gesture, and give the focus back; where it begins is said here.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Button, ButtonKind, Icon, IconButton, fresh_id, toast};

/// Opens and closes the native dialog with the signal, and the signal with the native dialog.
pub(super) fn follow(open: RwSignal<bool>, node: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // Fails only where the page is being torn down; then there is nothing to show.
                let _shown = dialog.show_modal();
                toast::settle_in(&dialog);
                begin(node);
            }
            (false, true) => {
                dialog.close();
                toast::settle();
            }
            (false, false) => toast::settle(),
            (true, true) => {}
        }
    });
    // A dialog that goes with its page takes nothing along.
    on_cleanup(|| request_animation_frame(toast::settle));
}

/// Lays the focus where one begins: at a desk on the first thing to fill in or to press, which in a question is the
/// way back; under fingers on the title, so that no keyboard covers what is asked.
fn begin(node: NodeRef<html::Dialog>) {
    const FIRST: &str = "select, textarea, input:not([type=radio], [readonly]), input:checked, \
                         [role=radiogroup]:not(:has(:checked)) input, \
                         button:not(.dialog__head *, [aria-disabled]), a[href]";
    const TITLE: &str = "h2[tabindex]";
    // What is in the dialog may come in the same moment, after this.
    request_animation_frame(move || {
        let Some(dialog) = node.try_get_untracked().flatten() else { return };
        let active = || document().active_element();
        let idle = |it: &web_sys::Element| {
            it.contains(Some(&dialog)) || it.matches(".dialog__title") == Ok(true)
        };
        // Whoever was quicker stays where they are.
        if active().is_some_and(|it| !idle(&it)) {
            return;
        }
        let touch = window().match_media("(pointer: coarse)").ok().flatten();
        let touch = touch.is_some_and(|query| query.matches());
        let order = if touch { [TITLE, FIRST] } else { [FIRST, TITLE] };
        for wanted in order {
            let Ok(found) = dialog.query_selector_all(wanted) else { continue };
            for place in 0..found.length() {
                let Some(element) = found.get(place) else { continue };
                let element: web_sys::HtmlElement = element.unchecked_into();
                // What cannot take the focus, because it is folded away or off, is passed over.
                let _focused = element.focus();
                if active().is_some_and(|it| it.is_same_node(Some(&element))) {
                    return;
                }
            }
        }
    });
}

/// Open while there is a matter; closing takes the matter back.
pub fn open_while<T: Send + Sync + 'static>(matter: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let is_some = matter.with(Option::is_some);
        // Each effect hears the other: only what changes is told.
        if open.get_untracked() != is_some {
            open.set(is_some);
        }
    });
    Effect::new(move |_| {
        if !open.get() && matter.with_untracked(Option::is_some) {
            matter.set(None);
        }
    });
    open
}

/// Whether the press fell beside the dialog, on the veil.
fn beside(event: &ev::MouseEvent, node: NodeRef<html::Dialog>) -> bool {
    let Some(dialog) = node.get_untracked() else { return false };
    let own = event_target::<web_sys::HtmlDialogElement>(event) == dialog;
    let frame = dialog.get_bounding_client_rect();
    let (x, y) = (event.client_x(), event.client_y());
    // A press of the keyboard has no place; it is never beside.
    let placed = (x, y) != (0.0, 0.0);
    own && placed
        && (x < frame.left() || x > frame.right() || y < frame.top() || y > frame.bottom())
}

#[component]
fn Frame(
    open: RwSignal<bool>,
    kind: &'static str,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] message: Signal<String>,
    #[prop(optional, into)] close: Signal<String>,
    #[prop(optional)] wide: bool,
    on_close: Option<Callback<()>>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = StoredValue::new(fresh_id("dialog"));
    let message_id = StoredValue::new(fresh_id("message"));
    let has_message = move || !message.with(String::is_empty);
    let children = StoredValue::new(children);
    follow(open, node);
    // Another title is another form in the same dialog.
    Effect::new(move |_| {
        title.track();
        if open.get_untracked() {
            begin(node);
        }
    });
    let closed = move |_| {
        open.set(false);
        if let Some(on_close) = on_close {
            on_close.run(());
        }
    };
    view! {
        <dialog
            class="dialog"
            data-kind=kind
            data-wide=wide
            aria-labelledby=title_id.get_value()
            aria-describedby=move || has_message().then(|| message_id.get_value())
            node_ref=node
            on:close=closed
            on:click=move |event| {
                if kind == "drawer" && beside(&event, node) {
                    open.set(false);
                }
            }
        >
            <Show when=move || open.get()>
                <header class="dialog__head">
                    <h2
                        class="dialog__title"
                        id=title_id.get_value()
                        tabindex=(kind != "confirm").then_some("-1")
                        autofocus=kind != "confirm"
                    >
                        {title}
                    </h2>
                    <Show when=move || !close.with(String::is_empty)>
                        <IconButton icon=Icon::Close label=close on_press=move || open.set(false)/>
                    </Show>
                </header>
                <Show when=has_message>
                    <p class="dialog__message" id=message_id.get_value()>{message}</p>
                </Show>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}

/// A dialog in the middle. Its `message` is read out with its title. Put the buttons into a `dialog__bar`.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] message: Signal<String>,
    #[prop(optional, into)] close: Signal<String>,
    #[prop(optional)] wide: bool,
    #[prop(optional, into)] on_close: Option<Callback<()>>,
    children: ChildrenFn,
) -> impl IntoView {
    view! { <Frame open kind="dialog" title message close wide on_close children/> }
}

/// A panel from below on a phone, from the right where there is width: filters, forms.
#[component]
pub fn Drawer(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] close: Signal<String>,
    #[prop(optional, into)] on_close: Option<Callback<()>>,
    children: ChildrenFn,
) -> impl IntoView {
    view! { <Frame open kind="drawer" title close on_close children/> }
}

/// Asks before something that cannot be taken back. The confirming word is a verb.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] message: Signal<String>,
    #[prop(into)] cancel: Signal<String>,
    #[prop(into)] confirm: Signal<String>,
    #[prop(into)] on_confirm: Callback<()>,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] busy: Signal<bool>,
) -> impl IntoView {
    let kind = if danger { ButtonKind::Danger } else { ButtonKind::Primary };
    view! {
        <Frame open kind="confirm" title message on_close=None>
            <div class="dialog__bar">
                <Button text=cancel on_press=move || open.set(false)/>
                <Button text=confirm kind busy name="confirm" on_press=move || on_confirm.run(())/>
            </div>
        </Frame>
    }
}

/// One thing to do from an action sheet.
#[derive(Clone)]
pub struct SheetAction {
    pub text: String,
    pub icon: Option<Icon>,
    pub danger: bool,
    pub why_not: Option<String>,
    pub on_press: Callback<()>,
}

impl SheetAction {
    pub fn new(
        text: impl Into<String>,
        on_press: impl Fn() + Send + Sync + 'static,
    ) -> SheetAction {
        SheetAction {
            text: text.into(),
            icon: None,
            danger: false,
            why_not: None,
            on_press: Callback::new(move |()| on_press()),
        }
    }

    pub fn icon(self, icon: Icon) -> SheetAction {
        SheetAction { icon: Some(icon), ..self }
    }

    /// Something that cannot be taken back.
    pub fn danger(self) -> SheetAction {
        SheetAction { danger: true, ..self }
    }

    /// Shown, but not to be done now, and why.
    pub fn why_not(self, why_not: Option<String>) -> SheetAction {
        SheetAction { why_not, ..self }
    }
}

/// A list of things to do, from below, with the way out set apart.
#[component]
pub fn ActionSheet(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] cancel: Signal<String>,
    #[prop(into)] actions: Signal<Vec<SheetAction>>,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = StoredValue::new(fresh_id("actions"));
    follow(open, node);
    let list = move || {
        actions
            .get()
            .into_iter()
            .map(|SheetAction { text, icon, danger, why_not, on_press }| {
                let blocked = why_not.is_some();
                let press = move |_| {
                    if !blocked {
                        open.set(false);
                        on_press.run(());
                    }
                };
                view! {
                    <li>
                        <button
                            class="action-sheet__action"
                            type="button"
                            data-danger=danger
                            aria-disabled=blocked.then_some("true")
                            on:click=press
                        >
                            <span>{icon.map(Icon::svg)}{text}</span>
                            {why_not.map(|why| view! { <span class="action-sheet__why">{why}</span> })}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <dialog
            class="action-sheet"
            aria-labelledby=title_id.get_value()
            node_ref=node
            on:close=move |_| open.set(false)
            on:click=move |event| {
                if beside(&event, node) {
                    open.set(false);
                }
            }
        >
            <Show when=move || open.get()>
                <h2 class="action-sheet__title" id=title_id.get_value()>{title}</h2>
                <ul class="action-sheet__list">{list}</ul>
                <button class="action-sheet__action" type="button" on:click=move |_| open.set(false)>
                    <span>{cancel}</span>
                </button>
            </Show>
        </dialog>
    }
}
