//! Handing over files: from the camera, the album, or dropped with the mouse.

use leptos::prelude::*;
use web_sys::{File, HtmlInputElement};

use super::Icon;

/// A large area to tap or to drop files on.
#[component]
pub fn FileField(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_files: Callback<Vec<File>>,
    #[prop(optional)] accept: Option<&'static str>,
    #[prop(optional)] multiple: bool,
    #[prop(optional)] capture: bool,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(default = Icon::Upload)] icon: Icon,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let take = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        let files = (input.files().into_iter())
            .flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at)))
            .collect::<Vec<_>>();
        // Emptied, so that choosing the same file again is heard again.
        input.set_value("");
        over.set(false);
        if !files.is_empty() {
            on_files.run(files);
        }
    };
    view! {
        <div class="field">
            <label class="file" data-over=over>
                {icon.svg()}
                <span>{label}</span>
                <span class="field__hint">{hint}</span>
                <input
                    class="file__input"
                    type="file"
                    id=id
                    accept=accept
                    multiple=multiple
                    capture=capture.then_some("environment")
                    on:change=take
                    on:dragenter=move |_| over.set(true)
                    on:dragleave=move |_| over.set(false)
                    on:drop=move |_| over.set(false)
                />
            </label>
            {move || {
                let error = error.get();
                (!error.is_empty())
                    .then(|| {
                        view! {
                            <p class="field__error" role="alert">
                                {Icon::Alert.svg()}
                                <span>{error}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
