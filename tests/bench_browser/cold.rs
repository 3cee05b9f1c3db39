//! The first start on a phone that has nothing of the app: from opening the address to a form that can be used, and
//! through it to an app that starts without a network.

use serde::Deserialize;

use super::{
    link::{FAST_3G, SLOW_4G, Shape},
    phone::{Place, on_every_page, sign_in, slow_down},
};
use crate::bench::report::{Figure, Report, Times, headline};

const BENCH: &str = "cold";
const TIMES: usize = 3;

/// What the page noted while it came.
#[derive(Debug, Deserialize)]
struct Seen {
    /// When the first page could be used.
    usable: f64,
    /// For how long scripts kept the page from answering, beyond 50 ms each time.
    blocked: f64,
    /// What had come by then, as it travelled.
    bytes: f64,
}

pub async fn run(report: &mut Report) {
    headline("First start, nothing of the app on the phone");
    let place = Place::with(1).await;
    once(report, &place, None, 1.0, f64::INFINITY).await;
    once(report, &place, Some(SLOW_4G), 4.0, 2500.0).await;
    once(report, &place, Some(FAST_3G), 6.0, 5000.0).await;
}

async fn once(report: &mut Report, place: &Place, shape: Option<Shape>, slower: f64, goal: f64) {
    let (mut usable, mut blocked) = (Vec::new(), Vec::new());
    let (mut until_usable, mut until_kept) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let phone = place.new_phone().await;
        slow_down(&phone, slower).await;
        on_every_page(&phone, WATCH).await;
        place.link.shape(shape);
        let (_, before) = place.link.bytes();
        phone.open("/sign-in").await;
        let seen: Seen = phone.js(SEEN, &[]).await;
        sign_in(&phone).await;
        phone.see_synced().await;
        phone.see_installed().await;
        let (_, kept) = place.link.bytes();
        place.link.shape(None);
        usable.push(seen.usable);
        blocked.push(seen.blocked);
        until_usable.push(seen.bytes / 1000.0);
        until_kept.push((kept - before) as f64 / 1000.0);
    }
    let pace = shape.map_or("not shaped".to_owned(), |shape| format!("{shape}, {slower:.0}× CPU"));
    let bytes = Times::new(until_usable).at(0.5);
    let figure =
        Figure::new(BENCH, format!("opened to usable, {pace}"), Times::new(usable).at(0.5), "ms");
    let figure = match shape {
        Some(shape) => figure.beside("the bytes alone", shape.milliseconds_down(bytes * 1000.0)),
        None => figure,
    };
    report.add(figure.at_most(goal).goal_if(goal.is_finite()));
    report.add(Figure::new(BENCH, format!("bytes until usable, {pace}"), bytes, "kB"));
    let kept = Times::new(until_kept).at(0.5);
    report.add(Figure::new(BENCH, format!("bytes until kept, {pace}"), kept, "kB"));
    let blocked = Figure::new(BENCH, format!("blocked, {pace}"), Times::new(blocked).at(0.5), "ms");
    report.add(blocked.at_most(200.0).goal_if(slower == 4.0));
}

/// Adds up the long tasks of the page.
const WATCH: &str = "
window.blocked = 0;
new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.blocked += duration - 50;
}).observe({ type: 'longtask', buffered: true });";

/// The moment when the form stood there and the page had nothing more to do.
const SEEN: &str = "
return new Promise((done) => {
    const look = () => {
        const [mounted] = performance.getEntriesByName('doorstep:mounted');
        if (!mounted || !document.querySelector('#login')) { setTimeout(look, 20); return; }
        const came = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
        const before = came.filter((one) => one.responseEnd <= mounted.startTime);
        const bytes = before.reduce((sum, one) => sum + one.transferSize, 0);
        done({ usable: mounted.startTime, blocked: window.blocked, bytes });
    };
    look();
});";
