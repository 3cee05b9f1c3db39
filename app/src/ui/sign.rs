//! Drawing a signature, and showing one.
//!
//! Strokes are kept as points on a pad of 10 000 by 10 000, together with the shape the pad had at
//! the first stroke. The canvas is only a picture of them: turning the device or going back a page
//! draws it again and loses nothing.

use js_sys::{Array, Function, Reflect};
use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};

use super::{Button, ButtonKind, Icon};

const SIDE: i32 = 10_000;
const PRESSURE_MAX: f64 = 1_000.0;
const RATIO_USUAL: i32 = 2_500;
/// A dot or a tick is not a signature: fewer points or a shorter way than this.
const POINTS_MIN: usize = 8;
const WAY_MIN: i32 = 1_500;

/// Where the pen was: `x` and `y` in ten-thousandths of the pad, `t` milliseconds since the first
/// point of the signature, `p` the pressure in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    pub x: i32,
    pub y: i32,
    pub t: i32,
    pub p: i32,
}

/// One line, from pen down to pen up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stroke {
    pub points: Vec<Point>,
}

/// Whether this is too little to be a signature.
pub fn too_short(strokes: &[Stroke]) -> bool {
    let points: usize = strokes.iter().map(|stroke| stroke.points.len()).sum();
    let way: i32 = (strokes.iter())
        .flat_map(|stroke| stroke.points.windows(2))
        .map(|pair| (pair[1].x - pair[0].x).abs() + (pair[1].y - pair[0].y).abs())
        .sum();
    points < POINTS_MIN || way < WAY_MIN
}

/// A line that is being drawn.
#[derive(Clone)]
struct Drawing {
    pointer: i32,
    pen: bool,
    points: Vec<Point>,
}

/// Where on the canvas, in CSS pixels, the pad of the first stroke lies.
#[derive(Clone, Copy)]
struct Fit {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Fit {
    /// The largest pad of this shape in the middle of the canvas.
    fn new(width: f64, height: f64, ratio: i32) -> Fit {
        let ratio = f64::from(ratio.max(1)) / 1_000.0;
        let (wide, high) =
            if width / height > ratio { (height * ratio, height) } else { (width, width / ratio) };
        Fit { left: (width - wide) / 2.0, top: (height - high) / 2.0, width: wide, height: high }
    }

    fn place(self, point: Point) -> (f64, f64) {
        let side = f64::from(SIDE);
        (
            self.left + f64::from(point.x) / side * self.width,
            self.top + f64::from(point.y) / side * self.height,
        )
    }

    fn point(self, x: f64, y: f64) -> (i32, i32) {
        let share = |at: f64| ((at * f64::from(SIDE)).round() as i32).clamp(0, SIDE);
        (share((x - self.left) / self.width), share((y - self.top) / self.height))
    }

    fn ink(self, pressure: i32) -> f64 {
        let usual = (self.height * 0.011).clamp(1.6, 5.0);
        usual * (0.55 + 0.9 * f64::from(pressure) / PRESSURE_MAX)
    }
}

#[derive(Clone, Copy)]
struct Pad {
    canvas: NodeRef<html::Canvas>,
    value: RwSignal<Vec<Stroke>>,
    ratio: RwSignal<i32>,
    drawing: StoredValue<Option<Drawing>>,
    /// The moment on the browser's clock at which the signature's own time began.
    began_ms: StoredValue<Option<f64>>,
    on_change: Option<Callback<()>>,
}

impl Pad {
    fn down(self, event: &PointerEvent) {
        let pen = event.pointer_type() == "pen";
        let under_way = self.drawing.with_value(|drawing| drawing.as_ref().map(|line| line.pen));
        match under_way {
            _ if event.button() != 0 => return,
            // The palm after the pen, or a second finger.
            Some(true) if !pen => return,
            Some(false) if !pen && !event.is_primary() => return,
            // The palm before the pen.
            Some(false) if pen => self.drawing.set_value(None),
            // The end of the last line was never heard; it stands as far as it came.
            Some(_) => self.finish(),
            None => {}
        }
        event.prevent_default();
        let Some(canvas) = self.canvas.get_untracked() else { return };
        // Without capture the line merely ends at the edge of the pad.
        let _captured = canvas.set_pointer_capture(event.pointer_id());
        if self.value.with_untracked(Vec::is_empty) {
            let frame = canvas.get_bounding_client_rect();
            self.ratio.set((frame.width() * 1_000.0 / frame.height().max(1.0)).round() as i32);
            self.began_ms.set_value(None);
        }
        self.drawing.set_value(Some(Drawing {
            pointer: event.pointer_id(),
            pen,
            points: Vec::new(),
        }));
        self.follow(event);
    }

    /// Takes every position since the last event; browsers hand them over in bundles.
    fn follow(self, event: &PointerEvent) {
        let ours = self.drawing.with_value(|drawing| {
            drawing.as_ref().is_some_and(|drawing| drawing.pointer == event.pointer_id())
        });
        let (true, Some(canvas)) = (ours, self.canvas.get_untracked()) else { return };
        let bundle = coalesced(event);
        if bundle.is_empty() {
            self.take(&canvas, event);
        }
        for event in bundle {
            self.take(&canvas, &event);
        }
    }

    fn take(self, canvas: &HtmlCanvasElement, event: &PointerEvent) {
        let frame = canvas.get_bounding_client_rect();
        let fit = Fit::new(frame.width(), frame.height(), self.ratio.get_untracked());
        let (x, y) = fit.point(event.client_x() - frame.left(), event.client_y() - frame.top());
        let p = if event.pointer_type() == "pen" { f64::from(event.pressure()) } else { 0.5 };
        let point = Point { x, y, t: self.time_ms(event), p: (p * PRESSURE_MAX).round() as i32 };
        self.drawing.update_value(|drawing| {
            let Some(drawing) = drawing else { return };
            let last = drawing.points.last();
            if last.is_some_and(|last| (last.x, last.y) == (point.x, point.y)) {
                return;
            }
            drawing.points.push(point);
            if let Some(context) = context(canvas) {
                let from = drawing.points.len() - 1;
                prepare(&context, canvas);
                line(&context, fit, &drawing.points, from);
            }
        });
    }

    fn time_ms(self, event: &PointerEvent) -> i32 {
        let now = event.time_stamp();
        let began = self.began_ms.get_value().unwrap_or_else(|| {
            // A signature taken up again goes on half a second after it was left.
            let last = self.value.with_untracked(|strokes| {
                strokes.iter().flat_map(|stroke| &stroke.points).map(|point| point.t).max()
            });
            now - last.map_or(0.0, |last| f64::from(last) + 500.0)
        });
        self.began_ms.set_value(Some(began));
        (now - began).max(0.0).round() as i32
    }

    fn up(self, event: &PointerEvent) {
        let ours = self.drawing.with_value(|drawing| {
            drawing.as_ref().is_some_and(|drawing| drawing.pointer == event.pointer_id())
        });
        if ours {
            self.finish();
        }
    }

    fn finish(self) {
        let ended = self.drawing.try_update_value(Option::take).flatten();
        if let Some(Drawing { points, .. }) = ended.filter(|drawing| !drawing.points.is_empty()) {
            self.value.update(|strokes| strokes.push(Stroke { points }));
            self.changed();
        }
    }

    fn undo(self) {
        self.value.update(|strokes| {
            strokes.pop();
        });
        self.changed();
    }

    fn clear(self) {
        self.value.set(Vec::new());
        self.changed();
    }

    fn changed(self) {
        if let Some(on_change) = self.on_change {
            on_change.run(());
        }
    }

    /// Fits the canvas to its place and to the screen's pixels, and draws everything again.
    fn redraw(self) {
        let Some(canvas) = self.canvas.get_untracked() else { return };
        let frame = canvas.get_bounding_client_rect();
        let (width, height) = (frame.width(), frame.height());
        let Some(context) = context(&canvas).filter(|_| width > 0.0 && height > 0.0) else {
            return;
        };
        let density = window().device_pixel_ratio();
        let (wide, high) = ((width * density).round() as u32, (height * density).round() as u32);
        if (canvas.width(), canvas.height()) != (wide, high) {
            canvas.set_width(wide);
            canvas.set_height(high);
        }
        prepare(&context, &canvas);
        context.clear_rect(0.0, 0.0, width, height);
        let fit = Fit::new(width, height, self.ratio.get_untracked());
        self.value.with_untracked(|strokes| {
            for Stroke { points } in strokes {
                line(&context, fit, points, 0);
                tail(&context, fit, points);
            }
        });
        self.drawing.with_value(|drawing| {
            if let Some(Drawing { points, .. }) = drawing {
                line(&context, fit, points, 0);
            }
        });
    }
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// One CSS pixel is one unit, and the ink has the colour of text.
fn prepare(context: &CanvasRenderingContext2d, canvas: &HtmlCanvasElement) {
    let density = window().device_pixel_ratio();
    // These fail only for numbers that are none.
    let _set = context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
    context.set_line_cap("round");
    context.set_line_join("round");
    let style = window().get_computed_style(canvas).ok().flatten();
    if let Some(ink) = style.and_then(|style| style.get_property_value("color").ok()) {
        context.set_stroke_style_str(&ink);
    }
}

/// Draws the points from index `from`, bending through the middles so that no corner shows.
fn line(context: &CanvasRenderingContext2d, fit: Fit, points: &[Point], from: usize) {
    for at in from..points.len() {
        let (x, y) = fit.place(points[at]);
        context.begin_path();
        context.set_line_width(fit.ink(points[at].p));
        if at == 0 {
            context.move_to(x, y);
            context.line_to(x + 0.01, y);
        } else {
            let (bend_x, bend_y) = fit.place(points[at - 1]);
            let (start_x, start_y) = if at == 1 {
                (bend_x, bend_y)
            } else {
                middle(fit.place(points[at - 2]), (bend_x, bend_y))
            };
            let (end_x, end_y) = middle((bend_x, bend_y), (x, y));
            context.move_to(start_x, start_y);
            context.quadratic_curve_to(bend_x, bend_y, end_x, end_y);
        }
        context.stroke();
    }
}

/// The last half of the last piece, once the pen is up.
fn tail(context: &CanvasRenderingContext2d, fit: Fit, points: &[Point]) {
    if let [.., before, last] = points {
        let end = fit.place(*last);
        let start = middle(fit.place(*before), end);
        context.begin_path();
        context.set_line_width(fit.ink(last.p));
        context.move_to(start.0, start.1);
        context.line_to(end.0, end.1);
        context.stroke();
    }
}

fn middle(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    ((one.0 + other.0) / 2.0, (one.1 + other.1) / 2.0)
}

/// The positions between two events. Older browsers do not hand them over.
fn coalesced(event: &PointerEvent) -> Vec<PointerEvent> {
    let method = Reflect::get(event, &JsValue::from_str("getCoalescedEvents"));
    let called = method
        .ok()
        .and_then(|method| method.dyn_into::<Function>().ok())
        .and_then(|method| method.call0(event).ok())
        .and_then(|events| events.dyn_into::<Array>().ok());
    called
        .map(|events| events.iter().filter_map(|event| event.dyn_into().ok()).collect())
        .unwrap_or_default()
}

/// A pad to sign on.
#[component]
pub fn SignaturePad(
    value: RwSignal<Vec<Stroke>>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] undo: Signal<String>,
    #[prop(into)] clear: Signal<String>,
    #[prop(optional, into)] baseline: Signal<String>,
    #[prop(optional)] ratio: Option<RwSignal<i32>>,
    #[prop(optional, into)] on_change: Option<Callback<()>>,
) -> impl IntoView {
    let pad = Pad {
        canvas: NodeRef::new(),
        value,
        ratio: ratio.unwrap_or_else(|| RwSignal::new(RATIO_USUAL)),
        drawing: StoredValue::new(None),
        began_ms: StoredValue::new(None),
        on_change,
    };
    Effect::new(move |_| {
        pad.value.track();
        pad.ratio.track();
        pad.redraw();
    });
    Effect::new(move |_| {
        if let Some(canvas) = pad.canvas.get() {
            redraw_on_resize(pad, &canvas);
        }
    });
    let empty = move || value.with(Vec::is_empty);
    view! {
        <div class="sign">
            <div class="sign__pad" data-empty=empty>
                <canvas
                    class="sign__canvas"
                    role="img"
                    aria-label=label
                    node_ref=pad.canvas
                    on:pointerdown=move |event| pad.down(&event)
                    on:pointermove=move |event| pad.follow(&event)
                    on:pointerup=move |event| pad.up(&event)
                    on:pointercancel=move |event| pad.up(&event)
                    on:contextmenu=move |event| event.prevent_default()
                ></canvas>
                <span class="sign__line" aria-hidden="true">{baseline}</span>
            </div>
            <div class="sign__bar">
                <Show when=move || !empty()>
                    <Button
                        text=undo
                        kind=ButtonKind::Quiet
                        icon=Icon::Undo
                        name="sign-undo"
                        on_press=move || pad.undo()
                    />
                    <Button
                        text=clear
                        kind=ButtonKind::Quiet
                        icon=Icon::Trash
                        name="sign-clear"
                        on_press=move || pad.clear()
                    />
                </Show>
            </div>
        </div>
    }
}

/// Turning the phone or opening a keyboard empties a canvas; this fills it again.
fn redraw_on_resize(pad: Pad, canvas: &HtmlCanvasElement) {
    let redraw = Closure::<dyn FnMut()>::new(move || pad.redraw());
    let Ok(observer) = ResizeObserver::new(redraw.as_ref().unchecked_ref()) else { return };
    observer.observe(canvas);
    // Kept together until the pad goes: the observer calls into the closure.
    let kept = StoredValue::new_local((observer, redraw));
    on_cleanup(move || {
        kept.try_with_value(|(observer, _)| observer.disconnect());
    });
}

/// A signature to look at.
#[component]
pub fn SignatureView(
    #[prop(into)] strokes: Signal<Vec<Stroke>>,
    #[prop(into)] label: Signal<String>,
    #[prop(default = Signal::stored(RATIO_USUAL), into)] ratio: Signal<i32>,
) -> impl IntoView {
    let lines = move || {
        let ratio = ratio.get();
        strokes.with(|strokes| {
            strokes
                .iter()
                .map(|stroke| {
                    view! {
                        <path
                            class="signature__ink"
                            d=path(stroke, ratio)
                            stroke-width=ink(stroke).to_string()
                        ></path>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <svg
            class="signature"
            role="img"
            aria-label=label
            viewBox=move || format!("0 0 {} 1000", ratio.get())
        >
            {lines}
        </svg>
    }
}

/// The same bends as on the pad, as a path on a drawing 1000 high.
fn path(stroke: &Stroke, ratio: i32) -> String {
    let fit = Fit { left: 0.0, top: 0.0, width: f64::from(ratio), height: 1_000.0 };
    let places = stroke.points.iter().map(|point| fit.place(*point)).collect::<Vec<_>>();
    let Some(((first_x, first_y), rest)) = places.split_first() else { return String::new() };
    let mut path = format!("M{first_x:.0} {first_y:.0}h.1");
    if !rest.is_empty() {
        path.push_str(&format!("M{first_x:.0} {first_y:.0}"));
    }
    for pair in places.windows(2) {
        let (bend, end) = (pair[0], middle(pair[0], pair[1]));
        path.push_str(&format!("Q{:.0} {:.0} {:.0} {:.0}", bend.0, bend.1, end.0, end.1));
    }
    if let ([_, ..], Some((x, y))) = (rest, places.last()) {
        path.push_str(&format!("L{x:.0} {y:.0}"));
    }
    path
}

fn ink(stroke: &Stroke) -> i32 {
    let count = stroke.points.len().max(1) as i32;
    let pressure = stroke.points.iter().map(|point| point.p).sum::<i32>() / count;
    7 + pressure * 9 / 1_000
}
