//! Every page of every role: what is walked by whoever looks at all screens.

use super::{
    driven::{Browser, Size},
    work,
};

/// A role's account, the sizes it works at, and its pages.
pub struct Walk {
    pub login: &'static str,
    pub sizes: &'static [Size],
    pages: &'static [&'static str],
}

/// A page: its path, and what it is called in complaints and pictures.
pub struct Page {
    pub path: String,
    pub name: String,
}

impl Page {
    fn new(path: impl Into<String>, name: &str) -> Self {
        Self { path: path.into(), name: name.to_owned() }
    }
}

pub const ENGINEER: Walk = Walk {
    login: "li",
    sizes: &[Size::Phone, Size::Tablet, Size::Wide],
    pages: &[
        "/today",
        "/tickets",
        "/tickets/new",
        "/parts",
        "/outbox",
        "/me",
        "/install",
        "/enrol",
    ],
};

pub const DESK: Walk = Walk {
    login: "diaodu",
    sizes: &[Size::Desk, Size::Tablet, Size::Phone],
    pages: &[
        "/desk",
        "/desk/calendar",
        "/desk/tickets",
        "/desk/register",
        "/desk/decisions",
        "/desk/devices",
        "/desk/attention",
        "/desk/part-requests",
        "/desk/stock",
        "/desk/catalogue",
        "/desk/import",
        "/desk/calendar",
        "/desk/decisions",
        "/desk/attention",
        "/desk/devices",
        "/verify",
        "/outbox",
        "/me",
    ],
};

pub const KEEPER: Walk = Walk {
    login: "beijian",
    sizes: &[Size::Desk, Size::Tablet, Size::Phone],
    pages: &["/desk/part-requests", "/desk/stock", "/desk/catalogue", "/desk/import", "/me"],
};

pub const ADMINISTRATOR: Walk = Walk {
    login: "admin",
    sizes: &[Size::Desk, Size::Tablet, Size::Phone],
    pages: &[
        "/desk/people",
        "/desk/start",
        "/desk/cards",
        "/install",
        "/dev/gallery",
        "/outbox",
        "/me",
    ],
};

impl Walk {
    /// All pages, with tickets of the demo where a page is about one. Somebody is signed in.
    pub async fn pages(&self, browser: &Browser) -> Vec<Page> {
        let named = |path: &&str| Page::new(*path, &path.trim_matches('/').replace('/', "-"));
        let mut pages: Vec<Page> = self.pages.iter().map(named).collect();
        if self.login == ENGINEER.login {
            let ticket = work::some_ticket(browser).await;
            let job = work::ticket_under_way(browser).await;
            pages.push(Page::new(format!("/tickets/{ticket}"), "ticket"));
            pages.push(Page::new(format!("/tickets/{ticket}/parts"), "request-parts"));
            pages.push(Page::new(format!("/tickets/{job}"), "ticket-under-way"));
            pages.push(Page::new(format!("/tickets/{job}/work"), "work"));
            if let Some(sheet) = work::some_sheet(browser).await {
                pages.push(Page::new(format!("{sheet}/labels"), "labels"));
                pages.push(Page::new(sheet, "sheet"));
            }
            let kept = work::machine_kept(browser).await;
            pages.push(Page::new(format!("/slips/{kept}"), "slip"));
            pages.push(Page::new(format!("/tickets/{kept}"), "ticket-machine-kept"));
        }
        if self.login == DESK.login {
            for (place, id) in work::desk_tickets(browser).await.into_iter().enumerate() {
                pages.push(Page::new(
                    format!("/desk/tickets/{id}"),
                    &format!("desk-ticket-{place}"),
                ));
            }
        }
        pages
    }
}

/// A page that nobody walks is a page that nobody looked at.
#[test]
fn every_page_of_the_app_is_walked() {
    let routes = include_str!("../../app/src/route.rs");
    let (_, after) = routes.split_once("pub fn href(self)").expect("the paths of the app");
    let (list, _) = after.split_once("\n    }\n").expect("the end of the list");
    let paths = list.split('"').skip(1).step_by(2);
    // Reached before signing in, or only by a customer: they have stories of their own.
    let elsewhere = ["/sign-in", "/enrol", "/hand-over"];
    let about_one = [
        "/tickets/{id}",
        "/tickets/{id}/work",
        "/tickets/{id}/parts",
        "/sheets/{id}",
        "/sheets/{id}/labels",
        "/slips/{id}",
    ];
    let of_the_desk = ["/desk/tickets/{id}"];
    let walked: Vec<&str> = [&ENGINEER, &DESK, &KEEPER, &ADMINISTRATOR]
        .iter()
        .flat_map(|walk| walk.pages)
        .chain(&elsewhere)
        .chain(&about_one)
        .chain(&of_the_desk)
        .copied()
        .collect();
    let forgotten: Vec<&str> = paths.filter(|path| !walked.contains(path)).collect();
    assert!(forgotten.is_empty(), "tests/browser/walk.rs does not walk {forgotten:?}");
}
